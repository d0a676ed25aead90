import { normal, seededRandom } from "./random.ts";
import type { Volume } from "./volume.ts";

export interface Radiograph {
  rows: number;
  columns: number;
  /** Between rows, between columns, mm. */
  pixelSpacing: readonly [number, number];
  /** 12 bits, darker where more passes: MONOCHROME1's sense turned round for MONOCHROME2. */
  pixels: Uint16Array;
}

/** What a beam loses in one voxel, from Hounsfield units; bone is weighted as at radiographic energies. */
const attenuation = (hu: number): number => {
  if (hu <= -990) return 0;
  const water = (hu + 1000) / 1000;
  return hu > 120 ? water + (hu - 120) / 420 : water;
};

/** Sums along x or y of a volume: one value for each line of sight, seen from the front (y) or the left side (x). */
function sums(volume: Volume, along: "x" | "y"): { width: number; height: number; values: Float32Array } {
  const [nx, ny, nz] = volume.size;
  const width = along === "y" ? nx : ny;
  const values = new Float32Array(width * nz);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = (k * ny + j) * nx;
      for (let i = 0; i < nx; i++) {
        const at = (nz - 1 - k) * width + (along === "y" ? i : ny - 1 - j);
        values[at] = values[at]! + attenuation(volume.data[row + i]!);
      }
    }
  }
  return { width, height: nz, values };
}

/** Catmull-Rom through four neighbours: smooth where the volume's slices are coarse. */
function cubic(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** A radiograph of the volume: the frontal view, or the lateral one. */
export function project(volume: Volume, view: "frontal" | "lateral", seed: number): Radiograph {
  const along = view === "frontal" ? "y" : "x";
  const { width, height, values } = sums(volume, along);
  const pixelMm = 0.25;
  const stepMm = along === "y" ? volume.spacing[0] : volume.spacing[1];
  const columns = Math.round((width * stepMm * 0.94) / pixelMm);
  const rows = Math.round((height * volume.spacing[2] * 0.97) / pixelMm);
  const pixels = new Uint16Array(rows * columns);
  const random = seededRandom(seed);
  const depthMm = along === "y" ? volume.spacing[1] : volume.spacing[0];
  const at = (u: number, v: number) =>
    values[Math.max(0, Math.min(height - 1, v)) * width + Math.max(0, Math.min(width - 1, u))]!;
  for (let row = 0; row < rows; row++) {
    const v = (row * pixelMm) / volume.spacing[2] + height * 0.015;
    const j = Math.floor(v);
    for (let column = 0; column < columns; column++) {
      const u = (column * pixelMm) / stepMm + width * 0.03;
      const i = Math.floor(u);
      const line = (n: number) => cubic(at(i - 1, n), at(i, n), at(i + 1, n), at(i + 2, n), u - i);
      const thickness = cubic(line(j - 1), line(j), line(j + 1), line(j + 2), v - j) * depthMm;
      const grey = 4095 * (1 - Math.exp(-thickness / 105));
      pixels[row * columns + column] = Math.max(
        0,
        Math.min(4095, grey + normal(random) * (10 + grey * 0.006)),
      );
    }
  }
  return { rows, columns, pixelSpacing: [pixelMm, pixelMm], pixels };
}
