import { readPart10, Tags, text } from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { ctInstance, ctSeries, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { form, zipOf } from "@isocenter/test/support/uploads.ts";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from "vitest";
import {
  type App,
  createHttpServer,
  createLog,
  createMetrics,
  prepareJobs,
  transact,
  type Viewer,
} from "../../platform/index.ts";
import { createJournal, type Journal } from "../journal/index.ts";
import { createPatient } from "../patients/index.ts";
import { createArchive } from "./archive.ts";
import { archiveRoutes } from "./routes.ts";

const database = testDatabase();
const platform = testPlatform(database, { publicUrl: "https://pacs.example", maxUploadBytes: 4_000_000 });
let app: App;
let journal: Journal;
let viewer: Viewer;
let home: Viewer;
let patientId: string;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  journal = createJournal(platform);
  const archive = createArchive(platform, journal);
  home = viewerAt([await makeFacility(database.db)]);
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication(scope) {
      scope.decorateRequest("viewer");
      scope.addHook("onRequest", async (request) => {
        if (!request.routeOptions.config.public) request.viewer = viewer;
      });
    },
    api: [archiveRoutes({ platform, archive })],
    root: [],
  });
  const patient = { firstName: "Änne", lastName: "Müller", birthDate: "1970-01-02", sex: "F" };
  viewer = home;
  patientId = await transact(database.db, (tx) =>
    createPatient(tx, home, patient, { clock: platform.clock, journal }),
  );
});
afterAll(() => app.close());
beforeEach(() => {
  viewer = home;
});

const get = (url: string) => app.inject({ url: `/api/v1${url}` });
const post = (payload: Buffer, url = "/images", headers: Record<string, string> = form.headers) =>
  app.inject({ method: "POST", url: `/api/v1${url}`, payload, headers });
const upload = async (made: MadeInstance) =>
  (await post(form.body([{ name: "file", filename: "a.dcm", bytes: made.bytes }]))).json();
const file = (bytes: Uint8Array, filename = "a.dcm") => ({ name: "file", filename, bytes });
const png = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: "#204060" } })
    .png()
    .toBuffer();
const jpeg = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: "#204060" } })
    .jpeg()
    .toBuffer();

test("a DICOM file is answered with its image, and with the same again", async () => {
  const made = ctInstance();
  const first = await post(form.body([file(made.bytes)]));
  expect(first.headers.location).toBe(`/api/v1/images/${first.json().id}`);
  expect([first.statusCode, first.json()]).toEqual([
    201,
    expect.objectContaining({
      sopInstanceUid: made.SOPInstanceUID,
      studyInstanceUid: made.StudyInstanceUID,
      format: "DICOM",
      status: "STORED",
      modality: "CT",
      rows: 16,
      windowCenter: 40,
      pixelSpacing: [0.7, 0.7],
      acquisitionDate: "2026-01-05",
      size: made.bytes.length,
    }),
  ]);
  const again = await post(form.body([file(made.bytes)]), "/images/upload");
  expect([again.statusCode, again.json().status, again.json().id]).toEqual([
    200,
    "ALREADY_STORED",
    first.json().id,
  ]);
  const included = await post(form.body([file(made.bytes)]), "/images?include=data");
  expect(Buffer.from(included.json().data, "base64").equals(made.bytes)).toBe(true);
});

test("several files are answered together, each for itself", async () => {
  const [one, two] = ctSeries(2);
  const answer = await post(
    form.body([
      file(one!.bytes, "C:\\scans\\eins ä.dcm"),
      file(Buffer.from("no image at all"), "notes.txt"),
      file(two!.bytes),
      file(Buffer.alloc(0), "empty"),
    ]),
  );
  expect(answer.statusCode).toBe(201);
  expect(answer.json().data.map((image: { instanceNumber: number }) => image.instanceNumber)).toEqual([1, 2]);
  expect(answer.json().refused).toEqual([
    { filename: "notes.txt", code: expect.stringMatching(/^dicom\./), reason: expect.any(String) },
    { filename: "empty", code: "upload.empty", reason: "The file is empty." },
  ]);
});

test("when nothing is taken, the problem names each file and why", async () => {
  const one = await post(form.body([file(Buffer.from("no image at all"), "notes.txt")]));
  expect([one.statusCode, one.json().code, one.json().errors]).toEqual([
    422,
    expect.stringMatching(/^dicom\./),
    [{ path: "notes.txt", message: expect.any(String) }],
  ]);
  const two = await post(form.body([file(Buffer.from("x")), file(Buffer.from("y"), "b")]));
  expect([two.statusCode, two.json().code, two.json().errors.length]).toEqual([422, "upload.all-refused", 2]);
});

