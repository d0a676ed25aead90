import { expandSegments, lookupTable, rememberTableData } from "@isocenter/presentation";
import { describe, expect, it } from "vitest";
import { dataSet } from "../model/data-set.fixture.ts";
import { tablesToFetch } from "../model/lookup-table.ts";
import { applyPalette, toRgb } from "./color.ts";
import { describePixels, transferSyntaxOf } from "./description.ts";
import { applyModality, maskUnusedBits, modalityTransformOf, unpackBits } from "./gray.ts";
import {
  actualJpegSyntax,
  libjpegConvertsColor,
  readJpegHeader,
  withoutColorTransform,
} from "./jpeg-header.ts";
import { decodeRle } from "./rle.ts";
import { paddingOf, statisticsOf } from "./statistics.ts";

const describeWith = (values: Parameters<typeof dataSet>[0]) => describePixels(dataSet(values));

describe("grey values", () => {
  it("become units by a line, in the smallest type that holds them exactly", () => {
    const ct = { kind: "linear", slope: 1, intercept: -1024 } as const;
    expect(applyModality(new Uint16Array([0, 1024, 4095]), ct)).toEqual(new Int16Array([-1024, 0, 3071]));
    expect(applyModality(new Uint16Array([0, 65535]), { kind: "linear", slope: 1, intercept: 0 })).toEqual(
      new Uint16Array([0, 65535]),
    );
    expect(applyModality(new Int16Array([-2, 3]), { kind: "linear", slope: 0.5, intercept: 0 })).toEqual(
      new Float32Array([-1, 1.5]),
    );
    expect(applyModality(new Float32Array([0.25, 2]), { kind: "linear", slope: 1, intercept: 0 })).toEqual(
      new Float32Array([0.25, 2]),
    );
  });

  it("become units by a table, whose ends go on", () => {
    const table = dataSet({ LUTDescriptor: [3, 10, 16], LUTData: [100, 200, 300] });
    const transform = modalityTransformOf(dataSet({ ModalityLUTSequence: [table] }));
    expect(applyModality(new Uint16Array([0, 10, 11, 12, 99]), transform)).toEqual(
      new Uint16Array([100, 100, 200, 300, 300]),
    );
  });

  it("of an angiogram that is logarithmic are shown as they are stored", () => {
    const table = dataSet({ LUTDescriptor: [3, 0, 8], LUTData: [100, 200, 300] });
    const of = (PixelIntensityRelationship: string) =>
      modalityTransformOf(
        dataSet({
          SOPClassUID: "1.2.840.10008.5.1.4.1.1.12.1",
          PixelIntensityRelationship,
          ModalityLUTSequence: [table],
        }),
      ).kind;
    expect([of("LOG"), of("DISP"), of("LIN")]).toEqual(["linear", "linear", "table"]);
  });

  it("of a dose are scaled by its grid", () => {
    expect(modalityTransformOf(dataSet({ DoseGridScaling: 0.001 }))).toEqual({
      kind: "linear",
      slope: 0.001,
      intercept: 0,
    });
  });

  it("lose bits that do not belong to them", () => {
    const twelve = describeWith({ BitsAllocated: 16, BitsStored: 12, HighBit: 11 });
    expect(maskUnusedBits(new Uint8Array([0xff, 0xff, 0x01, 0x10]), twelve)).toEqual(
      new Uint8Array([0xff, 0x0f, 0x01, 0x00]),
    );
    const high = describeWith({ BitsAllocated: 16, BitsStored: 12, HighBit: 15 });
    expect(maskUnusedBits(new Uint8Array([0xf5, 0xff]), high)).toEqual(new Uint8Array([0xff, 0x0f]));
    const whole = describeWith({ BitsAllocated: 16, BitsStored: 16, HighBit: 15 });
    const bytes = new Uint8Array([1, 2]);
    expect(maskUnusedBits(bytes, whole)).toBe(bytes);
  });

  it("of one bit begin in the lowest bit", () => {
    expect(unpackBits(new Uint8Array([0b00000101, 0b1]), 9)).toEqual(
      new Uint8Array([1, 0, 1, 0, 0, 0, 0, 0, 1]),
    );
  });

  it("tables of 8 bits may stand in cells of 16", () => {
    const inline = (bits: number, base64: string) => ({
      "00283002": { vr: "US", Value: [2, 0, bits] },
      "00283006": { vr: "OW", InlineBinary: base64 },
    });
    expect([...Array.from(lookupTable(inline(8, "AQI="), "00283002", "00283006")!.values)]).toEqual([1, 2]);
    expect([...Array.from(lookupTable(inline(8, "AQACAA=="), "00283002", "00283006")!.values)]).toEqual([
      1, 2,
    ]);
    expect([...Array.from(lookupTable(inline(16, "AAECAA=="), "00283002", "00283006")!.values)]).toEqual([
      256, 2,
    ]);
  });
});

