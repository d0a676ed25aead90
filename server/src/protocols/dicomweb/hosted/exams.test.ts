import { type Role, roles } from "@isocenter/contract";
import { newUid } from "@isocenter/dicom";
import { viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { chunked, ctInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, expect, inject, test } from "vitest";
import { type Archive, createArchive, orthancIds } from "../../../modules/archive/index.ts";
import { sessionRoutes } from "../../../modules/identity/index.ts";
import { addCareRelations, createPatient } from "../../../modules/patients/index.ts";
import { newId, prepareJobs, transact } from "../../../platform/index.ts";
import { hostedExamRoutes } from "../index.ts";

const database = testDatabase();
const platform = testPlatform(database, { publicUrl: "http://pacs.example:3006" });
const server = testServer(
  platform,
  ({ identity, journal }) => [sessionRoutes(identity), hostedExamRoutes({ platform, journal })],
  ({ journal }) => [hostedExamRoutes({ platform, journal })],
);

let archive: Archive;
let here: string;
let there: string;
let headers: { authorization: string };
let numbers = 0;

const signInAs = async (role: Role, facilityId = here) => {
  const user = await server.addUser({ roles: [role], facilityIds: [facilityId] });
  headers = await server.signIn(user.username);
  return user;
};
const ask = async (method: "GET" | "POST", url: string, payload?: object, prefix = "/api/v1") => {
  const answer = await server.app.inject({
    method,
    url: `${prefix}${url}`,
    headers,
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json() };
};
const enter = (identifier: string) =>
  transact(database.db, (tx) =>
    createPatient(
      tx,
      viewerAt([here]),
      {
        firstName: "Jane",
        lastName: "Doe",
        birthDate: "1970-01-02",
        sex: "F",
        identifiers: [{ value: identifier }],
      },
      { clock: platform.clock, journal: server.journal },
    ),
  );
const order = async (patientId: string, facilityId = here): Promise<string> => {
  const provider = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [facilityId] });
  const id = newId(platform.clock);
  numbers += 1;
  await database.db`insert into imaging_order ${database.db({
    id,
    facility_id: facilityId,
    patient_id: patientId,
    provider_id: provider.id,
    accession_number: `E${numbers}`,
    requested_procedure_id: `R${numbers}`,
    study_instance_uid: newUid(),
    procedure_name: "CT Thorax",
    modality: "CT",
    clinical_indication: "cough",
    priority: "ROUTINE",
    status: "SCHEDULED",
    duration_minutes: 20,
    ordered_at: platform.clock.now(),
    created_by: provider.id,
    updated_at: platform.clock.now(),
  })}`;
  return id;
};
const image = (examenID: string, more: object = {}) => ({
  examenID,
  studyInstanceUID: newUid(),
  seriesInstanceUID: newUid(),
  sopInstanceUID: newUid(),
  dateAcquisition: "2026-01-05",
  modalite: "CT",
  description: "Axial",
  ...more,
});
const store = async (PatientID: string) => {
  const made = ctInstance({ PatientID, PatientName: "Doe^Jane" });
  const answer = await archive.ingest(viewerAt([here]), { chunks: chunked(made.bytes), door: "upload" });
  return {
    answer,
    uids: {
      studyInstanceUID: made.StudyInstanceUID,
      seriesInstanceUID: made.SeriesInstanceUID,
      sopInstanceUID: made.SOPInstanceUID,
    },
  };
};

let patientId: string;
let examenID: string;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  archive = createArchive(platform, server.journal);
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
  patientId = await enter("EX-1");
  examenID = await order(patientId);
});
beforeEach(async () => {
  platform.clock.advance(3600_000);
  await signInAs("TECHNOLOGIST");
});

test("an image of an examination is named and listed, under every prefix", async () => {
  for (const prefix of ["", "/api", "/api/v1"]) {
    const body = image(examenID, { url: "/dicom/wado/1.2.3" });
    const named = await ask("POST", "/examens-medicaux/images", body, prefix);
    expect([named.status, named.body]).toEqual([
      201,
      { ...body, imageID: expect.any(String), orthancInstanceId: null },
    ]);
    const list = await ask("GET", `/examens-medicaux/${examenID}/images?limit=200`, undefined, prefix);
    expect(list.body.data).toContainEqual(named.body);
    const exam = await ask("GET", `/examens-medicaux/${examenID}`, undefined, prefix);
    expect(exam.body).toMatchObject({
      examenID,
      patientID: patientId,
      modalite: "CT",
      description: "CT Thorax",
      statut: "SCHEDULED",
      dateExamen: null,
      nombreImages: list.body.pagination.total,
    });
  }
  const [fact] = await database.db`
    select patient_id, facility_id from fact where type = 'image.registered' and subject_id = ${examenID} limit 1`;
  expect(fact).toEqual({ patient_id: patientId, facility_id: here });
});

test("the same image twice for one exam gives the first answer, also at once; for another exam it is another", async () => {
  const body = image(examenID);
  const answers = await Promise.all([1, 2, 3].map(() => ask("POST", "/examens-medicaux/images", body)));
  const again = await ask("POST", "/examens-medicaux/images", { ...body, description: "Other" });
  expect(new Set([...answers, again].map((answer) => JSON.stringify(answer))).size).toBe(1);
  const other = await ask("POST", "/examens-medicaux/images", { ...body, examenID: await order(patientId) });
  expect(other.body.imageID).not.toBe(again.body.imageID);
  const facts = await database.db`
    select from fact where type = 'image.registered' and data->>'sopInstanceUid' = ${body.sopInstanceUID}`;
  expect(facts).toHaveLength(2);
});

