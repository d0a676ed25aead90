import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { decodeFrame, presentationOf } from "../src/index.ts";
import { rasterOf } from "../src/render.ts";
import { corpus, open } from "./corpus.ts";

const require = createRequire(import.meta.url);
const where = corpus === null ? " (skipped: the corpus of DICOM files is not here)" : "";

/** Syntaxes that the DCMTK of the comparison beside this one does not read. */
const files = [
  "cr/pydicom-data__RG3_J2KI.dcm",
  "cr/pydicom-data__RG3_J2KR.dcm",
  "ct/cornerstone3D__CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm",
  "ct/cornerstone3D__CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm",
  "mr/pydicom__MR_small_jp2klossless.dcm",
  "nm/DICOMHTJ2K__NM1_JPH.dcm",
  "sc/pydicom-data__HTJ2KLossless_08_RGB.dcm",
  "sc/pydicom__GDCMJ2K_TextGBR.dcm",
  "sc/pydicom__SC_rgb_gdcm_KY.dcm",
  "us/DICOMHTJ2K__US1_JPH.dcm",
  "us/pydicom-data__US1_J2KI.dcm",
  "us/pydicom-data__US1_J2KR.dcm",
];

describe.skipIf(corpus === null)(`JPEG 2000 and HTJ2K look as dcmjs-imaging shows them${where}`, () => {
  test.each(files)("%s", async (name) => {
    const { DicomImage, NativePixelDecoder, log } = require("dcmjs-imaging");
    log.setLevel("silent");
    if (!NativePixelDecoder.isInitialized()) await NativePixelDecoder.initializeAsync();
    const file = `files/${name}`;
    const object = open(file);
    const { description, bytes } = object.frame(0);
    const frame = await decodeFrame(description, bytes);
    const { pixels, channels } = rasterOf(description, presentationOf(object.dataSet), frame);

    const theirs = new DicomImage(new Uint8Array(fs.readFileSync(path.join(corpus ?? "", file))).buffer);
    const rgba = new Uint8Array(theirs.render({ renderOverlays: false }).pixels);
    let largest = 0;
    for (let i = 0; i < pixels.length; i++) {
      const at = Math.floor(i / channels) * 4 + (i % channels);
      largest = Math.max(largest, Math.abs(pixels[i]! - rgba[at]!));
    }
    expect(largest).toBeLessThanOrEqual(1);
  });
});
