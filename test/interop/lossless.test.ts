import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPart10, TransferSyntaxes } from "@isocenter/dicom";
import { decodeFrame, transcodeFrame } from "@isocenter/imaging";
import { createTranscoder } from "@isocenter/server/modules/rendering/index.ts";
import { keptObject } from "@isocenter/server/modules/rendering/transcode/test-object.ts";
import { describe, expect, test } from "vitest";
import { dcmtkMissing, run } from "../support/dcmtk.ts";
import { ctInstance } from "../support/instances.ts";

const pixelsOf = (bytes: Uint8Array): Buffer => {
  const { offset, length } = readPart10(bytes).pixelData!;
  return Buffer.from(bytes.subarray(offset, offset + length));
};

describe.each([
  ["JPEG-LS", TransferSyntaxes.JPEGLSLossless, "dcmdjpls"],
  ["JPEG Lossless", TransferSyntaxes.JPEGLosslessSV1, "dcmdjpeg"],
] as const)("%s that we write", (_syntax, transferSyntaxUID, reader) => {
  test.skipIf(dcmtkMissing(reader)).each([
    ["12 bits, unsigned", { BitsStored: 12, HighBit: 11, PixelRepresentation: 0 }, 0x0fff],
    ["12 bits, signed", { BitsStored: 12, HighBit: 11, PixelRepresentation: 1 }, 0x07ff],
    ["16 bits, signed", { BitsStored: 16, HighBit: 15, PixelRepresentation: 1 }, 0xffff],
  ])("%s: DCMTK reads the same pixels", async (_name, attributes, mask) => {
    const pixels = Uint16Array.from({ length: 40 * 30 }, (_, n) => (n * 2657) & mask);
    const { bytes } = ctInstance({
      Rows: 30,
      Columns: 40,
      ...attributes,
      PixelData: new Uint8Array(pixels.buffer),
    });
    const { instance, archive } = keptObject(bytes);
    const transcoder = createTranscoder({
      archive,
      pool: { decode: decodeFrame, transcode: transcodeFrame },
    });
    const chunks: Buffer[] = [];
    for await (const chunk of await transcoder.openAs(instance, transferSyntaxUID))
      chunks.push(chunk as Buffer);
    const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-lossless-"));
    const [ours, theirs] = [path.join(folder, "ours.dcm"), path.join(folder, "theirs.dcm")];
    await fs.writeFile(ours, Buffer.concat(chunks));
    expect(await run(reader, ours, theirs)).toMatchObject({ code: 0 });
    expect(pixelsOf(await fs.readFile(theirs)).equals(pixelsOf(bytes))).toBe(true);
    await fs.rm(folder, { recursive: true });
  });
});
