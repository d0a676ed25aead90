/** Numbers and tags in both byte orders. */

export const u32 = (b: Uint8Array, at: number) =>
  (b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)) >>> 0;
export const u32Big = (b: Uint8Array, at: number) =>
  (b[at + 3]! | (b[at + 2]! << 8) | (b[at + 1]! << 16) | (b[at]! << 24)) >>> 0;
export const tagLittle = (b: Uint8Array, at: number) =>
  ((b[at + 1]! << 24) | (b[at]! << 16) | (b[at + 3]! << 8) | b[at + 2]!) >>> 0;
export const tagBig = (b: Uint8Array, at: number) =>
  ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;

export const u16 = (b: Uint8Array, at: number) => b[at]! | (b[at + 1]! << 8);
export const u16Big = (b: Uint8Array, at: number) => (b[at]! << 8) | b[at + 1]!;
