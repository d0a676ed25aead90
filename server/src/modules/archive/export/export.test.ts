import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { items, number, readPart10, SopClasses, Tags, text, texts } from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { dcmtkMissing, run } from "@isocenter/test/support/dcmtk.ts";
import { ctInstance, instance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { unzipped } from "@isocenter/test/support/unzip.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import {
  type App,
  createHttpServer,
  createLog,
  createMetrics,
  type Deferred,
  newId,
  prepareJobs,
  type Routes,
  type Viewer,
} from "../../../platform/index.ts";
import { createJournal, type Journal } from "../../journal/index.ts";
import { createArchive } from "../archive.ts";
import { askedExportRoutes } from "./asked.ts";
import { exportRoutes } from "./routes.ts";

const database = testDatabase();
const platform = testPlatform(database);
let app: App;
let journal: Journal;
let home: Viewer;
let viewer: Viewer;
let ctStudy: string;
let otherStudy: string;
const original = { PatientName: "Müller^Änne", PatientID: "PAT-4711", AccessionNumber: "ACC-0815" };
const first = ctInstance({ ...original, SeriesNumber: 1, InstanceNumber: 1, Modality: "CT" });
const { StudyInstanceUID, SeriesInstanceUID } = first;

const serverOf = (api: readonly Routes[]) =>
  createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    tls: null,
    authentication(scope) {
      scope.decorateRequest("viewer");
      scope.addHook("onRequest", async (request) => {
        request.viewer = viewer;
      });
    },
    api,
    root: [],
  });

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  journal = createJournal(platform);
  const archive = createArchive(platform, journal);
  home = viewerAt([await makeFacility(database.db)]);
  app = await serverOf([exportRoutes({ platform, journal, archive })]);
  const store = async (bytes: Uint8Array) => {
    async function* chunks() {
      yield bytes;
    }
    return (await archive.ingest(home, { chunks: chunks(), door: "upload" })).studyId;
  };
  ctStudy = await store(first.bytes);
  await store(ctInstance({ ...original, StudyInstanceUID, SeriesInstanceUID, InstanceNumber: 2 }).bytes);
  const report = {
    ...original,
    StudyInstanceUID,
    SOPClassUID: SopClasses.BasicTextSRStorage,
    Modality: "SR",
    SeriesNumber: 9,
    InstanceNumber: 1,
    CompletionFlag: "COMPLETE",
    VerificationFlag: "UNVERIFIED",
    ContentDate: "20260105",
    ContentTime: "101010",
    ConceptNameCodeSequence: [{ CodeValue: "18748-4", CodingSchemeDesignator: "LN", CodeMeaning: "Report" }],
    ContentSequence: [
      {
        RelationshipType: "HAS CONCEPT MOD",
        ValueType: "CODE",
        ConceptNameCodeSequence: [
          { CodeValue: "121049", CodingSchemeDesignator: "DCM", CodeMeaning: "Language" },
        ],
        ConceptCodeSequence: [
          { CodeValue: "eng", CodingSchemeDesignator: "RFC5646", CodeMeaning: "English" },
        ],
      },
      {
        RelationshipType: "CONTAINS",
        ValueType: "IMAGE",
        ReferencedSOPSequence: [
          {
            ReferencedSOPClassUID: SopClasses.CTImageStorage,
            ReferencedSOPInstanceUID: first.SOPInstanceUID,
          },
        ],
      },
    ],
  };
  await store(instance(report).bytes);
  otherStudy = await store(
    ctInstance({ PatientName: "Other^Patient", PatientID: "PAT-2", BurnedInAnnotation: "YES" }).bytes,
  );
});
afterAll(() => app.close());
beforeEach(() => {
  viewer = home;
});

const get = (query: string, id = ctStudy) => app.inject({ url: `/api/v1/studies/${id}/export${query}` });
const filesOf = async (query: string, id = ctStudy) => unzipped((await get(query, id)).rawPayload);
const images = (files: Map<string, Buffer>) =>
  [...files].filter(([name]) => /\.dcm$|\/IM\d+$/.test(name)).map(([, bytes]) => readPart10(bytes).dataSet);

test("a study leaves as a ZIP archive of the very files, and the access is recorded", async () => {
  const access = vi.spyOn(journal, "access");
  const answer = await get("");
  expect(answer.headers["content-type"]).toBe("application/zip");
  expect(answer.headers["content-disposition"]).toContain(`study-${ctStudy}-images.zip`);
  const files = await unzipped(answer.rawPayload);
  expect([...files.keys()]).toEqual([
    "study-1/series-1-CT/000001.dcm",
    "study-1/series-1-CT/000002.dcm",
    "study-1/series-2-SR/000001.dcm",
  ]);
  expect(Buffer.compare(files.get("study-1/series-1-CT/000001.dcm")!, first.bytes)).toBe(0);
  expect(access).toHaveBeenCalledExactlyOnceWith(
    viewer,
    expect.objectContaining({
      action: "study.exported",
      subject: { type: "study", id: ctStudy },
      data: { purpose: "export", format: "zip", deidentified: null },
    }),
  );
  access.mockRestore();
});

