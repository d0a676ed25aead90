import { DicomError } from "@isocenter/dicom";
import { describe, expect, test } from "vitest";
import { ImagingError, presentationOf, renderFrame } from "../src/index.ts";
import { corpus, type ManifestEntry, manifest, open } from "./corpus.ts";

const where = corpus === null ? " (skipped: the corpus of DICOM files is not here)" : "";

async function show(entry: ManifestEntry): Promise<void> {
  const object = open(entry.path);
  const { description, bytes } = object.frame(0);
  const size = { width: 128, height: 128 };
  await renderFrame(description, presentationOf(object.dataSet), bytes, {
    format: "jpeg",
    size,
    overlays: true,
  });
}

describe.skipIf(corpus === null)(`every real and every malformed file${where}`, () => {
  test("has a picture or a reason of a known kind", async () => {
    const surprises: string[] = [];
    let shown = 0;
    for (const entry of manifest()) {
      try {
        await show(entry);
        shown++;
      } catch (error) {
        const reason = error instanceof ImagingError || error instanceof DicomError ? error.code : null;
        const mayFail = reason === "no-pixels" || (reason !== null && entry.expect !== "accept");
        if (!mayFail) surprises.push(`${entry.path}: ${error}`);
      }
    }
    expect(surprises).toEqual([]);
    expect(shown).toBeGreaterThan(500);
  });
});
