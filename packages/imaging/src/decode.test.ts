import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { colourFrame, encodeLossless, encodeNative, greyFrame, picture } from "../test/encoders.ts";
import { decodeFrame, decodeFrameAtLeast } from "./decode.ts";
import { ImagingError } from "./errors.ts";
import { type FrameDescription, frameBitOffset, separate } from "./frame.ts";

const syntax = (suffix: string) => ({ transferSyntaxUID: `1.2.840.10008.1.2${suffix}` });

async function expectBack(description: FrameDescription, encoded: Uint8Array, pixels: Uint8Array) {
  const frame = await decodeFrame(description, encoded);
  expect(Buffer.compare(frame.bytes, pixels), "pixels differ").toBe(0);
  return frame;
}

describe("lossless code streams give the pixels back", () => {
  const grey16 = greyFrame();
  const signed16 = greyFrame({ bitsStored: 16, highBit: 15, pixelRepresentation: 1 });
  const grey8 = greyFrame({ bitsAllocated: 8 });
  const rgb = colourFrame();

  test.each([
    ["JPEG-LS 12 bit", ".4.80", "jpegLs", grey16],
    ["JPEG-LS 8 bit", ".4.80", "jpegLs", grey8],
    ["JPEG-LS colour", ".4.80", "jpegLs", rgb],
    ["JPEG 2000 12 bit", ".4.90", "jpeg2000", grey16],
    ["JPEG 2000 signed", ".4.90", "jpeg2000", signed16],
    ["JPEG 2000 8 bit", ".4.90", "jpeg2000", grey8],
    ["JPEG 2000 colour", ".4.90", "jpeg2000", rgb],
    ["HTJ2K 12 bit", ".4.201", "htj2k", grey16],
    ["HTJ2K signed", ".4.202", "htj2k", signed16],
    ["HTJ2K colour", ".4.203", "htj2k", rgb],
  ] as const)("%s", async (_name, suffix, codec, frame) => {
    const pixels = picture(frame);
    const encoded = await encodeLossless(codec, frame, pixels);
    const decoded = await expectBack({ ...frame, ...syntax(suffix) }, encoded, pixels);
    expect(decoded.photometricInterpretation).toBe(frame.photometricInterpretation);
  });

  test("JPEG-LS by plane comes out by pixel", async () => {
    const pixels = picture(rgb);
    const encoded = await encodeLossless("jpegLs", rgb, separate(pixels, 3, 1), 0);
    const decoded = await expectBack({ ...rgb, planarConfiguration: 1, ...syntax(".4.80") }, encoded, pixels);
    expect(decoded.planarConfiguration).toBe(0);
  });

  test("the reversible colour transform of JPEG 2000 is undone", async () => {
    const frame = { ...rgb, photometricInterpretation: "YBR_RCT" };
    const pixels = picture(frame);
    const encoded = await encodeLossless("jpeg2000", frame, pixels);
    const decoded = await expectBack({ ...frame, ...syntax(".4.90") }, encoded, pixels);
    expect(decoded.photometricInterpretation).toBe("RGB");
  });

  test.each([
    ["JPEG lossless, any predictor", ".4.57", "encodeJpeg", grey16, { lossy: false, predictor: 6 }],
    ["JPEG lossless, first predictor", ".4.70", "encodeJpeg", grey8, { lossy: false, predictor: 1 }],
    ["JPEG lossless, colour", ".4.70", "encodeJpeg", rgb, { lossy: false, predictor: 1 }],
    ["RLE 16 bit", ".5", "encodeRle", grey16, {}],
    ["RLE colour", ".5", "encodeRle", rgb, {}],
    ["JPEG XL 16 bit", ".4.110", "encodeJpegXl", grey16, { lossy: false }],
    ["JPEG XL 8 bit", ".4.110", "encodeJpegXl", grey8, { lossy: false }],
    ["JPEG XL colour", ".4.110", "encodeJpegXl", rgb, { lossy: false }],
  ] as const)("%s", async (_name, suffix, method, frame, parameters) => {
    const pixels = picture(frame);
    const encoded = await encodeNative(method, frame, pixels, parameters);
    await expectBack({ ...frame, ...syntax(suffix) }, encoded, pixels);
  });

  test("deflated frame, with a pad byte", async () => {
    const pixels = picture(grey16);
    const encoded = Buffer.concat([deflateRawSync(pixels), Buffer.alloc(1)]);
    await expectBack({ ...grey16, ...syntax(".8.1") }, encoded, pixels);
  });

  test("RLE by plane stays by plane", async () => {
    const pixels = picture(rgb);
    const encoded = await encodeNative("encodeRle", rgb, pixels);
    const decoded = await decodeFrame({ ...rgb, planarConfiguration: 1, ...syntax(".5") }, encoded);
    expect(decoded.planarConfiguration).toBe(1);
    expect(Buffer.compare(decoded.bytes, separate(pixels, 3, 1))).toBe(0);
  });
});

