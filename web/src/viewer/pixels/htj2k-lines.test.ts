import { createRequire } from "node:module";
import { linesInPlace, transformsComponents } from "@isocenter/presentation";
import { expect, it } from "vitest";

const require = createRequire(createRequire(import.meta.url).resolve("@cornerstonejs/dicom-image-loader"));
const picture = { rows: 4, columns: 5, samplesPerPixel: 3 };

/** A code stream by the codec that the viewer decodes with, and what that makes of it. */
async function coded(pixels: Uint8Array, isUsingColorTransform: boolean) {
  const codec = await require("@cornerstonejs/codec-openjph")({ print() {}, printErr() {} });
  const encoder = new codec.HTJ2KEncoder();
  const { rows: height, columns: width, samplesPerPixel: componentCount } = picture;
  const frame = { width, height, componentCount, bitsPerSample: 8, isSigned: false, isUsingColorTransform };
  encoder.getDecodedBuffer(frame).set(pixels);
  encoder.setQuality(true, 0);
  encoder.encode();
  const bytes = new Uint8Array(encoder.getEncodedBuffer());
  const decoder = new codec.HTJ2KDecoder();
  decoder.getEncodedBuffer(bytes.length).set(bytes);
  decoder.decode();
  return { bytes, decoded: new Uint8Array(decoder.getDecodedBuffer()) };
}

it("lines of colours that were not transformed are brought to their places", async () => {
  const pixels = Uint8Array.from({ length: 60 }, (_, n) => n * 4);
  // The codec takes the lines of one component after those of the other where it should take one of each.
  const arranged = new Uint8Array(60);
  for (let line = 0; line < 12; line++)
    for (let column = 0; column < 5; column++)
      arranged[(Math.floor(line / 3) * 5 + column) * 3 + (line % 3)] =
        pixels[((line % 4) * 5 + column) * 3 + Math.floor(line / 4)]!;
  const { bytes, decoded } = await coded(arranged, false);
  expect(transformsComponents(bytes)).toBe(false);
  expect(linesInPlace(decoded, picture)).toEqual(pixels);
});

it("of transformed colours they are there already", async () => {
  const pixels = Uint8Array.from({ length: 60 }, (_, n) => n * 4);
  const { bytes, decoded } = await coded(pixels, true);
  expect(transformsComponents(bytes)).toBe(true);
  expect(decoded).toEqual(pixels);
});

it("what is no code stream is left to the decoder", () => {
  expect(transformsComponents(new Uint8Array([1, 2, 3]))).toBe(true);
  expect(transformsComponents(new Uint8Array([0xff, 0x4f, 0xff, 0x51, 0, 2]))).toBe(true);
});
