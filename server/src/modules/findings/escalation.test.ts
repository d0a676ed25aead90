import {
  defaultFindingPolicies,
  type LadderTarget,
  type Severity,
  type TellingChannel,
} from "@isocenter/contract";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { makeDepartment, makeStudy, makeUser } from "@isocenter/test/support/findings.ts";
import { makeOrder, makePatient } from "@isocenter/test/support/orders.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { newId, prepareJobs, transact, type Viewer } from "../../platform/index.ts";
import { createJournal } from "../journal/index.ts";
import { acknowledgeFinding } from "./acknowledge.ts";
import { closeFinding, followUpFinding } from "./follow-up.ts";
import { historyOf } from "./history.ts";
import { createFindings, escalateDue, type FindingContext, type Findings } from "./index.ts";
import { putPolicies } from "./policies.ts";
import { getFinding } from "./queries.ts";
import { changeFinding, raiseFinding, voidFinding } from "./raise.ts";
import { ladderSources } from "./sources.ts";

const database = testDatabase();
const platform = testPlatform(database);
const { clock } = platform;
/** What goes wrong in the ladder of a patient, by id. */
const broken = new Set<string>();
let findings: Findings;
let context: FindingContext;

let facilityId: string;
let patientId: string;
let studyId: string;
let provider: string;
let colleague: string;
let nurse: string;
let head: string;
let admin: string;
let radiologist: Viewer;

const minute = 60_000;
const day = 24 * 60 * minute;
const db = () => database.db;
const asUser = (id: string, role: "PHYSICIAN" | "RADIOLOGIST"): Viewer =>
  viewerAt([facilityId], { id, roles: [role], name: `Dr. ${id}` });

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  findings = createFindings(platform, createJournal(platform), {
    ...ladderSources,
    async careTeamOf(tx, where) {
      if (broken.has(where.patientId)) throw new Error("the care team is broken");
      return ladderSources.careTeamOf(tx, where);
    },
  });
  context = findings.context;
});
beforeEach(async () => {
  // What other tests raised is not looked at again.
  await db()`update finding set next_escalation_at = null`;
  facilityId = await makeFacility(db());
  [provider, colleague, nurse, head, admin] = (await Promise.all([
    makeUser(db(), facilityId, "PHYSICIAN", "provider"),
    makeUser(db(), facilityId, "PHYSICIAN", "colleague"),
    makeUser(db(), facilityId, "PHYSICIAN", "nurse"),
    makeUser(db(), facilityId, "PHYSICIAN", "head"),
    makeUser(db(), facilityId, "ADMINISTRATOR", "admin"),
  ])) as [string, string, string, string, string];
  radiologist = asUser(await makeUser(db(), facilityId, "RADIOLOGIST", "radiologist"), "RADIOLOGIST");
  await makeDepartment(db(), facilityId, { headId: head, onCallId: colleague, people: [provider] });
  patientId = await makePatient(db(), facilityId);
  await db()`insert into care_relation (patient_id, facility_id, person_id, source, role, created_at)
    values (${patientId}, ${facilityId}, ${nurse}, 'team', 'nurse', now())`;
  const { orderId } = await makeOrder(db(), { facilityId, patientId, providerId: provider });
  studyId = await makeStudy(db(), { facilityId, patientId, orderId });
});

const raise = (severity: Severity, more: { recipients?: string[]; studyId?: string } = {}) =>
  transact(db(), (tx) =>
    raiseFinding(tx, radiologist, { studyId, description: "x", severity, ...more }, context),
  );
const escalate = () => escalateDue({ db: db(), log: platform.log, context });
const read = (id: string) => getFinding(db(), radiologist, clock, id);
const acknowledge = (id: string, who = provider) =>
  transact(db(), (tx) => acknowledgeFinding(tx, asUser(who, "PHYSICIAN"), id, { readBack: "ok" }, context));
