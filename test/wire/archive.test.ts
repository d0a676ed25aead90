import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { newUid, readDataSet, readPart10, SopClasses, Tags, TransferSyntaxes, text } from "@isocenter/dicom";
import { openAssociation } from "@isocenter/dimse";
import { type Archive, createArchive } from "@isocenter/server/modules/archive/index.ts";
import { createJournal } from "@isocenter/server/modules/journal/index.ts";
import { createPeers } from "@isocenter/server/modules/peers/index.ts";
import { newId, prepareJobs, systemClock, systemViewer } from "@isocenter/server/platform/index.ts";
import { type DimseListener, startDimse } from "@isocenter/server/protocols/dimse/index.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { makeFacility, storedKeys } from "../support/archive.ts";
import { testDatabase } from "../support/database.ts";
import { dcmtkMissing, run } from "../support/dcmtk.ts";
import { formsOf } from "../support/forms.ts";
import { ctInstance, ctSeries, type MadeInstance } from "../support/instances.ts";
import { testPlatform } from "../support/platform.ts";

const missing = dcmtkMissing("echoscu", "storescu", "dcmsend", "findscu");
const database = testDatabase();
const platform = testPlatform(database, { host: "127.0.0.1", dicomPort: 0 });
let archive: Archive;
let listener: DimseListener;
let facilityId: string;
let folder: string;

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
  folder = await mkdtemp(path.join(tmpdir(), "isocenter-door-"));
  await database.db`insert into modality (id, ae_title, host, port, facility_id, permissions, created_at)
    values (${newId(systemClock)}, 'WORKSTATION', 'localhost', 104, ${facilityId}, ${["echo", "store", "find"]}, now())`;
  return () => rm(folder, { recursive: true, force: true });
});
afterAll(() => listener.close(0));
let port: string;
beforeEach(() => {
  port = String(listener.port);
});

async function fileOf(made: MadeInstance): Promise<string> {
  const file = path.join(folder, `${made.SOPInstanceUID}.dcm`);
  await writeFile(file, made.bytes);
  return file;
}

const dataSetBytes = (file: Uint8Array) => file.subarray(readPart10(file).dataSetOffset);

