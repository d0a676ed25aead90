import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { decodeFrame } from "../src/index.ts";
import { corpus, manifest, open } from "./corpus.ts";

/** Files whose hash is of something that this package does not give, and why. */
const explained: Readonly<Record<string, string>> = {
  "files/mr/pydicom__MR_small_padded.dcm": "the hash takes in 128 bytes of padding after the only frame",
  "files/private-tags/pydicom__nested_priv_SQ.dcm":
    "no picture: Pixel Data of two bytes without rows and columns",
};

/** The frames' pixels as one Pixel Data value: single bits follow each other without a gap. */
function joined(frames: readonly Uint8Array[], bitsOfFrame: number): Uint8Array {
  if (bitsOfFrame % 8 === 0) return Buffer.concat(frames);
  const result = new Uint8Array(Math.ceil((bitsOfFrame * frames.length) / 8));
  frames.forEach((frame, index) => {
    for (let bit = 0; bit < bitsOfFrame; bit++) {
      const target = index * bitsOfFrame + bit;
      result[target >> 3]! |= ((frame[bit >> 3]! >> (bit & 7)) & 1) << (target & 7);
    }
  });
  return result;
}

async function pixelsOf(file: string): Promise<{ sha256: string; photometricInterpretation: string }> {
  const object = open(file);
  const { rows, columns, samplesPerPixel, bitsAllocated } = object.description;
  const frames: Uint8Array[] = [];
  let photometricInterpretation = "";
  for (let index = 0; index < object.numberOfFrames; index++) {
    const { description, bytes } = object.frame(index);
    const decoded = await decodeFrame(description, bytes);
    frames.push(decoded.bytes);
    photometricInterpretation = decoded.photometricInterpretation;
  }
  const whole = joined(frames, bitsAllocated === 1 ? rows * columns * samplesPerPixel : 8);
  return { sha256: createHash("sha256").update(whole).digest("hex"), photometricInterpretation };
}

const files = manifest().filter((entry) => entry.decodedPixelSha256);
const where = corpus === null ? " (skipped: the corpus of DICOM files is not here)" : "";

describe.skipIf(corpus === null)(`pixels of real files, bit for bit${where}`, () => {
  test(`${files.length} files in every lossless syntax`, async () => {
    const differing: string[] = [];
    for (const entry of files) {
      if (explained[entry.path]) continue;
      try {
        const { sha256, photometricInterpretation } = await pixelsOf(entry.path);
        const wanted = [entry.decodedPixelSha256, entry.decodedPixel?.sha256Interleaved];
        if (!wanted.includes(sha256)) differing.push(`${entry.path}: other pixels`);
        else if (photometricInterpretation !== entry.decodedPixel?.photometric)
          differing.push(`${entry.path}: ${photometricInterpretation}`);
      } catch (error) {
        differing.push(`${entry.path}: ${error}`);
      }
    }
    expect(differing).toEqual([]);
    expect(files.length).toBeGreaterThan(400);
  });

  // The only file of 32 bits in big endian has no hash; it is another one in little endian.
  test("32 bits in big endian", async () => {
    const big = await pixelsOf("files/rtdose/pydicom__rtdose_expb.dcm");
    const little = await pixelsOf("files/rtdose/pydicom__rtdose.dcm");
    expect(big.sha256).toBe(little.sha256);
  });
});
