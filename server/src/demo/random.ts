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
  return (x, y, z) => {
    const i = Math.floor(x);
    const j = Math.floor(y);
    const k = Math.floor(z);
    const u = ease(x - i);
    const v = ease(y - j);
    const w = ease(z - k);
    const edge = (dj: number, dk: number) => {
      const a = lattice(i, j + dj, k + dk);
      return a + (lattice(i + 1, j + dj, k + dk) - a) * u;
    };
    const near = edge(0, 0) + (edge(1, 0) - edge(0, 0)) * v;
    const far = edge(0, 1) + (edge(1, 1) - edge(0, 1)) * v;
    return near + (far - near) * w;
  };
}