async function archivedDataSet(made: MadeInstance): Promise<Buffer> {
  const [instance] = await archive.locate(systemViewer([facilityId]), made, "none");
  const parts: Buffer[] = [];
  for await (const part of await archive.openDataSet(instance!)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Matches as findscu wrote them, one file each. */
async function findscu(
  title: string,
  ...args: string[]
): Promise<{ code: number; output: string; matches: Buffer[] }> {
  const out = await mkdtemp(path.join(folder, "find-"));
  const { code, output } = await run(
    "findscu",
    "-v",
    "-X",
    "-od",
    out,
    "-aet",
    title,
    "-aec",
    "ISOCENTER",
    ...args,
    "127.0.0.1",
    port,
  );
  const count = output.match(/Find Response \d+ \(Pending/g)?.length ?? 0;
  const names = Array.from({ length: count }, (_, index) => `rsp${String(index + 1).padStart(4, "0")}.dcm`);
  return { code, output, matches: await Promise.all(names.map((name) => readFile(path.join(out, name)))) };
}
const valueIn = (match: Buffer, tag: number) => text(readPart10(match).dataSet, tag);

describe.skipIf(missing)("the archive's DICOM door, with DCMTK before it", () => {
  test("a scanner that nobody knows echoes and stores from this machine, whatever title it calls", async () => {
    const made = ctInstance();
    expect((await run("echoscu", "127.0.0.1", port)).code).toBe(0);
    const { code, output } = await run("storescu", "127.0.0.1", port, await fileOf(made));
    expect(code, output).toBe(0);
    expect((await archivedDataSet(made)).equals(dataSetBytes(made.bytes))).toBe(true);
  });

  test("and does not find: its context is refused", async () => {
    const { code, output } = await findscu(
      "NOBODY",
      "-S",
      "-k",
      "QueryRetrieveLevel=STUDY",
      "-k",
      "PatientName",
    );
    expect(code).not.toBe(0);
    expect(output).toMatch(/No Acceptable Presentation Contexts/);
  });

  test("dcmsend brings a series; findscu finds it at each level, in both models", async () => {
    const made = ctSeries(3, { PatientName: "Lévesque^Zoé", PatientID: "D1", AccessionNumber: "ACC-D1" });
    const files = await Promise.all(made.map(fileOf));
    const sent = await run("dcmsend", "-v", "-aec", "ISOCENTER", "127.0.0.1", port, ...files);
    expect(sent.code, sent.output).toBe(0);
    const { StudyInstanceUID, SeriesInstanceUID } = made[0]!;

    const keys = ["-k", "StudyInstanceUID", "-k", "PatientName=levesque*", "-k", "AccessionNumber"];
    const study = await findscu(
      "WORKSTATION",
      ...[
        "-S",
        "-k",
        "QueryRetrieveLevel=STUDY",
        "-k",
        "NumberOfStudyRelatedInstances",
        "-k",
        "ModalitiesInStudy=CT",
      ],
      ...keys,
    );
    expect(study.code, study.output).toBe(0);
    expect(study.matches, study.output).toHaveLength(1);
    const [match] = study.matches as [Buffer];
    expect(valueIn(match, Tags.StudyInstanceUID)).toBe(StudyInstanceUID);
    expect(valueIn(match, Tags.PatientName)).toBe("Lévesque^Zoé");
    expect(valueIn(match, Tags.SpecificCharacterSet)).toBe("ISO_IR 192");
    expect(valueIn(match, Tags.AccessionNumber)).toBe("ACC-D1");
    expect(valueIn(match, Tags.NumberOfStudyRelatedInstances)).toBe("3");
    expect(valueIn(match, Tags.RetrieveAETitle)).toBe("ISOCENTER");

    const series = await findscu(
      "WORKSTATION",
      ...["-S", "-k", "QueryRetrieveLevel=SERIES", "-k", `StudyInstanceUID=${StudyInstanceUID}`],
      ...["-k", "SeriesInstanceUID", "-k", "Modality", "-k", "NumberOfSeriesRelatedInstances"],
    );
    expect(series.matches.map((each) => valueIn(each, Tags.SeriesInstanceUID))).toEqual([SeriesInstanceUID]);

    const images = await findscu(
      "WORKSTATION",
      ...["-S", "-k", "QueryRetrieveLevel=IMAGE", "-k", `StudyInstanceUID=${StudyInstanceUID}`],
      ...["-k", `SeriesInstanceUID=${SeriesInstanceUID}`, "-k", "SOPInstanceUID", "-k", "InstanceNumber"],
    );
    expect(images.matches.map((each) => valueIn(each, Tags.SOPInstanceUID)).sort()).toEqual(
      made.map(({ SOPInstanceUID }) => SOPInstanceUID).sort(),
    );

    const patient = await findscu(
      "WORKSTATION",
      ...[
        "-P",
        "-k",
        "QueryRetrieveLevel=PATIENT",
        "-k",
        "PatientID=D1",
        "-k",
        "PatientName",
        "-k",
        "PatientSex",
      ],
    );
    expect(patient.matches.map((each) => valueIn(each, Tags.PatientSex))).toEqual(["F"]);

    const nothing = await findscu(
      "WORKSTATION",
      "-S",
      "-k",
      "QueryRetrieveLevel=STUDY",
      "-k",
      "PatientID=NONE",
    );
    expect([nothing.code, nothing.matches.length]).toEqual([0, 0]);
  });

  test("a level that the model has not is A900H", async () => {
    const { output } = await findscu(
      "WORKSTATION",
      "-S",
      "-k",
      "QueryRetrieveLevel=PATIENT",
      "-k",
      "PatientName",
    );
    expect(output).toMatch(/Error: (DataSet|Identifier)DoesNotMatchSOPClass/);
  });
});

describe("what must not go wrong", () => {
  const open = (callingAeTitle = "WORKSTATION") =>
    openAssociation({
      host: "127.0.0.1",
      port: listener.port,
      callingAeTitle,
      calledAeTitle: "ISOCENTER",
      implementation: { classUid: "2.25.1", versionName: "TEST" },
      timeouts: { artimMs: 200 },
      contexts: [
        {
          abstractSyntax: SopClasses.CTImageStorage,
          transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian],
        },
        {
          abstractSyntax: SopClasses.MRImageStorage,
          transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian],
        },
      ],
    });
  const requestFor = (made: MadeInstance, bytes = dataSetBytes(made.bytes)) => ({
    sopClassUid: SopClasses.CTImageStorage,
    sopInstanceUid: made.SOPInstanceUID,
    transferSyntax: TransferSyntaxes.ExplicitVRLittleEndian,
    chunks: [bytes],
  });
  const everything = async () => {
    const [row] = await database.db`select count(*) as instances from instance`;
    return { instances: row!.instances, objects: (await storedKeys(platform, "")).length };
  };

  test("an abort in mid-object leaves nothing behind", async () => {
    const before = await everything();
    const made = ctInstance({ Rows: 1024, Columns: 1024 });
    const bytes = dataSetBytes(made.bytes);
    const association = await open();
    async function* chunks() {
      yield bytes.subarray(0, 1_000_000);
      association.abort();
      yield bytes.subarray(1_000_000);
    }
    await expect(association.store({ ...requestFor(made), chunks: chunks() })).rejects.toThrow();
    await association.closed;
    await expect.poll(everything).toEqual(before);
  });

  test("the same object twice is success twice and kept once; with other data it is success and quarantined", async () => {
    const made = ctInstance();
    const association = await open();
    expect(await association.store(requestFor(made))).toEqual({ status: 0 });
    const once = await everything();
    expect(await association.store(requestFor(made))).toEqual({ status: 0 });
    expect(await everything()).toEqual(once);
    const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = made;
    const other = ctInstance({
      StudyInstanceUID,
      SeriesInstanceUID,
      SOPInstanceUID,
      PatientName: "Somebody^Else",
    });
    expect(await association.store(requestFor({ ...made, bytes: other.bytes }))).toEqual({ status: 0 });
    expect((await everything()).instances).toBe(once.instances);
    const [kept] = await database.db`select count(*) as count from quarantine`;
    expect(kept!.count).toBe(1);
    expect((await archivedDataSet(made)).equals(dataSetBytes(made.bytes))).toBe(true);
    await association.release();
  });

  test("wrong objects get a clear status, and the next good one is stored", async () => {
    const before = await everything();
    const association = await open();
    const status = (made: MadeInstance, more = {}) =>
      association.store({ ...requestFor(made), ...more }).then(
        ({ status }) => status,
        (error) => error.status,
      );
    const good = ctInstance();
    const bytes = dataSetBytes(good.bytes);
    expect(await status(good, { chunks: [bytes.subarray(0, bytes.length - 10)] })).toBe(0xc000);
    expect(await status(good, { chunks: [Buffer.from("this is no data set at all")] })).toBe(0xc000);
    expect(await status(good, { chunks: [] })).toBe(0xc000);
    expect(await status(good, { sopInstanceUid: newUid() })).toBe(0xa900);
    expect(await status(good, { sopClassUid: SopClasses.MRImageStorage })).toBe(0xa900);
    expect(await status(ctInstance({ StudyInstanceUID: undefined }))).toBe(0xc000);
    expect((await everything()).instances).toBe(before.instances);
    expect(await status(good)).toBe(0);
    await association.release();
  });

  test("four associations at once, every object arrives", async () => {
    const series = Array.from({ length: 4 }, () => ctSeries(8));
    await Promise.all(
      series.map(async (made) => {
        const association = await open();
        for (const each of made) expect(await association.store(requestFor(each))).toEqual({ status: 0 });
        await association.release();
      }),
    );
    for (const made of series.flat()) {
      const set = readDataSet(await archivedDataSet(made), TransferSyntaxes.ExplicitVRLittleEndian);
      expect(text(set, Tags.SOPInstanceUID)).toBe(made.SOPInstanceUID);
    }
  });
});
