import type { ComingFrame } from "../dicomweb.ts";
import type { StackImage } from "../model/image.ts";
import { createStore, type Store, type WritableStore } from "../stack/store.ts";
import { decodeBeginning, isHtj2k } from "./decode.ts";
import { describePixels, isColor, transferSyntaxOf } from "./description.ts";
import { picturePixels, type SmallPicture } from "./small-picture.ts";

/** A large image of which not all is here. */
export interface ComingState {
  /** The part that is here, 0 to 1. */
  share: number;
  /** Made of what is here; undefined until it is enough for one, and where the encoding does not go from coarse to fine. */
  picture: SmallPicture | undefined;
}

export interface Coming {
  /** How far an image has come. */
  of(imageId: string): Store<ComingState>;
  /** Nobody looks at its place any more. */
  leave(imageId: string): void;
  /** Bytes have come. */
  tell(imageId: string, image: StackImage, soFar: ComingFrame): void;
}

/** Bytes of pixels from which on an image may be seen to come. */
const large = 4 * 2 ** 20;

export function isLarge({ attributes, reformat }: StackImage): boolean {
  const { rows, columns, samplesPerPixel, bitsAllocated } = describePixels(attributes);
  return !reformat && (rows * columns * samplesPerPixel * bitsAllocated) / 8 >= large;
}

/**
 * With which part of an HTJ2K frame a picture of how many halvings stands. Without loss each halving leaves about a quarter of the bytes;
 * what is missing at the edge only blurs it.
 */
const steps: readonly { share: number; halvings: number }[] = [
  { share: 1 / 48, halvings: 3 },
  { share: 1 / 10, halvings: 2 },
  { share: 0.4, halvings: 1 },
];

/** The finest step that a part of the frame is enough for, as its place in the list; -1 for none. */
export const stepFor = (share: number): number => steps.findLastIndex((step) => share >= step.share);

/** @param profileOf the ICC profile that the colours of an image are meant by, if they are meant by one */
export function createComing(profileOf: (image: StackImage) => Promise<Uint8Array | undefined>): Coming {
  const watched = new Map<string, WritableStore<ComingState> & { step: number; busy: boolean }>();

  function sharpen(imageId: string, image: StackImage, { bytes, ...frame }: ComingFrame, share: number) {
    const entry = watched.get(imageId);
    const syntax = transferSyntaxOf(frame.transferSyntaxUid, frame.mediaType);
    const step = stepFor(share);
    if (!entry || entry.busy || step <= entry.step || !isHtj2k(syntax)) return;
    entry.busy = true;
    entry.step = step;
    const description = describePixels(image.attributes);
    decodeBeginning(bytes.slice(), description, syntax, steps[step]!.halvings)
      .then(async (decoded) =>
        picturePixels(image, decoded, isColor(description) ? await profileOf(image) : undefined),
      )
      .then(
        (picture) => entry.update({ picture }),
        // Too little for a picture, or in another order: the next step, or the whole, will do.
        () => {},
      )
      .finally(() => {
        entry.busy = false;
      });
  }

  return {
    of(imageId) {
      let entry = watched.get(imageId);
      if (!entry) {
        entry = Object.assign(createStore<ComingState>({ share: 0, picture: undefined }), {
          step: -1,
          busy: false,
        });
        watched.set(imageId, entry);
      }
      return entry;
    },
    leave: (imageId) => void watched.delete(imageId),
    tell(imageId, image, soFar) {
      const total = soFar.total ?? bytesOf(image);
      const share = Math.min(1, soFar.bytes.length / total);
      watched.get(imageId)?.update({ share: Math.floor(share * 100) / 100 });
      if (share < 1) sharpen(imageId, image, soFar, share);
    },
  };
}

function bytesOf({ attributes }: StackImage): number {
  const { rows, columns, samplesPerPixel, bitsAllocated } = describePixels(attributes);
  return (rows * columns * samplesPerPixel * bitsAllocated) / 8;
}
