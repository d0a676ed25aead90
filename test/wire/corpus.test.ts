import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isUid, readPart10, transferSyntax } from "@isocenter/dicom";
import { openAssociation } from "@isocenter/dimse";
import { type Archive, createArchive } from "@isocenter/server/modules/archive/index.ts";
import { createJournal } from "@isocenter/server/modules/journal/index.ts";
import { createPeers } from "@isocenter/server/modules/peers/index.ts";
import { prepareJobs, systemViewer } from "@isocenter/server/platform/index.ts";
import { type DimseListener, startDimse } from "@isocenter/server/protocols/dimse/index.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeFacility } from "../support/archive.ts";
import { testDatabase } from "../support/database.ts";
import { formsOf } from "../support/forms.ts";
import { testPlatform } from "../support/platform.ts";

interface Entry {
  path: string;
  expect: "accept" | "either" | "reject";
  expectDimse?: string;
  SOPClassUID: string | null;
  SOPInstanceUID: string | null;
  StudyInstanceUID: string | null;
  TransferSyntaxUID: string | null;
  sameSopInstanceAs?: string[];
}

const root = resolve(import.meta.dirname, "../..");
const corpus =
  process.env.ISOCENTER_CORPUS ??
  [resolve(root, "../shared/corpus"), resolve(root, "../../shared/corpus")].find((path) => existsSync(path));
const here = corpus !== undefined && existsSync(resolve(corpus, "manifest.json"));
if (!here) process.stdout.write("C-STORE of the corpus is skipped: there is no corpus (ISOCENTER_CORPUS)\n");
const entries: Entry[] = here
  ? (JSON.parse(readFileSync(resolve(corpus, "manifest.json"), "utf8")) as { files: Entry[] }).files
  : [];

const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
let archive: Archive;
let listener: DimseListener;
let facilityId: string;

describe.skipIf(!here)("C-STORE of real objects", () => {
  beforeAll(async () => {
    await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
    await platform.objects.check();
    facilityId = await makeFacility(database.db);
    const journal = createJournal(platform);
    archive = createArchive(platform, journal);
    listener = await startDimse({
      platform,
      archive,
      rendering: formsOf(archive),
      peers: createPeers(platform, journal),
    });
  });
  afterAll(() => listener.close(0));

  /** The status that the C-STORE was answered with, and what C-ECHO says after it. */
  async function send(entry: Entry, dataSet: Uint8Array, syntax: string): Promise<number> {
    const sopClassUid = isUid(entry.SOPClassUID ?? "") ? entry.SOPClassUID! : "1.2.840.10008.5.1.4.1.1.7";
    const sopInstanceUid = entry.SOPInstanceUID ?? "1.2.3";
    const association = await openAssociation({
      host: "127.0.0.1",
      port: listener.port,
      callingAeTitle: "CORPUS",
      calledAeTitle: "ISOCENTER",
      implementation: { classUid: "2.25.1", versionName: "TEST" },
      contexts: [
        { abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] },
        { abstractSyntax: sopClassUid, transferSyntaxes: [syntax] },
      ],
    });
    const request = { sopClassUid, sopInstanceUid, transferSyntax: syntax, chunks: [dataSet] };
    const status = await association.store(request).then(
      (result) => result.status,
      (error) => {
        if (error.status === undefined) throw new Error(entry.path, { cause: error });
        return error.status as number;
      },
    );
    await association.echo();
    await association.release();
    return status;
  }

  test("what is well-formed is stored bit for bit, in every transfer syntax and SOP class", async () => {
    const wrong: string[] = [];
    for (const entry of entries.filter((each) => each.expect === "accept")) {
      const bytes = readFileSync(resolve(corpus!, entry.path));
      const { dataSetOffset, transferSyntaxUID } = readPart10(bytes);
      const dataSet = bytes.subarray(dataSetOffset);
      const status = await send(entry, dataSet, transferSyntaxUID);
      if (status !== 0) wrong.push(`${entry.path}: ${status.toString(16)}`);
      else if (entry.sameSopInstanceAs === undefined || entry.sameSopInstanceAs.length === 0) {
        const selection = {
          StudyInstanceUID: entry.StudyInstanceUID!,
          SOPInstanceUID: entry.SOPInstanceUID!,
        };
        const [instance] = await archive.locate(systemViewer([facilityId]), selection, "none");
        const parts = instance ? await (await archive.openDataSet(instance)).toArray() : [];
        if (!Buffer.concat(parts).equals(dataSet)) wrong.push(`${entry.path}: other bytes`);
      }
    }
    expect(wrong).toEqual([]);
  }, 300_000);

  test("what is not is answered with a status, and the association goes on", async () => {
    const taken: string[] = [];
    for (const entry of entries.filter((each) => each.expect !== "accept")) {
      const bytes = readFileSync(resolve(corpus!, entry.path));
      // As a sender would that looks no further than the file meta information.
      const offset = bytes.toString("latin1", 128, 132) === "DICM" ? 144 + bytes.readUInt32LE(140) : 0;
      const known = entry.TransferSyntaxUID !== null && transferSyntax(entry.TransferSyntaxUID) !== undefined;
      const syntax =
        known && !/JPIP/.test(transferSyntax(entry.TransferSyntaxUID!)!.keyword)
          ? entry.TransferSyntaxUID!
          : "1.2.840.10008.1.2.1";
      const status = await send(entry, bytes.subarray(offset), syntax);
      if (status === 0 && entry.expect === "reject" && entry.expectDimse === undefined)
        taken.push(entry.path);
    }
    expect(taken).toEqual([]);
  }, 300_000);
});
