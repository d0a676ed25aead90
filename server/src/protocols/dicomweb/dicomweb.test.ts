import { TransferSyntaxes } from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { ctInstance, ctSeries } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createArchive } from "../../modules/archive/index.ts";
import { createJournal } from "../../modules/journal/index.ts";
import { createRendering, type Rendering } from "../../modules/rendering/index.ts";
import { type App, prepareJobs, type Viewer } from "../../platform/index.ts";
import { dicomwebRoutes } from "./index.ts";
import { dicomMultipart, multipartBody, splitMultipart, testServer } from "./testing.ts";

const database = testDatabase();
const platform = testPlatform(database, { publicUrl: "https://pacs.example" });
let app: App;
let elsewhere: App;
let rendering: Rendering;
let viewer: Viewer;
const series = ctSeries(3, {
  PatientName: "Müller^Änne",
  PatientID: "M-1",
  AccessionNumber: "ACC7",
  StudyDescription: "Head",
});
const other = ctInstance({ PatientName: "Smith^John", StudyDate: "20250301", Modality: "MR" });

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  const archive = createArchive(platform, createJournal(platform));
  rendering = await createRendering({ platform, archive });
  const routes = dicomwebRoutes({ config: platform.config, archive, rendering });
  viewer = viewerAt([await makeFacility(database.db)]);
  app = await testServer(routes, viewer);
  elsewhere = await testServer(routes, viewerAt([await makeFacility(database.db)]));
  const answer = await app.inject({
    method: "POST",
    url: "/dicomweb/studies",
    headers: dicomMultipart,
    payload: multipartBody([...series, other].map(({ bytes }) => Buffer.from(bytes).toString("latin1"))),
  });
  expect([answer.statusCode, answer.json()["00081199"].Value.length]).toEqual([200, 4]);
});
afterAll(async () => {
  await app.close();
  await elsewhere.close();
  await rendering.close();
});

type Json = Record<string, { vr: string; Value?: unknown[]; BulkDataURI?: string }>;
const search = async (url: string) => {
  const answer = await app.inject({ url: `/dicomweb${url}` });
  expect(answer.statusCode, answer.body).toBe(200);
  return { ...answer, matches: answer.json<Json[]>() };
};
const [first] = series;
const study = `/studies/${first?.StudyInstanceUID}`;
const oneSeries = `${study}/series/${first?.SeriesInstanceUID}`;

test("the same objects again are success, and change nothing", async () => {
  const again = await app.inject({
    method: "POST",
    url: `/dicomweb${study}`,
    headers: dicomMultipart,
    payload: multipartBody(series.map(({ bytes }) => Buffer.from(bytes).toString("latin1"))),
  });
  expect([again.statusCode, again.json()["00081199"].Value.length]).toEqual([200, 3]);
  expect((await search(`${study}/instances`)).matches).toHaveLength(3);
});

test("an object of another study than the path names is not stored", async () => {
  const stray = ctInstance();
  const answer = await app.inject({
    method: "POST",
    url: `/dicomweb${study}`,
    headers: dicomMultipart,
    payload: multipartBody([Buffer.from(stray.bytes).toString("latin1")]),
  });
  expect(answer.statusCode).toBe(409);
  expect(answer.json()["00081198"].Value[0]["00081155"].Value).toEqual([stray.SOPInstanceUID]);
  expect((await search(`/studies/${stray.StudyInstanceUID}/instances`)).matches).toEqual([]);
});

