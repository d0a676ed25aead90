import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { colourFrame, greyFrame, picture } from "../test/encoders.ts";
import { plain } from "../test/plain.ts";
import type { FrameDescription } from "./frame.ts";
import type { Presentation } from "./presentation.ts";
import { pictureSize, rasterOf, renderFrame } from "./render.ts";

const window = (center: number, width: number, name: "LINEAR" | "LINEAR_EXACT" | "SIGMOID" = "LINEAR") => ({
  center,
  width,
  function: name,
  explanation: null,
});

/** Grey levels of stored values that stand in a row. */
function levels(values: number[], presentation: Partial<Presentation>, more: Partial<FrameDescription> = {}) {
  const description = greyFrame({ rows: 1, columns: values.length, ...more });
  const { bitsAllocated, floatingPoint } = description;
  const bytes = new Uint8Array(Math.ceil((values.length * bitsAllocated) / 8));
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (floatingPoint && bitsAllocated === 64) view.setFloat64(8 * i, value, true);
    else if (floatingPoint) view.setFloat32(4 * i, value, true);
    else if (bitsAllocated === 8) view.setUint8(i, value & 0xff);
    else if (bitsAllocated === 16) view.setUint16(2 * i, value & 0xffff, true);
    else view.setUint32(4 * i, value >>> 0, true);
  });
  const frame = { bytes, photometricInterpretation: "MONOCHROME2", planarConfiguration: 0 } as const;
  return [...rasterOf(description, { ...plain, ...presentation }, frame).pixels];
}

