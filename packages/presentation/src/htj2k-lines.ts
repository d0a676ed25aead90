/*
 * Page and server decode HTJ2K with builds of one codec, which gives components that were not transformed line by line in the order in which it reads them.
 */

/**
 * Whether the components of a JPEG 2000 code stream went through a transform (ISO 15444-1 A.6.1). True where that cannot be read: the decoder will say
 * what is wrong.
 */
export function transformsComponents(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // In a file of boxes the code stream begins later.
  let at = 0;
  while (at + 4 <= bytes.length && view.getUint32(at) !== 0xff4fff51) at++;
  at += 2;
  for (let segments = 0; at + 9 <= bytes.length && segments < 256; segments++) {
    const marker = view.getUint16(at);
    if (marker === 0xff52) return view.getUint8(at + 8) === 1;
    if (marker === 0xff90) break;
    at += 2 + view.getUint16(at + 2);
  }
  return true;
}

/**
 * Brings lines to where they belong that stand component after component, each where a line of one row's components would: so the decoder of HTJ2K gives
 * components that were not transformed.
 * @param samples of one pixel after the other, of which line `n` lies at component `n mod components` of row `n / components`; fewer than all stay as they are
 */
export function linesInPlace<T extends ArrayLike<number>>(
  samples: T,
  { rows, columns, samplesPerPixel }: { rows: number; columns: number; samplesPerPixel: number },
): T {
  if (samples.length < rows * columns * samplesPerPixel) return samples;
  const result = (samples as unknown as Uint8Array).slice();
  for (let line = 0; line < rows * samplesPerPixel; line++) {
    let from = Math.floor(line / samplesPerPixel) * columns * samplesPerPixel + (line % samplesPerPixel);
    let to = (line % rows) * columns * samplesPerPixel + Math.floor(line / rows);
    for (let column = 0; column < columns; column++, from += samplesPerPixel, to += samplesPerPixel)
      result[to] = samples[from]!;
  }
  return result as unknown as T;
}
