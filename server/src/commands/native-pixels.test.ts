import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  dataSetOf,
  number,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  writePart10,
} from "@isocenter/dicom";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deidentify } from "./deidentify.ts";

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-black-"));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

async function ultrasound(): Promise<Uint8Array> {
  const frame = await sharp({ create: { width: 32, height: 16, channels: 3, background: "#ffffff" } })
    .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
    .toBuffer();
  return writePart10({
    dataSet: dataSetOf({
      SOPClassUID: SopClasses.UltrasoundMultiFrameImageStorage,
      SOPInstanceUID: "1.2.3.1",
      StudyInstanceUID: "1.2.3",
      SeriesInstanceUID: "1.2.3.0",
      PatientID: "P1",
      Modality: "US",
      NumberOfFrames: 2,
      SamplesPerPixel: 3,
      PhotometricInterpretation: "YBR_FULL_422",
      PlanarConfiguration: 0,
      Rows: 16,
      Columns: 32,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      PixelData: { frames: [new Uint8Array(frame), new Uint8Array(frame)] },
    }),
    transferSyntaxUID: TransferSyntaxes.JPEGBaseline8Bit,
  });
}

const context = { say: () => {}, complain: () => {} };
const run = (...args: string[]) =>
  deidentify.run([path.join(folder, "in.dcm"), path.join(folder, "out"), ...args], context);

test("regions of compressed pixels are blackened in every frame, and the rest stays as it is seen", async () => {
  await fs.writeFile(path.join(folder, "in.dcm"), await ultrasound());
  expect(await run("--options", "clean-pixel-data", "--black-box", "0,0,32,4")).toBe(0);
  const entries = await fs.readdir(path.join(folder, "out"), { recursive: true });
  const name = entries.find((entry) => entry.endsWith(".dcm"))!;
  const { dataSet, transferSyntaxUID } = readPart10(await fs.readFile(path.join(folder, "out", name)));
  expect(transferSyntaxUID).toBe(TransferSyntaxes.ExplicitVRLittleEndian);
  expect(text(dataSet, Tags.LossyImageCompression)).toBe("01");
  expect(text(dataSet, Tags.BurnedInAnnotation)).toBe("NO");
  expect(number(dataSet, Tags.NumberOfFrames)).toBe(2);
  const pixels = dataSet.elements.get(Tags.PixelData)!.value;
  expect(pixels.length).toBe(2 * 16 * 32 * 3);
  for (const frame of [0, 1])
    for (const row of [0, 3, 4, 15]) {
      const [luminance] = pixels.subarray(frame * 16 * 32 * 3 + row * 32 * 3);
      if (row < 4) expect(luminance).toBe(0);
      else expect(luminance).toBeGreaterThan(250);
    }
});

test("without regions they are left out, and a region without its option is a mistake", async () => {
  await fs.writeFile(path.join(folder, "in.dcm"), await ultrasound());
  expect(await run("--options", "clean-pixel-data")).toBe(1);
  await expect(run("--black-box", "0,0,32,4")).rejects.toThrow(/clean-pixel-data/);
  await expect(run("--options", "clean-pixel-data", "--black-box", "0,0,x,4")).rejects.toThrow(
    /whole numbers/,
  );
});