describe("grey levels", () => {
  // PS3.3 C.11.2.1.2.1: with center 2048 and width 4096, 0 is black, 4095 white, and everything between is linear.
  test("a LINEAR window follows the standard's formula", () => {
    expect(levels([0, 2047, 2048, 4095], { windows: [window(2048, 4096)] })).toEqual([0, 127, 128, 255]);
    // Width 1 is a threshold: above center - 0.5 is white.
    expect(levels([0, 1, 2], { windows: [window(1, 1)] })).toEqual([0, 255, 255]);
  });

  test("LINEAR_EXACT and SIGMOID follow theirs", () => {
    expect(levels([0, 50, 100], { windows: [window(50, 100, "LINEAR_EXACT")] })).toEqual([0, 128, 255]);
    const sigmoid = levels([0, 50, 100], { windows: [window(50, 100, "SIGMOID")] });
    expect(sigmoid).toEqual([Math.round(255 / (1 + Math.E ** 2)), 128, Math.round(255 / (1 + Math.E ** -2))]);
  });

  test("rescale comes before the window, and the first of several windows is shown", () => {
    const presentation = {
      rescale: { slope: 2, intercept: -1000 },
      windows: [window(0.5, 2001), window(7, 7)],
    };
    expect(levels([0, 500, 1000], presentation)).toEqual([0, 128, 255]);
  });

  test("frames of other windows, scales, polarity, padding and cells are not shown by each other's table", () => {
    const values = [0, 3, 100, 130, 2048];
    const base = { windows: [window(100, 200)], rescale: { slope: 1, intercept: -5 } };
    const cells = { bitsStored: 12, highBit: 11, pixelRepresentation: 0 } as const;
    const shown: [Partial<Presentation>, Partial<FrameDescription>][] = [
      [base, cells],
      [{ ...base, windows: [window(101, 200)] }, cells],
      [{ ...base, windows: [window(100, 210)] }, cells],
      [{ ...base, windows: [window(100, 200, "SIGMOID")] }, cells],
      [{ ...base, rescale: { slope: 2, intercept: -5 } }, cells],
      [{ ...base, rescale: { slope: 1, intercept: 5 } }, cells],
      [{ ...base, inverse: true }, cells],
      [{ ...base, padding: { from: 100, to: 100 } }, cells],
      [{ ...base, padding: { from: 100, to: 130 } }, cells],
      [base, { ...cells, bitsStored: 11, highBit: 10 }],
      [base, { ...cells, bitsStored: 11 }],
      [
        { ...base, inverse: true },
        { ...cells, pixelRepresentation: 1 },
      ],
    ];
    const draw = () => shown.map(([presentation, more]) => levels(values, presentation, more).join(" "));
    const first = draw();
    expect(new Set(first).size).toBe(shown.length);
    expect(draw().reverse()).toEqual(first.toReversed());
  });

  test("signed values below zero are dark, and bits above the high bit are not looked at", () => {
    const more = { bitsStored: 12, highBit: 11, pixelRepresentation: 1 } as const;
    expect(levels([0x800, 0, 0x7ff], { windows: [window(0, 4096)] }, more)).toEqual([0, 128, 255]);
    expect(levels([0xf001, 1], { windows: [window(0, 4096)] }, more)).toEqual([128, 128]);
  });

  test("pixels at an odd place of a larger buffer", () => {
    const larger = Buffer.from([9, 9, 9, 0, 8, 255, 15, 9]).subarray(3, 7);
    const frame = {
      bytes: larger,
      photometricInterpretation: "MONOCHROME2",
      planarConfiguration: 0,
    } as const;
    const presentation = { ...plain, windows: [window(2048, 4096)] };
    const description = greyFrame({ rows: 1, columns: 2 });
    expect([...rasterOf(description, presentation, frame).pixels]).toEqual([128, 255]);
  });

  test("a high bit above the stored bits shifts the value down", () => {
    const more = { bitsStored: 8, highBit: 15 };
    expect(levels([0xff00, 0x8000, 0x00ff], { windows: [window(128, 256)] }, more)).toEqual([255, 128, 0]);
  });

  test("MONOCHROME1 is turned round, padding stays black and does not widen the range", () => {
    const presentation = { inverse: true, padding: { from: 4000, to: 4095 } };
    expect(levels([0, 100, 4095, 4000], presentation)).toEqual([255, 0, 0, 0]);
  });

  test("without any window, deep pixels spread over the range of the frame, 8 bits keep theirs", () => {
    expect(levels([100, 150, 200], {})).toEqual([0, 128, 255]);
    expect(levels([100, 150, 200], {}, { bitsAllocated: 8 })).toEqual([100, 150, 200]);
    expect(levels([7, 7], {})).toEqual([255, 255]);
  });

  test("Modality LUT and VOI LUT, clamped at both ends", () => {
    const modalityLut = { entries: Uint16Array.of(0, 10, 20), first: 100, bits: 8 };
    const voiLut = { entries: Uint16Array.of(0, 2048, 4095), first: 9, bits: 12 };
    const presentation = { modalityLut, voiLuts: [voiLut] };
    expect(levels([0, 100, 101, 102, 999], presentation)).toEqual([0, 0, 128, 255, 255]);
  });

  test("32-bit integers, floats and doubles", () => {
    expect(levels([0, 2 ** 31, 2 ** 32 - 1], {}, { bitsAllocated: 32 })).toEqual([0, 128, 255]);
    const signed = { bitsAllocated: 32, pixelRepresentation: 1 } as const;
    expect(levels([-2, 0, 2], {}, signed)).toEqual([0, 128, 255]);
    expect(levels([-0.5, 0, Number.NaN, 0.5], {}, { bitsAllocated: 32, floatingPoint: true })).toEqual([
      0, 128, 0, 255,
    ]);
    expect(levels([1e-9, 2e-9, 3e-9], {}, { bitsAllocated: 64, floatingPoint: true })).toEqual([0, 128, 255]);
  });

  test("single bits and packed cells of 12 bits", () => {
    const bits = {
      bytes: Uint8Array.of(0b101),
      photometricInterpretation: "MONOCHROME2",
      planarConfiguration: 0,
    } as const;
    expect([...rasterOf(greyFrame({ rows: 1, columns: 3, bitsAllocated: 1 }), plain, bits).pixels]).toEqual([
      255, 0, 255,
    ]);
    const packed = { ...bits, bytes: Uint8Array.of(0x00, 0xf8, 0xff) };
    const description = greyFrame({ rows: 1, columns: 2, bitsAllocated: 12 });
    const presentation = { ...plain, windows: [window(2048, 4096)] };
    expect([...rasterOf(description, presentation, packed).pixels]).toEqual([128, 255]);
  });
});

