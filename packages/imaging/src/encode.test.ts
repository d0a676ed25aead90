import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jpegHeader } from "./codestream-jpeg.ts";
import { decodeFrame } from "./decode.ts";
import { encodableTransferSyntaxes, encodeFrame } from "./encode.ts";
import type { FrameDescription } from "./frame.ts";

const described = (more: Partial<FrameDescription>): FrameDescription => ({
  rows: 3,
  columns: 5,
  samplesPerPixel: 1,
  photometricInterpretation: "MONOCHROME2",
  planarConfiguration: 0,
  bitsAllocated: 16,
  bitsStored: 12,
  highBit: 11,
  pixelRepresentation: 0,
  transferSyntaxUID: "1.2.840.10008.1.2.1",
  ...more,
});

/** Pixels of a frame whose samples fit into the bits stored, sign and all. */
function pixelsOf(
  { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, pixelRepresentation }: FrameDescription,
  next: () => number,
) {
  const samples = rows * columns * samplesPerPixel;
  const bytes = new Uint8Array((samples * bitsAllocated) / 8);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < samples; n++) {
    const value = (next() % 2 ** bitsStored) - (pixelRepresentation === 1 ? 2 ** (bitsStored - 1) : 0);
    if (bitsAllocated === 8) view.setUint8(n, value & 0xff);
    else view.setUint16(n * 2, value & 0xffff, true);
  }
  return bytes;
}

async function thereAndBack(description: FrameDescription, pixels: Uint8Array, transferSyntaxUID: string) {
  const { bytes, ...said } = await encodeFrame(description, pixels, transferSyntaxUID);
  return decodeFrame({ ...description, ...said, transferSyntaxUID }, bytes);
}

const depths = [
  { bitsAllocated: 8, bitsStored: 8 },
  { bitsAllocated: 16, bitsStored: 8 },
  { bitsAllocated: 16, bitsStored: 10 },
  { bitsAllocated: 16, bitsStored: 12 },
  { bitsAllocated: 16, bitsStored: 16 },
];

const jpeg2000Lossless = "1.2.840.10008.1.2.4.90";
const jpeg2000: readonly string[] = [jpeg2000Lossless, "1.2.840.10008.1.2.4.91"];
const signedBytes = { bitsAllocated: 8, bitsStored: 8, highBit: 7, pixelRepresentation: 1 } as const;

describe.each(encodableTransferSyntaxes(described({})))("%s", (transferSyntaxUID) => {
  test.each(
    depths
      .flatMap((depth) => [0, 1].map((sign) => ({ ...depth, pixelRepresentation: sign as 0 | 1 })))
      .filter(
        ({ bitsAllocated, pixelRepresentation }) =>
          !(jpeg2000.includes(transferSyntaxUID) && bitsAllocated === 8 && pixelRepresentation === 1),
      ),
  )(
    "gives back the same bytes: $bitsStored of $bitsAllocated bits, sign $pixelRepresentation",
    async (depth) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 1, max: 40 }),
          fc.infiniteStream(fc.nat()),
          async (rows, columns, numbers) => {
            const description = described({ rows, columns, ...depth, highBit: depth.bitsStored - 1 });
            const pixels = pixelsOf(description, () => numbers.next().value!);
            const back = await thereAndBack(description, pixels, transferSyntaxUID);
            expect(Buffer.from(back.bytes).equals(Buffer.from(pixels))).toBe(true);
          },
        ),
        { numRuns: 6 },
      );
    },
  );

  test("bits outside those that are stored are not lost", async () => {
    const description = described({ rows: 8, columns: 8 });
    const pixels = Uint8Array.from({ length: 128 }, (_, n) => (n * 37) & 0xff);
    const back = await thereAndBack(description, pixels, transferSyntaxUID);
    expect(Buffer.from(back.bytes).equals(Buffer.from(pixels))).toBe(true);
  });
});

