import { bytes, readPart10, Tags, text } from "@isocenter/dicom";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { pdfText } from "@isocenter/test/support/pdf-text.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, expect, test } from "vitest";
import { doubtRoutes } from "../../archive/index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform, ({ journal, archive }) => [
  doubtRoutes({ platform, journal, archive }),
]);
let radiologist: Person;
beforeAll(async () => {
  radiologist = await room.person(["RADIOLOGIST"]);
});

const raw = (who: Person, url: string, headers: Record<string, string> = {}) =>
  room.server.app.inject({ url: `/api/v1${url}`, headers: { ...who.headers, ...headers } });
const pdf = async (who: Person, id: string, version?: number) => {
  const answer = await raw(who, `/reports/${id}/pdf${version === undefined ? "" : `?version=${version}`}`);
  expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/pdf"]);
  return pdfText(answer.rawPayload).join(" ").replace(/\s+/g, " ");
};
async function drain(): Promise<void> {
  await room.server.journal.drain();
  await platform.jobs.drain();
}
async function signedReport(more: object = {}) {
  const study = await room.study();
  const provider = await room.person(["PHYSICIAN"]);
  await room.order(study, provider.id);
  const report = await room.begin(radiologist, study.id, more);
  const signed = await room.sign(radiologist, report);
  expect(signed.status).toBe(200);
  return { study, provider, report: signed.body };
}
const statusOf = async (studyId: string) => {
  const [row] = await database.db`
    select status, images_after_report_at is not null as late, modalities from study where id = ${studyId}`;
  return row;
};

test("a signed report is a letter; an earlier version of it says that it was superseded or withdrawn", async () => {
  const { report, study } = await signedReport();
  await database.db`update facility set address = 'Quai 1\n75001 Paris', phone = '+33 1 23' where id = ${room.facilityId}`;
  const first = await pdf(radiologist, report.id);
  for (const said of [
    "Doe, Jane",
    "No fracture.",
    `Electronically signed by ${radiologist.name}`,
    "Here",
    "Quai 1 · 75001 Paris · +33 1 23",
    "pain",
  ])
    expect(first).toContain(said);
  expect(first).not.toContain("SUPERSEDED");
  const amended = await room.amend(radiologist, report, { impression: "Fracture." });
  expect(amended.status).toBe(200);
  const second = await pdf(radiologist, report.id);
  expect(second).toContain(
    "AMENDED Version 2 takes the place of version 1. Changed: Impression Reason: a second look",
  );
  expect(await pdf(radiologist, report.id, 1)).toContain("SUPERSEDED VERSION 1");
  const withdrawn = await room.call(radiologist, "POST", `/reports/${report.id}/entered-in-error`, {
    reason: "Wrong patient",
    password: "a long test passphrase",
    expectedVersion: amended.body.version,
  });
  expect(withdrawn.status).toBe(200);
  for (const version of [undefined, 1, 2])
    expect(await pdf(radiologist, report.id, version)).toContain("ENTERED IN ERROR: DO NOT USE THIS REPORT");
  expect((await raw(radiologist, `/reports/${report.id}/pdf?version=9`)).statusCode).toBe(404);
  expect((await raw(radiologist, `/reports/${report.id}/pdf?version=0`)).statusCode).toBe(400);
  expect(study.id).toBe(report.studyId);
});

test("the letter has the ETag of its bytes", async () => {
  const { report } = await signedReport();
  const one = await raw(radiologist, `/reports/${report.id}/pdf`);
  const two = await raw(radiologist, `/reports/${report.id}/pdf`);
  expect(one.rawPayload.equals(two.rawPayload)).toBe(true);
  const etag = String(one.headers.etag);
  expect((await raw(radiologist, `/reports/${report.id}/pdf`, { "if-none-match": etag })).statusCode).toBe(
    304,
  );
});

test("who sees which letter is who sees which report", async () => {
  const { report, provider } = await signedReport();
  const draft = await room.begin(radiologist, (await room.study()).id);
  const elsewhere = await room.server.addFacility("Elsewhere");
  const cells: [Person, number, number][] = [
    [radiologist, 200, 200],
    [await room.person(["RESIDENT"]), 200, 200],
    [await room.person(["ADMINISTRATOR"]), 200, 200],
    [await room.person(["TECHNOLOGIST"]), 200, 404],
    [await room.person(["BILLING"]), 200, 404],
    [provider, 404, 404],
    [await room.person(["FRONT_DESK"]), 403, 403],
    [await room.person(["RADIOLOGIST"], elsewhere), 404, 404],
  ];
  for (const [who, ofSigned, ofDraft] of cells)
    for (const paper of ["pdf", "dicom"]) {
      expect((await raw(who, `/reports/${report.id}/${paper}`)).statusCode).toBe(ofSigned);
      expect((await raw(who, `/reports/${draft.id}/${paper}`)).statusCode).toBe(ofDraft);
    }
  expect(await pdf(radiologist, draft.id)).toContain("DRAFT A draft");
  await database.db`insert into care_relation (patient_id, facility_id, person_id, source, created_at)
    values (${report.patientId}, ${room.facilityId}, ${provider.id}, 'order', now())`;
  expect((await raw(provider, `/reports/${report.id}/pdf`)).statusCode).toBe(200);
});

