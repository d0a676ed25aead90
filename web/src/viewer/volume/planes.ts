import type { PlaneName } from "../hanging/protocols.ts";
import { numberOf } from "../model/dicom-json.ts";
import type { Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
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
  const base = volume.images[volume.images.length >> 1]!;
  const step = (axis: 0 | 1 | 2) => (samples[axis].length > 1 ? samples[axis][1]! - samples[axis][0]! : 1);
  const direction = (axis: 0 | 1 | 2) => volume.axes[axis].map((part) => part * cut.signs[axis]);
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
    const {
      [tags.InstanceNumber]: _number,
      [tags.SOPInstanceUID]: _uid,
      [tags.PatientOrientation]: _letters,
      ...common
    } = base.attributes;
    const thin =
      cut.through === 2 ? (numberOf(base.attributes, tags.SliceThickness) ?? step(2)) : step(cut.through);
    const attributes = {
      ...common,
      [tags.Rows]: numbers("US", samples[cut.down].length),
      [tags.Columns]: numbers("US", samples[cut.right].length),
      [tags.PixelSpacing]: numbers("DS", step(cut.down), step(cut.right)),
      [tags.ImageOrientationPatient]: numbers("DS", ...direction(cut.right), ...direction(cut.down)),
      [tags.ImagePositionPatient]: numbers("DS", ...position),
      [tags.SliceThickness]: numbers("DS", Math.max(slab.thickness, thin)),
    };
    return {
      ...base,
      sopInstanceUid: "",
      instanceNumber: undefined,
      frameNumber: 1,
      numberOfFrames: 1,
      attributes,
      reformat: {
        key: `${base.seriesInstanceUid}/${plane}/${slab.mode}/${slab.thickness}/${index}`,
        slab,
        pixels: async () => reslice({ volume, slices: await load() }, cut, index, slab),
      },
    };
  });
}
