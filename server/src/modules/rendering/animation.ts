import { type DataSet, number, numbers, Tags } from "@isocenter/dicom";
import { loadSharp } from "@isocenter/imaging";
import { Refusal } from "../../platform/index.ts";

/** Of all frames together; more takes too long, and too much memory. */
const maxPixels = 50_000_000;
const maxFrames = 1000;
const usualDelayMs = 100;
/** Browsers show what is faster than this slowly. */
const delayMs = { least: 20, most: 10_000 };

/** How long each frame is shown, in milliseconds: as the object says (PS3.3 C.7.6.5), else ten a second. */
export function frameDelays(dataSet: DataSet, frames: number): number[] {
  const vector = numbers(dataSet, Tags.FrameTimeVector);
  const rate = number(dataSet, Tags.RecommendedDisplayFrameRate) ?? number(dataSet, Tags.CineRate);
  const usual = number(dataSet, Tags.FrameTime) ?? (rate ? 1000 / rate : usualDelayMs);
  const bounded = (value: number | undefined) =>
    value !== undefined && value > 0
      ? Math.round(Math.min(Math.max(value, delayMs.least), delayMs.most))
      : usualDelayMs;
  // An item of the vector is the time since the frame before.
  return Array.from({ length: frames }, (_, at) =>
    bounded(vector.length === frames && frames > 1 ? vector[Math.min(at + 1, frames - 1)] : usual),
  );
}

/** @throws Refusal `not-acceptable` (`image.too-many-frames`) where the frames are too many for one moving picture */
export async function requireAnimatable(first: Uint8Array, frames: number): Promise<void> {
  const sharp = await loadSharp();
  const { width = 0, height = 0 } = await sharp(first).metadata();
  if (frames <= maxFrames && width * height * frames <= maxPixels) return;
  throw new Refusal(
    "not-acceptable",
    "image.too-many-frames",
    `${frames} frames of ${width} × ${height} pixels are too many for one moving picture: ask for a smaller viewport, or for single frames.`,
  );
}

/** A GIF that runs for ever. @param pictures PNG, one for each frame, of one size */
export async function animate(
  pictures: readonly Uint8Array[],
  delays: readonly number[],
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(
    pictures.map((picture) => Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength)),
    { join: { animated: true } },
  )
    .gif({ delay: [...delays], loop: 0, keepDuplicateFrames: true })
    .toBuffer();
}
