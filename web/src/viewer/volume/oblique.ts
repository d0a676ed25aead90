import type { PlaneName } from "../hanging/protocols.ts";
import { dot, subtract, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { cutFor, type VolumeGeometry } from "./geometry.ts";
import { type LoadSlices, planeImage } from "./planes.ts";
import { combine, like, type Slab } from "./reslice.ts";

/** A plane that is turned freely: where its picture's right and bottom and the next plane point to, and a point that lies on one of the stack. */
export interface Turn {
  right: Vector;
  down: Vector;
  next: Vector;
  centre: Vector;
  /** While the lines are dragged: that one plane alone. */
  draft?: true;
}

/** Pixels along each side at most; half as many while a plane is dragged. */
const mostPixels = 512;
/** More planes than a person scrolls through. */
const mostPlanes = 2000;
/** How much larger than the volume's longest side a picture is, so that the corners of what is turned are seen. */
const margin = 1.1;

/** So many have been made: each is another, also where it lies as one before. */
let stacks = 0;

const along = (from: Vector, direction: Vector, length: number): Vector => [
  from[0] + direction[0] * length,
  from[1] + direction[1] * length,
  from[2] + direction[2] * length,
];

/** Millimetres of a volume along its axes. */
const extentsOf = ({ size, spacing, places }: VolumeGeometry): [number, number, number] => [
  (size[0] - 1) * spacing[0],
  (size[1] - 1) * spacing[1],
  places.at(-1)!,
];

function middleOf(volume: VolumeGeometry): Vector {
  return extentsOf(volume).reduce(
    (place: Vector, extent, axis) => along(place, volume.axes[axis]!, extent / 2),
    volume.origin,
  );
}

/** How far a volume reaches along a direction to both sides of a point. */
function reachOf(volume: VolumeGeometry, from: Vector, direction: Vector): [number, number] {
  const middle = dot(subtract(middleOf(volume), from), direction);
  const half = extentsOf(volume).reduce(
    (sum, extent, axis) => sum + (extent / 2) * Math.abs(dot(volume.axes[axis]!, direction)),
    0,
  );
  return [middle - half, middle + half];
}

/** The stack of planes that lie as `turn` says, one of them through its centre. All have one size, so that nothing jumps while they are turned. */
export function turnedPlanesOf(
  volume: VolumeGeometry,
  plane: PlaneName,
  slab: Slab,
  turn: Turn,
  load: LoadSlices,
): StackImage[] {
  const { right, down, next, centre } = turn;
  const side = Math.max(...extentsOf(volume)) * margin;
  const finest = Math.min(...volume.spacing);
  const most = turn.draft ? mostPixels / 2 : mostPixels;
  const pixels = Math.max(2, Math.min(most, Math.round(side / finest)));
  const spacing = side / pixels;
  const step = finest;
  const [from, to] = turn.draft ? [0, 0] : reachOf(volume, centre, next);
  const first = Math.max(Math.ceil(from / step), -mostPlanes / 2);
  const last = Math.min(Math.floor(to / step), mostPlanes / 2);
  const turned = degreesBetween(next, straight(volume, plane));
  const middle = middleOf(volume);
  const stack = ++stacks;
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const place = along(centre, next, (first + index) * step);
    // The middle of the picture is what lies before the middle of the volume.
    const midst = along(middle, next, dot(subtract(place, middle), next));
    const position = along(
      along(midst, right, ((1 - pixels) / 2) * spacing),
      down,
      ((1 - pixels) / 2) * spacing,
    );
    return planeImage({
      volume,
      key: `${plane}/${slab.mode}/${slab.thickness}/turned ${stack}/${first + index}`,
      size: [pixels, pixels],
      spacing: [spacing, spacing],
      axes: [right, down],
      position,
      thickness: Math.max(slab.thickness, step),
      slab,
      turned,
      pixels: async () => {
        const slices = await load();
        const grid = { position, right, down, next, spacing, pixels };
        return like(slices[0]!, slabOf(volume, slices, grid, slab, step));
      },
    });
  });
}

function straight(volume: VolumeGeometry, plane: PlaneName): Vector {
  const { through, signs } = cutFor(volume, plane);
  return volume.axes[through].map((part) => part * signs[through]) as unknown as Vector;
}

/** Of two planes, whichever way their stacks are counted. */
const degreesBetween = (a: Vector, b: Vector): number =>
  Math.round((Math.acos(Math.min(1, Math.abs(dot(a, b)))) * 180) / Math.PI);

