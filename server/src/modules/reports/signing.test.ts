import { viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPassword } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Answer, type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { createReport } from "./drafts.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform);
const { call } = room;
let radiologist: Person;
let other: Person;
let resident: Person;
let physician: Person;

beforeAll(async () => {
  radiologist = await room.person(["RADIOLOGIST"]);
  other = await room.person(["RADIOLOGIST"]);
  resident = await room.person(["RESIDENT"]);
  physician = await room.person(["PHYSICIAN"]);
});
beforeEach(() => platform.clock.advance(1000));

const read = async (id: string, who = radiologist): Promise<Answer["body"]> =>
  (await call(who, "GET", `/reports/${id}`)).body;
const signed = async (more: object = {}) => {
  const study = await room.study();
  const answer = await room.sign(radiologist, await room.begin(radiologist, study.id, more));
  expect(answer.status).toBe(200);
  return { study, report: answer.body };
};
const noticesOf = async (kind: string, id: string) =>
  (
    await database.db<{ to: string }[]>`
      select recipient_id as "to" from notice where kind = ${kind} and subject_id = ${id} order by 1`
  ).map(({ to }) => to);

describe("a signature", () => {
  test("makes an immutable version, and says who, when and of whose images", async () => {
    const { study, report } = await signed();
    expect(report).toMatchObject({ status: "FINAL", signer: { id: radiologist.id }, versionNumber: 1 });
    const { data } = (await call(radiologist, "GET", `/reports/${report.id}/versions`)).body;
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      number: 1,
      status: "FINAL",
      findings: "No fracture.",
      signedAt: platform.clock.now().toISOString(),
      patient: { id: study.patientId, identifier: study.attributes.PatientID },
      images: 1,
      previousHash: null,
    });
    for (const sql of ["update report_version set reason = 'x'", "delete from report_version"])
      await expect(database.db.unsafe(sql)).rejects.toThrow("not changed or removed");
    await expect(database.db`truncate report_version`).rejects.toThrow("not changed or removed");
  });

  test("needs the right password; wrong ones count, and lock in the end", async () => {
    const someone = await room.person(["RADIOLOGIST"]);
    const report = await room.begin(someone, (await room.study()).id);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 5; attempt++)
      statuses.push((await room.sign(someone, report, { password: "wrong" })).status);
    expect(statuses).toEqual([422, 422, 422, 422, 423]);
    expect((await room.sign(someone, report)).status).toBe(423);
    expect((await read(report.id)).status).toBe("DRAFT");
    platform.clock.advance(16 * 60_000);
    const again = await room.sign(someone, report, { password: "wrong" });
    expect([again.status, again.body.code, again.body.errors[0].path]).toEqual([
      422,
      "password.wrong",
      "body.password",
    ]);
  });

  test("needs a version, a text and a person", async () => {
    const study = await room.study();
    const report = await room.begin(radiologist, study.id, { findings: "", impression: " " });
    const unseen = await room.sign(radiologist, report, { expectedVersion: undefined });
    expect([unseen.status, unseen.body.code]).toEqual([400, "version.required"]);
    const empty = await room.sign(radiologist, report);
    expect([empty.status, empty.body.code]).toEqual([422, "report.incomplete"]);
    expect((await call(radiologist, "PUT", `/reports/${report.id}/confirm`, { password: "x" })).status).toBe(
      400,
    );
    const missing = await room.sign(radiologist, { id: study.id, version: 1 });
    expect([missing.status, missing.body.code]).toEqual([404, "report.not-found"]);
  });

  test("is a person's: a key neither signs nor writes", async () => {
    const key = viewerAt([room.facilityId], { kind: "api-key", roles: ["RADIOLOGIST"] });
    await expect(room.server.identity.confirmPassword(key, testPassword)).rejects.toMatchObject({
      code: "api-key.may-not-sign",
    });
    const { journal } = room.server;
    const { id: studyId } = await room.study();
    await expect(
      transact(database.db, (tx) => createReport(tx, key, { studyId }, { clock: platform.clock, journal })),
    ).rejects.toMatchObject({ kind: "forbidden", code: "api-key.may-not-report" });
  });

  test("of two at once counts once", async () => {
    const report = await room.begin(radiologist, (await room.study()).id);
    await call(radiologist, "POST", `/studies/${report.studyId}/release`);
    const answers = await Promise.all([room.sign(radiologist, report), room.sign(other, report)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await call(radiologist, "GET", `/reports/${report.id}/versions`)).body.data).toHaveLength(1);
  });

  test("against an edit: one of them wins, and what was written is either signed or given back", async () => {
    for (let round = 0; round < 5; round++) {
      const report = await room.begin(radiologist, (await room.study()).id);
      const [sign, edit] = await Promise.all([
        room.sign(radiologist, report),
        call(resident, "PATCH", `/reports/${report.id}`, { findings: "Other.", expectedVersion: 1 }),
      ]);
      expect([sign.status, edit.status].sort()).toEqual([200, 409]);
      const lost = sign.status === 409 ? sign : edit;
      expect(lost.body).toMatchObject({ code: "version.conflict", current: { version: 2 } });
      expect(lost.body.current.findings).toBe(sign.status === 200 ? "No fracture." : "Other.");
      expect((await read(report.id)).amendment).toBeNull();
    }
  });

  test("is refused once where images came since the report was opened", async () => {
    const study = await room.study();
    const report = await room.begin(radiologist, study.id);
    await room.image(study.attributes);
    await read(report.id);
    const refused = await room.sign(radiologist, report);
    expect([refused.status, refused.body.code]).toEqual([409, "report.images-arrived"]);
    expect(refused.body.images).toEqual({ known: 1, now: 2 });
    expect((await room.sign(radiologist, report)).body).toMatchObject({ status: "FINAL" });
  });

  test("is refused where the study has become another patient's than the signer sees", async () => {
    const study = await room.study();
    const report = await room.begin(radiologist, study.id);
    const { patientId } = await room.study();
    await database.db`update study set patient_id = ${patientId} where id = ${study.id}`;
    const refused = await room.sign(radiologist, report, { patientId: report.patientId });
    expect([refused.status, refused.body.code]).toEqual([409, "report.patient-changed"]);
    expect(refused.body.detail).toMatch(/given to another patient/);
    const seen = await read(report.id);
    expect([seen.status, seen.patientId]).toEqual(["DRAFT", patientId]);
    const { body } = await room.sign(radiologist, report, { patientId });
    expect(body).toMatchObject({ status: "FINAL", patientId });
    const amendment = {
      kind: "CORRECTED",
      reason: "side",
      impression: "Left.",
      expectedVersion: body.version,
    };
    const wrong = await room.amend(radiologist, body, { ...amendment, patientId: study.patientId });
    expect([wrong.status, wrong.body.code]).toEqual([409, "report.patient-changed"]);
    // One who was merged is the same person by another record, and that is said.
    await database.db`update patient set merged_into = ${patientId} where id = ${study.patientId}`;
    const merged = await room.amend(radiologist, body, { ...amendment, patientId: study.patientId });
    expect([merged.status, merged.body.code]).toEqual([409, "report.patient-changed"]);
    expect(merged.body.detail).toMatch(/was merged into another record/);
  });

  test("stands before another radiologist's claim, not before a resident's", async () => {
    const report = await room.begin(radiologist, (await room.study()).id);
    const refused = await room.sign(other, report);
    expect([refused.status, refused.body.code, refused.body.claim.user.id]).toEqual([
      409,
      "study.claimed",
      radiologist.id,
    ]);
    const draft = await room.begin(resident, (await room.study()).id);
    expect((await room.sign(other, draft)).status).toBe(200);
    expect((await read(draft.id)).claim).toBeNull();
  });
});

