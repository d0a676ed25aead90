import { readDataSet } from "@isocenter/dicom";
import { type Elements, explicitLittleEndian } from "@isocenter/test/support/dicom-bytes.ts";
import { describe, expect, test } from "vitest";
import { frameDescription } from "./description.ts";
import { expandSegments } from "./palette.ts";
import { presentationOf } from "./presentation.ts";

const explicit = "1.2.840.10008.1.2.1";
const read = (elements: Elements) => readDataSet(explicitLittleEndian(elements), explicit);
const presentation = (elements: Elements, frame = 0) => presentationOf(read(elements), frame);
const image: Elements = {
  SamplesPerPixel: ["US", 1],
  PhotometricInterpretation: ["CS", "MONOCHROME2"],
  Rows: ["US", 2],
  Columns: ["US", 3],
  BitsAllocated: ["US", 16],
  BitsStored: ["US", 12],
  HighBit: ["US", 11],
  PixelRepresentation: ["US", 0],
};

describe("how frames are read", () => {
  test("from the attributes", () => {
    expect(frameDescription(read(image), explicit)).toMatchObject({
      rows: 2,
      columns: 3,
      samplesPerPixel: 1,
      bitsAllocated: 16,
      bitsStored: 12,
      highBit: 11,
      pixelRepresentation: 0,
      photometricInterpretation: "MONOCHROME2",
      floatingPoint: false,
    });
  });

  test("an object without rows is no picture, zero rows are invalid", () => {
    const { Rows: _, ...without } = image;
    expect(() => frameDescription(read(without), explicit)).toThrow(
      expect.objectContaining({ code: "no-pixels" }),
    );
    expect(() => frameDescription(read({ ...image, Rows: ["US", 0] }), explicit)).toThrow(
      expect.objectContaining({ code: "invalid" }),
    );
  });

  test.each<[string, Elements]>([
    ["more bits stored than allocated", { BitsStored: ["US", 17] }],
    ["a high bit outside of the cell", { HighBit: ["US", 16] }],
    ["a high bit below the bits stored", { HighBit: ["US", 10] }],
    ["nine samples", { SamplesPerPixel: ["US", 9] }],
  ])("%s is invalid", (_name, wrong) => {
    expect(() => frameDescription(read({ ...image, ...wrong }), explicit)).toThrow(
      expect.objectContaining({ code: "invalid" }),
    );
  });

  test("Float Pixel Data is told by the element that holds it", () => {
    const pixelData = { tag: 0x7fe00008, vr: "OF" };
    const description = frameDescription(read({ ...image, BitsAllocated: ["US", 32] }), explicit, pixelData);
    expect(description).toMatchObject({ floatingPoint: true, bitsAllocated: 32, bitsStored: 32 });
  });
});

