import {
  type ReportStatus,
  type Role,
  reportStatuses,
  reportTransitions,
  roles,
  type StudyStatus,
  studyTransitions,
} from "@isocenter/contract";
import { newUid } from "@isocenter/dicom";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPassword } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Answer, type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { doubtRoutes } from "../archive/index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform, ({ journal, archive }) => [
  doubtRoutes({ platform, journal, archive }),
]);
const { call } = room;
let radiologist: Person;
let resident: Person;

beforeAll(async () => {
  radiologist = await room.person(["RADIOLOGIST"]);
  resident = await room.person(["RESIDENT"]);
});

type Current = { id: string; studyId: string; version: number; status: ReportStatus };
const read = async (id: string): Promise<Answer["body"]> =>
  (await call(radiologist, "GET", `/reports/${id}`)).body;

/** What leads to each state, from any report. */
const moves: Partial<Record<ReportStatus, (report: Current) => Promise<Answer>>> = {
  PRELIMINARY: ({ id }) => call(resident, "POST", `/reports/${id}/submit`),
  FINAL: (report) => room.sign(radiologist, report),
  AMENDED: (report) => room.amend(radiologist, report, { findings: `${Math.random()}` }),
  CORRECTED: (report) => room.amend(radiologist, report, { kind: "corrected", findings: `${Math.random()}` }),
  APPENDED: (report) => room.amend(radiologist, report, { kind: "APPENDED", findings: "More." }),
  CANCELLED: ({ id }) => call(radiologist, "DELETE", `/reports/${id}`),
  ENTERED_IN_ERROR: ({ id }) =>
    call(radiologist, "POST", `/reports/${id}/entered-in-error`, {
      reason: "another patient",
      password: testPassword,
    }),
};

/** A report in a state, the way it gets there. */
async function reportIn(status: ReportStatus): Promise<Current> {
  const study = await room.study();
  let report: Current = await room.begin(resident, study.id);
  const way: Record<ReportStatus, ReportStatus[]> = {
    DRAFT: [],
    PRELIMINARY: ["PRELIMINARY"],
    FINAL: ["FINAL"],
    AMENDED: ["PRELIMINARY", "FINAL", "AMENDED"],
    CORRECTED: ["FINAL", "CORRECTED"],
    APPENDED: ["FINAL", "APPENDED"],
    CANCELLED: ["CANCELLED"],
    ENTERED_IN_ERROR: ["FINAL", "ENTERED_IN_ERROR"],
  };
  for (const to of way[status]) {
    const answer = await moves[to]!(report);
    expect([to, answer.status]).toEqual([to, 200]);
    report = answer.body;
  }
  expect(report.status).toBe(status);
  return report;
}

describe("every cell of the table of states", () => {
  test.each(reportStatuses)("from %s", async (from) => {
    for (const to of reportStatuses) {
      if (!moves[to]) continue;
      const report = await reportIn(from);
      const answer = await moves[to](report);
      if (reportTransitions[from].includes(to)) {
        expect([from, to, answer.status, answer.body.status]).toEqual([from, to, 200, to]);
      } else {
        expect([from, to, answer.status, answer.body.code]).toEqual([
          from,
          to,
          409,
          "report.illegal-transition",
        ]);
        expect(answer.body.state).toBe(from);
        expect(answer.body.successors).toEqual(reportTransitions[from]);
        expect(answer.body.detail).toContain(from);
        expect(await read(report.id)).toMatchObject({ status: from, version: report.version });
      }
    }
  });

  test("nothing leads back to a draft, and what has ended is not changed", async () => {
    for (const status of ["CANCELLED", "ENTERED_IN_ERROR"] as const) {
      const report = await reportIn(status);
      const answer = await call(radiologist, "PATCH", `/reports/${report.id}`, { findings: "x" });
      expect([status, answer.status, answer.body.code]).toEqual([status, 409, "report.illegal-transition"]);
    }
    expect(Object.values(reportTransitions).flat()).not.toContain("DRAFT");
  });

  test("a refused move is written down with the state", async () => {
    const report = await reportIn("FINAL");
    await call(radiologist, "DELETE", `/reports/${report.id}`);
    await room.server.journal.drain();
    const [access] = await database.db`
      select outcome, data from access where action = 'report.refused' and subject_id = ${report.id}`;
    expect(access).toMatchObject({
      outcome: "refused",
      data: { what: "cancel", code: "report.illegal-transition", state: "FINAL" },
    });
  });
});

describe("the study follows its report", () => {
  const statusOf = async (studyId: string) =>
    (await database.db`select status from study where id = ${studyId}`)[0]?.status;

  test("PRELIMINARY when submitted, FINAL when signed, to be read again when it was entered in error", async () => {
    const study = await room.study();
    const report = await room.begin(resident, study.id);
    const submitted = await moves.PRELIMINARY!(report);
    expect(await statusOf(study.id)).toBe("PRELIMINARY");
    const signed = await moves.FINAL!(submitted.body);
    expect(await statusOf(study.id)).toBe("FINAL");
    await moves.ENTERED_IN_ERROR!(signed.body);
    expect(await statusOf(study.id)).toBe("COMPLETED");
    expect((await room.begin(resident, study.id)).status).toBe("DRAFT");
  });

  test("cancelling takes a preliminary study back, and leaves another where it is", async () => {
    const study = await room.study();
    const first = await room.begin(resident, study.id);
    await moves.CANCELLED!(first);
    expect(await statusOf(study.id)).toBe("IN_PROGRESS");
    const second = await room.begin(resident, study.id);
    await moves.PRELIMINARY!(second);
    await moves.CANCELLED!(second);
    expect(await statusOf(study.id)).toBe("COMPLETED");
  });

  test("images after a report mark the study, documents do not, and the next signature takes the mark away", async () => {
    const study = await room.study();
    const signed = (await room.sign(radiologist, await room.begin(radiologist, study.id))).body;
    const marked = async () =>
      (await database.db`select images_after_report_at as at from study where id = ${study.id}`)[0]?.at;
    await room.image({ ...study.attributes, SeriesInstanceUID: newUid(), Modality: "SR" });
    expect(await marked()).toBeNull();
    await room.image(study.attributes);
    expect(await marked()).toEqual(platform.clock.now());
    expect((await read(signed.id)).imagesAfterReportAt).toBe(platform.clock.now().toISOString());
    const amendment = { findings: "No fracture in the new image either." };
    expect((await room.amend(radiologist, signed, amendment)).body.code).toBe("report.images-arrived");
    expect((await room.amend(radiologist, signed, amendment)).status).toBe(200);
    expect(await marked()).toBeNull();
  });
});