describe("a smaller frame of wavelets", () => {
  const frame = greyFrame({ rows: 65, columns: 130 });

  test.each([
    ["jpeg2000", ".4.90"],
    ["htj2k", ".4.201"],
  ] as const)("%s: halved as often as the size allows", async (codec, suffix) => {
    const flat = { ...frame, ...syntax(suffix) };
    const pixels = new Uint8Array(Uint16Array.from({ length: 65 * 130 }, () => 1234).buffer);
    const encoded = await encodeLossless(codec, frame, pixels);
    const half = await decodeFrameAtLeast(flat, encoded, { rows: 20, columns: 40 });
    expect(half.description).toMatchObject({ rows: 33, columns: 65 });
    expect(new Set(new Uint16Array(half.frame.bytes.buffer))).toEqual(new Set([1234]));
    const whole = await decodeFrameAtLeast(flat, encoded, { rows: 65, columns: 130 });
    expect(Buffer.compare(whole.frame.bytes, pixels)).toBe(0);
    const tiny = await decodeFrameAtLeast(flat, encoded, { rows: 1, columns: 1 });
    expect(tiny.description.rows).toBeLessThan(20);
  });

  test("other frames come out whole", async () => {
    const { description } = await decodeFrameAtLeast(frame, picture(frame), { rows: 1, columns: 1 });
    expect(description).toBe(frame);
  });
});

describe("native pixels", () => {
  test("big-endian words and longer cells are swapped", async () => {
    const description = greyFrame({ rows: 1, columns: 2, ...syntax(".2") });
    const words = await decodeFrame(description, Uint8Array.of(1, 2, 3, 4));
    expect([...words.bytes]).toEqual([2, 1, 4, 3]);
    const long = await decodeFrame(
      { ...description, columns: 1, bitsAllocated: 32 },
      Uint8Array.of(1, 2, 3, 4),
    );
    expect([...long.bytes]).toEqual([4, 3, 2, 1]);
  });

  test("the caller's bytes stay as they are", async () => {
    const bytes = Buffer.from([1, 2, 3, 4]);
    await decodeFrame(greyFrame({ rows: 1, columns: 2, ...syntax(".2") }), bytes);
    expect([...bytes]).toEqual([1, 2, 3, 4]);
  });

  test("bytes in big-endian words are swapped, bytes in OB are not", async () => {
    const description = greyFrame({ rows: 1, columns: 3, bitsAllocated: 8, ...syntax(".2") });
    const inWords = await decodeFrame({ ...description, wordData: true }, Uint8Array.of(1, 2, 0, 3));
    expect([...inWords.bytes]).toEqual([2, 1, 3]);
    const inBytes = await decodeFrame(description, Uint8Array.of(1, 2, 3, 0));
    expect([...inBytes.bytes]).toEqual([1, 2, 3]);
    const cut = decodeFrame({ ...description, wordData: true }, Uint8Array.of(1, 2, 0));
    await expect(cut).rejects.toMatchObject({ code: "unsupported" });
  });

  test("a frame of single bits that begins inside a byte is moved to the first bit", async () => {
    const description = greyFrame({ rows: 1, columns: 5, bitsAllocated: 1 });
    // Two frames, 10110 and 01101 from the least significant bit.
    const bytes = Uint8Array.of(0b110_01101, 0b10);
    const first = await decodeFrame(description, bytes);
    expect(first.bytes[0]).toBe(0b01101);
    expect(frameBitOffset(description, 1)).toBe(5);
    const second = await decodeFrame({ ...description, bitOffset: 5 }, bytes);
    expect(second.bytes[0]).toBe(0b10110);
  });

  test("missing bytes are an error, bytes after the frame are dropped", async () => {
    const description = greyFrame();
    const pixels = picture(description);
    await expect(decodeFrame(description, pixels.subarray(1))).rejects.toMatchObject({ code: "corrupt" });
    const longer = await decodeFrame(description, Buffer.concat([pixels, Buffer.alloc(7)]));
    expect(longer.bytes.length).toBe(pixels.length);
  });
});

