/** A repeatable sequence of numbers in [0, 1): the same seed draws the same patient. Mulberry32. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Roughly normal with mean 0 and deviation 1 (sum of three uniform draws). */
export const normal = (random: Random): number => (random() + random() + random() - 1.5) * 2;

/** Smooth noise in [-1, 1] over space, of one octave; for texture that holds together in three planes. */
export function valueNoise(seed: number): (x: number, y: number, z: number) => number {
  const lattice = (i: number, j: number, k: number): number => {
    let h =
      Math.imul(i, 374761393) ^ Math.imul(j, 668265263) ^ Math.imul(k, 2147483647) ^ Math.imul(seed, 144665);
    h = Math.imul(h ^ (h >>> 13), 1274126177);
    return ((h ^ (h >>> 16)) >>> 0) / 2147483648 - 1;
  };
  const ease = (t: number) => t * t * (3 - 2 * t);
  // Neighbours lie in one cell of the lattice most of the time.
  const corners = new Float64Array(8);
  let ci = Number.NaN;
  let cj = Number.NaN;
  let ck = Number.NaN;
  return (x, y, z) => {
    const i = Math.floor(x);
    const j = Math.floor(y);
    const k = Math.floor(z);
    if (i !== ci || j !== cj || k !== ck) {
      for (let n = 0; n < 8; n++) corners[n] = lattice(i + (n & 1), j + ((n >> 1) & 1), k + (n >> 2));
      ci = i;
      cj = j;
      ck = k;
    }
    const u = ease(x - i);
    const v = ease(y - j);
    const w = ease(z - k);
    const a = corners[0]! + (corners[1]! - corners[0]!) * u;
    const b = corners[2]! + (corners[3]! - corners[2]!) * u;
    const c = corners[4]! + (corners[5]! - corners[4]!) * u;
    const d = corners[6]! + (corners[7]! - corners[6]!) * u;
    const near = a + (b - a) * v;
    return near + (c + (d - c) * v - near) * w;
  };
}
