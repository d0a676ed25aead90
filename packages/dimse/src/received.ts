/**
 * Memory of what a socket received is given back as soon as everybody who holds a part of it has released it. Left to the garbage collector, a few
 * megabytes of images cost a walk over the whole heap. Who never releases loses nothing but that; who reads on after releasing finds no bytes,
 * never those of something else.
 */
const holders = new WeakMap<ArrayBufferLike, number>();

/** Smaller ones are left to the collector: what they cost is not worth the keeping. */
const worthReleasing = 16 * 1024;

/** One more holds these bytes. */
export function hold(bytes: Uint8Array): void {
  const { buffer } = bytes;
  const known = holders.get(buffer);
  if (known !== undefined) holders.set(buffer, known + 1);
}

/** Begins the counting for bytes that lie alone in their memory; the caller is the first holder. */
export function holdReceived(chunk: Uint8Array): void {
  if (chunk.length >= worthReleasing && chunk.length === chunk.buffer.byteLength)
    holders.set(chunk.buffer, 1);
}

/** The holder needs these bytes no more. Bytes that nobody counts are passed over. */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  const known = holders.get(buffer);
  if (known === undefined) return;
  if (known > 1) {
    holders.set(buffer, known - 1);
    return;
  }
  holders.delete(buffer);
  (buffer as ArrayBuffer).transfer(0);
}