describe("JPEG 2000 of other software", () => {
  test("a segment of single bits comes out packed, the first in the lowest", async () => {
    const bits = { bitsAllocated: 8, bitsStored: 1, highBit: 0 };
    const samples = Uint8Array.from({ length: 37 * 53 }, (_, n) => (n % 3 === 1 || n % 53 < 9 ? 1 : 0));
    const encoded = await encodeLossless("jpeg2000", greyFrame(bits), samples);
    const { bytes } = await decodeFrame(
      greyFrame({ ...bits, bitsAllocated: 1, ...syntax(".4.90") }),
      encoded,
    );
    expect(bytes.length).toBe(Math.ceil((37 * 53) / 8));
    expect([...samples].every((bit, n) => ((bytes[n >> 3]! >> (n & 7)) & 1) === bit)).toBe(true);
  });

  test.each([
    ["is signed, Pixel Representation is not", 1, 0, (value: number) => value & 0xfff],
    ["is unsigned, Pixel Representation is not", 0, 1, (value: number) => (value << 20) >> 20],
  ] as const)("the code stream %s: the attribute is meant", async (_name, written, said, meant) => {
    const values = Array.from({ length: 37 * 53 }, (_, n) => ((n * 131) % 4096) - (written === 1 ? 2048 : 0));
    const bytesOf = (numbers: readonly number[]) => new Uint8Array(Int16Array.from(numbers).buffer);
    const encoded = await encodeLossless(
      "jpeg2000",
      greyFrame({ pixelRepresentation: written }),
      bytesOf(values),
    );
    const description = greyFrame({ pixelRepresentation: said, ...syntax(".4.90") });
    await expectBack(description, encoded, bytesOf(values.map(meant)));
  });

  test("one that breaks off is said to be broken", async () => {
    const frame = greyFrame(syntax(".4.90"));
    const encoded = await encodeLossless("jpeg2000", frame, picture(frame));
    // Where the decoder looks for the next tile part.
    const foreign = Buffer.concat([encoded.subarray(0, -2), Buffer.from([0xff, 0x64, 0, 11]), encoded]);
    await expect(decodeFrame(frame, foreign)).rejects.toThrow(/breaks off or is damaged/);
  });
});

