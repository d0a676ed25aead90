import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { type DicomJson, readPart10 } from "@isocenter/dicom";
import { makeFacility, storedKeys, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { chunked } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { expect, inject, test } from "vitest";
import { prepareJobs, Refusal } from "../../platform/index.ts";
import { createJournal } from "../journal/index.ts";
import { createArchive } from "./archive.ts";
import { jsonKey } from "./attributes.ts";

interface CorpusFile {
  path: string;
  expect: "accept" | "reject" | "either";
}

const root = path.resolve(import.meta.dirname, "../../../..");
const folder = [process.env.ISOCENTER_CORPUS, `${root}/../shared/corpus`, `${root}/../../shared/corpus`].find(
  (candidate) => candidate !== undefined && existsSync(path.join(candidate, "manifest.json")),
);
if (!folder) process.stdout.write("corpus tests are skipped: there is no corpus (ISOCENTER_CORPUS)\n");

const database = testDatabase();
const platform = testPlatform(database);

test.skipIf(!folder)(
  "every real file is kept bit for bit and readable, or refused with a code and nothing kept",
  async () => {
    await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
    await platform.objects.check();
    const archive = createArchive(platform, createJournal(platform));
    const { files } = JSON.parse(readFileSync(path.join(folder!, "manifest.json"), "utf8")) as {
      files: CorpusFile[];
    };
    let viewer = viewerAt([await makeFacility(database.db)]);
    const surprises: string[] = [];
    const ingest = (bytes: Buffer) => archive.ingest(viewer, { chunks: chunked(bytes), door: "import" });
    for (const file of files) {
      const bytes = readFileSync(path.join(folder!, file.path));
      try {
        let answer = await ingest(bytes);
        if (answer.outcome !== "stored") {
          // Some files share their UIDs with others on purpose.
          viewer = viewerAt([await makeFacility(database.db)]);
          answer = await ingest(bytes);
        }
        if (file.expect === "reject") surprises.push(`${file.path}: taken`);
        const stored = await archive.locateById(viewer, answer.imageId, "none");
        const kept = Buffer.concat(await (await archive.openObject(stored)).toArray());
        const dataSet = kept.subarray(stored.dataSetOffset);
        if (!bytes.subarray(bytes.length - dataSet.length).equals(dataSet))
          surprises.push(`${file.path}: changed`);
        if (
          !kept.equals(bytes) &&
          bytes.toString("latin1", 128, 132) === "DICM" &&
          readPart10(bytes).meta !== null
        )
          surprises.push(`${file.path}: written anew`);
        const { gzipped } = await archive.seriesMetadata(viewer, answer);
        const json = JSON.parse(gunzipSync(gzipped).toString()) as DicomJson[];
        // Where everything is UN, the UID is binary as well.
        const mine = json.find((one) => one["00080018"]?.Value?.[0] === answer.SOPInstanceUID) ?? json[0];
        const missing = [...readPart10(bytes).dataSet.elements.keys()]
          .map(jsonKey)
          .filter((key) => !key.endsWith("0000") && !mine?.[key]);
        if (missing.length > 0) surprises.push(`${file.path}: metadata without ${missing.join(" ")}`);
        if (file.expect === "accept" && stored.pixels) {
          for (const number of [1, stored.numberOfFrames]) await archive.readFrame(stored, number);
        }
      } catch (error) {
        if (!(error instanceof Refusal) || !/^(dicom\.|frame\.)/.test(error.code))
          surprises.push(`${file.path}: ${String(error)}`);
        else if (file.expect === "accept") surprises.push(`${file.path}: ${error.code} ${error.message}`);
      }
    }
    expect(surprises).toEqual([]);
    const [rows] = await database.db<{ objects: number }[]>`
      select (select count(*) from instance) + (select count(*) from quarantine where reason <> 'unreadable') as objects`;
    expect((await storedKeys(platform, "instances")).length).toBe(rows!.objects);
  },
  300_000,
);