test("an exam that is unknown, no id, or of elsewhere is not found", async () => {
  const elsewhere = await order(await enter("EX-2"), there);
  for (const id of [newId(platform.clock), "4711", elsewhere]) {
    for (const answer of [
      await ask("POST", "/examens-medicaux/images", image(id)),
      await ask("GET", `/examens-medicaux/${id}`),
      await ask("GET", `/examens-medicaux/${id}/images`),
    ])
      expect([answer.status, answer.body.code, answer.body.message]).toEqual([
        404,
        "exam.not-found",
        "Medical exam not found",
      ]);
  }
});

test("an image that is here must be the exam's patient's, in the series and with the identifier that it has", async () => {
  const own = await store("EX-1");
  const ids = orthancIds(own.answer);
  const fits = await ask(
    "POST",
    "/examens-medicaux/images",
    image(examenID, { ...own.uids, orthancInstanceId: ids.instance }),
  );
  expect([fits.status, fits.body.orthancInstanceId]).toEqual([201, ids.instance]);
  const stranger = await store("EX-STRANGER");
  const next = await order(patientId);
  for (const [wrong, code] of [
    [stranger.uids, "exam-image.other-patient"],
    [{ ...own.uids, seriesInstanceUID: newUid() }, "exam-image.other-series"],
    [{ ...own.uids, studyInstanceUID: newUid() }, "exam-image.other-series"],
    [{ ...own.uids, orthancInstanceId: orthancIds(stranger.answer).instance }, "exam-image.other-instance"],
  ] as const) {
    const refused = await ask("POST", "/examens-medicaux/images", image(next, wrong));
    expect([refused.status, refused.body.code]).toEqual([409, code]);
  }
  expect((await ask("GET", `/examens-medicaux/${next}/images`)).body.pagination.total).toBe(0);
});

test("a url is a path of ours, or https, or of our own origin", async () => {
  for (const url of [
    "/dicom/instances/x/preview?quality=1",
    "https://images.example/1?a=b",
    "http://pacs.example:3006/dicom/wado/1.2",
  ]) {
    const named = await ask("POST", "/examens-medicaux/images", image(examenID, { url }));
    expect([url, named.status, named.body.url]).toEqual([url, 201, url]);
  }
  for (const url of [
    "http://images.example/1",
    "//images.example/1",
    "/\\images.example",
    "/dicom/../../secret",
    "/dicom/%2e%2e/secret",
    "/%zz",
    "javascript:alert(1)",
    "https://user:pass@images.example/",
    "https://",
    "ftp://images.example",
    "images/1",
    "/a b",
    "https://images.example/\u0000",
  ]) {
    const refused = await ask("POST", "/examens-medicaux/images", image(examenID, { url }));
    expect([url, refused.status]).toEqual([url, 400]);
  }
});

test("refuses what is no UID, modality, date or identifier, and members that it does not know", async () => {
  for (const wrong of [
    { studyInstanceUID: "x" },
    { sopInstanceUID: undefined },
    { modalite: "C/T" },
    { dateAcquisition: "yesterday" },
    { orthancInstanceId: "abc" },
    { patient: "x" },
  ]) {
    const refused = await ask("POST", "/examens-medicaux/images", image(examenID, wrong));
    expect([Object.keys(wrong), refused.status]).toEqual([Object.keys(wrong), 400]);
  }
  const bare = await ask("POST", "/examens-medicaux/images", {
    ...image(examenID),
    dateAcquisition: null,
    modalite: "mri",
    description: undefined,
  });
  expect([bare.status, bare.body.modalite, bare.body.description]).toEqual([201, "MR", null]);
});

test.each(roles)(
  "%s: who uploads images names them, who reads images lists them, who reads orders sees the exam",
  async (role) => {
    const me = await signInAs(role);
    const upload = ["ADMINISTRATOR", "RADIOLOGIST", "RESIDENT", "TECHNOLOGIST", "INTEGRATION"].includes(role);
    expect((await ask("POST", "/examens-medicaux/images", image(examenID))).status).toBe(upload ? 201 : 403);
    const read = role === "FRONT_DESK" || role === "BILLING" ? 403 : role === "PHYSICIAN" ? 404 : 200;
    expect((await ask("GET", `/examens-medicaux/${examenID}/images`)).status).toBe(read);
    expect((await ask("GET", `/examens-medicaux/${examenID}`)).status).toBe(role === "PHYSICIAN" ? 404 : 200);
    if (role !== "PHYSICIAN") return;
    await transact(database.db, (tx) =>
      addCareRelations(tx, platform.clock, [
        { patientId, facilityId: here, personId: me.id, source: "order" },
      ]),
    );
    expect((await ask("GET", `/examens-medicaux/${examenID}`)).status).toBe(200);
    expect((await ask("GET", `/examens-medicaux/${examenID}/images`)).status).toBe(200);
  },
);
