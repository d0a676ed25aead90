import { normal, type Random } from "./random.ts";

/** Millimetres in DICOM's patient space: x to the left hand, y to the back, z to the head (PS3.3 C.7.6.2.1.1). */
export type Point = readonly [x: number, y: number, z: number];

/** Voxels on a grid in patient space, x fastest. `origin` is the centre of the first voxel. */
export interface Volume {
  size: Point;
  spacing: Point;
  origin: Point;
  data: Int16Array;
}

/** A body part as distance to its surface in mm (negative inside) within a box. */
export interface Shape {
  min: Point;
  max: Point;
  distance(x: number, y: number, z: number): number;
}

export interface Paint {
  /** Width of the edge, mm. */
  soft?: number;
  /** Added to the value, by place. */
  texture?: (x: number, y: number, z: number) => number;
  /** Where to paint: only where what is there lies in this range. */
  over?: readonly [low: number, high: number];
}

export function createVolume(size: Point, spacing: Point, centre: Point, fill: number): Volume {
  const origin: Point = [
    centre[0] - ((size[0] - 1) * spacing[0]) / 2,
    centre[1] - ((size[1] - 1) * spacing[1]) / 2,
    centre[2] - ((size[2] - 1) * spacing[2]) / 2,
  ];
  return { size, spacing, origin, data: new Int16Array(size[0] * size[1] * size[2]).fill(fill) };
}

/** The voxels from first to last along one axis that a range of mm touches. */
function voxels(volume: Volume, axis: 0 | 1 | 2, low: number, high: number): [number, number] {
  const from = Math.ceil((low - volume.origin[axis]) / volume.spacing[axis]);
  const to = Math.floor((high - volume.origin[axis]) / volume.spacing[axis]);
  return [Math.max(0, from), Math.min(volume.size[axis] - 1, to)];
}

/** Gives every voxel inside the shape the value, blended over the soft edge. */
export function paint(
  volume: Volume,
  shape: Shape,
  value: number,
  { soft = 1, texture, over }: Paint = {},
): void {
  const { size, spacing, origin, data } = volume;
  const [x0, x1] = voxels(volume, 0, shape.min[0] - soft, shape.max[0] + soft);
  const [y0, y1] = voxels(volume, 1, shape.min[1] - soft, shape.max[1] + soft);
  const [z0, z1] = voxels(volume, 2, shape.min[2] - soft, shape.max[2] + soft);
  for (let k = z0; k <= z1; k++) {
    const z = origin[2] + k * spacing[2];
    for (let j = y0; j <= y1; j++) {
      const y = origin[1] + j * spacing[1];
      const row = (k * size[1] + j) * size[0];
      for (let i = x0; i <= x1; i++) {
        const x = origin[0] + i * spacing[0];
        const inside = 0.5 - shape.distance(x, y, z) / soft;
        if (inside <= 0) continue;
        const old = data[row + i]!;
        if (over && (old < over[0] || old > over[1])) continue;
        const wanted = texture ? value + texture(x, y, z) : value;
        data[row + i] = inside >= 1 ? wanted : old + (wanted - old) * inside;
      }
    }
  }
}

/** Adds the scanner's noise; the standard deviation in the volume's units. */
export function addNoise(volume: Volume, deviation: number, random: Random): void {
  let previous = 0;
  const { data } = volume;
  for (let n = 0; n < data.length; n++) {
    // Neighbours share some of it, as reconstruction makes them.
    const fresh = normal(random) * deviation;
    data[n] = data[n]! + fresh * 0.85 + previous * 0.4;
    previous = fresh;
  }
}

export function ellipsoid(centre: Point, radii: Point): Shape {
  const [cx, cy, cz] = centre;
  const [rx, ry, rz] = radii;
  const least = Math.min(rx, ry, rz);
  return {
    min: [cx - rx, cy - ry, cz - rz],
    max: [cx + rx, cy + ry, cz + rz],
    distance(x, y, z) {
      const u = (x - cx) / rx;
      const v = (y - cy) / ry;
      const w = (z - cz) / rz;
      return (Math.sqrt(u * u + v * v + w * w) - 1) * least;
    },
  };
}

