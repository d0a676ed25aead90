import { Tags } from "../dictionary.ts";
import { DicomError } from "../errors.ts";
import type { ParsedObject } from "../model.ts";
import { number, text } from "../values.ts";

/** A rectangle in pixels, from the upper left corner of each frame. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Blackout {
  /** The bytes of native Pixel Data that stand at `offset` in it, blackened where a region is; a copy where something changes. */
  apply(bytes: Uint8Array, offset: number): Uint8Array;
}

const refuse = (why: string): never => {
  throw new DicomError("invalid-value", `${why}: regions of these pixels cannot be blackened`);
};

/** The colour of nothing, by sample: black, which is the highest value of MONOCHROME1. */
function blackOf(photometric: string, bitsStored: number, signed: boolean): number[] {
  if (photometric === "MONOCHROME1") return [signed ? 2 ** (bitsStored - 1) - 1 : 2 ** bitsStored - 1];
  if (photometric === "MONOCHROME2") return [signed ? 2 ** 16 - 2 ** (bitsStored - 1) : 0];
  if (photometric === "RGB") return [0, 0, 0];
  if (photometric === "YBR_FULL") return [0, 128, 128];
  return refuse(`they are ${photometric || "of no known photometric interpretation"}`);
}

/**
 * Regions of native pixels (PS3.5 8.1.1) as something to be run over their bytes. Throws `DicomError` where pixels are compressed, packed, or have colours
 * from a palette.
 */
export function blackoutOf(
  { dataSet, pixelData, transferSyntaxUID }: ParsedObject,
  regions: readonly Region[],
): Blackout {
  if (pixelData === null) return { apply: (bytes) => bytes };
  if (pixelData.encapsulated) refuse(`they are compressed (${transferSyntaxUID})`);
  const value = (tag: number, missing: number) => number(dataSet, tag) ?? missing;
  const rows = value(Tags.Rows, 0);
  const columns = value(Tags.Columns, 0);
  const samples = value(Tags.SamplesPerPixel, 1);
  const bits = value(Tags.BitsAllocated, 0);
  if ((bits !== 8 && bits !== 16) || pixelData.tag !== Tags.PixelData || rows * columns === 0)
    refuse(`they have ${bits} bits`);
  if (bits === 8 && pixelData.vr === "OW" && !dataSet.littleEndian)
    refuse("their bytes stand in swapped pairs");
  const photometric = text(dataSet, Tags.PhotometricInterpretation) ?? "";
  const signed = value(Tags.PixelRepresentation, 0) === 1;
  const black = blackOf(photometric, value(Tags.BitsStored, bits), signed);
  if (black.length !== samples) refuse(`they have ${samples} samples`);
  const width = bits / 8;
  const bySample = samples > 1 && value(Tags.PlanarConfiguration, 0) === 1;
  const frameSamples = rows * columns * samples;
  const little = dataSet.littleEndian;
  const inside = (row: number, column: number) =>
    regions.some(
      ({ x, y, width, height }) => column >= x && column < x + width && row >= y && row < y + height,
    );
  const rowBytes = columns * width * (bySample ? 1 : samples);
  const touched = (row: number) => regions.some(({ y, height }) => row >= y && row < y + height);
  return {
    apply(bytes, offset) {
      const changed = bytes.slice();
      for (let i = 0; i < bytes.length; ) {
        const index = Math.floor((offset + i) / rowBytes);
        const end = Math.min(bytes.length, (index + 1) * rowBytes - offset);
        if (touched(index % rows)) for (; i < end; i++) blacken(changed, i, offset + i);
        i = end;
      }
      return changed;
    },
  };

  function blacken(bytes: Uint8Array, i: number, position: number): void {
    const sample = Math.floor(position / width) % frameSamples;
    const pixel = bySample ? sample % (rows * columns) : Math.floor(sample / samples);
    if (!inside(Math.floor(pixel / columns), pixel % columns)) return;
    const component = black[bySample ? Math.floor(sample / (rows * columns)) : sample % samples]!;
    const byte = position % width;
    const shift = width === 1 ? 0 : (little ? byte : 1 - byte) * 8;
    // Bits above those stored may be an overlay of old; they are blackened too
    bytes[i] = (component >> shift) & 0xff;
  }
}
