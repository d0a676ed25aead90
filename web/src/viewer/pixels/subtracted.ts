import { type LookupTable, numberOf } from "@isocenter/presentation";
import type { StackImage } from "../model/image.ts";
import {
  averageOf,
  isMeantMasked,
  type MaskChoice,
  maskingOf,
  type Scale,
  scaleOf,
  shiftedBy,
  subtract,
} from "../model/mask.ts";
import type { Masking } from "../model/masking.ts";
import type { PresentationState } from "../model/presentation-states.ts";
import { tags } from "../model/tags.ts";
import { fetchImage, type ImageSource } from "./image-source.ts";

/** What a person chose in a viewport, and the presentation state it was chosen under: with another one it counts no more. */
export interface ChosenMask {
  choice: MaskChoice | false;
  /** The state's SOP Instance UID, or "". */
  under: string;
}

/** How the frames of a viewport are subtracted. */
export interface Subtraction {
  choice: MaskChoice;
  /** The presentation state whose masks these are. */
  state?: PresentationState;
}

/** The presentation state that says how these images are shown, if it is about any of them. */
export const stateFor = (
  state: PresentationState | undefined,
  images: readonly StackImage[],
): PresentationState | undefined => (state && images.some(state.isAbout) ? state : undefined);

/**
 * What is subtracted in a viewport: what was chosen there, or what the presentation state or the film wants; undefined where it is seen as it is. A state that
 * has no masks shows the film without (PS3.4 N.2: its transformations stand in for the image's).
 */
export function maskIn(
  chosen: ChosenMask | undefined,
  images: readonly StackImage[],
  presentation: PresentationState | undefined,
): Subtraction | undefined {
  const state = stateFor(presentation, images);
  const choice = chosen && chosen.under === (state?.sopInstanceUid ?? "") ? chosen.choice : undefined;
  if (choice === false) return undefined;
  if (state && images.some(state.maskingOf)) return { choice: choice ?? asStated, state };
  if (choice) return { choice };
  return !state && isMeantMasked(images[0]) ? { choice: asStated } : undefined;
}

const asStated: MaskChoice = {};

const names = new Map<string, string>();

/** A name of letters alone for each way to subtract: Cornerstone takes it for a scheme, and what is drawn on one picture stands on the other. */
function nameOf({ choice, state }: Subtraction): string {
  const key = JSON.stringify([choice.frame, choice.shift, state?.sopInstanceUid]);
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
  subtraction: Subtraction,
): StackImage[] {
  const { choice, state } = subtraction;
  const frames = new Map(images.map((image) => [`${image.sopInstanceUid}/${image.frameNumber}`, image]));
  const masks = new Map<string, Promise<ArrayLike<number>>>();
  const pixelsOf = async (
    of: StackImage,
    numbers: readonly number[],
    { toLogarithm }: Pick<Masking, "toLogarithm">,
  ) => {
    const wanted = numbers.flatMap((number) => frames.get(`${of.sopInstanceUid}/${number}`) ?? []);
    const loaded = await Promise.all(source.register(wanted).map((imageId) => fetchImage(imageId)));
    return averageOf(
      loaded.map((one, n) => {
        const table = toLogarithm?.(wanted[n]!.frameNumber);
        return table ? through(table, one.getPixelData(), wanted[n]!) : one.getPixelData();
      }),
    );
  };
  const maskOf = (image: StackImage, masking: Masking) => {
    const { mask, shift, regions } = masking;
    const key = `${image.sopInstanceUid} ${JSON.stringify([mask, shift, regions])}`;
    const known = masks.get(key);
    if (known) return known;
    const made = pixelsOf(image, mask, masking).then((pixels) =>
      shiftedBy(pixels, numberOf(image.attributes, tags.Columns) ?? 1, masking),
    );
    masks.set(key, made);
    // What could not be loaded is asked for again with the next picture.
    made.catch(() => masks.delete(key));
    return made;
  };
  return images.map((image) => {
    const masking = maskingOf(image, choice, state?.maskingOf);
    if (!masking) return image;
    const { [tags.VOILUTSequence]: _tables, [tags.VOILUTFunction]: _curve, ...attributes } = image.attributes;
    const scale = scaleIn(image, masking);
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
        name: nameOf(subtraction),
        masking,
        pixels: async () =>
          subtract(
            await pixelsOf(image, masking.contrast, masking),
            await maskOf(image, masking),
            scale,
            masking.visible,
          ),
      },
    };
  });
}

/** Through a table to logarithms their differences are those of its entries. */
function scaleIn(image: StackImage, { toLogarithm }: Masking): Scale {
  const table = toLogarithm?.(image.frameNumber);
  return table ? { logarithmic: false, levels: table.maximum + 1 } : scaleOf(image);
}

/** Values of a frame as a table has them; it is about those that are stored (PS3.3 C.7.6.16.2.13). */
function through(
  { first, values }: LookupTable,
  pixels: ArrayLike<number>,
  { attributes }: StackImage,
): ArrayLike<number> {
  const slope = numberOf(attributes, tags.RescaleSlope) || 1;
  const intercept = numberOf(attributes, tags.RescaleIntercept) ?? 0;
  const last = values.length - 1;
  return Float32Array.from(pixels, (value) => {
    const at = Math.round((value - intercept) / slope) - first;
    return values[Math.min(last, Math.max(0, at))]!;
  });
}
