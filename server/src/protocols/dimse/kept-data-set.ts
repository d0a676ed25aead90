import { ReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { holdReceived } from "@isocenter/dimse";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import { createLentMemory } from "../../platform/index.ts";

/** Objects up to this size are read whole, into memory that serves again; larger ones come in pieces. */
const smallBytes = 1 << 20;
/** For all that this process sends at once. */
const memory = createLentMemory(smallBytes, 32);

/** The data set of one instance as it is kept, for one C-STORE request. */
export interface KeptDataSet {
  /** @throws Error where the object is not as long as its row says, Refusal as the archive */
  open(): Promise<Iterable<Uint8Array> | AsyncIterable<Uint8Array>>;
  /** The request has ended: nobody reads on. */
  close(): void;
}

export function keptDataSet(
  archive: Pick<Archive, "openDataSet" | "readObject">,
  instance: StoredInstance,
): KeptDataSet {
  let reading: Promise<unknown> = Promise.resolve();
  let lent: Buffer | null = null;
  return {
    async open() {
      lent = instance.size <= smallBytes ? memory.take() : null;
      if (!lent) return inPieces(await archive.openDataSet(instance), instance);
      const read = archive.readObject(instance, lent);
      reading = read;
      const bytes = await read;
      if (bytes.length !== instance.size) throw notWhole(instance);
      return [bytes.subarray(instance.dataSetOffset)];
    },
    close() {
      const piece = lent;
      lent = null;
      if (!piece) return;
      // Whoever is lent it next must be alone with it.
      const back = () => memory.giveBack(piece);
      reading.then(back, back);
    },
  };
}

async function* inPieces(source: Readable, instance: StoredInstance): AsyncGenerator<Uint8Array> {
  // What comes straight from a file is nobody else's: its memory is given back when it has been sent.
  const isOwn = source instanceof ReadStream;
  let left = instance.size - instance.dataSetOffset;
  for await (const piece of source as AsyncIterable<Uint8Array>) {
    left -= piece.length;
    if (isOwn) holdReceived(piece);
    yield piece;
  }
  if (left !== 0) throw notWhole(instance);
}

const notWhole = ({ id }: StoredInstance): Error =>
  new Error(`the object of image ${id} is not as long as its row says`);