test("a study is found with the attributes that the standard names", async () => {
  const { matches, headers } = await search("/studies?PatientName=MULLER*&limit=10");
  expect(headers["x-total-count"]).toBe("1");
  expect(headers["content-type"]).toBe("application/dicom+json");
  expect(matches).toEqual([
    expect.objectContaining({
      "00080005": { vr: "CS", Value: ["ISO_IR 192"] },
      "00080020": { vr: "DA", Value: ["20260105"] },
      "00080050": { vr: "SH", Value: ["ACC7"] },
      "00080056": { vr: "CS", Value: ["ONLINE"] },
      "00080061": { vr: "CS", Value: ["CT"] },
      "00081190": { vr: "UR", Value: [`https://pacs.example/dicomweb${study}`] },
      "00100010": { vr: "PN", Value: [{ Alphabetic: "Müller^Änne" }] },
      "0020000D": { vr: "UI", Value: [first?.StudyInstanceUID] },
      "00201206": { vr: "IS", Value: [1] },
      "00201208": { vr: "IS", Value: [3] },
    }),
  ]);
  const tags = Object.keys(matches[0] as Json);
  expect(tags).toEqual([...tags].sort());
  for (const tag of ["00080030", "00080090", "00100020", "00100030", "00100040", "00200010"])
    expect(tags).toContain(tag);
});

test.each([
  ["/studies", 2],
  ["/studies?00100010=*smith*&fuzzymatching=false&limit=101&offset=0&includefield=00081030%2C00080060", 1],
  ["/studies?PatientName=smyth&fuzzymatching=true", 1],
  ["/studies?StudyDate=20260101-20260131", 1],
  ["/studies?StudyDate=-20251231", 1],
  ["/studies?ModalitiesInStudy=MR", 1],
  ["/studies?ModalitiesInStudy=MR%5CCT", 2],
  ["/studies?AccessionNumber=ACC*&PatientID=M-?", 1],
  [`/studies?StudyInstanceUID=${other.StudyInstanceUID},${first?.StudyInstanceUID}`, 2],
  [`/studies?0020000D=${other.StudyInstanceUID}%5C${first?.StudyInstanceUID}`, 2],
  ["/studies?StudyDescription=HEAD", 1],
  ["/studies?PatientID=nobody", 0],
  ["/studies?limit=1", 1],
  ["/studies?limit=0", 0],
  ["/studies?offset=1", 1],
  ["/studies?offset=5", 0],
  ["/series?Modality=CT", 1],
  ["/instances", 4],
  ["/instances?InstanceNumber=2", 1],
  [`${study}/series`, 1],
  [`${study}/instances`, 3],
  [`${oneSeries}/instances?limit=2`, 2],
])("%s finds %i", async (url, count) => {
  expect((await search(url)).matches).toHaveLength(count);
});

test("the total is that of all pages", async () => {
  for (const url of ["/studies?limit=1", "/studies?offset=1", "/studies?limit=0", "/studies?offset=7"])
    expect((await search(url)).headers["x-total-count"]).toBe("2");
});

test("series and instances have their attributes and URLs, and across studies those of the study", async () => {
  const [bySeries] = (await search(`${study}/series`)).matches;
  expect(bySeries).toMatchObject({
    "00080060": { Value: ["CT"] },
    "0020000E": { Value: [first?.SeriesInstanceUID] },
    "00201209": { Value: [3] },
    "00081190": { Value: [`https://pacs.example/dicomweb${oneSeries}`] },
  });
  const [across] = (await search("/instances?PatientID=M-1&limit=1")).matches;
  expect(across).toMatchObject({
    "00080016": { vr: "UI" },
    "00280010": { Value: [16] },
    "00100020": { Value: ["M-1"] },
    "00201208": { Value: [3] },
    "00081190": {
      Value: [`https://pacs.example/dicomweb${oneSeries}/instances/${across?.["00080018"]?.Value?.[0]}`],
    },
  });
});

test("includefield=all gives what is kept, and unknown names are a 400", async () => {
  expect(Object.keys((await search("/studies?includefield=all")).matches[0] as Json).length).toBeGreaterThan(
    15,
  );
  const bad = await app.inject({ url: "/dicomweb/studies?PatentName=x" });
  expect([bad.statusCode, bad.json().errors[0].path]).toEqual([400, "PatentName"]);
  const warned = await search("/studies?PixelSpacing=1");
  expect(String(warned.headers.warning)).toContain("PixelSpacing");
});