test("the same UID with other data is a 409, kept in quarantine", async () => {
  const made = ctInstance({ PatientName: "A^B" });
  await upload(made);
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = made;
  const other = ctInstance({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, WindowCenter: "50" });
  const answer = await post(form.body([file(other.bytes)]));
  expect([answer.statusCode, answer.json().code]).toEqual([409, "image.quarantined"]);
});

test("pictures become images of the patient, whether the field comes before or after", async () => {
  const picture = await png();
  const answer = await post(
    form.body([
      file(picture, "wound.dcm"),
      { name: "modality", value: "xray" },
      { name: "patientId", value: patientId },
    ]),
  );
  expect([answer.statusCode, answer.json()]).toEqual([
    201,
    expect.objectContaining({
      patientId,
      format: "PNG",
      modality: "DX",
      rows: 30,
      columns: 40,
      size: picture.length,
    }),
  ]);
  const { studyId } = answer.json();
  const second = await post(form.body([{ name: "studyId", value: studyId }, file(await jpeg())]));
  expect(second.json()).toMatchObject({ patientId, studyId, format: "JPEG", modality: "OT" });
  const study = (await get(`/studies/${studyId}`)).json();
  expect(study).toMatchObject({
    numberOfInstances: 2,
    patient: { name: "Müller, Änne", birthDate: "1970-01-02", sex: "F" },
  });
  const link = (await get(`/images/${answer.json().id}/url`)).json();
  const content = await app.inject({ url: link.url.replace("https://pacs.example", "") });
  expect([content.headers["content-type"], content.rawPayload.equals(picture)]).toEqual(["image/png", true]);
});

test("pictures of one upload are one series", async () => {
  const answer = await post(
    form.body([{ name: "patientId", value: patientId }, file(await png()), file(await jpeg())]),
  );
  const images = answer.json().data as { seriesInstanceUid: string; instanceNumber: number }[];
  expect(new Set(images.map((image) => image.seriesInstanceUid)).size).toBe(1);
  expect(images.map((image) => image.instanceNumber)).toEqual([1, 2]);
});

test.each([
  [[], 422, "upload.no-patient"],
  [[{ name: "patientId", value: "00000000-0000-7000-8000-000000000000" }], 404, "patient.not-found"],
  [[{ name: "studyId", value: "00000000-0000-7000-8000-000000000000" }], 404, "study.not-found"],
  [[{ name: "patientId", value: "P-1" }], 400, "upload.invalid"],
  [[{ name: "modality", value: "x!" }], 400, "upload.invalid"],
  [[{ name: "colour", value: "red" }], 400, "upload.invalid"],
])("a picture with %j is a %i", async (fields, status, code) => {
  const answer = await post(form.body([...fields, file(await png())]));
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
});

test("a damaged picture is refused", async () => {
  const answer = await post(
    form.body([{ name: "patientId", value: patientId }, file((await png()).subarray(0, 60))]),
  );
  expect([answer.statusCode, answer.json().code]).toEqual([422, "image.corrupt"]);
});

test("a ZIP gives its images; directories, DICOMDIR and hidden files are passed over", async () => {
  const [one, two] = ctSeries(2);
  const zip = zipOf([
    { name: "disc/", bytes: Buffer.alloc(0) },
    { name: "disc/DICOMDIR", bytes: Buffer.from("x") },
    { name: "__MACOSX/disc/._IM1", bytes: Buffer.from("x") },
    { name: "disc/IM1", bytes: one!.bytes },
    { name: "disc/é/IM2", bytes: two!.bytes },
    { name: "disc/readme.txt", bytes: Buffer.from("hello") },
  ]);
  const answer = await post(form.body([file(zip, "disc.jpg")]));
  expect(answer.statusCode, answer.body).toBe(201);
  expect(answer.json().data.map((image: { sopInstanceUid: string }) => image.sopInstanceUid)).toEqual([
    one!.SOPInstanceUID,
    two!.SOPInstanceUID,
  ]);
  expect(answer.json().refused.map(({ filename }: { filename: string }) => filename)).toEqual([
    "disc/readme.txt",
  ]);
});

