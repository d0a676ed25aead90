import { createHash } from "node:crypto";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { ctInstance, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { form } from "@isocenter/test/support/uploads.ts";
import sharp from "sharp";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createArchive, orthancIds } from "../../../modules/archive/index.ts";
import { createJournal } from "../../../modules/journal/index.ts";
import { createRendering, type Rendering } from "../../../modules/rendering/index.ts";
import {
  type App,
  createHttpServer,
  createLog,
  createMetrics,
  prepareJobs,
  type Viewer,
} from "../../../platform/index.ts";
import { hostedPacsRoutes } from "../index.ts";

const database = testDatabase();
const platform = testPlatform(database, { maxUploadBytes: 4_000_000 });
let app: App;
let rendering: Rendering;
let viewer: Viewer;
let elsewhere: Viewer;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  const archive = createArchive(platform, createJournal(platform));
  rendering = await createRendering({ platform, archive });
  viewer = viewerAt([await makeFacility(database.db)]);
  elsewhere = viewerAt([await makeFacility(database.db, { name: "Elsewhere" })]);
  const routes = hostedPacsRoutes({ config: platform.config, archive, rendering });
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication(scope) {
      scope.decorateRequest("viewer");
      scope.addHook("onRequest", async (request) => {
        request.viewer = request.headers["x-elsewhere"] ? elsewhere : viewer;
      });
    },
    api: [routes],
    root: [routes],
  });
});
afterAll(async () => {
  await app.close();
  await rendering.close();
});

const post = (parts: Parameters<typeof form.body>[0], prefix = "") =>
  app.inject({
    method: "POST",
    url: `${prefix}/dicom/upload`,
    payload: form.body(parts),
    headers: form.headers,
  });
const file = ({ bytes }: Pick<MadeInstance, "bytes">) => ({ name: "file", filename: "a.dcm", bytes });
const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

const sha1 = (text: string) => createHash("sha1").update(text).digest("hex").match(/.{8}/g)!.join("-");

test("a file is answered with the identifiers that Orthanc gives it, under every prefix, and known again", async () => {
  const made = ctInstance({ PatientID: "Ä 7" });
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = made;
  const ID = sha1(`Ä 7|${StudyInstanceUID}|${SeriesInstanceUID}|${SOPInstanceUID}`);
  const data = {
    ID,
    ParentPatient: sha1("Ä 7"),
    ParentStudy: sha1(`Ä 7|${StudyInstanceUID}`),
    ParentSeries: sha1(`Ä 7|${StudyInstanceUID}|${SeriesInstanceUID}`),
    Path: `/instances/${ID}`,
    StudyInstanceUID,
    SeriesInstanceUID,
    SOPInstanceUID,
    acquisitionDate: "2026-01-05",
    modality: "CT",
  };
  const first = await post([file(made)]);
  expect([first.statusCode, first.json()]).toEqual([
    200,
    { success: true, data: { ...data, Status: "Success" } },
  ]);
  for (const prefix of ["/api", "/api/v1"])
    expect((await post([file(made)], prefix)).json()).toEqual({
      success: true,
      data: { ...data, Status: "AlreadyStored" },
    });
  for (const prefix of ["", "/api", "/api/v1"]) {
    const picture = await get(`${prefix}/dicom/instances/${ID}/preview?quality=40`);
    expect([picture.statusCode, picture.headers["content-type"]]).toEqual([200, "image/jpeg"]);
    expect(await sharp(picture.rawPayload).metadata()).toMatchObject({
      format: "jpeg",
      width: 16,
      height: 16,
    });
    const whole = await get(`${prefix}/dicom/wado/${SOPInstanceUID}`);
    expect([whole.statusCode, whole.headers["content-type"]]).toEqual([200, "application/dicom"]);
    expect(whole.rawPayload.equals(made.bytes)).toBe(true);
  }
});

test("the preview and the file know their entity tags, and the file its ranges", async () => {
  const made = ctInstance();
  const { ID } = (await post([file(made)])).json().data;
  for (const url of [`/dicom/instances/${ID}/preview`, `/dicom/wado/${made.SOPInstanceUID}`]) {
    const { headers } = await get(url);
    expect((await get(url, { "if-none-match": String(headers.etag) })).statusCode).toBe(304);
  }
  const url = `/dicom/wado/${made.SOPInstanceUID}`;
  const part = await get(url, { range: "bytes=128-131" });
  expect([part.statusCode, part.body, part.headers["content-range"]]).toEqual([
    206,
    "DICM",
    `bytes 128-131/${made.bytes.length}`,
  ]);
  expect((await get(url, { range: `bytes=${made.bytes.length}-` })).statusCode).toBe(416);
});

test("another facility sees nothing of it", async () => {
  const made = ctInstance();
  const { ID } = (await post([file(made)])).json().data;
  for (const url of [`/dicom/instances/${ID}/preview`, `/dicom/wado/${made.SOPInstanceUID}`]) {
    const answer = await get(url, { "x-elsewhere": "1" });
    expect([answer.statusCode, answer.json().code]).toEqual([404, "image.not-found"]);
  }
});

test("other data under a known UID is a conflict, and kept in quarantine", async () => {
  const made = ctInstance();
  await post([file(made)]);
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = made;
  const other = ctInstance({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, PatientName: "Other" });
  const answer = await post([file(other)]);
  expect([answer.statusCode, answer.json().code]).toEqual([409, "image.quarantined"]);
});

test("what is no form with one file is refused by name", async () => {
  const [a, b] = [ctInstance(), ctInstance()];
  for (const [parts, status, code] of [
    [[], 400, "upload.no-file"],
    [[{ name: "image", filename: "a", bytes: a.bytes }], 400, "upload.invalid"],
    [[{ name: "file", filename: "a", bytes: Buffer.from("no DICOM") }], 422, "dicom.not-dicom"],
    [[file(a), file(b)], 400, "upload.invalid"],
  ] as const) {
    const answer = await post(parts);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  }
  expect((await get(`/dicom/wado/${b.SOPInstanceUID}`)).statusCode).toBe(404);
  const json = await app.inject({ method: "POST", url: "/dicom/upload", payload: {} });
  expect([json.statusCode, json.json().code]).toEqual([415, "upload.type"]);
  const preview = await get(
    `/dicom/instances/${orthancIds({ ...a, PatientID: "P-1" }).instance}/preview?quality=101`,
  );
  expect(preview.statusCode).toBe(400);
  expect((await get("/dicom/instances/x/preview")).statusCode).toBe(400);
  expect((await get("/dicom/wado/1.2?size=3")).statusCode).toBe(400);
});

test("images that were here before identifiers were kept get theirs by a job", async () => {
  const made = ctInstance({ PatientID: "before " });
  const { ID } = (await post([file(made)])).json().data;
  const again = ctInstance({
    StudyInstanceUID: made.StudyInstanceUID,
    SeriesInstanceUID: made.SeriesInstanceUID,
  });
  await post([file(again)]);
  await database.db`update instance set orthanc_id = null`;
  expect((await get(`/dicom/instances/${ID}/preview`)).statusCode).toBe(404);
  await platform.jobs.add(database.db, "archive.fill-orthanc-ids", {});
  await platform.jobs.drain();
  expect((await get(`/dicom/instances/${ID}/preview`)).statusCode).toBe(200);
  const [{ left } = {}] = await database.db`select count(*) as left from instance where orthanc_id is null`;
  expect(left).toBe(0);
});