describe("a lossy code stream of more bits than are stored", () => {
  const stored = { bitsStored: 10, highBit: 9 };
  const wide = { bitsStored: 12, highBit: 11 };
  const bytesOf = (values: readonly number[]) => new Uint8Array(Int16Array.from(values).buffer);
  const valuesOf = (bytes: Uint8Array, signed: boolean) => {
    const buffer = Uint8Array.from(bytes).buffer;
    return [...(signed ? new Int16Array(buffer) : new Uint16Array(buffer))];
  };
  // Slopes that go 37 beyond both ends of what ten bits say, where there is a beyond.
  const slopes = (least: number, most: number) =>
    Array.from({ length: 37 * 53 }, (_, n) => least - 37 + ((n % 53) / 52) * (most - least + 74));
  const beyond = (signed: boolean) =>
    signed ? slopes(-512, 511) : slopes(0, 1023).map((value) => Math.max(0, value));

  test.each([
    ["JPEG 2000", ".4.91", 0, (frame, pixels) => encodeLossless("jpeg2000", frame, pixels, 2, 0.01)],
    ["JPEG 2000, signed", ".4.91", 1, (frame, pixels) => encodeLossless("jpeg2000", frame, pixels, 2, 0.01)],
    ["HTJ2K", ".4.203", 0, (frame, pixels) => encodeLossless("htj2k", frame, pixels, 2, 0.001)],
  ] as const satisfies readonly (readonly [
    string,
    string,
    0 | 1,
    (frame: FrameDescription, pixels: Uint8Array) => Promise<Uint8Array>,
  ])[])("%s: what is whiter than white is white", async (_name, suffix, pixelRepresentation, encode) => {
    const signed = pixelRepresentation === 1;
    const [least, most] = signed ? [-512, 511] : [0, 1023];
    const values = beyond(signed);
    const encoded = await encode(greyFrame({ ...wide, pixelRepresentation }), bytesOf(values));
    const frame = greyFrame({ ...wide, pixelRepresentation, ...syntax(suffix) });
    const all = valuesOf((await decodeFrame(frame, encoded)).bytes, signed);
    expect(Math.max(...all)).toBeGreaterThan(most);
    const held = valuesOf((await decodeFrame({ ...frame, ...stored }, encoded)).bytes, signed);
    expect(held).toEqual(all.map((value) => Math.min(most, Math.max(least, value))));
  });

  test("JPEG of 12 bits: what is whiter than white is white", async () => {
    const hex = (digits: string) => Buffer.from(digits.replaceAll(" ", ""), "hex");
    // Two blocks of one value each, 1024 and 500: quantized by eight, the first coefficient is how far they are from 2048.
    const encoded = Buffer.concat([
      hex("ffd8 ffdb 0043 00"),
      Buffer.alloc(64, 8),
      hex("ffc1 000b 0c 0008 0010 01 01 11 00"),
      hex(`ffc4 0015 00 0002${"00".repeat(14)} 0b0a ffc4 0014 10 01${"00".repeat(15)} 00`),
      hex("ffda 0008 01 01 00 00 3f 00"),
      // 00 01111111111 0: -1024 and no more; 01 0111110011 0: 524 less; ones to the end.
      hex("1f f9 7c df ffd9"),
    ]);
    const frame = greyFrame({ ...wide, rows: 8, columns: 16, ...syntax(".4.51") });
    const rowOf = (left: number) => [...Array(8).fill(left), ...Array(8).fill(500)];
    const all = valuesOf((await decodeFrame(frame, encoded)).bytes, false);
    expect(all.slice(0, 16)).toEqual(rowOf(1024));
    const held = valuesOf((await decodeFrame({ ...frame, ...stored }, encoded)).bytes, false);
    expect(held.slice(0, 16)).toEqual(rowOf(1023));
    // Of signed pixels, the bits say nothing of where the excess is.
    const bits = { ...frame, ...stored, pixelRepresentation: 1 } as const;
    expect(valuesOf((await decodeFrame(bits, encoded)).bytes, false).slice(0, 16)).toEqual(rowOf(1024));
  });

  test("JPEG-LS: within its error, beyond which lies an overlay", async () => {
    const values = Array.from({ length: 37 * 53 }, (_, n) =>
      n % 53 < 20 ? 1000 + (n % 24) : n % 53 < 40 ? 1024 + (n % 3) : 2048 + 500,
    );
    const encoded = await encodeLossless("jpegLs", greyFrame(wide), bytesOf(values), 2, 2);
    const frame = greyFrame({ ...wide, ...syntax(".4.81") });
    const all = valuesOf((await decodeFrame(frame, encoded)).bytes, false);
    const held = valuesOf((await decodeFrame({ ...frame, ...stored }, encoded)).bytes, false);
    expect(held).toEqual(all.map((value) => (value > 1023 && value <= 1025 ? 1023 : value)));
    expect(held.some((value) => value > 2500)).toBe(true);
    expect(held).not.toEqual(all);
  });

  test.each([
    ["in all bits allocated are held within what is stored", 0xffff],
    ["in the bits stored alone stay as they are", 0x3ff],
  ])("JPEG-LS: signed values %s", async (_name, mask) => {
    const written = { bitsStored: 16, highBit: 15 };
    const values = Array.from({ length: 37 * 53 }, (_, n) =>
      n % 53 < 20 ? 490 + (n % 22) : n % 53 < 40 ? -512 + (n % 7) : (n % 40) - 20,
    );
    const bits = bytesOf(values.map((value) => value & mask));
    const encoded = await encodeLossless("jpegLs", greyFrame(written), bits, 2, 3);
    const frame = greyFrame({ ...written, ...syntax(".4.81"), pixelRepresentation: 1 });
    const all = valuesOf((await decodeFrame(frame, encoded)).bytes, true);
    const held = valuesOf((await decodeFrame({ ...frame, ...stored }, encoded)).bytes, true);
    const within = all.map((value) => Math.min(511, Math.max(-512, value)));
    expect(within).not.toEqual(all);
    expect(held).toEqual(mask === 0xffff ? within : all);
  });

  test("reversible wavelets keep what lies above the bits stored", async () => {
    const pixels = bytesOf(beyond(false));
    const encoded = await encodeLossless("jpeg2000", greyFrame(wide), pixels);
    await expectBack(greyFrame({ ...stored, ...syntax(".4.91") }), encoded, pixels);
  });
});

