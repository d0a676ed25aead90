import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createDeidentifier, readPart10 } from "@isocenter/dicom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { corpusBytes, corpusFiles } from "../support/corpus.ts";
import { dcmtkMissing, run } from "../support/dcmtk.ts";

/** One file of each class of the corpus. The checker does not inflate. */
const samples = [
  ...new Map(
    corpusFiles
      .filter((file) => file.expect === "accept" && !file.TransferSyntaxUID.endsWith("1.99"))
      .map((file) => [file.path.split("/")[1], file]),
  ).values(),
];

/** What dciodvfy calls an error, with numbers taken out: UIDs are others, and offsets too. */
async function errorsOf(file: string): Promise<Map<string, number>> {
  const { output } = await run("dciodvfy", "-new", file);
  const counts = new Map<string, number>();
  for (const line of output.split("\n").filter((text) => text.startsWith("Error"))) {
    const key = line.replace(/=.*$/, "").replace(/\d+/g, "#");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe.skipIf(samples.length === 0 || dcmtkMissing("dciodvfy"))("de-identified objects", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-deidentify-"));
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  test("are as valid as they were, dciodvfy says", async () => {
    const { object } = createDeidentifier({ options: [], secret: new Uint8Array(32).fill(7) });
    const worse: string[] = [];
    for (const sample of samples) {
      const original = path.join(folder, "original.dcm");
      const cleaned = path.join(folder, "cleaned.dcm");
      const bytes = corpusBytes(sample);
      await fs.writeFile(original, bytes);
      const result = await object(async function* () {
        yield bytes;
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of result.bytes()) chunks.push(chunk);
      await fs.writeFile(cleaned, chunks);
      expect(readPart10(Buffer.concat(chunks)).dataSet.elements.size).toBeGreaterThan(0);
      const before = await errorsOf(original);
      for (const [error, count] of await errorsOf(cleaned))
        if (count > (before.get(error) ?? 0)) worse.push(`${sample.path}: ${error}`);
    }
    expect(worse).toEqual([]);
  });
});