describe("how frames are shown", () => {
  test("rescale and several windows with their function", () => {
    const found = presentation({
      ...image,
      RescaleSlope: ["DS", "2.5"],
      RescaleIntercept: ["DS", "-1024"],
      WindowCenter: ["DS", "40\\-600"],
      WindowWidth: ["DS", "400\\1500"],
      WindowCenterWidthExplanation: ["LO", "SOFT\\LUNG"],
      VOILUTFunction: ["CS", "SIGMOID"],
    });
    expect(found.rescale).toEqual({ slope: 2.5, intercept: -1024 });
    expect(found.windows).toEqual([
      { center: 40, width: 400, function: "SIGMOID", explanation: "SOFT" },
      { center: -600, width: 1500, function: "SIGMOID", explanation: "LUNG" },
    ]);
  });

  test("windows that cannot be used are left out", () => {
    const found = presentation({ ...image, WindowCenter: ["DS", "1\\2\\3"], WindowWidth: ["DS", "0\\x"] });
    expect(found.windows).toEqual([]);
  });

  test("a slope of zero and values that are no numbers do nothing", () => {
    const found = presentation({ ...image, RescaleSlope: ["DS", "0"], RescaleIntercept: ["DS", "abc"] });
    expect(found.rescale).toEqual({ slope: 1, intercept: 0 });
  });

  test("Modality and VOI LUT, with 0 for 65536 entries and signed first values", () => {
    const lut = (descriptor: number[], entries: number): Elements => ({
      LUTDescriptor: ["US", descriptor],
      LUTData: ["OW", Array.from({ length: entries }, (_, i) => i)],
    });
    const found = presentation({
      ...image,
      PixelRepresentation: ["US", 1],
      ModalityLUTSequence: ["SQ", [lut([0, 0xfc00, 16], 65_536)]],
      VOILUTSequence: ["SQ", [lut([3, 10, 12], 3), lut([2, 0, 8], 2)]],
    });
    expect(found.modalityLut).toMatchObject({ first: -1024, bits: 16 });
    expect(found.modalityLut?.entries.length).toBe(65_536);
    expect(found.voiLuts.map(({ first, bits }) => ({ first, bits }))).toEqual([
      { first: 10, bits: 12 },
      { first: 0, bits: 8 },
    ]);
  });

  test("the Modality LUT of an angiogram that is logarithmic is for those who measure, and is not shown", () => {
    const table: Elements = { LUTDescriptor: ["US", [4, 0, 8]], LUTData: ["OW", [80, 300, 900, 4000]] };
    const angiogram = (relationship: string, SOPClassUID: string) =>
      presentation({
        ...image,
        SOPClassUID: ["UI", SOPClassUID],
        PixelIntensityRelationship: ["CS", relationship],
        ModalityLUTSequence: ["SQ", [table]],
      }).modalityLut;
    const xa = "1.2.840.10008.5.1.4.1.1.12.1";
    expect([angiogram("LOG", xa), angiogram("DISP", xa)]).toEqual([null, null]);
    expect(angiogram("LIN", xa)).not.toBeNull();
    expect(angiogram("LOG", "1.2.840.10008.5.1.4.1.1.1.1")).not.toBeNull();
  });

  test("entries of eight bits may stand byte by byte", () => {
    const item: Elements = { LUTDescriptor: ["US", [4, 0, 8]], LUTData: ["OW", Uint8Array.of(1, 2, 3, 4)] };
    expect([
      ...(presentation({ ...image, VOILUTSequence: ["SQ", [item]] }).voiLuts[0]?.entries ?? []),
    ]).toEqual([1, 2, 3, 4]);
  });

  test("polarity: MONOCHROME1 and Presentation LUT Shape INVERSE", () => {
    expect(presentation(image).inverse).toBe(false);
    expect(presentation({ ...image, PhotometricInterpretation: ["CS", "MONOCHROME1"] }).inverse).toBe(true);
    expect(presentation({ ...image, PresentationLUTShape: ["CS", "INVERSE"] }).inverse).toBe(true);
  });

  test("padding, as a range, and signed although it is written as unsigned", () => {
    const found = presentation({
      ...image,
      PixelRepresentation: ["US", 1],
      PixelPaddingValue: ["US", 63_536],
      PixelPaddingRangeLimit: ["US", 63_537],
    });
    expect(found.padding).toEqual({ from: -2000, to: -1999 });
  });

  test("the pixel's shape: spacing before aspect ratio", () => {
    expect(presentation({ ...image, PixelAspectRatio: ["IS", "4\\3"] }).pixelAspect).toBeCloseTo(4 / 3);
    const spacing: Elements = { PixelSpacing: ["DS", "0.5\\1"], PixelAspectRatio: ["IS", "4\\3"] };
    expect(presentation({ ...image, ...spacing }).pixelAspect).toBe(0.5);
    expect(presentation({ ...image, PixelSpacing: ["DS", "0\\0"] }).pixelAspect).toBe(1);
  });

  test("functional groups: the frame's own before the shared one", () => {
    const window = (center: string): Elements => ({
      WindowCenter: ["DS", center],
      WindowWidth: ["DS", "10"],
    });
    const enhanced: Elements = {
      ...image,
      SharedFunctionalGroupsSequence: [
        "SQ",
        [
          {
            FrameVOILUTSequence: ["SQ", [window("1")]],
            PixelMeasuresSequence: ["SQ", [{ PixelSpacing: ["DS", "2\\1"] }]],
          },
        ],
      ],
      PerFrameFunctionalGroupsSequence: [
        "SQ",
        [
          {
            PixelValueTransformationSequence: [
              "SQ",
              [{ RescaleSlope: ["DS", "3"], RescaleIntercept: ["DS", "4"] }],
            ],
          },
          { FrameVOILUTSequence: ["SQ", [window("2")]] },
        ],
      ],
    };
    const [first, second] = [presentation(enhanced, 0), presentation(enhanced, 1)];
    expect(first.rescale).toEqual({ slope: 3, intercept: 4 });
    expect(first.windows[0]?.center).toBe(1);
    expect(second.rescale).toEqual({ slope: 1, intercept: 0 });
    expect(second.windows[0]?.center).toBe(2);
    expect(second.pixelAspect).toBe(2);
  });

  test("a palette of 16 bits comes down to eight, unless its values are of eight", () => {
    const palette = (values: number[]): Elements => ({
      RedPaletteColorLookupTableDescriptor: ["US", [2, 5, 16]],
      GreenPaletteColorLookupTableDescriptor: ["US", [2, 5, 16]],
      BluePaletteColorLookupTableDescriptor: ["US", [2, 5, 16]],
      RedPaletteColorLookupTableData: ["OW", values],
      GreenPaletteColorLookupTableData: ["OW", [0, 0]],
      BluePaletteColorLookupTableData: ["OW", [0, 0]],
    });
    const deep = presentation({ ...image, ...palette([0x1200, 0xff00]) }).palette;
    expect(deep).toMatchObject({ first: 5, red: Uint8Array.of(0x12, 0xff) });
    expect(presentation({ ...image, ...palette([0x12, 0xff]) }).palette?.red).toEqual(
      Uint8Array.of(0x12, 0xff),
    );
    expect(presentation(image).palette).toBeNull();
  });

  test("overlay planes of the frame", () => {
    const plane = explicitLittleEndian(image);
    const group = (element: number, vr: string, value: number[]) => {
      const bytes = Buffer.alloc(8 + value.length * 2);
      bytes.writeUInt16LE(0x6000, 0);
      bytes.writeUInt16LE(element, 2);
      bytes.write(vr, 4);
      bytes.writeUInt16LE(value.length * 2, 6);
      value.forEach((number, i) => void bytes.writeUInt16LE(number, 8 + 2 * i));
      return bytes;
    };
    const data = Buffer.from([0, 0x60, 0, 0x30, 0x4f, 0x57, 0, 0, 2, 0, 0, 0, 0b1110_0101, 0]);
    const overlay = [
      group(0x10, "US", [1]),
      group(0x11, "US", [4]),
      group(0x15, "IS", [0x2032]),
      group(0x50, "SS", [2, 0]),
    ];
    const set = readDataSet(Buffer.concat([plane, ...overlay, data]), explicit);
    expect(presentationOf(set, 1).overlays).toEqual([
      {
        group: 0x6000,
        rows: 1,
        columns: 4,
        top: 1,
        left: -1,
        bits: Uint8Array.of(0b1110_0101),
        bitOffset: 4,
      },
    ]);
    expect(presentationOf(set, 2).overlays).toEqual([]);
    const inCells = (bit: number) => [
      group(0x10, "US", [2]),
      group(0x11, "US", [3]),
      group(0x100, "US", [16]),
      group(0x102, "US", [bit]),
    ];
    const over = (bit: number) =>
      presentationOf(readDataSet(Buffer.concat([plane, ...inCells(bit)]), explicit)).overlays;
    expect(over(13)).toEqual([expect.objectContaining({ cellBit: 13, top: 0, left: 0 })]);
    expect([over(11), over(16)]).toEqual([[], []]);
  });
});