test("entries that could do harm are refused, the others are taken", async () => {
  const good = ctInstance();
  const zip = zipOf([
    { name: "../../etc/passwd", bytes: good.bytes },
    { name: "C:\\windows\\a", bytes: good.bytes },
    { name: "/root", bytes: good.bytes },
    { name: "secret", bytes: good.bytes, claim: { flags: 0x0801 } },
    { name: "odd", bytes: good.bytes, claim: { method: 99 } },
    { name: "more than it says", bytes: Buffer.alloc(1000), claim: { size: 10 } },
    { name: "bomb", bytes: Buffer.alloc(1000), claim: { size: 3_000_000_000 } },
    { name: "nested.zip", bytes: zipOf([{ name: "a", bytes: good.bytes }]) },
    { name: "good", bytes: good.bytes },
  ]);
  const answer = await post(form.body([file(zip, "a.zip")]));
  expect(answer.json().data).toHaveLength(1);
  const codes = Object.fromEntries(
    answer.json().refused.map(({ filename, code }: { filename: string; code: string }) => [filename, code]),
  );
  expect(codes).toEqual({
    "../../etc/passwd": "zip.path",
    "C:\\windows\\a": "zip.path",
    "/root": "zip.path",
    secret: "zip.encrypted",
    odd: "zip.method",
    "more than it says": "zip.corrupt",
    bomb: "zip.too-large",
    "nested.zip": "zip.nested",
  });
});

test.each([
  ["an empty ZIP", zipOf([]), "zip.empty"],
  ["half a ZIP", zipOf([{ name: "a", bytes: Buffer.alloc(1000) }]).subarray(0, 30), "zip.unreadable"],
])("%s is refused", async (_what, bytes, code) => {
  const answer = await post(form.body([file(bytes, "a.zip")]));
  expect([answer.statusCode, answer.json().code]).toEqual([422, code]);
});

test("nothing set aside stays behind", async () => {
  const { readdir } = await import("node:fs/promises");
  expect(await readdir(`${platform.config.dataDir}/spool`)).toEqual([]);
});

test("what is no form, has no file, breaks off or is too large says so", async () => {
  const plain = await post(Buffer.from("x"), "/images", { "content-type": "application/dicom" });
  expect([plain.statusCode, plain.json().code]).toEqual([415, "upload.type"]);
  const empty = await post(form.body([{ name: "modality", value: "CT" }]));
  expect([empty.statusCode, empty.json().code]).toEqual([400, "upload.no-file"]);
  const made = ctInstance();
  const broken = await post(form.body([file(made.bytes), file(ctInstance().bytes)]).subarray(0, -600));
  expect([broken.statusCode, broken.json().code]).toEqual([400, "multipart.truncated"]);
  expect(broken.json().detail).toContain("One image before it was stored.");
  const large = await post(form.body([file(Buffer.alloc(5_000_000))]));
  expect(large.statusCode).toBe(413);
  const unknown = await post(form.body([file(made.bytes)]), "/images?colour=red");
  expect([unknown.statusCode, unknown.json().errors[0].path]).toEqual([400, "querystring.colour"]);
});

test("studies are listed, found by accession number and read", async () => {
  const made = ctInstance({ AccessionNumber: "LIST1", PatientID: "L-1", StudyDescription: "Listed" });
  const image = await upload(made);
  const list = (await get("/studies?accessionNumber=LIST1")).json();
  expect(list).toMatchObject({
    data: [{ id: image.studyId, studyDescription: "Listed" }],
    pagination: { total: 1, limit: 25, offset: 0, next: null },
  });
  const byNumber = (await get("/studies/accession/LIST1")).json();
  expect([byNumber.id, byNumber.data.length]).toEqual([image.studyId, 1]);
  expect((await get("/studies/accession/NOBODY")).statusCode).toBe(404);
  const one = await get(`/studies/${image.studyId}`);
  expect([one.json().accessionNumber, one.headers.etag]).toEqual(["LIST1", `"${one.json().version}"`]);
  expect((await get("/studies?colour=red")).json().errors).toEqual([
    { path: "querystring.colour", message: expect.any(String) },
  ]);
});

