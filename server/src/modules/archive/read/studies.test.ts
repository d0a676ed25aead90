import type { StudyListQuery } from "@isocenter/contract";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { type Attributes, chunked, ctInstance, ctSeries } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, expect, inject, test } from "vitest";
import { prepareJobs, type Viewer } from "../../../platform/index.ts";
import { createJournal } from "../../journal/index.ts";
import { createArchive } from "../archive.ts";
import type { Archive, IngestAnswer } from "../types.ts";

const database = testDatabase();
const platform = testPlatform(database);
let archive: Archive;
let viewer: Viewer;
const made: Record<string, IngestAnswer> = {};

async function store(name: string, attributes: Attributes): Promise<void> {
  platform.clock.advance(1000);
  made[name] = await archive.ingest(viewer, {
    chunks: chunked(ctInstance(attributes).bytes),
    door: "upload",
  });
}

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  archive = createArchive(platform, createJournal(platform));
  viewer = viewerAt([await makeFacility(database.db)]);
  await store("abdomen", {
    PatientID: "MRN-100",
    PatientName: "Müller^Jane",
    StudyDate: "20260103",
    AccessionNumber: "ACC100",
    StudyDescription: "CT Abdomen",
  });
  await store("head", {
    PatientID: "MRN-200",
    PatientName: "Yamada^Tarou=山田^太郎",
    StudyDate: "20260105",
    AccessionNumber: "ACC200",
    StudyDescription: "MR Kopf nativ",
    Modality: "MR",
  });
  await store("undated", {
    PatientID: "MRN-300",
    PatientName: "Abel^Zoe",
    StudyDate: "",
    StudyTime: "",
    AccessionNumber: "",
    StudyDescription: "100% sure_thing",
    Modality: "US",
  });
});

const list = async (query: StudyListQuery): Promise<string[]> => {
  const { data } = await archive.listStudies(viewer, query);
  return data.map((study) => Object.keys(made).find((name) => made[name]!.studyId === study.id)!);
};

test.each<[StudyListQuery, string[]]>([
  [{}, ["head", "abdomen", "undated"]],
  [{ query: "mull" }, ["abdomen"]],
  [{ query: "MÜLLER jane" }, ["abdomen"]],
  [{ query: "Müller, J" }, ["abdomen"]],
  [{ query: "mrn-2" }, ["head"]],
  [{ query: "MRN-2" }, ["head"]],
  [{ query: "ACC1" }, ["abdomen"]],
  [{ query: "kopf" }, ["head"]],
  [{ query: "kopf yamada" }, ["head"]],
  [{ query: "kopf müller" }, []],
  [{ query: "山田" }, ["head"]],
  [{ query: "%" }, ["undated"]],
  [{ query: "sure_thing" }, ["undated"]],
  [{ query: "sureXthing" }, []],
  [{ query: "   " }, ["head", "abdomen", "undated"]],
  [{ patientName: "jane" }, ["abdomen"]],
  [{ patientName: "Abel, Zoe" }, ["undated"]],
  [{ patientName: "yam*^t*" }, ["head"]],
  [{ modality: "mri" }, ["head"]],
  [{ modality: "CT,US" }, ["abdomen", "undated"]],
  [{ status: "in_progress" }, ["head", "abdomen", "undated"]],
  [{ status: "FINAL,COMPLETED" }, []],
  [{ accessionNumber: "ACC100" }, ["abdomen"]],
  [{ studyDateFrom: "2026-01-04" }, ["head"]],
  [{ studyDateTo: "2026-01-03" }, ["abdomen"]],
  [{ studyDateFrom: "2026-01-03", studyDateTo: "2026-01-05" }, ["head", "abdomen"]],
  [{ description: "abdo" }, ["abdomen"]],
  [{ description: "mr*nativ" }, ["head"]],
  [{ sort: "studyDate" }, ["undated", "abdomen", "head"]],
  [{ sort: "patientName" }, ["undated", "abdomen", "head"]],
  [{ sort: "-accessionNumber" }, ["head", "abdomen", "undated"]],
  [{ sort: "createdAt" }, ["abdomen", "head", "undated"]],
  [{ sort: "-lastReceivedAt" }, ["undated", "head", "abdomen"]],
])("%j lists %j", async (query, expected) => {
  const found = await list(query);
  expect(
    query.sort || query.query === "   " || Object.keys(query).length === 0 ? found : found.sort(),
  ).toEqual(
    query.sort || query.query === "   " || Object.keys(query).length === 0 ? expected : [...expected].sort(),
  );
});

test("what is no sort, status or modality is refused by name", async () => {
  await expect(list({ sort: "size" })).rejects.toMatchObject({ code: "query.invalid-sort" });
  await expect(list({ sort: "toString" })).rejects.toMatchObject({ code: "query.invalid-sort" });
  await expect(list({ status: "DONE" })).rejects.toMatchObject({ code: "query.invalid-status" });
  await expect(list({ modality: "../x" })).rejects.toMatchObject({ code: "query.invalid-modality" });
  await expect(list({ after: "nonsense" })).rejects.toMatchObject({ code: "query.invalid-after" });
});