const names = (): Record<string, string> => ({
  [provider]: "provider",
  [colleague]: "colleague",
  [nurse]: "nurse",
  [head]: "head",
  [admin]: "admin",
  [radiologist.id]: "radiologist",
});
/** Whom the ladder told, in order, each with the minutes since the raise. */
async function told(id: string): Promise<string[]> {
  const rows = await db()<{ who: string; kind: string; minutes: number }[]>`
    select n.recipient_id as who, n.kind, (extract(epoch from n.created_at - f.raised_at) / 60)::int as minutes
    from notice n join finding f on f.id::text = n.subject_id
    where n.subject_id = ${id} and n.kind in ('finding.raised', 'finding.escalated', 'finding.alarm')
    order by n.created_at, n.kind desc, n.id`;
  const all = rows.map(
    ({ who, kind, minutes }) => `${minutes} ${names()[who]}${kind === "finding.alarm" ? "!" : ""}`,
  );
  return all.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
}
const kinds = async (id: string) => (await historyOf(db(), id)).map(({ kind }) => kind);
/** Moves the clock to the minute after the raise, and does what is due. */
async function at(id: string, minutes: number): Promise<void> {
  const { raisedAt } = await read(id);
  clock.advance(new Date(raisedAt).getTime() + minutes * minute - clock.now().getTime());
  await escalate();
}