describe("a study with a report here follows it", () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await room.person(["ADMINISTRATOR"]);
  });
  const move = (studyId: string, status: string) =>
    call(admin, "PATCH", `/studies/${studyId}/status`, { status });
  const offered = async (studyId: string): Promise<string[]> =>
    (await call(admin, "GET", `/studies/${studyId}`)).body.actions;
  const byHand = ["report-preliminary", "report-final"];

  test.each([...reportStatuses])("%s", async (status) => {
    const { studyId } = await reportIn(status);
    const stands = status !== "CANCELLED" && status !== "ENTERED_IN_ERROR";
    const reported = stands && status !== "DRAFT";
    if (!reported) await database.db`update study set status = 'COMPLETED' where id = ${studyId}`;
    const before = (await call(admin, "GET", `/studies/${studyId}`)).body;
    for (const to of ["PRELIMINARY", "FINAL", "COMPLETED"] as const) {
      if (!studyTransitions[before.status as StudyStatus].includes(to)) continue;
      if (!stands) continue;
      const answer = await move(studyId, to);
      expect([to, answer.status, answer.body.code]).toEqual([to, 409, "study.has-report"]);
      expect(answer.body.detail).toMatch(
        before.status === "COMPLETED" ? /What may follow: IN_PROGRESS\./ : /It stays so\./,
      );
    }
    const after = (await call(admin, "GET", `/studies/${studyId}`)).body;
    expect([after.status, after.version]).toEqual([before.status, before.version]);
    const actions = await offered(studyId);
    expect(byHand.filter((one) => actions.includes(one))).toEqual(stands ? [] : byHand);
    if (!stands) expect((await move(studyId, "FINAL")).body.status).toBe("FINAL");
  });

  test("and one that is reported elsewhere is moved by hand", async () => {
    const study = await room.study();
    await database.db`update study set status = 'COMPLETED' where id = ${study.id}`;
    expect((await move(study.id, "PRELIMINARY")).body.status).toBe("PRELIMINARY");
    expect((await move(study.id, "FINAL")).body.status).toBe("FINAL");
  });
});

describe("each permission's cell", () => {
  const people = new Map<Role, Person>();
  const mayWrite: Role[] = ["RADIOLOGIST", "RESIDENT"];
  const maySign: Role[] = ["RADIOLOGIST"];
  const mayManage: Role[] = ["ADMINISTRATOR", "RADIOLOGIST"];
  const mayClaim: Role[] = ["ADMINISTRATOR", "RADIOLOGIST", "RESIDENT"];
  const mayAssign: Role[] = ["ADMINISTRATOR", "RADIOLOGIST"];
  const mayRead: Role[] = roles.filter((role) => role !== "FRONT_DESK");

  beforeAll(async () => {
    for (const role of roles) people.set(role, await room.person([role]));
  });

  test.each(roles)("%s", async (role) => {
    const who = people.get(role)!;
    const denied = async (
      allowed: readonly Role[],
      method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE",
      url: string,
      payload?: object,
    ) => {
      const { status } = await call(who, method, url, payload);
      expect([role, method, url, status === 403]).toEqual([role, method, url, !allowed.includes(role)]);
    };
    const study = await room.study();
    const report = await reportIn("DRAFT");
    const one = `/reports/${report.id}`;
    await denied(mayWrite, "POST", "/reports", { studyId: study.id });
    await denied(mayWrite, "PATCH", one, { findings: "x" });
    await denied(mayWrite, "GET", "/report-macros");
    await denied(maySign, "POST", `${one}/sign`, { expectedVersion: 99, password: testPassword });
    await denied(maySign, "PUT", `${one}/confirm`, { expectedVersion: 99, password: testPassword });
    const amendment = { kind: "AMENDED", reason: "x", expectedVersion: 99, password: testPassword };
    await denied(maySign, "POST", `${one}/amend`, amendment);
    await denied(maySign, "POST", `${one}/entered-in-error`, { reason: "x", password: testPassword });
    await denied(maySign, "POST", `${one}/discrepancy`, { category: "MINOR", note: "x" });
    await denied(mayWrite, "POST", `${one}/submit`);
    await denied(mayManage, "POST", "/report-templates", { name: `of ${role}` });
    for (const url of [one, `${one}/versions`, `${one}/verify`, `/reports/study/${study.id}`])
      await denied(mayRead, "GET", url);
    for (const url of [`/reports/patient/${study.patientId}`, `/reports/radiologist/${radiologist.id}`])
      await denied(mayRead, "GET", url);
    await denied(mayRead, "GET", "/report-templates");
    const other = await room.study();
    await denied(mayClaim, "POST", `/studies/${other.id}/claim`);
    await denied(mayClaim, "POST", `/studies/${other.id}/release`);
    await denied(mayAssign, "POST", `/studies/${other.id}/assign`, { userId: radiologist.id });
  });
});