test("what was stored comes back bit for bit, and its metadata and frames with it", async () => {
  const answer = await app.inject({
    url: `/dicomweb${study}`,
    headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
  });
  const parts = splitMultipart(answer.headers["content-type"] as string, answer.rawPayload);
  expect(
    parts.map(({ body }) => body.equals(series[parts.findIndex((part) => part.body === body)]!.bytes)),
  ).toEqual([true, true, true]);
  const metadata = (await app.inject({ url: `/dicomweb${oneSeries}/metadata` })).json<Json[]>();
  expect(metadata).toHaveLength(3);
  const uri = metadata[0]?.["7FE00010"]?.BulkDataURI ?? "";
  expect(uri).toMatch(/^https:\/\/pacs\.example\/dicomweb\/studies\/.*\/bulkdata\/7FE00010$/);
  const bulk = await app.inject({ url: uri.replace("https://pacs.example", "") });
  const frame = await app.inject({
    url: `/dicomweb${oneSeries}/instances/${first?.SOPInstanceUID}/frames/1`,
    headers: { accept: "application/octet-stream; transfer-syntax=*" },
  });
  expect(frame.headers["content-type"]).toBe(
    `application/octet-stream; transfer-syntax=${TransferSyntaxes.ExplicitVRLittleEndian}`,
  );
  expect([
    frame.rawPayload.length,
    splitMultipart(bulk.headers["content-type"] as string, bulk.rawPayload).length,
  ]).toEqual([512, 0]);
  expect(bulk.rawPayload.equals(frame.rawPayload)).toBe(true);
});

test("matches come as XML where that is asked for, and none are no content", async () => {
  const headers = { accept: 'multipart/related; type="application/dicom+xml"' };
  const found = await app.inject({ url: "/dicomweb/studies?PatientID=M-1", headers });
  const parts = splitMultipart(String(found.headers["content-type"]), found.rawPayload);
  expect([found.statusCode, found.headers["x-total-count"], parts.length]).toEqual([200, "1", 1]);
  expect(parts[0]?.body.toString()).toContain(`<Value number="1">${first?.StudyInstanceUID}</Value>`);
  const none = await app.inject({ url: "/dicomweb/studies?PatientID=nobody", headers });
  expect([none.statusCode, none.body]).toEqual([204, ""]);
});

test("pictures are rendered", async () => {
  const picture = await app.inject({
    url: `/dicomweb${oneSeries}/instances/${first?.SOPInstanceUID}/rendered`,
    headers: { accept: "image/png" },
  });
  expect([picture.statusCode, picture.rawPayload.toString("latin1", 1, 4)]).toEqual([200, "PNG"]);
  const thumbnail = await app.inject({ url: `/dicomweb${study}/thumbnail` });
  expect([thumbnail.statusCode, thumbnail.headers["content-type"]]).toEqual([200, "image/jpeg"]);
});

test("another facility's objects are not there", async () => {
  const get = (url: string) => elsewhere.inject({ url: `/dicomweb${url}` });
  expect((await get("/studies")).json()).toEqual([]);
  expect((await get("/studies")).headers["x-total-count"]).toBe("0");
  for (const url of [study, oneSeries, `${oneSeries}/metadata`, `${study}/metadata`, `${study}/thumbnail`])
    expect((await get(url)).statusCode, url).toBe(404);
  const instance = `${oneSeries}/instances/${first?.SOPInstanceUID}`;
  for (const url of [
    instance,
    `${instance}/metadata`,
    `${instance}/frames/1`,
    `${instance}/bulkdata/7FE00010`,
    `${instance}/rendered`,
  ])
    expect((await get(url)).statusCode, url).toBe(404);
});

test("accesses are written to the journal", async () => {
  await app.inject({ url: `/dicomweb${study}`, headers: { accept: "*/*" } });
  const journalled = async () =>
    (await database.db<{ action: string }[]>`select distinct action from access`).map(({ action }) => action);
  await expect.poll(journalled).toContain("study.retrieved");
});