test("series and images of a study come by number, in pages", async () => {
  const made = ctSeries(3, { PatientID: "L-2" });
  const images = [];
  for (const one of made) images.push(await upload(one));
  const { studyId } = images[0];
  const series = (await get(`/studies/${studyId}/series`)).json();
  expect(series).toMatchObject({
    data: [{ numberOfInstances: 3, modality: "CT" }],
    pagination: { total: 1 },
  });
  const uid = series.data[0].seriesInstanceUid;
  for (const path of [`/studies/${studyId}/images`, `/studies/${studyId}/series/${uid}/images`]) {
    const page = (await get(`${path}?limit=2`)).json();
    expect([
      page.data.map((one: { instanceNumber: number }) => one.instanceNumber),
      page.pagination.total,
    ]).toEqual([[1, 2], 3]);
    const next = (await app.inject({ url: page.pagination.next })).json();
    expect(next.data.map((one: { instanceNumber: number }) => one.instanceNumber)).toEqual([3]);
  }
  expect((await get(`/studies/${studyId}/series/1.2.3/images`)).statusCode).toBe(404);
  expect((await get(`/studies/${patientId}/images`)).statusCode).toBe(404);
});

test("series and images of a study are sorted as is asked", async () => {
  const made = ctSeries(3, { PatientID: "L-9", SeriesNumber: 2 });
  for (const one of made) await upload(one);
  platform.clock.advance(1000);
  const { StudyInstanceUID } = made[0]!;
  const { studyId } = await upload(
    ctInstance({ PatientID: "L-9", StudyInstanceUID, SeriesNumber: 1, InstanceNumber: 9 }),
  );
  const list = async (path: string, field: string): Promise<unknown[]> => {
    const { data, pagination } = (await get(`/studies/${studyId}/${path}`)).json();
    const rest = pagination.next && (await app.inject({ url: pagination.next })).json().data;
    return [...data, ...(rest ?? [])].map((one) => one[field]);
  };
  for (const [sort, numbers] of [
    ["seriesNumber", [1, 2]],
    ["-seriesNumber", [2, 1]],
    ["createdAt", [2, 1]],
    ["-createdAt", [1, 2]],
  ] as const)
    expect([sort, await list(`series?limit=1&sort=${sort}`, "seriesNumber")]).toEqual([sort, numbers]);
  for (const [sort, numbers] of [
    ["instanceNumber", [9, 1, 2, 3]],
    ["-instanceNumber", [3, 2, 1, 9]],
    ["createdAt", [1, 2, 3, 9]],
    ["-createdAt", [9, 3, 2, 1]],
  ] as const)
    expect([sort, await list(`images?limit=2&sort=${sort}`, "instanceNumber")]).toEqual([sort, numbers]);
  for (const path of ["series", "images"])
    expect((await get(`/studies/${studyId}/${path}?sort=size`)).json().code).toBe("query.invalid-sort");
});

test("images are filtered, in any case and by aliases", async () => {
  const image = await upload(ctInstance({ PatientID: "L-3", Modality: "MR" }));
  const ids = async (query: string) =>
    (await get(`/images?${query}`)).json().data.map((one: { id: string }) => one.id);
  expect(await ids(`studyId=${image.studyId}&modality=mri&format=dicom`)).toEqual([image.id]);
  expect(await ids(`patientId=${image.patientId}&createdFrom=2000-01-01T00:00:00Z`)).toEqual([image.id]);
  expect(await ids(`studyId=${image.studyId}&createdTo=2000-01-01T00:00:00Z`)).toEqual([]);
  expect((await get("/images?format=gif")).json().errors[0].path).toBe("querystring.format");
  expect((await get(`/images/${image.id}`)).json()).toMatchObject({
    id: image.id,
    sopInstanceUid: image.sopInstanceUid,
  });
  expect((await get(`/images/${patientId}`)).statusCode).toBe(404);
});

test("the images of a patient are a bare array, newest first", async () => {
  const [one, two] = ctSeries(2, { PatientID: "L-4" });
  const first = await upload(one!);
  platform.clock.advance(1000);
  const second = await upload(two!);
  const list = (await get(`/images/patient/${first.patientId}`)).json();
  expect(list.map((image: { id: string }) => image.id)).toEqual([second.id, first.id]);
  expect((await get("/images/patient/00000000-0000-7000-8000-000000000000")).statusCode).toBe(404);
});