describe("the ladder", () => {
  // From the table of the department's work: contact, acknowledgement; then who is told after how many minutes.
  const table = {
    CRITICAL: { contact: 15, acknowledge: 60, steps: [15, 30, 45, 60], repeat: 15 },
    HIGH: { contact: 60, acknowledge: 180, steps: [60, 105, 150, 180], repeat: 30 },
    MODERATE: { contact: 1440, acknowledge: 21_600, steps: [1440, 7200, 14_400, 21_600], repeat: 1440 },
  } as const;

  test("waits for whoever raised the finding only where they were named, not as the one who ordered", async () => {
    const named = await raise("CRITICAL", { recipients: [radiologist.id] });
    expect(await told(named)).toEqual(["0 radiologist"]);
    const { orderId } = await makeOrder(db(), { facilityId, patientId, providerId: radiologist.id });
    const own = await makeStudy(db(), { facilityId, patientId, orderId });
    const ordered = await raise("CRITICAL", { studyId: own });
    expect(await told(ordered)).toEqual(["0 nurse", "0 radiologist"]);
  });

  test("is climbed by a job of the finding's own, asked for at the time of its next step", async () => {
    const id = await raise("CRITICAL");
    const key = `findings.wake:${id}`;
    const asked = await db()`
      select round(extract(epoch from run_at - now()) / 60)::int as minutes from graphile_worker.jobs where key = ${key}`;
    expect(asked).toEqual([{ minutes: table.CRITICAL.steps[0] }]);
    // The queue goes by the database's clock.
    await db()`update graphile_worker._private_jobs set run_at = now() where key = ${key}`;
    clock.advance(table.CRITICAL.steps[0] * minute);
    await platform.jobs.drain();
    expect(await told(id)).toEqual(["0 provider", "15 colleague"]);
    expect((await read(id)).escalationLevel).toBe(1);
  });

  test.each(Object.keys(table) as (keyof typeof table)[])(
    "of %s climbs at its times, flags what is late and ends in an alarm that goes on",
    async (severity) => {
      const { contact, acknowledge: limit, steps, repeat } = table[severity];
      const id = await raise(severity);
      const raised = await read(id);
      const due = (minutes: number) =>
        new Date(new Date(raised.raisedAt).getTime() + minutes * minute).toISOString();
      expect([raised.contactDueAt, raised.acknowledgeDueAt]).toEqual([due(contact), due(limit)]);
      const expected = ["0 provider"];
      expect(await told(id)).toEqual(expected);
      for (const [index, person] of ["colleague", "nurse", "head"].entries()) {
        await at(id, steps[index]! - 1);
        expect(await told(id)).toEqual(expected);
        expect((await read(id)).nextEscalationAt).toBe(due(steps[index]!));
        await at(id, steps[index]!);
        expected.push(`${steps[index]} ${person}`);
        expect(await told(id)).toEqual(expected);
        expect((await read(id)).escalationLevel).toBe(index + 1);
      }
      expect(await read(id)).toMatchObject({ contactLate: true, acknowledgeLate: false, overdue: true });
      await at(id, limit);
      const alarm = (minutes: number) => [`${minutes} admin!`, `${minutes} radiologist!`];
      expect(await told(id)).toEqual([...expected, ...alarm(limit)]);
      expect(await read(id)).toMatchObject({
        status: "OPEN",
        contactLate: true,
        acknowledgeLate: true,
        escalationLevel: 4,
        nextEscalationAt: due(limit + repeat),
      });
      await at(id, limit + repeat);
      await at(id, limit + 2 * repeat);
      expect(await told(id)).toEqual([
        ...expected,
        ...alarm(limit),
        ...alarm(limit + repeat),
        ...alarm(limit + 2 * repeat),
      ]);
      await acknowledge(id);
      await at(id, limit + 30 * repeat);
      expect(await told(id)).toHaveLength(expected.length + 6);
      expect(await read(id)).toMatchObject({
        status: "ACKNOWLEDGED",
        contactLate: true,
        acknowledgeLate: true,
        overdue: false,
        nextEscalationAt: null,
      });
      const facts = await db()<
        { type: string }[]
      >`select type from fact where subject_id = ${id} order by id`;
      expect(facts.map(({ type }) => type).filter((type) => type === "finding.late")).toHaveLength(2);
      expect(facts.filter(({ type }) => type === "finding.escalated")).toHaveLength(6);
    },
  );

  test("of LOW is a notice only", async () => {
    const id = await raise("LOW");
    expect(await read(id)).toMatchObject({
      contactDueAt: null,
      acknowledgeDueAt: null,
      nextEscalationAt: null,
    });
    await at(id, 100 * 1440);
    expect(await told(id)).toEqual(["0 provider"]);
    expect(await read(id)).toMatchObject({ status: "OPEN", contactLate: false, acknowledgeLate: false });
    const [notice] = await db()`select level from notice where subject_id = ${id}`;
    expect(notice!.level).toBe("INFO");
  });

  test("stops with the acknowledgement; nothing was late", async () => {
    const id = await raise("CRITICAL");
    await at(id, 10);
    await acknowledge(id);
    await at(id, 500);
    expect(await told(id)).toEqual(["0 provider"]);
    expect(await read(id)).toMatchObject({ contactLate: false, acknowledgeLate: false });
  });

  test("goes on when somebody was reached but does not answer; contact was in time", async () => {
    const id = await raise("CRITICAL");
    await at(id, 5);
    await findings.opened(asUser(provider, "PHYSICIAN"), id);
    await at(id, 60);
    expect(await read(id)).toMatchObject({ status: "NOTIFIED", contactLate: false, acknowledgeLate: true });
    expect(await told(id)).toHaveLength(6);
  });

  test("late is what is not recorded in time, also before the system looked", async () => {
    const id = await raise("CRITICAL");
    clock.advance(61 * minute);
    await acknowledge(id);
    expect(await read(id)).toMatchObject({ contactLate: true, acknowledgeLate: true });
    expect(await escalate()).toBe(0);
  });

  test("after a long stop does all that is due at once, each person once", async () => {
    const id = await raise("CRITICAL");
    await at(id, 600);
    expect(await told(id)).toEqual([
      "0 provider",
      "600 admin!",
      "600 colleague",
      "600 head",
      "600 nurse",
      "600 radiologist!",
    ]);
    expect(await escalate()).toBe(0);
    await at(id, 615);
    expect(await told(id)).toHaveLength(8);
  });
});

