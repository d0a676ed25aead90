import type { Archive, PixelLocation, StoredInstance } from "../../modules/archive/index.ts";
import { type ByteRange, Refusal } from "../../platform/index.ts";

export interface Fragment {
  /** From the start of the object. */
  offset: number;
  length: number;
}

type ObjectReader = Pick<Archive, "openObject">;

const maxFragments = 10_000;
const itemTag = 0xfffee000;

async function read(
  archive: ObjectReader,
  instance: StoredInstance,
  start: number,
  length: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await archive.openObject(instance, { start, end: start + length }))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * The fragments of an encapsulated value without its offset table (PS3.5 A.4), found by reading the items' headers alone.
 * @throws Refusal `not-acceptable` where there are more than a moving picture has
 */
export async function fragmentsOf(
  archive: ObjectReader,
  instance: StoredInstance,
  pixels: PixelLocation,
): Promise<Fragment[]> {
  const fragments: Fragment[] = [];
  let first = true;
  for (let at = pixels.offset; at + 8 <= instance.size; ) {
    const header = await read(archive, instance, at, 8);
    if (header.length < 8) break;
    const tag = header.readUInt16LE(0) * 0x10000 + header.readUInt16LE(2);
    if (tag !== itemTag) break;
    const length = header.readUInt32LE(4);
    if (!first) fragments.push({ offset: at + 8, length: Math.min(length, instance.size - at - 8) });
    if (fragments.length > maxFragments)
      throw new Refusal(
        "not-acceptable",
        "bulkdata.too-many",
        "The value has too many fragments to be joined.",
      );
    first = false;
    at += 8 + length;
  }
  return fragments;
}

/** The bytes of a range of the joined fragments. */
export async function* readFragments(
  archive: ObjectReader,
  instance: StoredInstance,
  fragments: readonly Fragment[],
  range: Required<ByteRange>,
): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (const { offset, length } of fragments) {
    const start = Math.max(0, range.start - position);
    const end = Math.min(length, range.end - position);
    position += length;
    if (end <= start) continue;
    yield* await archive.openObject(instance, { start: offset + start, end: offset + end });
  }
}
