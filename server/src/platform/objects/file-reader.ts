import * as callbacks from "node:fs";
import { promisify } from "node:util";
import type { ByteRange } from "./objects.ts";
import { createSpot, type Spot, smallBytes } from "./write.ts";

// Plain descriptors where a file is opened for a moment: a FileHandle costs more than the reading.
export const openDescriptor = promisify(callbacks.open) as (
  file: string,
  flags: string,
  mode?: number,
) => Promise<number>;
const read = promisify(callbacks.read);

/** @throws what open(2) and read(2) say, such as `ENOENT` */
export type ReadFile = (file: string, range?: ByteRange, memory?: Buffer) => Promise<Buffer>;

/** Of what was only read, or is synced: nothing is left to be done that could take long, or whose error would matter. */
export function closeNow(descriptor: number): void {
  try {
    callbacks.closeSync(descriptor);
  } catch {}
}

/**
 * Reads files whole, or a range of them. They are opened on the spot, and so little read that the system only copies it: with threads each of open,
 * size, read and close is a hand-over and back. What is longer is read by a thread in one go, and opened by one too where it is known to be longer: beside
 * the reading that costs nothing, and many come at once. Whoever brings memory that is used again reads object after object: for those half a megabyte costs
 * less than the hand-over.
 */
export function createFileReader(spot: Spot = createSpot()): ReadFile {
  async function fill(
    descriptor: number,
    buffer: Buffer,
    start: number,
    onTheSpot: boolean,
  ): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const length = buffer.length - filled;
      const bytesRead = onTheSpot
        ? spot.timed(() => callbacks.readSync(descriptor, buffer, filled, length, start + filled))
        : (await read(descriptor, buffer, filled, length, start + filled)).bytesRead;
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  return async function readFile(file, range, memory) {
    const start = range?.start ?? 0;
    const isLong = range?.end !== undefined && range.end - start > smallBytes;
    const descriptor =
      (!isLong || memory) && spot.use()
        ? spot.timed(() => callbacks.openSync(file, "r"))
        : await openDescriptor(file, "r");
    try {
      const end = range?.end ?? callbacks.fstatSync(descriptor).size;
      const length = Math.max(0, end - start);
      const buffer =
        memory && memory.length >= length ? memory.subarray(0, length) : Buffer.allocUnsafeSlow(length);
      const filled = await fill(
        descriptor,
        buffer,
        start,
        (length <= smallBytes || memory !== undefined) && spot.use(),
      );
      return buffer.subarray(0, filled);
    } finally {
      closeNow(descriptor);
    }
  };
}