/** A rod with round ends whose radius goes from one to the other. */
export function rod(from: Point, to: Point, radius: number, endRadius = radius): Shape {
  const widest = Math.max(radius, endRadius);
  const axis = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const;
  const squared = axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2 || 1e-9;
  const least = (n: 0 | 1 | 2) => Math.min(from[n], to[n]) - widest;
  const most = (n: 0 | 1 | 2) => Math.max(from[n], to[n]) + widest;
  return {
    min: [least(0), least(1), least(2)],
    max: [most(0), most(1), most(2)],
    distance(x, y, z) {
      const dx = x - from[0];
      const dy = y - from[1];
      const dz = z - from[2];
      const t = Math.max(0, Math.min(1, (dx * axis[0] + dy * axis[1] + dz * axis[2]) / squared));
      const ex = dx - axis[0] * t;
      const ey = dy - axis[1] * t;
      const ez = dz - axis[2] * t;
      return Math.sqrt(ex * ex + ey * ey + ez * ez) - (radius + (endRadius - radius) * t);
    },
  };
}

/** Beyond any soft edge and any vessel, mm. */
const far = 15;

/** A column along z whose outline is an ellipse that changes with height: `[halfWidth, halfDepth, middle y]`, mm. */
export function column(low: number, high: number, outline: (z: number) => Point): Shape {
  let width = 0;
  let front = 0;
  let back = 0;
  for (let step = 0; step <= 20; step++) {
    const [rx, ry, cy] = outline(low + ((high - low) * step) / 20);
    width = Math.max(width, rx);
    front = Math.min(front, cy - ry);
    back = Math.max(back, cy + ry);
  }
  let lastZ = Number.NaN;
  let current: Point = [1, 1, 0];
  return {
    min: [-width, front, low],
    max: [width, back, high],
    distance(x, y, z) {
      if (z < low || z > high) return 1e3;
      // Voxels come slice by slice.
      if (z !== lastZ) [lastZ, current] = [z, outline(z)];
      const [rx, ry, cy] = current;
      const u = Math.abs(x) / rx;
      const v = Math.abs(y - cy) / ry;
      const least = Math.min(rx, ry);
      // Far from the surface it does not matter how far: an ellipse says less, a box more.
      const round = (Math.sqrt(u * u + v * v) - 1) * least;
      if (round < -far) return round;
      const square = (Math.max(u, v) - 1) * least;
      if (square > far) return square;
      // A little squarer than an ellipse, as people are.
      return ((u ** 2.4 + v ** 2.4) ** (1 / 2.4) - 1) * least;
    },
  };
}

/** The first without the second. */
export function without(shape: Shape, taken: Shape): Shape {
  return {
    ...shape,
    distance: (x, y, z) => Math.max(shape.distance(x, y, z), -taken.distance(x, y, z)),
  };
}

/** Where both are. */
export function common(a: Shape, b: Shape): Shape {
  const pick = (n: 0 | 1 | 2, high: boolean) =>
    high ? Math.min(a.max[n], b.max[n]) : Math.max(a.min[n], b.min[n]);
  return {
    min: [pick(0, false), pick(1, false), pick(2, false)],
    max: [pick(0, true), pick(1, true), pick(2, true)],
    distance: (x, y, z) => Math.max(a.distance(x, y, z), b.distance(x, y, z)),
  };
}

/** Rods through the points. */
export function chain(points: readonly Point[], radius: number, endRadius = radius): Shape[] {
  const last = points.length - 1;
  const at = (n: number) => radius + ((endRadius - radius) * n) / Math.max(1, last);
  return points.slice(1).map((point, n) => rod(points[n]!, point, at(n), at(n + 1)));
}

/** A branching vessel or airway inside a body part; thinner with each branching. */
export function tree(
  random: Random,
  start: Point,
  direction: Point,
  radius: number,
  length: number,
  generations: number,
  within: Shape,
): Shape[] {
  if (generations === 0 || radius < 0.5) return [];
  const jitter = () => (random() - 0.5) * 0.5;
  const d: Point = [direction[0] + jitter(), direction[1] + jitter(), direction[2] + jitter()];
  const norm = Math.hypot(...d) || 1;
  const end: Point = [
    start[0] + (d[0] / norm) * length,
    start[1] + (d[1] / norm) * length,
    start[2] + (d[2] / norm) * length,
  ];
  if (within.distance(...end) > -radius * 2 && generations < 6) return [];
  const branches = random() < 0.3 ? 3 : 2;
  const shapes = [rod(start, end, radius, radius * 0.8)];
  for (let n = 0; n < branches; n++) {
    const spread = () => (random() - 0.5) * 1.7;
    const next: Point = [d[0] / norm + spread(), d[1] / norm + spread(), d[2] / norm + spread()];
    shapes.push(
      ...tree(random, end, next, radius * 0.7, length * (0.7 + random() * 0.2), generations - 1, within),
    );
  }
  return shapes;
}