describe("steps that find nobody", () => {
  test("fall through to the next at once, and the history says so", async () => {
    await db()`delete from on_call where user_id = ${colleague}`;
    const id = await raise("CRITICAL");
    await at(id, 15);
    expect(await told(id)).toEqual(["0 provider", "15 nurse"]);
    const events = (await historyOf(db(), id)).filter(({ kind }) => kind === "NOBODY_FOUND");
    expect(events.map(({ data }) => data)).toEqual([
      { step: 1, target: "ON_CALL_COLLEAGUE", named: 0, told: 0 },
    ]);
    // The steps that follow keep their times.
    await at(id, 44);
    expect(await told(id)).toHaveLength(2);
    await at(id, 45);
    expect(await told(id)).toEqual(["0 provider", "15 nurse", "45 head"]);
  });

  test.each(["CRITICAL", "HIGH", "MODERATE"] as const)(
    "all of them: a %s finding alarms as soon as it is raised",
    async (severity) => {
      const patient = await makePatient(db(), facilityId);
      const id = await raise(severity, {
        studyId: await makeStudy(db(), { facilityId, patientId: patient }),
      });
      expect(await told(id)).toEqual(["0 admin!", "0 radiologist!"]);
      const [notice] = await db()`select level from notice where subject_id = ${id}`;
      expect(notice!.level).toBe("ALARM");
      expect((await kinds(id)).filter((kind) => kind === "NOBODY_FOUND")).toHaveLength(4);
      // An alarm is no contact: opening it ends nothing.
      expect(await findings.opened(radiologist, id)).toBe(true);
      expect((await read(id)).status).toBe("OPEN");
    },
  );

  test("of LOW without anybody: the department is told once, without an alarm", async () => {
    const patient = await makePatient(db(), facilityId);
    const id = await raise("LOW", { studyId: await makeStudy(db(), { facilityId, patientId: patient }) });
    await at(id, 10_000);
    expect(await told(id)).toEqual(["0 admin!", "0 radiologist!"]);
    const rows = await db()`select distinct level from notice where subject_id = ${id}`;
    expect(rows).toEqual([{ level: "IMPORTANT" }]);
  });

  test("who was deactivated, or cannot answer, is nobody", async () => {
    await db()`update app_user set active = false where id = ${provider}`;
    await db()`update user_role set role = 'TECHNOLOGIST' where user_id = ${colleague}`;
    const id = await raise("CRITICAL");
    expect(await told(id)).toEqual(["0 colleague", "0 nurse"]);
  });

  test("an alarm that nobody hears is said, and goes on", async () => {
    const patient = await makePatient(db(), facilityId);
    await db()`update app_user set active = false where id in (${admin}, ${radiologist.id})`;
    const id = await raise("CRITICAL", {
      studyId: await makeStudy(db(), { facilityId, patientId: patient }),
    });
    expect(await told(id)).toEqual([]);
    await db()`update app_user set active = true where id = ${admin}`;
    await at(id, 15);
    expect(await told(id)).toEqual(["15 admin!"]);
  });

  test("who was told already is told again with the word that it is again, and does not count", async () => {
    await db()`update care_relation set person_id = ${provider} where person_id = ${nurse}`;
    const id = await raise("CRITICAL");
    await at(id, 15);
    await at(id, 30);
    expect(await told(id)).toEqual(["0 provider", "15 colleague", "30 head", "30 provider"]);
    const [notice] = await db()`
      select data from notice where subject_id = ${id} and recipient_id = ${provider} and kind = 'finding.escalated'`;
    expect(notice!.data).toMatchObject({ again: true, target: "CARE_TEAM" });
    expect((await read(id)).recipients.map(({ again }) => again)).toEqual([false, false, true, false]);
  });
});

describe("at the same time", () => {
  test("two workers share the work, and tell each person once", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 12; count++) ids.push(await raise("CRITICAL"));
    clock.advance(15 * minute);
    const moved = await Promise.all([escalate(), escalate(), escalate()]);
    expect(moved.reduce((sum, count) => sum + count)).toBe(12);
    for (const id of ids) expect(await told(id)).toEqual(["0 provider", "15 colleague"]);
  });

  test("an acknowledgement and an escalation: nobody is told after the answer", async () => {
    for (let round = 0; round < 10; round++) {
      const id = await raise("CRITICAL");
      clock.advance(15 * minute);
      await Promise.all([acknowledge(id), escalate()]);
      expect(await escalate()).toBe(0);
      expect(await read(id)).toMatchObject({ status: "ACKNOWLEDGED", nextEscalationAt: null });
      expect((await kinds(id)).at(-1)).toBe("ACKNOWLEDGED");
    }
  });

  test("two acknowledgements: one counts", async () => {
    for (let round = 0; round < 5; round++) {
      const id = await raise("CRITICAL", { recipients: [provider, colleague] });
      const results = await Promise.allSettled([acknowledge(id, provider), acknowledge(id, colleague)]);
      const lost = results.filter((result) => result.status === "rejected");
      expect(lost).toHaveLength(1);
      expect(lost[0]!.reason).toMatchObject({ kind: "conflict", code: "finding.already-acknowledged" });
      const { acknowledgement } = await read(id);
      expect(lost[0]!.reason.message).toContain(acknowledgement!.by.name);
    }
  });
});