describe("tables kept apart", () => {
  it("are asked for once, and then read", () => {
    const table = {
      "00283002": { vr: "US", Value: [2, 5, 16] },
      "00283006": { vr: "OW", BulkDataURI: "bulk/1" },
    };
    const attributes = { "00283010": { vr: "SQ", Value: [table] } };
    expect(tablesToFetch(attributes)).toMatchObject([{ dataSet: table, uri: "bulk/1" }]);
    expect(lookupTable(table, "00283002", "00283006")).toBeUndefined();
    rememberTableData(table, "00283006", new Uint8Array([1, 0, 2, 0]));
    expect(tablesToFetch(attributes)).toEqual([]);
    expect(lookupTable(table, "00283002", "00283006")).toEqual({
      first: 5,
      values: new Uint16Array([1, 2]),
      maximum: 65535,
    });
  });
});

describe("statistics", () => {
  it("leave padding out", () => {
    const pixels = new Int16Array([-2000, 0, 10, 20, 30]);
    const attributes = dataSet({ PixelPaddingValue: -976, RescaleSlope: 1, RescaleIntercept: -1024 });
    const padding = paddingOf(attributes, modalityTransformOf(attributes))!;
    expect(padding).toEqual({ low: -2000, high: -2000 });
    const statistics = statisticsOf(pixels, padding);
    expect([statistics.min, statistics.max]).toEqual([0, 30]);
    expect(statistics.percentile(0)).toBe(0);
    expect(statistics.percentile(1)).toBeCloseTo(30);
    expect(statistics.percentile(0.5)).toBeCloseTo(10, 1);
  });

  it("count padding where there is nothing else", () => {
    expect(statisticsOf(new Int16Array([5, 5]), { low: 5, high: 5 }).min).toBe(5);
    expect(statisticsOf(new Int16Array([]), undefined).max).toBe(0);
  });
});

describe("colours", () => {
  const description = describeWith({
    Rows: 1,
    Columns: 2,
    SamplesPerPixel: 3,
    BitsAllocated: 8,
    BitsStored: 8,
  });

  it("lie by pixel or by plane", () => {
    const expected = new Uint8Array([1, 2, 3, 4, 5, 6]);
    expect(toRgb(new Uint8Array([1, 2, 3, 4, 5, 6]), description, "RGB", false)).toEqual(expected);
    expect(toRgb(new Uint8Array([1, 4, 2, 5, 3, 6]), description, "RGB", true)).toEqual(expected);
  });

  it("come from YBR_FULL and its halved form", () => {
    expect(toRgb(new Uint8Array([76, 85, 255, 255, 128, 128]), description, "YBR_FULL", false)).toEqual(
      new Uint8Array([254, 0, 0, 255, 255, 255]),
    );
    expect(toRgb(new Uint8Array([255, 0, 128, 128]), description, "YBR_FULL_422", false)).toEqual(
      new Uint8Array([255, 255, 255, 0, 0, 0]),
    );
  });

  it("are refused when pixels are missing", () => {
    expect(() => toRgb(new Uint8Array(3), description, "RGB", false)).toThrow("fewer pixels");
  });

  it("of 16 bits keep their upper eight", () => {
    const deep = { ...description, bitsAllocated: 16, bitsStored: 16, columns: 1 };
    expect(toRgb(new Uint16Array([0xffff, 0x8000, 0xff]), deep, "RGB", false)).toEqual(
      new Uint8Array([255, 128, 0]),
    );
  });

  it("come from a palette, whose ends go on and whose entries may be of 16 bits", () => {
    const palette = { first: 1, red: [0, 65535], green: [256, 512], blue: [0, 0], bits: 16 };
    expect(applyPalette([0, 1, 2, 9], 4, palette)).toEqual(
      new Uint8Array([0, 1, 0, 0, 1, 0, 255, 2, 0, 255, 2, 0]),
    );
  });

  it("come from a palette in segments", () => {
    // Two values, then a line of four steps to 100, then both again.
    const segments = [0, 2, 10, 20, 1, 4, 100, 2, 2, 0, 0];
    expect([...expandSegments(segments, 12)]).toEqual([10, 20, 40, 60, 80, 100, 10, 20, 40, 60, 80, 100]);
    expect([...expandSegments([0, 1, 7], 3)]).toEqual([7, 7, 7]);
  });
});