describe("an amendment", () => {
  test("is seen by nobody else before it is signed; then everyone who got the earlier version is told", async () => {
    const study = await room.study();
    const provider = physician.id;
    await room.order(study, provider);
    await database.db`insert into care_relation values (${study.patientId}, ${room.facilityId}, ${provider}, 'order', now())`;
    const report = (await room.sign(radiologist, await room.begin(radiologist, study.id))).body;
    await room.server.journal.drain();
    expect(await noticesOf("report.available", report.id)).toEqual([provider]);
    await read(report.id, other);
    const before = await read(report.id, physician);
    const draft = await call(other, "PATCH", `/reports/${report.id}`, {
      impression: "Fracture.",
      expectedVersion: report.version,
    });
    expect(draft.body).toMatchObject({
      status: "FINAL",
      impression: "Normal.",
      amendment: { impression: "Fracture." },
    });
    expect(await read(report.id, physician)).toEqual(before);
    const amended = await room.amend(radiologist, draft.body, {});
    expect(amended.body).toMatchObject({ status: "AMENDED", impression: "Fracture.", amendment: null });
    await room.server.journal.drain();
    expect(await noticesOf("report.amended", report.id)).toEqual([provider, other.id].sort());
    const { data } = (await call(physician, "GET", `/reports/${report.id}/versions`)).body;
    expect(data[1]).toMatchObject({
      reason: "a second look",
      changed: ["impression"],
      previousHash: data[0].hash,
    });
    const newest = `/reports/${report.id}/versions?sort=-number&limit=1`;
    const { body } = await call(physician, "GET", newest);
    expect(body).toMatchObject({ data: [data[1]], pagination: { total: 2, offset: 0, previous: null } });
    const rest = await call(physician, "GET", body.pagination.next.replace("/api/v1", ""));
    expect(rest.body).toMatchObject({ data: [data[0]], pagination: { offset: 1, next: null } });
    expect((await call(physician, "GET", `${newest}&sort=hash`)).status).toBe(400);
  });

  test("says something, why, and of a known kind; an addendum keeps what is signed", async () => {
    const { report } = await signed();
    const code = async (more: object) => (await room.amend(radiologist, report, more)).body.code;
    expect(await code({})).toBe("report.unchanged");
    expect(await code({ kind: "FINAL", findings: "x" })).toBe("report.unknown-kind");
    expect(await code({ reason: " ", findings: "x" })).toBe("validation");
    const appended = await room.amend(radiologist, report, { kind: "APPENDED", findings: "Addendum." });
    expect(appended.body).toMatchObject({ status: "APPENDED", findings: "No fracture.\n\nAddendum." });
  });

  test("without a version is not begun, and what says the same again is none", async () => {
    const { report } = await signed();
    const blind = await call(radiologist, "PATCH", `/reports/${report.id}`, { findings: "x" });
    expect([blind.status, blind.body.code]).toEqual([400, "version.required"]);
    const begun = await call(
      radiologist,
      "PATCH",
      `/reports/${report.id}`,
      { findings: "x" },
      { "if-match": `"${report.version}"` },
    );
    expect(begun.body.amendment.findings).toBe("x");
    const back = await call(radiologist, "PATCH", `/reports/${report.id}`, {
      findings: "No fracture.",
      expectedVersion: begun.body.version,
    });
    expect(back.body.amendment).toBeNull();
  });
});