describe("a crash", () => {
  test("in the raise leaves nothing: no finding, no notice, no job", async () => {
    const before = await db()`select count(*)::int as count from notice`;
    const made = transact(db(), async (tx) => {
      await raiseFinding(tx, radiologist, { studyId, description: "x", severity: "CRITICAL" }, context);
      throw new Error("killed");
    });
    await expect(made).rejects.toThrow("killed");
    expect(await db()`select 1 from finding where study_id = ${studyId}`).toEqual([]);
    expect(await db()`select count(*)::int as count from notice`).toEqual(before);
  });

  test("after the raise loses nothing: notices and the next look are there with the commit", async () => {
    const id = await raise("CRITICAL");
    expect(await told(id)).toEqual(["0 provider"]);
    const jobs = await db()<{ key: string; seconds: number }[]>`
      select key, extract(epoch from run_at - now())::int as seconds from graphile_worker.jobs
      where key = ${`findings.wake:${id}`}`;
    expect(jobs).toHaveLength(1);
    expect(Math.abs(jobs[0]!.seconds - 15 * 60)).toBeLessThan(60);
  });

  test("in a step leaves the step undone and others done; then it is done, and nobody is told twice", async () => {
    const other = await makePatient(db(), facilityId);
    const { orderId } = await makeOrder(db(), { facilityId, patientId: other, providerId: provider });
    const second = await raise("CRITICAL", {
      studyId: await makeStudy(db(), { facilityId, patientId: other, orderId }),
    });
    const first = await raise("CRITICAL");
    broken.add(patientId);
    clock.advance(35 * minute);
    expect(await escalate()).toBe(1);
    expect(await told(first)).toEqual(["0 provider"]);
    // Whose care team are those who were told.
    const all = ["0 provider", "35 colleague", "35 colleague", "35 head", "35 provider"];
    expect(await told(second)).toEqual(all);
    broken.delete(patientId);
    expect(await escalate()).toBe(1);
    expect(await told(first)).toEqual(["0 provider", "35 colleague", "35 nurse"]);
    expect(await escalate()).toBe(0);
  });
});

test("a higher severity goes on where the ladder stands, and tells nobody's step twice", async () => {
  const id = await raise("LOW");
  await at(id, 20);
  await transact(db(), (tx) => changeFinding(tx, radiologist, id, { severity: "CRITICAL" }, context));
  expect(await told(id)).toEqual(["0 provider", "20 colleague"]);
  await at(id, 30);
  expect(await told(id)).toEqual(["0 provider", "20 colleague", "30 nurse"]);
});