test("a link works without a token for five minutes, for its image alone", async () => {
  const made = ctInstance();
  const image = await upload(made);
  const other = await upload(ctInstance());
  const answer = await get(`/images/${image.id}/url`);
  const { url, expiresAt } = answer.json();
  expect(new Date(expiresAt).getTime() - platform.clock.now().getTime()).toBe(300_000);
  expect(url).toMatch(/^https:\/\/pacs\.example\/api\/v1\/images\/links\//);
  const path = url.replace("https://pacs.example", "");
  const content = await app.inject({ url: path });
  expect(content.rawPayload.equals(made.bytes)).toBe(true);
  expect(content.headers).toMatchObject({
    "content-type": "application/dicom",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "content-disposition": `attachment; filename="${made.SOPInstanceUID}.dcm"`,
  });
  const range = await app.inject({ url: path, headers: { range: "bytes=128-131" } });
  expect([range.statusCode, range.body]).toEqual([206, "DICM"]);
  const [payload = "", signature = ""] = path.split("/").at(-1)!.split(".");
  const bent = Buffer.from(Buffer.from(payload, "base64url").toString().replace(image.id, other.id)).toString(
    "base64url",
  );
  for (const token of [
    `${bent}.${signature}`,
    `${payload}.${signature.slice(1)}`,
    `${payload}.`,
    payload,
    `${payload}.${signature}=`,
    "x.y",
  ])
    expect((await get(`/images/links/${token}`)).json().code, token).toBe("link.invalid");
  platform.clock.advance(300_000);
  expect((await app.inject({ url: path })).json().code).toBe("link.expired");
});

test("what is at another facility does not exist", async () => {
  const image = await upload(ctInstance({ AccessionNumber: "FAR1" }));
  viewer = viewerAt([await makeFacility(database.db)]);
  for (const path of [
    `/images/${image.id}`,
    `/images/${image.id}/url`,
    `/studies/${image.studyId}`,
    `/studies/${image.studyId}/series`,
    `/studies/${image.studyId}/images`,
    "/studies/accession/FAR1",
  ])
    expect((await get(path)).statusCode, path).toBe(404);
  expect((await get("/studies")).json().pagination.total).toBe(0);
  expect((await get("/images")).json().data).toEqual([]);
});

test("where the store signs URLs itself, the link is the store's", async () => {
  const made = ctInstance();
  const image = await upload(made);
  const [row] = await database.db<
    { object_key: string }[]
  >`select object_key from instance where id = ${image.id}`;
  const spy = vi
    .spyOn(platform.objects, "signedUrl")
    .mockResolvedValue("https://store.example/object?signed");
  const answer = await get(`/images/${image.id}/url`);
  expect(answer.json().url).toBe("https://store.example/object?signed");
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(spy.mock.calls).toEqual([
    [
      row!.object_key,
      { expiresInSeconds: 300, filename: `${made.SOPInstanceUID}.dcm`, contentType: "application/dicom" },
    ],
  ]);
  const picture = await post(form.body([{ name: "patientId", value: patientId }, file(await png())]));
  await get(`/images/${picture.json().id}/url`);
  expect(spy.mock.calls[1]).toEqual([
    expect.stringMatching(/^originals\//),
    expect.objectContaining({ contentType: "image/png" }),
  ]);
  spy.mockRestore();
});

test("a picture's data set says whose it is and when", async () => {
  const answer = await post(form.body([{ name: "patientId", value: patientId }, file(await png())]));
  const [row] = await database.db<
    { object_key: string }[]
  >`select object_key from instance where id = ${answer.json().id}`;
  const { dataSet } = readPart10(await platform.objects.read(row!.object_key));
  expect([text(dataSet, Tags.PatientName), text(dataSet, Tags.PatientBirthDate)]).toEqual([
    "Müller^Änne",
    "19700102",
  ]);
  expect(text(dataSet, Tags.StudyDate)).toMatch(/^\d{8}$/);
});

test("those who send many are told what became of each file in few words", async () => {
  const made = ctInstance();
  const body = form.body([
    file(made.bytes, "0"),
    file(made.bytes, "1"),
    file(Buffer.from("no image"), "2"),
    file(zipOf([{ name: "in.dcm", bytes: ctInstance().bytes }]), "3"),
  ]);
  const answer = await post(body, "/images/upload?answer=files");
  expect(answer.statusCode).toBe(201);
  const { files } = answer.json() as { files: { filename: string; status: string; code: string | null }[] };
  expect(files.map(({ filename, status }) => [filename, status])).toEqual([
    ["0", expect.stringMatching(/STORED$/)],
    ["1", expect.stringMatching(/STORED$/)],
    ["2", "REFUSED"],
    ["in.dcm", "STORED"],
  ]);
  expect(files[2]?.code).toBe("dicom.not-dicom");
  const none = await post(form.body([file(Buffer.from("no image"), "0")]), "/images/upload?answer=files");
  expect([none.statusCode, none.json().files[0].status]).toEqual([201, "REFUSED"]);
});
