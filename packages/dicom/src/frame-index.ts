import { DicomError } from "./errors.ts";
import type { FrameIndex, Piece } from "./model.ts";
import { ByteWriter } from "./write/byte-writer.ts";

const version = 1;

function putNumber(writer: ByteWriter, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    writer.u8((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  writer.u8(rest);
}

/** How the pieces of a frame follow what went before: the gap to it, and the length, each in turn. */
function stepsOf(frame: readonly Piece[], from: number): number[] {
  let at = from;
  return frame.flatMap(({ offset, length }) => {
    const gap = offset - at;
    at = offset + length;
    // Frames may stand before each other or overlap: the lowest bit is the sign
    return [gap < 0 ? -gap * 2 - 1 : gap * 2, length];
  });
}

const endOf = (frame: readonly Piece[], from: number) => {
  const last = frame[frame.length - 1];
  return last ? last.offset + last.length : from;
};

/**
 * A frame index in few bytes: frames that follow each other in the same way are counted, not listed. Numbers are 7 bits a byte, least first; format 1:
 * version, frames, then runs of (repeats, pieces, per piece gap and length).
 */
export function encodeFrameIndex(index: FrameIndex): Uint8Array {
  const writer = new ByteWriter(true, 64);
  writer.u8(version);
  putNumber(writer, index.length);
  let at = 0;
  let i = 0;
  while (i < index.length) {
    const steps = stepsOf(index[i]!, at);
    let repeats = 0;
    let end = endOf(index[i]!, at);
    while (i + repeats + 1 < index.length) {
      const next = index[i + repeats + 1]!;
      const nextSteps = stepsOf(next, end);
      if (nextSteps.length !== steps.length || nextSteps.some((step, k) => step !== steps[k])) break;
      end = endOf(next, end);
      repeats++;
    }
    putNumber(writer, repeats);
    putNumber(writer, steps.length / 2);
    for (const step of steps) putNumber(writer, step);
    at = end;
    i += repeats + 1;
  }
  return writer.done().slice();
}

/** The index that `encodeFrameIndex` was given. Throws `DicomError` for other bytes. */
export function decodeFrameIndex(bytes: Uint8Array, maxFrames = 1_000_000): FrameIndex {
  let position = 0;
  const wrong = (): never => {
    throw new DicomError("invalid-value", "no frame index", position);
  };
  const next = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[position++];
      if (byte === undefined || scale > 2 ** 49) return wrong();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  if (next() !== version) wrong();
  const count = next();
  if (count > maxFrames) wrong();
  const frames: Piece[][] = [];
  let at = 0;
  while (frames.length < count) {
    const repeats = next();
    const pieces = next();
    if (frames.length + repeats + 1 > count || pieces > bytes.length - position) wrong();
    const steps = Array.from({ length: pieces * 2 }, next);
    for (let i = 0; i <= repeats; i++) {
      const frame: Piece[] = [];
      for (let k = 0; k < steps.length; k += 2) {
        const gap = steps[k]! % 2 === 1 ? -(steps[k]! + 1) / 2 : steps[k]! / 2;
        frame.push({ offset: at + gap, length: steps[k + 1]! });
        at += gap + steps[k + 1]!;
      }
      frames.push(frame);
    }
  }
  return frames;
}