describe("a notice that reaches somebody", () => {
  const reached = (id: string, recipientId: string, by: TellingChannel, viewer: Viewer | null = null) =>
    transact(db(), (tx) =>
      findings.followNotices(tx, [
        { noticeId: newId(clock), subject: { type: "finding", id }, recipientId, by, viewer },
      ]),
    );
  const notified = async (id: string) =>
    (await historyOf(db(), id)).flatMap(({ kind, people, data }) =>
      kind === "NOTIFIED" || kind === "REACHED" ? [`${kind} ${names()[people[0]!.id]} ${data.by}`] : [],
    );

  test("by a channel makes it NOTIFIED, once; to nobody else it means anything, and the contact is still late", async () => {
    const id = await raise("CRITICAL");
    await reached(id, head, "EMAIL");
    expect((await read(id)).status).toBe("OPEN");
    await at(id, 3);
    const deliveredAt = clock.now().toISOString();
    await reached(id, provider, "EMAIL");
    clock.advance(minute);
    await reached(id, provider, "SERVICE");
    expect(await read(id)).toMatchObject({
      status: "NOTIFIED",
      contactedAt: null,
      recipients: [{ personId: provider, deliveredAt, deliveredBy: "EMAIL", reachedAt: null }],
    });
    expect(await notified(id)).toEqual(["NOTIFIED provider EMAIL"]);
    await at(id, 15);
    expect(await read(id)).toMatchObject({ status: "NOTIFIED", contactLate: true });
    expect(await told(id)).toEqual(["0 provider", "15 colleague"]);
  });

  test("by reading it is the contact, whichever came first", async () => {
    const who = asUser(provider, "PHYSICIAN");
    const [first, second] = [await raise("CRITICAL"), await raise("CRITICAL")];
    await reached(first, provider, "SERVICE");
    await at(first, 14);
    await reached(first, provider, "IN_APP", who);
    await reached(first, provider, "IN_APP", who);
    await reached(second, provider, "IN_APP", who);
    await reached(second, provider, "SERVICE");
    const contactedAt = clock.now().toISOString();
    for (const id of [first, second])
      expect(await read(id)).toMatchObject({ status: "NOTIFIED", contactedAt });
    expect(await notified(first)).toEqual(["NOTIFIED provider SERVICE", "REACHED provider IN_APP"]);
    expect(await notified(second)).toEqual(["NOTIFIED provider IN_APP"]);
    await at(first, 20);
    expect((await read(first)).contactLate).toBe(false);
  });

  test.each(["EMAIL", "IN_APP"] as const)("by the alarm alone (%s) is none", async (by) => {
    const patient = await makePatient(db(), facilityId);
    const id = await raise("CRITICAL", {
      studyId: await makeStudy(db(), { facilityId, patientId: patient }),
    });
    await reached(id, admin, by, by === "IN_APP" ? viewerAt([facilityId], { id: admin }) : null);
    expect(await read(id)).toMatchObject({ status: "OPEN", contactedAt: null });
  });

  test("changes nothing of what was answered or taken back", async () => {
    const [answered, taken] = [await raise("HIGH"), await raise("HIGH")];
    await acknowledge(answered);
    await transact(db(), (tx) => voidFinding(tx, radiologist, taken, "mistake", context));
    for (const id of [answered, taken]) {
      const { version, status } = await read(id);
      await reached(id, provider, "EMAIL");
      await reached(id, provider, "IN_APP", asUser(provider, "PHYSICIAN"));
      expect(await read(id)).toMatchObject({ version, status });
    }
  });
});

describe("an answer", () => {
  const waiting = (id: string) => db()<{ kind: string; who: string; ended: boolean }[]>`
    select kind, recipient_id as who, ended_at is not null as ended from notice where subject_id = ${id} order by kind, recipient_id`;
  const ended = async (id: string) =>
    (await waiting(id)).map(({ kind, who, ended }) => `${kind} ${names()[who]} ${ended}`).sort();

  test("ends the alarms of everybody, and what was not sent is not sent any more", async () => {
    await db()`update notice_channel set configured = channel = 'SERVICE'`;
    const id = await raise("CRITICAL");
    await at(id, 60);
    expect((await ended(id)).every((one) => one.endsWith("false"))).toBe(true);
    await acknowledge(id);
    expect(await ended(id)).toEqual([
      // The answer itself waits to be read.
      ...["admin", "colleague", "head", "nurse", "radiologist"].map(
        (who) => `finding.acknowledged ${who} false`,
      ),
      "finding.alarm admin true",
      "finding.alarm radiologist true",
      ...["colleague", "head", "nurse"].map((who) => `finding.escalated ${who} true`),
      // Both limits passed, of which the raiser was told.
      "finding.late radiologist true",
      "finding.late radiologist true",
      "finding.raised provider true",
    ]);
    const states = await db()<{ kind: string; state: string }[]>`
      select distinct n.kind, d.state from delivery d join notice n on n.id = d.notice_id where n.subject_id = ${id} order by 1, 2`;
    await db()`update notice_channel set configured = false`;
    expect(states).toEqual(
      ["finding.alarm", "finding.escalated", "finding.late", "finding.raised"].map((kind) => ({
        kind,
        state: "WITHDRAWN",
      })),
    );
    const [fact] = await db()<{ people: string[] }[]>`
      select people from fact where type = 'notice.ended' and subject_id = ${id}`;
    expect(new Set(fact!.people)).toEqual(new Set([provider, colleague, nurse, head, admin, radiologist.id]));
  });

  test.each(["closed", "voided"] as const)("that it is %s ends what is left of its notices", async (how) => {
    const id = await raise("MODERATE");
    const who = asUser(provider, "PHYSICIAN");
    await acknowledge(id);
    const dueAt = new Date(clock.now().getTime() + day).toISOString();
    await transact(db(), (tx) => followUpFinding(tx, who, id, { action: "biopsy", dueAt }, context));
    clock.advance(day);
    await escalate();
    expect(await ended(id)).toContain("finding.follow-up-due provider false");
    await transact(db(), (tx) =>
      how === "closed"
        ? closeFinding(tx, who, id, undefined, context)
        : voidFinding(tx, radiologist, id, "mistake", context),
    );
    expect(await ended(id)).toContain("finding.follow-up-due provider true");
  });
});