describe("RLE", () => {
  function frame(...segments: number[][]): Uint8Array {
    const header = new Uint8Array(64);
    const view = new DataView(header.buffer);
    view.setUint32(0, segments.length, true);
    let offset = 64;
    segments.forEach((segment, index) => {
      view.setUint32(4 + index * 4, offset, true);
      offset += segment.length;
    });
    return new Uint8Array([...header, ...segments.flat()]);
  }

  it("copies and repeats, the most significant byte first", () => {
    const description = describeWith({ Rows: 1, Columns: 4, BitsAllocated: 16 });
    // 257 - 254 = 3 repeats of 1, then one literal 2; below 4 literal bytes.
    const bytes = frame([254, 1, 0, 2], [3, 10, 11, 12, 13]);
    expect(decodeRle(bytes, description)).toEqual(new Uint16Array([0x010a, 0x010b, 0x010c, 0x020d]));
  });

  it("goes back to pixels from colour planes", () => {
    const description = describeWith({ Rows: 1, Columns: 2, BitsAllocated: 8, SamplesPerPixel: 3 });
    expect(decodeRle(frame([1, 1, 2], [1, 3, 4], [255, 5]), description)).toEqual(
      new Uint8Array([1, 3, 5, 2, 4, 5]),
    );
  });

  it("never writes behind the picture, and refuses a header that lies", () => {
    const description = describeWith({ Rows: 1, Columns: 2, BitsAllocated: 8 });
    expect(decodeRle(frame([129, 7]), description)).toEqual(new Uint8Array([7, 7]));
    expect(() => decodeRle(frame([0, 1], [0, 1]), description)).toThrow("segments");
    const lying = frame([0, 1]);
    new DataView(lying.buffer).setUint32(4, 9999, true);
    expect(() => decodeRle(lying, description)).toThrow("outside");
    expect(() => decodeRle(new Uint8Array(10), description)).toThrow("cut off");
  });
});

describe("JPEG streams", () => {
  const stream = (...parts: number[][]) => new Uint8Array([0xff, 0xd8, ...parts.flat()]);
  const jfif = [0xff, 0xe0, 0, 7, 0x4a, 0x46, 0x49, 0x46, 0];
  const adobe = (transform: number) => [
    0xff,
    0xee,
    0,
    14,
    0x41,
    0x64,
    0x6f,
    0x62,
    0x65,
    0,
    100,
    0,
    0,
    0,
    0,
    transform,
  ];
  const startOfFrame = (marker: number, precision: number, ids: number[]) => {
    const components = ids.flatMap((id) => [id, 0x11, 0]);
    return [0xff, marker, 0, 8 + components.length, precision, 0, 1, 0, 1, ids.length, ...components];
  };

  it("tell their process, whatever the transfer syntax says", () => {
    const header = readJpegHeader(stream(jfif, startOfFrame(0xc0, 8, [1])))!;
    expect(header).toEqual({
      process: 0,
      precision: 8,
      componentIds: [1],
      hasJfif: true,
      adobeTransform: undefined,
    });
    expect(actualJpegSyntax("1.2.840.10008.1.2.4.70", header)).toBe("1.2.840.10008.1.2.4.50");
    const lossless = readJpegHeader(stream(startOfFrame(0xc3, 16, [1])));
    expect(actualJpegSyntax("1.2.840.10008.1.2.4.50", lossless)).toBe("1.2.840.10008.1.2.4.57");
    const extended = readJpegHeader(stream(startOfFrame(0xc1, 12, [1])));
    expect(actualJpegSyntax("1.2.840.10008.1.2.4.50", extended)).toBe("1.2.840.10008.1.2.4.51");
    expect(actualJpegSyntax("1.2.840.10008.1.2.4.90", header)).toBe("1.2.840.10008.1.2.4.90");
    expect(readJpegHeader(new Uint8Array([1, 2, 3]))).toBeUndefined();
    expect(readJpegHeader(stream(jfif))).toBeUndefined();
  });

  it("tell whether their colours are transformed", () => {
    const converts = (...parts: number[][]) => libjpegConvertsColor(readJpegHeader(stream(...parts))!);
    expect(converts(startOfFrame(0xc0, 8, [1, 2, 3]))).toBe(true);
    expect(converts(startOfFrame(0xc0, 8, [0x52, 0x47, 0x42]))).toBe(false);
    expect(converts(adobe(0), startOfFrame(0xc0, 8, [1, 2, 3]))).toBe(false);
    expect(converts(adobe(1), startOfFrame(0xc0, 8, [1, 2, 3]))).toBe(true);
    expect(converts(jfif, adobe(0), startOfFrame(0xc0, 8, [1, 2, 3]))).toBe(true);
    const marked = withoutColorTransform(stream(startOfFrame(0xc0, 8, [1, 2, 3])));
    expect(libjpegConvertsColor(readJpegHeader(marked)!)).toBe(false);
  });
});

describe("the transfer syntax of a frame", () => {
  it("is what the part says, else what its media type stands for", () => {
    expect(transferSyntaxOf("1.2.840.10008.1.2.4.81", "image/jls")).toBe("1.2.840.10008.1.2.4.81");
    expect(transferSyntaxOf(undefined, "image/jls")).toBe("1.2.840.10008.1.2.4.80");
    expect(transferSyntaxOf(undefined, "application/octet-stream")).toBe("1.2.840.10008.1.2.1");
  });
});