interface Grid {
  position: Vector;
  right: Vector;
  down: Vector;
  next: Vector;
  spacing: number;
  pixels: number;
}

type Slices = readonly ArrayLike<number>[];

function slabOf(
  volume: VolumeGeometry,
  slices: Slices,
  grid: Grid,
  { mode, thickness }: Slab,
  step: number,
): Float32Array<ArrayBuffer> {
  const beside = Math.floor(thickness / 2 / step + 1e-6);
  const outside = leastOf(slices);
  const result = new Float32Array(grid.pixels ** 2);
  for (let layer = -beside; layer <= beside; layer++) {
    const position = along(grid.position, grid.next, layer * step);
    combine(result, sample(volume, slices, { ...grid, position }, outside), mode, layer + beside);
  }
  if (mode === "average" && beside > 0) for (let i = 0; i < result.length; i++) result[i]! /= 2 * beside + 1;
  return result;
}

const least = new WeakMap<Slices, number>();

/** What stands where there is no volume: its lowest value, air in a tomogram. */
function leastOf(slices: Slices): number {
  let found = least.get(slices);
  if (found === undefined) {
    found = Number.POSITIVE_INFINITY;
    for (const slice of slices) for (let i = 0; i < slice.length; i += 7) found = Math.min(found, slice[i]!);
    least.set(slices, found);
  }
  return found;
}

/** Values of a plane between the volume's own pixels in all three directions. */
function sample(
  volume: VolumeGeometry,
  slices: Slices,
  { position, right, down, spacing, pixels }: Grid,
  outside: number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(pixels * pixels).fill(outside);
  const [width, height, depth] = volume.size;
  const from = subtract(position, volume.origin);
  const units = [volume.spacing[0], volume.spacing[1], 1] as const;
  const start = volume.axes.map((axis, n) => dot(from, axis) / units[n]!) as [number, number, number];
  const across = volume.axes.map((axis, n) => (dot(right, axis) * spacing) / units[n]!) as typeof start;
  const below = volume.axes.map((axis, n) => (dot(down, axis) * spacing) / units[n]!) as typeof start;
  const sliceAt = sliceFinder(volume.places);
  for (let row = 0, at = 0; row < pixels; row++) {
    for (let column = 0; column < pixels; column++, at++) {
      const x = start[0] + column * across[0] + row * below[0];
      const y = start[1] + column * across[1] + row * below[1];
      if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) continue;
      const z = sliceAt(start[2] + column * across[2] + row * below[2]);
      if (!(z >= 0)) continue;
      const left = x < 0 ? 0 : x > width - 1 ? width - 1 : Math.floor(x);
      const top = y < 0 ? 0 : y > height - 1 ? height - 1 : Math.floor(y);
      const near = Math.floor(z);
      const [dx, dy, dz] = [Math.max(0, x - left), Math.max(0, y - top), z - near];
      const step = left < width - 1 ? 1 : 0;
      const line = top < height - 1 ? width : 0;
      const cell = top * width + left;
      const slice = slices[near]!;
      let value = between(slice, cell, step, line, dx, dy);
      if (dz > 0 && near < depth - 1)
        value += dz * (between(slices[near + 1]!, cell, step, line, dx, dy) - value);
      values[at] = value;
    }
  }
  return values;
}

function between(
  slice: ArrayLike<number>,
  cell: number,
  step: number,
  line: number,
  dx: number,
  dy: number,
): number {
  const above = slice[cell]! + dx * (slice[cell + step]! - slice[cell]!);
  const below = slice[cell + line]! + dx * (slice[cell + line + step]! - slice[cell + line]!);
  return above + dy * (below - above);
}

/** From millimetres along the slices' axis to how many slices on that is, as a fraction; NaN beyond them. */
function sliceFinder(places: readonly number[]): (place: number) => number {
  const last = places.length - 1;
  const usual = places[last]! / last;
  const half = usual / 2;
  const isEven = places.every((place, n) => Math.abs(place - n * usual) < usual / 100);
  return (place) => {
    // Half a slice beyond the first and the last still belongs to them.
    if (place < -half || place > places[last]! + half) return Number.NaN;
    if (place <= 0) return 0;
    if (place >= places[last]!) return last;
    if (isEven) return Math.min(last, place / usual);
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (places[middle]! <= place) low = middle;
      else high = middle;
    }
    return low + (place - places[low]!) / (places[high]! - places[low]!);
  };
}