describe("a discrepancy", () => {
  test("is marked once, on a final report that had a preliminary one; the resident is told", async () => {
    const draft = await room.begin(resident, (await room.study()).id);
    const url = `/reports/${draft.id}/discrepancy`;
    const mark = (more: object = {}) =>
      call(radiologist, "POST", url, { category: "major", note: "missed", ...more });
    const submitted = await call(resident, "POST", `/reports/${draft.id}/submit`);
    expect((await mark()).body.code).toBe("report.illegal-transition");
    await room.sign(radiologist, submitted.body);
    expect((await mark({ category: "HUGE" })).body.code).toBe("report.unknown-category");
    expect((await mark()).body.discrepancy).toMatchObject({ category: "MAJOR", note: "missed" });
    expect((await mark()).body.code).toBe("report.discrepancy-marked");
    await room.server.journal.drain();
    expect(await noticesOf("report.discrepancy", draft.id)).toEqual([resident.id]);
    const { report } = await signed();
    const none = await call(radiologist, "POST", `/reports/${report.id}/discrepancy`, {
      category: "MINOR",
      note: "x",
    });
    expect(none.body.code).toBe("report.no-preliminary");
  });
});

describe("the chain of versions", () => {
  const chain = async () => {
    const { report } = await signed();
    const second = await room.amend(radiologist, report, { findings: "Two." });
    await room.amend(radiologist, second.body, { kind: "CORRECTED", findings: "Three." });
    return report.id as string;
  };
  const verify = async (id: string) => (await call(radiologist, "GET", `/reports/${id}/verify`)).body;
  const tamper = (work: string) =>
    database.db.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx.unsafe(work);
    });

  test("is whole where nobody touched it", async () => {
    const id = await chain();
    expect(await verify(id)).toEqual({ reportId: id, intact: true, versions: 3, breaches: [] });
  });

  test.each([
    [
      "a text",
      'update report_version set content = content || \'{"findings":"Other."}\' where number = 2',
      2,
      "changed",
    ],
    ["a signer", "update report_version set signer_name = 'Nobody' where number = 1", 1, "changed"],
    [
      "a time",
      "update report_version set signed_at = signed_at - interval '1 day' where number = 3",
      3,
      "changed",
    ],
    [
      "a patient",
      'update report_version set patient = patient || \'{"name":"X"}\' where number = 2',
      2,
      "changed",
    ],
    ["the images", "update report_version set images = 9 where number = 2", 2, "changed"],
    ["a link", "update report_version set previous_hash = null where number = 2", 2, "reordered"],
    ["one in the middle", "delete from report_version where number = 2", 2, "removed"],
    ["the last", "delete from report_version where number = 3", 3, "removed"],
  ])("changed by hand in %s is found and named", async (_name, sql, number, kind) => {
    const id = await chain();
    await tamper(`${sql} and report_id = '${id}'`);
    const found = await verify(id);
    expect(found.intact).toBe(false);
    expect(found.breaches).toContainEqual(expect.objectContaining({ number, kind }));
  });

  test("computed anew by whoever changed it does not meet what the journal recorded", async () => {
    const id = await chain();
    const [row] = await database.db`select * from report_version where report_id = ${id} and number = 3`;
    const { hashOf } = await import("./chain.ts");
    const content = { ...row!.content, findings: "Forged." };
    const hash = hashOf({
      reportId: id,
      number: 3,
      status: row!.status,
      content,
      template: row!.template,
      reason: row!.reason,
      signerId: row!.signer_id,
      signerName: row!.signer_name,
      signedAt: row!.signed_at,
      patient: row!.patient,
      orderId: row!.order_id,
      studyInstanceUid: row!.study_instance_uid,
      accessionNumber: row!.accession_number,
      imageSetHash: row!.image_set_hash,
      images: row!.images,
      previousHash: row!.previous_hash,
    });
    await tamper(`update report_version set content = content || '{"findings":"Forged."}', hash = '\\x${hash.toString("hex")}'
      where report_id = '${id}' and number = 3; update report set content = content || '{"findings":"Forged."}' where id = '${id}'`);
    expect((await verify(id)).breaches).toEqual([
      { number: 3, kind: "changed", detail: expect.stringContaining("journal") },
    ]);
  });

  test("and what is shown is what it says", async () => {
    const id = await chain();
    await database.db`update report set content = content || '{"findings":"Other."}' where id = ${id}`;
    expect((await verify(id)).breaches).toEqual([expect.objectContaining({ number: 3, kind: "state" })]);
  });
});
