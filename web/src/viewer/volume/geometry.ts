import { numberOf, textOf } from "@isocenter/presentation";
import { message } from "../../words/words.ts";
import type { PlaneName } from "../hanging/protocols.ts";
import { dot, orientationOf, positionOf, spacingOf, subtract, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { tags } from "../model/tags.ts";

/** Parallel slices as one block of values. Axis 0 runs along rows, 1 along columns, 2 from slice to slice. */
export interface VolumeGeometry {
  /** In the order of axis 2. */
  images: readonly StackImage[];
  size: readonly [number, number, number];
  axes: readonly [Vector, Vector, Vector];
  /** Millimetres from pixel to pixel along axes 0 and 1. */
  spacing: readonly [number, number];
  /** Millimetres of each slice along axis 2, from the first. */
  places: readonly number[];
  /** The centre of the first pixel of the first slice. */
  origin: Vector;
}

/** Why slices are no volume, as a message that can be said. */
export interface NoVolume {
  reason: string;
}

const tooFew = message("Planes need at least three parallel slices.");
const unlike = message(
  "These slices differ in size, spacing or direction, so no plane can be cut from them.",
);
const tilted = message("The scanner's gantry was tilted, so planes cut from these slices would be slanted.");
const coloured = message("Planes cannot be cut from colour pictures.");
const uneven = message("Slices are missing from this series, so planes cut from it would be wrong.");

const noVolume = (reason: string): NoVolume => ({ reason });

/** A gap of more than so many times the usual distance is a missing slice. */
const gap = 1.9;

/**
 * The volume that slices make.
 * @param least so many there must be: three for planes to be cut from them
 */
export function volumeOf(images: readonly StackImage[], least = 3): VolumeGeometry | NoVolume {
  const first = images[0];
  const orientation = first && orientationOf(first.attributes);
  if (!first || !orientation || images.length < least) return noVolume(tooFew);
  const { normal } = orientation;
  if (
    (numberOf(first.attributes, tags.SamplesPerPixel) ?? 1) > 1 ||
    textOf(first.attributes, tags.PhotometricInterpretation) === "PALETTE COLOR"
  )
    return noVolume(coloured);
  const shape = shapeOf(first);
  const placed: { image: StackImage; place: number; position: Vector }[] = [];
  for (const image of images) {
    const other = orientationOf(image.attributes);
    const position = positionOf(image.attributes);
    if (!other || !position || shapeOf(image) !== shape) return noVolume(unlike);
    if (dot(other.row, orientation.row) < 0.9999 || dot(other.column, orientation.column) < 0.9999)
      return noVolume(unlike);
    placed.push({ image, place: dot(position, normal), position });
  }
  placed.sort((a, b) => a.place - b.place);
  const start = placed[0]!;
  const spacing = spacingOf(first.attributes);
  for (const { position, place } of placed) {
    const drift = subtract(position, start.position);
    const along = place - start.place;
    const sideways = Math.hypot(
      drift[0] - normal[0] * along,
      drift[1] - normal[1] * along,
      drift[2] - normal[2] * along,
    );
    if (sideways > Math.max(spacing.column, spacing.row)) return noVolume(tilted);
  }
  const places = placed.map(({ place }) => place - start.place);
  const steps = places.slice(1).map((place, index) => place - places[index]!);
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  if (steps.some((step) => step < 1e-3)) return noVolume(unlike);
  if (steps.some((step) => step > usual * gap)) return noVolume(uneven);
  return {
    images: placed.map(({ image }) => image),
    size: [
      numberOf(first.attributes, tags.Columns) ?? 0,
      numberOf(first.attributes, tags.Rows) ?? 0,
      images.length,
    ],
    axes: [orientation.row, orientation.column, normal],
    spacing: [spacing.column, spacing.row],
    places,
    origin: start.position,
  };
}

/** The same of what lies over pictures and is not cut: a single slice is as thick as it says. */
export function layerOf(images: readonly StackImage[]): VolumeGeometry | NoVolume {
  const [slice] = images;
  if (images.length !== 1 || !slice) return volumeOf(images, 2);
  const single = volumeOf(images, 1);
  if ("reason" in single) return single;
  const thickness = numberOf(slice.attributes, tags.SliceThickness) ?? 1;
  const normal = single.axes[2];
  // Twice the same, a quarter of the thickness to each side: half a step beyond still belongs to it.
  const origin = single.origin.map(
    (part, axis) => part - (normal[axis]! * thickness) / 4,
  ) as unknown as Vector;
  return {
    ...single,
    images: [slice, slice],
    size: [single.size[0], single.size[1], 2],
    places: [0, thickness / 2],
    origin,
  };
}

function shapeOf({ attributes }: StackImage): string {
  const spacing = spacingOf(attributes);
  return [
    numberOf(attributes, tags.Rows),
    numberOf(attributes, tags.Columns),
    spacing.row.toFixed(5),
    spacing.column.toFixed(5),
    spacing.source === "patient",
  ].join();
}

type Axis = 0 | 1 | 2;

/** How a plane lies in the volume: which axis runs to the right, which down and which from plane to plane, and which way. */
export interface Cut {
  right: Axis;
  down: Axis;
  through: Axis;
  /** 1 or -1 by axis: -1 where the picture, or the stack of planes, runs against it. */
  signs: readonly [number, number, number];
}

/** Where the screen's right and bottom, and the next plane of the stack, point to. */
const wanted: Readonly<Record<PlaneName, readonly [right: Vector, down: Vector, next: Vector]>> = {
  axial: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, -1],
  ],
  coronal: [
    [1, 0, 0],
    [0, 0, -1],
    [0, 1, 0],
  ],
  sagittal: [
    [0, 1, 0],
    [0, 0, -1],
    [1, 0, 0],
  ],
};

/** The cut along the volume's own axes that comes nearest to a plane; a volume that lies aslant is not turned. */
export function cutFor({ axes }: VolumeGeometry, plane: PlaneName): Cut {
  const signs: [number, number, number] = [1, 1, 1];
  const taken = new Set<Axis>();
  const nearest = (direction: Vector): Axis => {
    const free = ([0, 1, 2] as const).filter((axis) => !taken.has(axis));
    const best = free.reduce((a, b) =>
      Math.abs(dot(axes[b], direction)) > Math.abs(dot(axes[a], direction)) ? b : a,
    );
    taken.add(best);
    signs[best] = dot(axes[best], direction) < 0 ? -1 : 1;
    return best;
  };
  const [rightwards, downwards, next] = wanted[plane];
  const right = nearest(rightwards);
  const down = nearest(downwards);
  return { right, down, through: nearest(next), signs };
}

/** Millimetres along the axes at which a cut has its columns, its rows and its planes; the slices' axis is sampled as finely as the pixels. */
export function samplesOf(
  { size, spacing, places }: VolumeGeometry,
  { through }: Cut,
): [number[], number[], number[]] {
  const grid = (axis: 0 | 1) => Array.from({ length: size[axis] }, (_, i) => i * spacing[axis]);
  const step = Math.min(...spacing);
  const extent = places.at(-1)!;
  const along =
    through === 2
      ? [...places]
      : Array.from({ length: Math.floor(extent / step + 1e-6) + 1 }, (_, i) => i * step);
  return [grid(0), grid(1), along];
}