describe("what a code stream says is checked before it is decoded", () => {
  test.each([
    ["JPEG-LS", ".4.80", (frame: FrameDescription) => encodeLossless("jpegLs", frame, picture(frame))],
    ["JPEG 2000", ".4.90", (frame: FrameDescription) => encodeLossless("jpeg2000", frame, picture(frame))],
    ["HTJ2K", ".4.201", (frame: FrameDescription) => encodeLossless("htj2k", frame, picture(frame))],
    ["JPEG", ".4.70", (frame: FrameDescription) => encodeNative("encodeJpeg", frame, picture(frame))],
    ["JPEG XL", ".4.110", (frame: FrameDescription) => encodeNative("encodeJpegXl", frame, picture(frame))],
  ])("%s of another size is a mismatch", async (_name, suffix, encode) => {
    const frame = greyFrame();
    const encoded = await encode(frame);
    const wrong = { ...frame, rows: frame.rows + 1, ...syntax(suffix) };
    await expect(decodeFrame(wrong, encoded)).rejects.toMatchObject({ code: "mismatch" });
  });

  test("more bits than allocated are a mismatch", async () => {
    const encoded = await encodeLossless("jpegLs", greyFrame(), picture(greyFrame()));
    const description = greyFrame({ bitsAllocated: 8, ...syntax(".4.80") });
    await expect(decodeFrame(description, encoded)).rejects.toMatchObject({ code: "mismatch" });
  });

  test("a header of 65535 × 65535 allocates nothing", async () => {
    const description = greyFrame({ rows: 65_535, columns: 65_535, ...syntax(".5") });
    await expect(decodeFrame(description, new Uint8Array(64))).rejects.toMatchObject({ code: "too-large" });
  });

  test("a deflate bomb ends at the frame's size", async () => {
    const bomb = deflateRawSync(Buffer.alloc(50_000_000));
    await expect(decodeFrame(greyFrame(syntax(".8.1")), bomb)).rejects.toMatchObject({ code: "corrupt" });
  });

  test("an RLE segment outside of the frame is refused", async () => {
    const bytes = Buffer.alloc(100);
    bytes.writeUInt32LE(1, 0);
    bytes.writeUInt32LE(4_000_000_000, 4);
    const description = greyFrame({ bitsAllocated: 8, ...syntax(".5") });
    await expect(decodeFrame(description, bytes)).rejects.toMatchObject({ code: "corrupt" });
  });

  test("an unknown transfer syntax is named", async () => {
    await expect(decodeFrame(greyFrame(syntax(".4.100")), new Uint8Array(8))).rejects.toMatchObject({
      code: "unsupported",
    });
  });
});

describe("damaged code streams", () => {
  const frame = greyFrame({ rows: 64, columns: 64 });
  test.each([
    [".4.80", () => encodeLossless("jpegLs", frame, picture(frame))],
    [".4.90", () => encodeLossless("jpeg2000", frame, picture(frame))],
    [".4.201", () => encodeLossless("htj2k", frame, picture(frame))],
    [".4.70", () => encodeNative("encodeJpeg", frame, picture(frame), { lossy: false })],
    [".4.110", () => encodeNative("encodeJpegXl", frame, picture(frame), { lossy: false })],
    [".5", () => encodeNative("encodeRle", frame, picture(frame))],
  ])(
    "%s: a frame's worth of pixels or an ImagingError, and the next frame decodes",
    async (suffix, encode) => {
      const description = { ...frame, ...syntax(suffix) };
      const encoded = await encode();
      const damage = fc.array(fc.tuple(fc.nat(encoded.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(damage, fc.nat(encoded.length), async (changes, cut) => {
          const bytes = encoded.slice(0, changes.length % 2 === 0 ? cut : undefined);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          try {
            expect((await decodeFrame(description, bytes)).bytes.length).toBe(picture(frame).length);
          } catch (error) {
            expect(error).toBeInstanceOf(ImagingError);
          }
        }),
        { numRuns: 40, seed: 20260105 },
      );
      await expectBack(description, encoded, picture(frame));
    },
  );
});
