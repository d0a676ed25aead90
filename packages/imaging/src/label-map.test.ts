import { readDataSet } from "@isocenter/dicom";
import { type Elements, explicitLittleEndian } from "@isocenter/test/support/dicom-bytes.ts";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { encodeLossless, greyFrame } from "../test/encoders.ts";
import type { FrameDescription } from "./frame.ts";
import { presentationOf } from "./presentation.ts";
import { type RenderOptions, renderFrame } from "./render.ts";

const explicit = "1.2.840.10008.1.2.1";
const segment = (number: number, lab?: number[]): Elements => ({
  SegmentNumber: ["US", number],
  ...(lab && { RecommendedDisplayCIELabValue: ["US", lab] }),
});
// Green and red of the screen, as PS3.3 C.10.7.1.1 scales CIELab.
const green = [57_477, 12_526, 53_767];
const red = [35_575, 53_659, 50_886];
const labelMap: Elements = {
  SOPClassUID: ["UI", "1.2.840.10008.5.1.4.1.1.66.7"],
  PhotometricInterpretation: ["CS", "MONOCHROME2"],
  SegmentationType: ["CS", "LABELMAP"],
  SegmentSequence: ["SQ", [segment(1, green), segment(2, red), segment(4)]],
};
const presentation = (elements: Elements) =>
  presentationOf(readDataSet(explicitLittleEndian(elements), explicit));

async function coloursOf(
  description: FrameDescription,
  elements: Elements,
  pixels: Uint8Array,
  options: Partial<RenderOptions> = {},
): Promise<string[]> {
  const encoded = await renderFrame(description, presentation(elements), pixels, {
    format: "png",
    ...options,
  });
  const { data, info } = await sharp(encoded).raw().toBuffer({ resolveWithObject: true });
  const { channels } = info;
  return Array.from({ length: data.length / channels }, (_, i) =>
    data.subarray(i * channels, (i + 1) * channels).toString("hex"),
  );
}

describe("a label map", () => {
  const row = greyFrame({ rows: 1, columns: 6, bitsAllocated: 8, bitsStored: 8, highBit: 7 });
  const pixels = Uint8Array.of(0, 1, 2, 3, 4, 200);

  test("is seen in the colours that its segments recommend, what is no segment is black", async () => {
    const shown = await coloursOf(row, labelMap, pixels);
    expect(shown[0]).toBe("000000");
    const near = (hex: string, wanted: number[]) =>
      wanted.every((value, i) => Math.abs(Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16) - value) < 6);
    expect(near(shown[1]!, [0, 255, 0])).toBe(true);
    expect(near(shown[2]!, [255, 0, 0])).toBe(true);
    expect(shown[3]).toBe("000000");
    // Without a recommendation, the colour that the viewer draws as well.
    expect(shown[4]).toBe("81c784");
    expect(shown[5]).toBe("000000");
  });

  test("is grey for a window that is asked for, and one of 16 bits is coloured as well", async () => {
    const levels = await coloursOf(row, labelMap, pixels, { window: { center: 2, width: 5 } });
    expect(new Set(levels).size).toBeGreaterThan(3);
    expect(levels.at(-1)).toMatch(/^(ff)+$/);
    const deep = greyFrame({ rows: 1, columns: 2 });
    const cells = new Uint8Array(Uint16Array.of(4, 60_000).buffer);
    expect(await coloursOf(deep, labelMap, cells)).toEqual(["81c784", "000000"]);
  });

  test("no background is coloured that does not recommend it, and a binary segmentation stays as it is", async () => {
    const withBackground = { ...labelMap, SegmentSequence: ["SQ", [segment(0), segment(1)]] } as Elements;
    expect((await coloursOf(row, withBackground, pixels))[0]).toBe("000000");
    expect(
      presentation({ ...labelMap, SOPClassUID: ["UI", "1"], SegmentationType: ["CS", "BINARY"] }).labels,
    ).toBe(null);
  });
});

test("numbers of a palette are not halved in the wavelets, because the mean of two is a third colour", async () => {
  const description = greyFrame({ rows: 64, columns: 64, bitsAllocated: 8, bitsStored: 8, highBit: 7 });
  // A chequerboard of 1 and 4: its mean would be no segment at all.
  const board = Uint8Array.from({ length: 4096 }, (_, i) => ((i + (i >> 6)) % 2 ? 4 : 1));
  const frame = await encodeLossless("jpeg2000", description, board);
  const compressed = { ...description, transferSyntaxUID: "1.2.840.10008.1.2.4.90" };
  const small = await coloursOf(compressed, labelMap, frame, { size: { width: 8, height: 8 } });
  const [between] = await coloursOf({ ...description, rows: 1, columns: 1 }, labelMap, Uint8Array.of(2));
  expect(small).toHaveLength(64);
  expect(small).not.toContain("000000");
  expect(small).not.toContain(between);
});
