import { numberOf } from "@isocenter/presentation";
import type { PlaneName } from "../hanging/protocols.ts";
import type { Vector } from "../model/geometry.ts";
import type { Reformat, StackImage } from "../model/image.ts";
import { tags } from "../model/tags.ts";
import { cutFor, samplesOf, type VolumeGeometry } from "./geometry.ts";
import { reslice, type Slab } from "./reslice.ts";

/** The pixels of a volume's slices, in its order. */
export type LoadSlices = () => Promise<readonly ArrayLike<number>[]>;

const numbers = (vr: string, ...Value: number[]) => ({ vr, Value });

/** The stack of planes cut through a volume: pictures like those of a scanner, made when they are looked at. */
export function planesOf(
  volume: VolumeGeometry,
  plane: PlaneName,
  slab: Slab,
  load: LoadSlices,
): StackImage[] {
  const cut = cutFor(volume, plane);
  const samples = samplesOf(volume, cut);
  const base = baseOf(volume);
  const step = (axis: 0 | 1 | 2) => (samples[axis].length > 1 ? samples[axis][1]! - samples[axis][0]! : 1);
  const direction = (axis: 0 | 1 | 2) =>
    volume.axes[axis].map((part) => part * cut.signs[axis]) as unknown as Vector;
  /** Millimetres along an axis of the n-th sample in the order of the cut. */
  const placeAt = (axis: 0 | 1 | 2, n: number) =>
    samples[axis][cut.signs[axis] < 0 ? samples[axis].length - 1 - n : n]!;
  return samples[cut.through].map((_, index) => {
    const along: [number, number, number] = [0, 0, 0];
    along[cut.right] = placeAt(cut.right, 0);
    along[cut.down] = placeAt(cut.down, 0);
    along[cut.through] = placeAt(cut.through, index);
    const position = ([0, 1, 2] as const).map(
      (part) =>
        volume.origin[part] +
        volume.axes[0][part] * along[0] +
        volume.axes[1][part] * along[1] +
        volume.axes[2][part] * along[2],
    ) as unknown as Vector;
    const thin =
      cut.through === 2 ? (numberOf(base.attributes, tags.SliceThickness) ?? step(2)) : step(cut.through);
    return planeImage({
      volume,
      key: `${plane}/${slab.mode}/${slab.thickness}/${index}`,
      size: [samples[cut.right].length, samples[cut.down].length],
      spacing: [step(cut.right), step(cut.down)],
      axes: [direction(cut.right), direction(cut.down)],
      position,
      thickness: Math.max(slab.thickness, thin),
      slab,
      pixels: async () => reslice({ volume, slices: await load() }, cut, index, slab),
    });
  });
}

/** The slice that a plane has all from that is not its own. */
const baseOf = ({ images }: VolumeGeometry): StackImage => images[images.length >> 1]!;

interface PlaneDescription {
  volume: VolumeGeometry;
  /** What tells it apart from the other planes of the volume. */
  key: string;
  size: readonly [columns: number, rows: number];
  /** Millimetres from column to column, and from row to row. */
  spacing: readonly [column: number, row: number];
  axes: readonly [right: Vector, down: Vector];
  /** The centre of the first pixel. */
  position: Vector;
  thickness: number;
  slab: Slab;
  turned?: number;
  pixels: Reformat["pixels"];
}

/** A picture cut from a volume: of its series and patient, and no instance of the archive. */
export function planeImage({ volume, key, slab, turned, pixels, ...plane }: PlaneDescription): StackImage {
  const base = baseOf(volume);
  const {
    [tags.InstanceNumber]: _number,
    [tags.SOPInstanceUID]: _uid,
    [tags.PatientOrientation]: _letters,
    ...common
  } = base.attributes;
  const attributes = {
    ...common,
    [tags.Rows]: numbers("US", plane.size[1]),
    [tags.Columns]: numbers("US", plane.size[0]),
    [tags.PixelSpacing]: numbers("DS", plane.spacing[1], plane.spacing[0]),
    [tags.ImageOrientationPatient]: numbers("DS", ...plane.axes[0], ...plane.axes[1]),
    [tags.ImagePositionPatient]: numbers("DS", ...plane.position),
    [tags.SliceThickness]: numbers("DS", plane.thickness),
  };
  return {
    ...base,
    sopInstanceUid: "",
    instanceNumber: undefined,
    frameNumber: 1,
    numberOfFrames: 1,
    attributes,
    reformat: {
      key: `${base.seriesInstanceUid}/${key}`,
      slab,
      ...(turned === undefined ? {} : { turned }),
      pixels,
    },
  };
}