test("a de-identified study fits together, and neither names nor files say whose it is", async () => {
  const answer = await get("?deidentify=basic");
  expect(answer.headers["content-disposition"]).not.toContain(ctStudy);
  const files = await unzipped(answer.rawPayload);
  for (const [name, bytes] of files)
    for (const secret of ["PAT-4711", "Müller", "ACC-0815", StudyInstanceUID, SeriesInstanceUID, ctStudy]) {
      expect(bytes.includes(secret)).toBe(false);
      expect(name).not.toContain(secret);
    }
  const [one, two, report] = images(files);
  expect(text(one!, Tags.SeriesInstanceUID)).toBe(text(two!, Tags.SeriesInstanceUID));
  expect(text(one!, Tags.StudyInstanceUID)).toBe(text(report!, Tags.StudyInstanceUID));
  const [content] = items(report!, Tags.ContentSequence);
  const [reference] = items(content!, Tags.ReferencedSOPSequence);
  expect(text(reference!, Tags.ReferencedSOPInstanceUID)).toBe(text(one!, Tags.SOPInstanceUID));
  const said = files.get("DEIDENT.TXT")!.toString();
  expect(said).toContain("Profile and options: basic");
  expect((await filesOf("?deidentify=true")).get("DEIDENT.TXT")!.toString()).toBe(said);
  expect((await filesOf("?deidentify=false")).has("DEIDENT.TXT")).toBe(false);
});

test("an export is a set of its own, unless it names one", async () => {
  const uid = async (query: string) => text(images(await filesOf(query))[0]!, Tags.StudyInstanceUID);
  expect(await uid("?deidentify=basic")).not.toBe(await uid("?deidentify=basic"));
  expect(await uid("?deidentify=basic&set=trial-7")).toBe(await uid("?deidentify=basic&set=trial-7"));
  expect(await uid("?deidentify=basic&set=trial-7")).not.toBe(await uid("?deidentify=basic&set=trial-8"));
});

test("pixels that may bear names are pointed out, or left out where they were to be cleaned", async () => {
  const marked = await filesOf("?deidentify=basic", otherStudy);
  expect(marked.get("DEIDENT.TXT")!.toString()).toMatch(
    /bear annotations\.\r\n {2}study-1\/series-1-CT\/000001\.dcm/,
  );
  const cleaned = await filesOf("?deidentify=basic,clean-pixel-data", otherStudy);
  expect([...cleaned.keys()]).toEqual(["DEIDENT.TXT"]);
  expect(cleaned.get("DEIDENT.TXT")!.toString()).toContain("LEFT OUT, 1 files");
});

test("what is not offered is refused by name, and who may not export gets nothing", async () => {
  expect((await get("?format=tar")).json()).toMatchObject({ status: 400, code: "export.invalid" });
  expect((await get("?deidentify=basic,forget-all")).json()).toMatchObject({
    status: 400,
    code: "export.deidentify",
    detail: expect.stringContaining("forget-all"),
  });
  expect((await get("?set=a")).statusCode).toBe(400);
  expect((await get("?colour=red")).statusCode).toBe(400);
  expect((await get("", "01890000-0000-7000-8000-000000000000")).statusCode).toBe(404);
  viewer = viewerAt([await makeFacility(database.db)]);
  expect((await get("")).statusCode).toBe(404);
  viewer = { ...home, roles: ["RESIDENT"] };
  expect((await get("")).statusCode).toBe(403);
});

test("an export has at most 300,000 instances", async () => {
  const holds = (count: number) =>
    database.db`update study set number_of_instances = ${count} where id = ${ctStudy}`;
  const [before] = await database.db<{ count: number }[]>`
    select number_of_instances as count from study where id = ${ctStudy}`;
  await holds(300_001);
  const refused = await get("");
  await holds(300_000);
  const taken = await get("");
  await holds(before!.count);
  expect([refused.statusCode, refused.json().code, taken.statusCode]).toEqual([413, "export.too-many", 200]);
});

test("an export that failed has no size; one that is made has what is written so far", async () => {
  const at = new Date(0);
  const asked = {
    id: newId(platform.clock),
    method: "GET",
    url: "/api/v1/studies/1/export",
    permission: null,
  };
  const times = { createdAt: at, startedAt: at, finishedAt: null, expiresAt: at };
  const deferred = (state: Deferred["state"]): Deferred => ({
    ...asked,
    ...times,
    state,
    status: null,
    answerHeaders: null,
    answerKey: null,
    answerBytes: 5,
    body: null,
  });
  const states = ["WAITING", "RUNNING", "DONE", "FAILED"] as const;
  const list = async () => states.map(deferred);
  const lonely = await serverOf([askedExportRoutes({ deferral: { list, drop: async () => {} } })]);
  const { data } = (await lonely.inject("/api/v1/exports")).json();
  await lonely.close();
  expect(data.map(({ size }: { size: number | null }) => size)).toEqual([5, 5, 5, null]);
});

