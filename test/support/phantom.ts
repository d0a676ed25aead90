import { type Attributes, ctInstance, type MadeInstance } from "./instances.ts";

/** Blocks of the phantom in each direction, and pixels of a block in each. */
export const phantomBlocks = 4;
const blockPixels = 64;

/** Hounsfield units of a block of the phantom's image `number`, from 1. Each block of each image has its own. */
export function phantomValue(number: number, row: number, column: number): number {
  return -140 + 28 * (row * phantomBlocks + column) + 5 * (number - 1);
}

/** A stack of CT images of 4 × 4 blocks of 64 × 64 pixels, each block of one known value. */
export function phantomSeries(count: number, attributes: Attributes = {}): MadeInstance[] {
  return Array.from({ length: count }, (_, index) => phantomImage(index + 1, attributes));
}

function phantomImage(number: number, attributes: Attributes): MadeInstance {
  const size = phantomBlocks * blockPixels;
  const pixels = new DataView(new ArrayBuffer(size * size * 2));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = phantomValue(number, Math.floor(y / blockPixels), Math.floor(x / blockPixels));
      pixels.setUint16((y * size + x) * 2, value + 1024, true);
    }
  }
  return ctInstance({
    Rows: size,
    Columns: size,
    InstanceNumber: number,
    RescaleIntercept: "-1024",
    RescaleSlope: "1",
    RescaleType: "HU",
    ImageOrientationPatient: ["1", "0", "0", "0", "1", "0"],
    ImagePositionPatient: ["0", "0", String(-5 * number)],
    BodyPartExamined: "ABDOMEN",
    PixelData: new Uint8Array(pixels.buffer),
    ...attributes,
  });
}
