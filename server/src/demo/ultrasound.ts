import { seededRandom, valueNoise } from "./random.ts";

export interface Clip {
  rows: number;
  columns: number;
  frames: Uint8Array[];
  /** Milliseconds. */
  frameTime: number;
}

interface Part {
  x: number;
  y: number;
  rx: number;
  ry: number;
  echo: number;
  /** The sound that passes it is louder behind (fluid) or gone (stone). */
  behind?: number;
}

/** The right upper quadrant: liver, kidney, gallbladder with a stone, diaphragm. In cm from the transducer's face. */
const parts: readonly Part[] = [
  { x: 2.6, y: 9.4, rx: 4.8, ry: 2.5, echo: 0.3 },
  { x: 2.6, y: 9.4, rx: 2.7, ry: 1.1, echo: 0.95 },
  { x: -2.8, y: 5.6, rx: 2.6, ry: 1.4, echo: 0.03, behind: 1.5 },
  { x: -2.2, y: 6.6, rx: 0.5, ry: 0.32, echo: 1.9, behind: 0.12 },
  { x: 0.6, y: 3.6, rx: 0.34, ry: 0.28, echo: 0.05, behind: 1.1 },
  { x: -0.9, y: 8.6, rx: 0.42, ry: 0.3, echo: 0.05, behind: 1.1 },
];

const depthCm = 15;
const halfAngle = 0.62;
const radiusCm = 5.2;

/** A clip of a curved probe's sector with breathing, 8 bits. */
export function ultrasoundClip(seed: number, frameCount: number): Clip {
  const rows = 480;
  const columns = 640;
  const speckle = valueNoise(seed);
  const tissue = valueNoise(seed + 1);
  const random = seededRandom(seed);
  const stone = random() < 0.6;
  const shown = stone ? parts : parts.filter((part) => part.echo < 1.5);
  const cmPerPixel = (depthCm + 1.2) / rows;
  const frames = Array.from({ length: frameCount }, (_, frame) => {
    const breath = Math.sin((frame / frameCount) * Math.PI * 2) * 0.5;
    const picture = new Uint8Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const px = (column - columns / 2) * cmPerPixel;
        const py = row * cmPerPixel + radiusCm * Math.cos(halfAngle) - 0.3;
        const range = Math.hypot(px, py);
        const angle = Math.atan2(px, py);
        const depth = range - radiusCm;
        if (depth < 0 || depth > depthCm || Math.abs(angle) > halfAngle) continue;
        picture[row * columns + column] = Math.min(255, echo(px, depth, angle, range) * 255);
      }
    }
    return picture;

    function echo(x: number, depth: number, angle: number, range: number): number {
      const y = depth - breath;
      let level = 0.4 + tissue(x / 1.6, y / 1.6, 3) * 0.05;
      for (const part of shown) {
        const u = (x - part.x) / part.rx;
        const v = (y - part.y) / part.ry;
        const k = u * u + v * v;
        if (k < 1) level = part.echo;
        else if (
          part.behind !== undefined &&
          v > 0 &&
          Math.abs(angle - Math.atan2(part.x, part.y + breath + radiusCm)) <
            (part.rx * 0.8) / (part.y + radiusCm)
        )
          level *= part.behind;
        if (k > 0.93 && k < 1.1 && part.echo < 0.5) level = Math.max(level, 0.62);
      }
      const diaphragm = Math.abs(Math.hypot(x + 1, (y - 3) * 1.05) - 10.4);
      if (diaphragm < 0.09) level = 0.95;
      else if (Math.hypot(x + 1, (y - 3) * 1.05) > 10.4) level *= 0.5;
      // Speckle is fine along the beam and grows wider with depth.
      const grain = speckle(range * 16, angle * 70, frame * 0.6);
      const near = depth < 0.7 ? 0.35 * (1 - depth / 0.7) : 0;
      return Math.max(0, (level + near) * (0.95 + grain * 0.6) * (1 - depth * 0.022));
    }
  });
  return { rows, columns, frames, frameTime: 66.7 };
}