describe("media", () => {
  const post = (body: object) => app.inject({ method: "POST", url: "/api/v1/exports", payload: body });

  test("several studies with a directory that lists each file where it is", async () => {
    const answer = await post({ studyIds: [ctStudy, otherStudy], format: "dicomdir" });
    const files = await unzipped(answer.rawPayload);
    expect([...files.keys()]).toEqual([
      "DICOM/PA000001/ST000001/SE000001/IM000001",
      "DICOM/PA000001/ST000001/SE000001/IM000002",
      "DICOM/PA000001/ST000001/SE000002/IM000001",
      "DICOM/PA000002/ST000001/SE000001/IM000001",
      "DICOMDIR",
      "README.TXT",
      "INDEX.HTM",
    ]);
    const { dataSet } = readPart10(files.get("DICOMDIR")!);
    const records = items(dataSet, Tags.DirectoryRecordSequence);
    expect(records.map((record) => text(record, Tags.DirectoryRecordType))).toEqual([
      ...["PATIENT", "STUDY", "SERIES", "IMAGE", "IMAGE", "SERIES", "SR DOCUMENT"],
      ...["PATIENT", "STUDY", "SERIES", "IMAGE"],
    ]);
    for (const record of records) {
      const file = files.get(texts(record, Tags.ReferencedFileID).join("/"));
      if (texts(record, Tags.ReferencedFileID).length === 0) continue;
      expect(text(readPart10(file!).dataSet, Tags.SOPInstanceUID)).toBe(
        text(record, Tags.ReferencedSOPInstanceUIDInFile),
      );
    }
    const document = records[6]!;
    expect(items(document, Tags.ContentSequence)).toHaveLength(1);
    expect(text(records[0]!, Tags.PatientName)).toBe("Müller^Änne");
    expect(number(dataSet, Tags.FileSetConsistencyFlag)).toBe(0);
    expect(files.get("INDEX.HTM")!.toString()).toContain("Müller Änne");
  });

  test("its pages are in the language of the facility", async () => {
    const pagesOf = async () => {
      const files = await filesOf("?format=dicomdir");
      return ["INDEX.HTM", "README.TXT"].map((name) => files.get(name)!.toString());
    };
    const [english] = await pagesOf();
    expect(english).toContain('<html lang="en">');
    expect(english).toContain("<h3>2026-01-05, CT Abdomen</h3>");
    await database.db`update facility set language = 'fr'`;
    const [index, readme] = await pagesOf();
    await database.db`update facility set language = 'en'`;
    expect(index).toContain('<html lang="fr">');
    expect(index).toContain("<h3>05/01/2026, CT Abdomen</h3>");
    expect(index).toContain("</a> : 2 fichiers</li>");
    expect(readme).toContain("images médicales");
  });

  test("nothing of the patient is on a de-identified medium", async () => {
    const files = await filesOf("?format=dicomdir&deidentify=basic");
    for (const bytes of files.values())
      for (const secret of ["PAT-4711", "Müller", "ACC-0815", StudyInstanceUID])
        expect(bytes.includes(secret)).toBe(false);
    expect(files.has("DEIDENT.TXT")).toBe(true);
  });

  test.skipIf(dcmtkMissing("dcmdump", "dcmmkdir"))("DCMTK reads the directory and adds to it", async () => {
    const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-medium-"));
    try {
      for (const [name, bytes] of await filesOf("?format=dicomdir")) {
        await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
        await fs.writeFile(path.join(folder, name), bytes);
      }
      const dump = await run("dcmdump", path.join(folder, "DICOMDIR"));
      expect(dump.code).toBe(0);
      expect(dump.output).not.toMatch(/^[EWF]:/m);
      expect(dump.output).toMatch(/refFileID="DICOM\\PA000001\\ST000001\\SE000001\\IM000001"/);
      const added = path.join(folder, "DICOM", "NEW00001");
      await fs.writeFile(added, ctInstance({ PatientID: "PAT-3", StudyID: "1", StudyTime: "101010" }).bytes);
      const append = await run(
        "dcmmkdir",
        "--append",
        "+id",
        folder,
        "+D",
        path.join(folder, "DICOMDIR"),
        "+I",
        "DICOM/NEW00001",
      );
      expect(append.output).not.toMatch(/^[EF]:/m);
      expect(append.code).toBe(0);
      const records = items(
        readPart10(await fs.readFile(path.join(folder, "DICOMDIR"))).dataSet,
        Tags.DirectoryRecordSequence,
      );
      expect(records.filter((record) => text(record, Tags.DirectoryRecordType) === "PATIENT")).toHaveLength(
        2,
      );
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
  });
});