const colour = described({
  samplesPerPixel: 3,
  photometricInterpretation: "RGB",
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
});
const deepColour = { ...colour, bitsAllocated: 16, bitsStored: 16, highBit: 15 };

test.each(
  [colour, { ...colour, photometricInterpretation: "YBR_FULL" }, deepColour].flatMap((description) =>
    encodableTransferSyntaxes(description).map((uid) => ({ ...description, uid })),
  ),
)(
  "colour comes back as it was: $photometricInterpretation of $bitsAllocated bits in $uid",
  async ({ uid, ...description }) => {
    const shape = { ...description, rows: 17, columns: 23 };
    let seed = 1;
    const pixels = pixelsOf(shape, () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed >> 8;
    });
    const back = await thereAndBack(shape, pixels, uid);
    expect(Buffer.from(back.bytes).equals(Buffer.from(pixels))).toBe(true);
    expect(back.photometricInterpretation).toBe(shape.photometricInterpretation);
  },
);

// Without it, the build of HTJ2K writes lines of one colour among those of another, and only itself reads them back.
test.each(["90", "91", "201", "202", "203"].map((end) => `1.2.840.10008.1.2.4.${end}`))(
  "%s transforms the components of a colour picture, and says so",
  async (uid) => {
    for (const said of ["RGB", "YBR_FULL"]) {
      const description = { ...colour, photometricInterpretation: said };
      const { bytes, photometricInterpretation } = await encodeFrame(description, new Uint8Array(45), uid);
      // Scod, progression and layers stand before the transform (ISO 15444-1 A.6.1).
      const style = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0x52]));
      expect([bytes[style + 8], photometricInterpretation]).toEqual([1, said === "RGB" ? "YBR_RCT" : said]);
    }
  },
);

// DCMTK refuses JPEG-LS of eight bits for cells of sixteen.
test.each(["1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"])(
  "%s writes the samples of cells of 16 bits in more than eight",
  async (uid) => {
    const grey = described({ bitsAllocated: 16, bitsStored: 8, highBit: 7 });
    const { bytes } = await encodeFrame(grey, new Uint8Array(grey.rows * grey.columns * 2), uid);
    expect(jpegHeader(bytes).precision).toBeGreaterThan(8);
  },
);

test("the codecs of JPEG Lossless stay loaded from frame to frame", async () => {
  const { NativeCodecs } = createRequire(import.meta.url)("dcmjs-codecs");
  const grey = described({ bitsAllocated: 8, bitsStored: 8, highBit: 7 });
  await encodeFrame(grey, new Uint8Array(15), "1.2.840.10008.1.2.4.70");
  expect(NativeCodecs.isInitialized()).toBe(true);
});

test("colour by plane is written by pixel where the code stream wants it so", async () => {
  const planes = Uint8Array.from({ length: 45 }, (_, n) => n);
  const by = described({ ...colour, planarConfiguration: 1 });
  const { bytes, planarConfiguration } = await encodeFrame(by, planes, "1.2.840.10008.1.2.4.80");
  expect(planarConfiguration).toBe(0);
  const back = await decodeFrame(
    { ...by, planarConfiguration, transferSyntaxUID: "1.2.840.10008.1.2.4.80" },
    bytes,
  );
  expect([...back.bytes.subarray(0, 6)]).toEqual([0, 15, 30, 1, 16, 31]);
});

test("what a syntax has no form for is refused", async () => {
  await expect(encodeFrame(deepColour, new Uint8Array(90), "1.2.840.10008.1.2.4.201")).rejects.toMatchObject({
    code: "unsupported",
  });
  const signed = described(signedBytes);
  await expect(
    encodeFrame(
      signed,
      Uint8Array.from({ length: 15 }, (_, n) => n * 17),
      jpeg2000Lossless,
    ),
  ).rejects.toMatchObject({ code: "unsupported" });
  await expect(encodeFrame(colour, new Uint8Array(45), "1.2.840.10008.1.2.4.50")).rejects.toMatchObject({
    code: "unsupported",
  });
});
