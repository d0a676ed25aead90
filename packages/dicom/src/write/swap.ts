/** The bytes with every word of `wordBytes` turned round; a rest that is no word stays. The same array where nothing is to do. */
export function swapped(bytes: Uint8Array, wordBytes: number): Uint8Array {
  if (wordBytes === 1 || bytes.length < wordBytes) return bytes;
  const out = new Uint8Array(bytes.length);
  const whole = bytes.length - (bytes.length % wordBytes);
  for (let at = 0; at < whole; at += wordBytes)
    for (let i = 0; i < wordBytes; i++) out[at + i] = bytes[at + wordBytes - 1 - i]!;
  out.set(bytes.subarray(whole), whole);
  return out;
}