// PS3.3 C.7.9.2: two values as they are, a line of three to 40, and the first segment again, from byte 0.
test("segments of a palette: discrete, linear, indirect", () => {
  const data = Uint16Array.of(0, 2, 5, 10, 1, 3, 40, 2, 1, 0, 0);
  expect([...expandSegments(data, 8)]).toEqual([5, 10, 20, 30, 40, 5, 10, 10]);
});

test("a palette is supplemental where grey pixels say that they are coloured", () => {
  const said = (pixel: string, interpretation = "MONOCHROME2") =>
    presentation({
      ...image,
      PixelPresentation: ["CS", pixel],
      PhotometricInterpretation: ["CS", interpretation],
    }).supplemental;
  expect([said("COLOR"), said("MIXED"), said("MONOCHROME"), said("COLOR", "PALETTE COLOR")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("segments of a palette of eight bits are bytes, unless they come as words all the same", () => {
  const palette = (segments: NonNullable<Elements["PixelData"]>): Elements => ({
    ...image,
    RedPaletteColorLookupTableDescriptor: ["US", [8, 0, 8]],
    GreenPaletteColorLookupTableDescriptor: ["US", [8, 0, 8]],
    BluePaletteColorLookupTableDescriptor: ["US", [8, 0, 8]],
    SegmentedRedPaletteColorLookupTableData: segments,
    SegmentedGreenPaletteColorLookupTableData: segments,
    SegmentedBluePaletteColorLookupTableData: segments,
  });
  // As above: two values, a line of three to 40, and the first segment again, from byte 0; then a byte to make it even.
  const bytes = [0, 2, 5, 10, 1, 3, 40, 2, 1, 0, 0, 0, 0, 0];
  const packed = bytes.flatMap((_, i) => (i % 2 ? [] : [bytes[i]! + 256 * bytes[i + 1]!]));
  const red = (segments: number[]) => [...presentation(palette(["OW", segments])).palette!.red];
  expect(red(packed)).toEqual([5, 10, 20, 30, 40, 5, 10, 10]);
  expect(red([0, 2, 5, 10, 1, 3, 40, 2, 1, 0, 0])).toEqual([5, 10, 20, 30, 40, 5, 10, 10]);
});

test("segments that make no sense end the table", () => {
  expect([...expandSegments(Uint16Array.of(2, 1, 0, 0), 2)]).toEqual([0, 0]);
  expect([...expandSegments(Uint16Array.of(0, 1, 7, 9, 9), 3)]).toEqual([7, 7, 7]);
});