test("every signed version goes into the study once, and the study stays as it is", async () => {
  const { report, study } = await signedReport();
  await drain();
  const list = async () => (await room.call(radiologist, "GET", `/reports/${report.id}/dicom`)).body.data;
  const first = await list();
  expect(first.map((one: { type: string; version: number }) => [one.type, one.version])).toEqual([
    ["PDF", 1],
    ["SR", 1],
  ]);
  expect(await statusOf(study.id)).toEqual({ status: "FINAL", late: false, modalities: ["CT", "DOC", "SR"] });
  const amended = await room.amend(radiologist, report, { impression: "Fracture." });
  // The papers are no images that came since the radiologist looked.
  expect(amended.status).toBe(200);
  await drain();
  // All of it again, as after a crash.
  await database.db`update reader_cursor set position = 0 where name = 'reports.papers'`;
  await drain();
  expect((await list()).length).toBe(4);
  expect(await database.db`select 1 from quarantine`).toEqual([]);
  expect(await statusOf(study.id)).toMatchObject({ status: "FINAL", late: false });
  const dicom = { accept: "application/dicom" };
  const letter = await raw(radiologist, `/reports/${report.id}/dicom?version=1&type=pdf`, dicom);
  expect(letter.headers["content-type"]).toBe("application/dicom");
  const { dataSet } = readPart10(letter.rawPayload);
  expect(text(dataSet, Tags.PatientID)).toBe(study.attributes.PatientID);
  const inside = pdfText(bytes(dataSet, Tags.EncapsulatedDocument)!).join(" ");
  expect(inside).not.toContain("SUPERSEDED");
  const newest = readPart10(
    (await raw(radiologist, `/reports/${report.id}/dicom?type=sr`, dicom)).rawPayload,
  );
  expect(text(newest.dataSet, Tags.InstanceNumber)).toBe("2");
  expect(text(newest.dataSet, Tags.StudyInstanceUID)).toBe(study.attributes.StudyInstanceUID);
});

test("a report whose study turns out to be another patient's is told, and nothing that names the one stands any more", async () => {
  const { study, provider, report } = await signedReport();
  const reader = await room.person(["RESIDENT"]);
  await room.call(reader, "GET", `/reports/${report.id}`);
  await drain();
  const other = await room.study();
  const patients = await database.db<{ id: string; patientId: string }[]>`
    select id, patient_id as "patientId" from study where id = any(${[study.id, other.id]}::uuid[])`;
  const patientOf = (id: string) => patients.find((one) => one.id === id)!.patientId;
  const technologist = await room.person(["TECHNOLOGIST"]);
  const give = async (patientId: string) => {
    const body = { patientId, reason: "The wristband was another's" };
    expect((await room.call(technologist, "PATCH", `/studies/${study.id}`, body)).status).toBe(200);
    await drain();
  };
  const noticed = () => database.db`
    select recipient_id as who, subject_type as about, subject_id as id from notice
    where kind = 'report.patient-changed' order by created_at, subject_type desc, recipient_id`;
  const documents = async () =>
    (await room.call(radiologist, "GET", `/reports/${report.id}/dicom`)).body.data.map(
      (one: { version: number; stands: boolean; namesAnotherPatient: boolean }) => [
        one.version,
        one.stands,
        one.namesAnotherPatient,
      ],
    );
  const comments = async () => {
    const { body } = await room.call(radiologist, "GET", `/reports/${report.id}/dicom`);
    const said = [];
    for (const { version, type } of body.data) {
      const one = `/reports/${report.id}/dicom?version=${version}&type=${type.toLowerCase()}`;
      const file = await raw(radiologist, one, { accept: "application/dicom" });
      said.push(text(readPart10(file.rawPayload).dataSet, Tags.ImageComments) ?? null);
    }
    return said;
  };
  const shown = async () => (await room.call(radiologist, "GET", `/reports/${report.id}`)).body;
  expect(await documents()).toEqual([
    [1, true, false],
    [1, true, false],
  ]);

  await give(patientOf(other.id));
  const told = [
    { who: radiologist.id, about: "report", id: report.id },
    ...[provider.id, reader.id].sort().map((who) => ({ who, about: "patient", id: patientOf(study.id) })),
  ];
  expect(await noticed()).toEqual(told);
  expect((await shown()).namesAnotherPatient).toBe(true);
  expect(await documents()).toEqual([
    [1, false, true],
    [1, false, true],
  ]);
  const warning = "ANOTHER PATIENT'S: DO NOT USE THIS LETTER";
  expect(await comments()).toEqual([warning, warning]);
  expect(await pdf(radiologist, report.id)).toContain(warning);

  const amended = await room.amend(radiologist, await shown(), { impression: "Fracture." });
  expect(amended.body.namesAnotherPatient).toBe(false);
  await drain();
  expect(await documents()).toEqual([
    [1, false, true],
    [1, false, true],
    [2, true, false],
    [2, true, false],
  ]);
  expect(await comments()).toEqual([warning, warning, null, null]);
  expect(await pdf(radiologist, report.id)).not.toContain("ANOTHER PATIENT'S");
  expect(await pdf(radiologist, report.id, 1)).toContain(warning);

  await give(patientOf(study.id));
  expect(await noticed()).toHaveLength(6);
  expect(await comments()).toEqual([null, null, warning, warning]);
});
