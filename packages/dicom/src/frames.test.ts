import { describe, expect, test } from "vitest";
import {
  createStreamParser,
  type DataSetValues,
  dataSetOf,
  readPart10,
  TransferSyntaxes,
  writePart10,
} from "./index.ts";
import { ByteWriter } from "./write/byte-writer.ts";

const soi = [0xff, 0xd8, 0xff, 0xe0];
const more = [0x12, 0x34, 0x56, 0x78];

/** A file whose Pixel Data has the given basic offset table and fragments. */
function file(
  values: DataSetValues,
  table: readonly number[],
  fragments: readonly (readonly number[])[],
): Uint8Array {
  const head = writePart10({
    dataSet: dataSetOf(values),
    transferSyntaxUID: TransferSyntaxes.JPEGBaseline8Bit,
  });
  const writer = new ByteWriter(true);
  writer.put(head);
  writer.put(new Uint8Array([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]));
  const item = (element: number, length: number) => {
    writer.u16(0xfffe);
    writer.u16(element);
    writer.u32(length);
  };
  item(0xe000, table.length * 4);
  for (const offset of table) writer.u32(offset);
  for (const fragment of fragments) {
    item(0xe000, fragment.length);
    writer.put(new Uint8Array(fragment));
  }
  item(0xe0dd, 0);
  return writer.done();
}

function framesOf(bytes: Uint8Array): number[][][] {
  const whole = readPart10(bytes).pixelData!.frames;
  const parser = createStreamParser();
  for (let at = 0; at < bytes.length; at += 5) parser.push(bytes.subarray(at, at + 5));
  expect(parser.end().pixelData!.frames).toEqual(whole);
  return whole.map((pieces) =>
    pieces.map(({ offset, length }) => [...bytes.subarray(offset, offset + length)]),
  );
}

describe("encapsulated frames", () => {
  test("a basic offset table puts fragments together", () => {
    const bytes = file({ NumberOfFrames: 2 }, [0, 24], [soi, more, soi]);
    expect(framesOf(bytes)).toEqual([[soi, more], [soi]]);
  });

  test("one frame takes every fragment", () => {
    expect(framesOf(file({}, [], [soi, more, more]))).toEqual([[soi, more, more]]);
  });

  test("one fragment a frame needs no table", () => {
    expect(framesOf(file({ NumberOfFrames: 2 }, [], [more, more]))).toEqual([[more], [more]]);
  });

  test("several fragments a frame without a table are told by how frames begin", () => {
    expect(framesOf(file({ NumberOfFrames: 2 }, [], [soi, more, more, soi]))).toEqual([
      [soi, more, more],
      [soi],
    ]);
    const rle = [1, 0, 0, 0];
    expect(framesOf(file({ NumberOfFrames: 2 }, [], [rle, rle, more]))).toEqual([[rle], [rle, more]]);
  });

  test("where nothing tells, no frame is named rather than a wrong one", () => {
    expect(framesOf(file({ NumberOfFrames: 2 }, [], [more, more, more]))).toEqual([]);
    expect(framesOf(file({ NumberOfFrames: 3 }, [], [soi, soi]))).toEqual([]);
  });

  test("a table that points nowhere is not believed", () => {
    expect(framesOf(file({ NumberOfFrames: 2 }, [0, 5], [soi, soi]))).toEqual([[soi], [soi]]);
    expect(framesOf(file({ NumberOfFrames: 2 }, [0, 0xfffffff0], [soi, more, soi]))).toEqual([
      [soi, more],
      [soi],
    ]);
  });

  test("an extended offset table says how long frames are", () => {
    const values: DataSetValues = {
      NumberOfFrames: 2,
      ExtendedOffsetTable: new BigUint64Array([0n, 12n]),
      ExtendedOffsetTableLengths: new BigUint64Array([4n, 3n]),
    };
    expect(framesOf(file(values, [], [soi, soi]))).toEqual([[soi], [soi.slice(0, 3)]]);
  });

  test("no fragments, no frames", () => {
    expect(framesOf(file({}, [], []))).toEqual([]);
  });
});

describe("native frames", () => {
  const native = (values: DataSetValues) =>
    readPart10(
      writePart10({ dataSet: dataSetOf(values), transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian }),
    ).pixelData!;
  const places = ({ offset, frames }: ReturnType<typeof native>) =>
    frames.map((pieces) => pieces.map((piece) => [piece.offset - offset, piece.length]));
  const image: DataSetValues = { Rows: 2, Columns: 3, SamplesPerPixel: 1, BitsAllocated: 16 };

  test("by rows, columns, samples and bits", () => {
    expect(places(native({ ...image, NumberOfFrames: 2, PixelData: new Uint16Array(12) }))).toEqual([
      [[0, 12]],
      [[12, 12]],
    ]);
  });

  test("single bits do not begin at bytes", () => {
    const values = { ...image, BitsAllocated: 1, NumberOfFrames: 3, PixelData: new Uint8Array(4) };
    expect(places(native(values))).toEqual([[[0, 1]], [[0, 2]], [[1, 2]]]);
  });

  test("YBR_FULL_422 has two samples a pixel", () => {
    const values = {
      ...image,
      BitsAllocated: 8,
      SamplesPerPixel: 3,
      PhotometricInterpretation: "YBR_FULL_422",
      PixelData: new Uint8Array(12),
    };
    expect(places(native(values))).toEqual([[[0, 12]]]);
  });

  test("frames that are not there are not named", () => {
    expect(
      places(native({ ...image, NumberOfFrames: 1000000, PixelData: new Uint16Array(12) })),
    ).toHaveLength(2);
  });

  test("double float pixels", () => {
    const values = { ...image, NumberOfFrames: 2, DoubleFloatPixelData: new Float64Array(12) };
    expect(places(native(values))).toEqual([[[0, 48]], [[48, 48]]]);
  });
});
