import { numberOf } from "../model/dicom-json.ts";
import type { StackImage } from "../model/image.ts";
import {
  averageOf,
  isMeantMasked,
  type MaskChoice,
  type Masking,
  maskingOf,
  scaleOf,
  shifted,
  subtract,
} from "../model/mask.ts";
import { tags } from "../model/tags.ts";
import { fetchImage, type ImageSource } from "./image-source.ts";

/** What is subtracted in a viewport: what was chosen there, or what the film wants; undefined where it is seen as it is. */
export function maskIn(
  chosen: MaskChoice | false | undefined,
  images: readonly StackImage[],
): MaskChoice | undefined {
  if (chosen !== undefined) return chosen || undefined;
  return isMeantMasked(images[0]) ? asStated : undefined;
}

const asStated: MaskChoice = {};

const names = new Map<string, string>();

/** A name of letters alone for each way to subtract: Cornerstone takes it for a scheme, and what is drawn on one picture stands on the other. */
function nameOf(choice: MaskChoice): string {
  const key = JSON.stringify([choice.frame, choice.shift]);
  const known = names.get(key);
  if (known !== undefined) return known;
  const letters = [...names.size.toString(26)].map((digit) =>
    String.fromCharCode(97 + Number.parseInt(digit, 26)),
  );
  const name = `mask${letters.join("")}`;
  names.set(key, name);
  return name;
}

/** The identifier of the picture as it was sent, whatever is subtracted from it. */
export const plainImageId = (imageId: string): string => imageId.replace(/^mask[a-z]+:/, "");

/**
 * The frames of films less their masks: pictures of the same instances, which can be measured and marked like them. A frame that has no mask
 * stays as it is.
 */
export function subtractedImages(
  images: readonly StackImage[],
  source: ImageSource,
  choice: MaskChoice,
): StackImage[] {
  const frames = new Map(images.map((image) => [`${image.sopInstanceUid}/${image.frameNumber}`, image]));
  const masks = new Map<string, Promise<ArrayLike<number>>>();
  const pixelsOf = async (of: StackImage, numbers: readonly number[]) => {
    const wanted = numbers.flatMap((number) => frames.get(`${of.sopInstanceUid}/${number}`) ?? []);
    const loaded = await Promise.all(source.register(wanted).map((imageId) => fetchImage(imageId)));
    return averageOf(loaded.map((one) => one.getPixelData()));
  };
  const maskOf = (image: StackImage, { mask, shift }: Masking) => {
    const key = `${image.sopInstanceUid} ${JSON.stringify([mask, shift])}`;
    const known = masks.get(key);
    if (known) return known;
    const made = pixelsOf(image, mask).then((pixels) =>
      shifted(pixels, numberOf(image.attributes, tags.Columns) ?? 1, shift),
    );
    masks.set(key, made);
    // What could not be loaded is asked for again with the next picture.
    made.catch(() => masks.delete(key));
    return made;
  };
  return images.map((image) => {
    const masking = maskingOf(image, choice);
    if (!masking) return image;
    const { [tags.VOILUTSequence]: _tables, [tags.VOILUTFunction]: _curve, ...attributes } = image.attributes;
    const scale = scaleOf(image);
    return {
      ...image,
      // Windows that were meant for the picture as it was sent say nothing of differences: grey in the middle is no difference.
      attributes: {
        ...attributes,
        [tags.WindowCenter]: { vr: "DS", Value: [0] },
        [tags.WindowWidth]: { vr: "DS", Value: [scale.levels / 4] },
        [tags.WindowCenterWidthExplanation]: { vr: "LO", Value: [] },
      },
      subtracted: {
        name: nameOf(choice),
        masking,
        pixels: async () =>
          subtract(await pixelsOf(image, masking.contrast), await maskOf(image, masking), scale),
      },
    };
  });
}
