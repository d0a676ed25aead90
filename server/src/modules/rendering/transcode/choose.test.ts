import { TransferSyntaxes } from "@isocenter/dicom";
import { ctInstance } from "@isocenter/test/support/instances.ts";
import { expect, test } from "vitest";
import { syntaxesFor } from "./choose.ts";
import { keptObject } from "./test-object.ts";

const offered = (NumberOfFrames: string, bytes: number) =>
  syntaxesFor(
    keptObject(ctInstance({ NumberOfFrames, PixelData: Buffer.alloc(bytes) }).bytes as Uint8Array).instance,
  );
const frame = 16 * 16 * 2;

test("where there are more pictures than Number of Frames says, none of them is lost by compression", () => {
  const { RLELossless, JPEGLSLossless, ExplicitVRBigEndian } = TransferSyntaxes;
  expect(offered("2", 2 * frame)).toEqual(expect.arrayContaining([RLELossless, JPEGLSLossless]));
  // Some writers pad.
  expect(offered("2", 2 * frame + 6)).toContain(RLELossless);
  const whole = offered("2", 3 * frame);
  expect(whole).toContain(ExplicitVRBigEndian);
  for (const uid of [RLELossless, JPEGLSLossless]) expect(whole).not.toContain(uid);
});
