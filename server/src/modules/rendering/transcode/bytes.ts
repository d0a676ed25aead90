/** With every word of `wordBytes` turned round; what is left at the end of the whole stays as it is. */
export async function* turned(
  chunks: AsyncIterable<Uint8Array>,
  wordBytes: number,
): AsyncGenerator<Uint8Array> {
  if (wordBytes === 1) {
    yield* chunks;
    return;
  }
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const joined = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = joined.length - (joined.length % wordBytes);
    rest = Uint8Array.from(joined.subarray(whole));
    if (whole === 0) continue;
    const out = Buffer.from(joined.subarray(0, whole));
    if (wordBytes === 2) out.swap16();
    else if (wordBytes === 4) out.swap32();
    else if (wordBytes === 8) out.swap64();
    else throw new RangeError(`words of ${wordBytes} bytes`);
    yield out;
  }
  if (rest.length > 0) yield rest;
}

/** With a byte behind it where its length is odd. */
export async function* evened(chunks: AsyncIterable<Uint8Array>, pad: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    yield chunk;
  }
  if (length % 2 === 1) yield new Uint8Array([pad]);
}

/** The results of works in their order, a few of which are under way at a time. */
export async function* inOrder<T>(works: AsyncIterable<() => Promise<T>>, atOnce: number): AsyncGenerator<T> {
  const underWay: Promise<T>[] = [];
  try {
    for await (const work of works) {
      const result = work();
      // Its error is seen when its turn comes.
      result.catch(() => {});
      underWay.push(result);
      if (underWay.length >= atOnce) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** Frames of single bits one after the other without a gap (PS3.5 8.1.1); each comes beginning at its first byte. */
export async function* joinedBits(
  frames: AsyncIterable<Uint8Array>,
  bitsOfFrame: number,
): AsyncGenerator<Uint8Array> {
  let carry = 0;
  let carried = 0;
  for await (const frame of frames) {
    const bits = carried + bitsOfFrame;
    const out = new Uint8Array(Math.ceil(bits / 8));
    out[0] = carry;
    for (let i = 0; i < Math.ceil(bitsOfFrame / 8); i++) {
      out[i]! |= (frame[i]! << carried) & 0xff;
      if (carried > 0 && i + 1 < out.length) out[i + 1] = frame[i]! >> (8 - carried);
    }
    const whole = Math.floor(bits / 8);
    carried = bits % 8;
    carry = carried > 0 ? out[whole]! & ((1 << carried) - 1) : 0;
    yield out.subarray(0, whole);
  }
  if (carried > 0) yield new Uint8Array([carry]);
}