test("a step goes by the channels of the policy, whatever its people chose", async () => {
  await db()`update notice_channel set configured = true`;
  await db()`update app_user set email = username || '@example.org'`;
  await db()`insert into notice_preference values (${provider}, '*', '{}', 0), (${nurse}, '*', '{EMAIL,SERVICE}', 0)`;
  const by = async (severity: Severity, changes: Partial<Record<LadderTarget, TellingChannel[]>>) => {
    const policy = defaultFindingPolicies[severity];
    const ladder = policy.ladder.map((step) => ({ ...step, channels: changes[step.to] ?? step.channels }));
    await transact(db(), (tx) =>
      putPolicies(
        tx,
        viewerAt([facilityId], { id: admin, roles: ["ADMINISTRATOR"], homeFacilityId: facilityId }),
        { policies: [{ ...policy, ladder }] },
        context,
      ),
    );
    const id = await raise(severity);
    await at(id, 22_000);
    const rows = await db()<{ who: string; channels: string[] }[]>`
      select n.recipient_id as who, array_agg(d.channel order by d.channel) as channels from delivery d join notice n on n.id = d.notice_id
      where n.subject_id = ${id} and n.kind in ('finding.raised', 'finding.escalated', 'finding.alarm') group by n.recipient_id`;
    await acknowledge(id);
    return Object.fromEntries(rows.map(({ who, channels }) => [names()[who], [...new Set(channels)].join()]));
  };
  try {
    const all = "EMAIL,SERVICE";
    expect(await by("HIGH", { CARE_TEAM: ["IN_APP"], ALARM: ["IN_APP", "SERVICE"] })).toEqual({
      provider: all,
      colleague: all,
      head: all,
      admin: "SERVICE",
      radiologist: "SERVICE",
    });
    expect(await by("LOW", {})).toEqual({});
    expect(await by("LOW", { ORDERING_PROVIDER: ["IN_APP", "EMAIL"] })).toEqual({ provider: "EMAIL" });
  } finally {
    await db()`update notice_channel set configured = false`;
  }
});

test("a follow-up that is due is reminded of once", async () => {
  const id = await raise("MODERATE");
  await acknowledge(id);
  const who = asUser(provider, "PHYSICIAN");
  const dueAt = new Date(clock.now().getTime() + 3 * day).toISOString();
  await transact(db(), (tx) => followUpFinding(tx, who, id, { action: "biopsy", dueAt }, context));
  clock.advance(3 * day);
  expect(await escalate()).toBe(1);
  expect(await escalate()).toBe(0);
  const notices = await db()`
    select recipient_id as to from notice where subject_id = ${id} and kind = 'finding.follow-up-due'`;
  expect(notices).toEqual([{ to: provider }]);
  await transact(db(), (tx) => closeFinding(tx, who, id, undefined, context));
  expect(await read(id)).toMatchObject({ status: "CLOSED", nextEscalationAt: null });
});
