import type { PixelPoint } from "@isocenter/presentation";

/** Of the pixels whose centres lie in a region; undefined where there is none. */
export interface RegionStatistics {
  count: number;
  mean: number;
  /** Of the population, as the region holds all of its pixels. */
  standardDeviation: number;
  minimum: number;
  maximum: number;
}

/** Grey values, row by row. */
export interface Pixels {
  values: ArrayLike<number>;
  columns: number;
  rows: number;
}

/** A row's stretches inside a region, as centres of pixels: from the first column to behind the last. */
type Stretches = (row: number) => [from: number, to: number][];

function statisticsOf(pixels: Pixels, top: number, bottom: number, stretches: Stretches) {
  let [count, mean, squares] = [0, 0, 0];
  let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const first = Math.max(0, Math.ceil(top - 0.5));
  const last = Math.min(pixels.rows - 1, Math.floor(bottom - 0.5));
  for (let row = first; row <= last; row++) {
    for (const [from, to] of stretches(row + 0.5)) {
      const end = Math.min(pixels.columns - 1, Math.floor(to - 0.5));
      for (let column = Math.max(0, Math.ceil(from - 0.5)); column <= end; column++) {
        const value = pixels.values[row * pixels.columns + column]!;
        // By Welford's method, which loses no digits.
        count++;
        const step = value - mean;
        mean += step / count;
        squares += step * (value - mean);
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
      }
    }
  }
  if (count === 0) return undefined;
  return { count, mean, standardDeviation: Math.sqrt(squares / count), minimum, maximum };
}

/** Of a closed line that may cross itself: what is inside by the rule of even and odd. */
export function polygonStatistics(
  pixels: Pixels,
  points: readonly PixelPoint[],
): RegionStatistics | undefined {
  if (points.length < 3) return undefined;
  const rows = points.map(([, row]) => row);
  return statisticsOf(pixels, Math.min(...rows), Math.max(...rows), (y) => {
    const crossings: number[] = [];
    points.forEach(([x1, y1], index) => {
      const [x2, y2] = points[(index + 1) % points.length]!;
      if (y1 <= y !== y2 <= y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
    });
    crossings.sort((a, b) => a - b);
    const stretches: [number, number][] = [];
    for (let i = 0; i + 1 < crossings.length; i += 2) stretches.push([crossings[i]!, crossings[i + 1]!]);
    return stretches;
  });
}

/** Of the ellipse with these ends of its two axes. */
export function ellipseStatistics(
  pixels: Pixels,
  [a1, a2, b1, b2]: readonly [PixelPoint, PixelPoint, PixelPoint, PixelPoint],
): RegionStatistics | undefined {
  const center: PixelPoint = [(a1[0] + a2[0]) / 2, (a1[1] + a2[1]) / 2];
  const a = half(a1, a2);
  const b = half(b1, b2);
  const determinant = a[0] * b[1] - a[1] * b[0];
  if (Math.abs(determinant) < 1e-9) return undefined;
  const height = Math.hypot(a[1], b[1]);
  return statisticsOf(pixels, center[1] - height, center[1] + height, (y) => {
    // Points are center + u a + v b with u² + v² = 1; along the row this is a quadratic in x.
    const dy = y - center[1];
    const [u0, u1] = [(-b[0] * dy) / determinant, b[1] / determinant];
    const [v0, v1] = [(a[0] * dy) / determinant, -a[1] / determinant];
    const p = u1 * u1 + v1 * v1;
    const q = 2 * (u0 * u1 + v0 * v1);
    const root = q * q - 4 * p * (u0 * u0 + v0 * v0 - 1);
    if (root < 0) return [];
    const [from, to] = [(-q - Math.sqrt(root)) / (2 * p), (-q + Math.sqrt(root)) / (2 * p)];
    return [[center[0] + from, center[0] + to]];
  });
}

const half = (one: PixelPoint, other: PixelPoint): PixelPoint => [
  (other[0] - one[0]) / 2,
  (other[1] - one[1]) / 2,
];