describe("colour", () => {
  const colour = (
    photometricInterpretation: string,
    bytes: number[],
    more: Partial<FrameDescription> = {},
    presentation: Partial<Presentation> = {},
  ) => {
    const description = colourFrame({ rows: 1, columns: 1, photometricInterpretation, ...more });
    const { planarConfiguration } = description;
    const frame = { bytes: Uint8Array.from(bytes), photometricInterpretation, planarConfiguration };
    return [...rasterOf(description, { ...plain, ...presentation }, frame).pixels];
  };

  test("by pixel and by plane", () => {
    expect(colour("RGB", [1, 2, 3, 4, 5, 6], { columns: 2 })).toEqual([1, 2, 3, 4, 5, 6]);
    expect(colour("RGB", [1, 4, 2, 5, 3, 6], { columns: 2, planarConfiguration: 1 })).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  test("YBR_FULL: grey has no chrominance, and red is 76 85 255", () => {
    expect(colour("YBR_FULL", [76, 128, 128])).toEqual([76, 76, 76]);
    expect(colour("YBR_FULL", [76, 85, 255])).toEqual([254, 0, 0]);
  });

  test("YBR_FULL_422 shares the chrominance of two pixels, also at an odd last column", () => {
    expect(colour("YBR_FULL_422", [10, 20, 128, 128, 30, 0, 128, 128], { columns: 3 })).toEqual([
      10, 10, 10, 20, 20, 20, 30, 30, 30,
    ]);
  });

  test("16 bits a sample come down to 8 by their bits stored", () => {
    const more = { bitsAllocated: 16, bitsStored: 12, highBit: 11 };
    expect(colour("RGB", [0xff, 0x0f, 0, 0, 0x00, 0x08], more)).toEqual([255, 0, 128]);
  });

  test("palette, from its first value and clamped; ARGB puts it over the pixel", () => {
    const palette = {
      first: 10,
      red: Uint8Array.of(1, 2),
      green: Uint8Array.of(3, 4),
      blue: Uint8Array.of(5, 6),
    };
    const indexed = { samplesPerPixel: 1, columns: 3 };
    expect(colour("PALETTE COLOR", [0, 11, 200], indexed, { palette })).toEqual([1, 3, 5, 2, 4, 6, 2, 4, 6]);
    expect(
      colour("ARGB", [0, 7, 8, 9, 11, 7, 8, 9], { samplesPerPixel: 4, columns: 2 }, { palette }),
    ).toEqual([7, 8, 9, 2, 4, 6]);
  });
});

test("a supplemental palette colours what lies above the grey levels", () => {
  const palette = {
    first: 4,
    red: Uint8Array.of(200, 0),
    green: Uint8Array.of(0, 100),
    blue: Uint8Array.of(1, 2),
  };
  const grey = { windows: [window(2, 4)], palette };
  const values = [0, 3, 4, 5, 9];
  expect(levels(values, grey, { bitsAllocated: 8 })).toEqual([0, 255, 255, 255, 255]);
  expect(levels(values, { ...grey, supplemental: true }, { bitsAllocated: 8 })).toEqual([
    0, 0, 0, 255, 255, 255, 200, 0, 1, 0, 100, 2, 0, 100, 2,
  ]);
});

describe("pictures", () => {
  const description = greyFrame({ rows: 40, columns: 60 });
  const bytes = picture(description);

  test.each(["jpeg", "png", "webp"] as const)("%s has the frame's size", async (format) => {
    const encoded = await renderFrame(description, plain, bytes, { format });
    const metadata = await sharp(encoded).metadata();
    expect(metadata).toMatchObject({ format, width: 60, height: 40 });
    if (format !== "webp") expect(metadata.channels).toBe(1);
  });

  test("a PNG holds the grey levels exactly", async () => {
    const encoded = await renderFrame(description, plain, bytes, { format: "png" });
    const data = await sharp(encoded).toColourspace("b-w").raw().toBuffer();
    const frame = { bytes, photometricInterpretation: "MONOCHROME2", planarConfiguration: 0 } as const;
    expect(Buffer.compare(data, rasterOf(description, plain, frame).pixels)).toBe(0);
  });

  test("quality changes the size, and one outside of 1 to 100 is refused", async () => {
    const small = await renderFrame(description, plain, bytes, { format: "jpeg", quality: 20 });
    const large = await renderFrame(description, plain, bytes, { format: "jpeg", quality: 95 });
    expect(small.length).toBeLessThan(large.length);
    const refused = renderFrame(description, plain, bytes, { format: "jpeg", quality: 0 });
    await expect(refused).rejects.toMatchObject({ code: "option" });
  });

  test("a region is cut, mirrored and fits into the size asked for", async () => {
    const colour = colourFrame({ rows: 1, columns: 4 });
    const row = Uint8Array.of(9, 9, 9, 1, 1, 1, 200, 200, 200, 9, 9, 9);
    const options = {
      format: "png",
      region: { left: 1, top: 0, width: 2, height: 1 },
      flipHorizontal: true,
    } as const;
    const { data, info } = await sharp(await renderFrame(colour, plain, row, options))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 2, height: 1 });
    expect([data[0], data[3]]).toEqual([200, 1]);
    const outside = renderFrame(colour, plain, row, {
      ...options,
      region: { left: 9, top: 0, width: 1, height: 1 },
    });
    await expect(outside).rejects.toMatchObject({ code: "option" });
  });

  test("sizes keep the shape, stretch pixels that are not square, and stay in bounds", () => {
    expect(pictureSize(512, 512, 1, { width: 128, height: 256 })).toEqual({ width: 128, height: 128 });
    expect(pictureSize(64, 64, 1, { width: 128, height: 128 })).toEqual({ width: 64, height: 64 });
    expect(pictureSize(64, 64, 1, { width: 128, height: 128, enlarge: true })).toEqual({
      width: 128,
      height: 128,
    });
    expect(pictureSize(100, 100, 2, undefined)).toEqual({ width: 100, height: 200 });
    expect(pictureSize(100, 100, 0.5, undefined)).toEqual({ width: 200, height: 100 });
    const absurd = pictureSize(512, 512, 1e6, undefined);
    expect(absurd.height).toBeLessThanOrEqual(16_383);
    expect(absurd.width).toBe(1);
  });

  test("a window of no width is refused", async () => {
    const refused = renderFrame(description, plain, bytes, {
      format: "png",
      window: { center: 1, width: 0 },
    });
    await expect(refused).rejects.toMatchObject({ code: "option" });
  });

  test("overlays are drawn when asked for, cut at the frame's edge", async () => {
    const overlay = {
      group: 0x6000,
      rows: 2,
      columns: 2,
      top: 39,
      left: 59,
      bits: Uint8Array.of(0b1111),
      bitOffset: 0,
    };
    const presentation = { ...plain, windows: [window(50_000, 2)], overlays: [overlay] };
    const pixels = async (overlays: boolean) => {
      const encoded = await renderFrame(description, presentation, bytes, { format: "png", overlays });
      return (await sharp(encoded).toColourspace("b-w").raw().toBuffer()).filter((value) => value === 255)
        .length;
    };
    expect(await pixels(false)).toBe(0);
    expect(await pixels(true)).toBe(1);
  });

  test("an overlay in a free bit of the pixels' cells is drawn when asked for, and is no part of the picture", async () => {
    const bytes = new Uint8Array(Uint16Array.of(0x8000, 0x0010, 0x8010, 0x0000).buffer);
    const frame = greyFrame({ rows: 2, columns: 2, bitsStored: 12, highBit: 11 });
    const overlay = {
      group: 0x6000,
      rows: 2,
      columns: 2,
      top: 0,
      left: 0,
      bits: new Uint8Array(0),
      bitOffset: 0,
      cellBit: 15,
    };
    const presentation = { ...plain, windows: [window(100, 201)], overlays: [overlay] };
    const drawn = async (overlays: boolean) => {
      const encoded = await renderFrame(frame, presentation, bytes, { format: "png", overlays });
      return [...(await sharp(encoded).toColourspace("b-w").raw().toBuffer())];
    };
    const [dark, grey] = await drawn(false);
    expect(await drawn(false)).toEqual([dark, grey, grey, dark]);
    expect(await drawn(true)).toEqual([255, grey, 255, dark]);
  });
});