test.each([
  "studyDate",
  "-studyDate",
  "patientName",
  "-createdAt",
  "numberOfInstances",
  "accessionNumber",
  "-lastReceivedAt",
])("pages sorted by %s show everything once, in order", async (sort) => {
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await archive.listStudies(viewer, { sort, limit: 1, ...(after ? { after } : {}) });
    expect(page).toMatchObject({ total: 3, totalIsExact: true });
    seen.push(...page.data.map((study) => study.id));
    after = page.next ?? undefined;
  } while (after && seen.length < 10);
  const whole = await archive.listStudies(viewer, { sort });
  expect(seen).toEqual(whole.data.map((study) => study.id));
});

test("images of a study are listed in order and paged, those of everything newest first", async () => {
  const series = ctSeries(5, { StudyInstanceUID: "1.2.840.77", PatientID: "MRN-400" });
  const answers: IngestAnswer[] = [];
  for (const one of [...series].reverse())
    answers.unshift(await archive.ingest(viewer, { chunks: chunked(one.bytes), door: "upload" }));
  const { studyId, patientId } = answers[0]!;
  const seen: (number | null)[] = [];
  let after: string | undefined;
  do {
    const page = await archive.listImages(viewer, {
      studyId,
      order: "number",
      limit: 2,
      ...(after ? { after } : {}),
    });
    seen.push(...page.data.map((image) => image.instanceNumber));
    after = page.next ?? undefined;
  } while (after && seen.length < 20);
  expect(seen).toEqual([1, 2, 3, 4, 5]);
  const newest = await archive.listImages(viewer, { patientId, order: "newest", limit: 3 });
  expect(newest.data.map((image) => image.instanceNumber)).toEqual([1, 2, 3]);
  expect(newest.total).toBe(5);
  const rest = await archive.listImages(viewer, {
    patientId,
    order: "newest",
    limit: 3,
    after: newest.next!,
  });
  expect(rest.data.map((image) => image.instanceNumber)).toEqual([4, 5]);
  expect(newest.data[0]).toMatchObject({
    format: "DICOM",
    pixelSpacing: [0.7, 0.7],
    sliceThickness: 5,
    windowCenter: 40,
    windowWidth: 400,
    rows: 16,
    columns: 16,
    numberOfFrames: 1,
    acquisitionDate: "2026-01-05",
    modality: "CT",
  });
  const large = await archive.locate(viewer, { StudyInstanceUID: "1.2.840.77" }, "none");
  expect(large.map((one) => one.instanceNumber)).toEqual([1, 2, 3, 4, 5]);
});

test("what changes with every image sorts by its exact value, over hours and sizes and pages", async () => {
  const there = viewerAt([await makeFacility(database.db)]);
  const studies: { id: string; at: string | null; images: number }[] = [];
  for (let n = 0; n < 24; n++) {
    const { bytes } = ctInstance({ PatientID: "MRN-500", StudyInstanceUID: `1.2.840.500.${n}` });
    const { studyId } = await archive.ingest(there, { chunks: chunked(bytes), door: "upload" });
    // Some in the same hour, some hours apart, at the ends of hours, and one that never had images.
    const minutes = (n * 37) % 600;
    const at =
      n === 5 ? null : new Date(Date.UTC(2026, 0, 5, 12, minutes, minutes % 60, n % 3)).toISOString();
    const images = at === null ? 0 : ((n * 7) % 24) ** 2 + 1;
    await database.db`update study set last_received_at = ${at}, number_of_instances = ${images}, number_of_images = ${images}
      where id = ${studyId}`;
    studies.push({ id: studyId, at, images });
  }
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  const byTime = studies.toSorted((a, b) => (a.at ?? "").localeCompare(b.at ?? "") || byId(a, b));
  const bySize = studies.toSorted((a, b) => a.images - b.images || byId(a, b));
  for (const [sort, sorted] of [
    ["lastReceivedAt", byTime],
    ["-lastReceivedAt", byTime.toReversed()],
    ["numberOfInstances", bySize],
    ["-numberOfInstances", bySize.toReversed()],
    ["numberOfImages", bySize],
    ["-numberOfImages", bySize.toReversed()],
  ] as const) {
    const seen: string[] = [];
    for (let after: string | undefined, first = true; first || after; first = false) {
      const page = await archive.listStudies(there, { sort, limit: 5, ...(after ? { after } : {}) });
      seen.push(...page.data.map(({ id }) => id));
      after = page.next ?? undefined;
    }
    expect(seen, sort).toEqual(sorted.map(({ id }) => id));
  }
});
