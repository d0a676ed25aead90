import {
  type FindingStatus,
  findingStatuses,
  findingTransitions,
  type Role,
  roles,
} from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { makeStudy } from "@isocenter/test/support/findings.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { makeOrder, makePatient } from "@isocenter/test/support/orders.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { prepareJobs } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { createFindings, findingPolicyRoutes, findingRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity, journal }) => {
  const findings = createFindings(platform, journal);
  return [
    sessionRoutes(identity),
    findingRoutes({ platform, findings }),
    findingPolicyRoutes({ platform, findings }),
  ];
});

interface Who {
  id: string;
  username: string;
  headers: { authorization: string };
}
let here: string;
let there: string;
let people: Record<Role, Who>;
let radiologist: Who;
let physician: Who;
let patientId: string;
let studyId: string;

const person = async (role: Role, facilityId = here): Promise<Who> => {
  const user = await server.addUser({ roles: [role], facilityIds: [facilityId] });
  return { ...user, headers: await server.signIn(user.username) };
};
const call = async (
  who: Who,
  method: "GET" | "POST" | "PATCH" | "PUT",
  url: string,
  payload?: object,
  more = {},
) => {
  const ask = () =>
    server.app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...who.headers, ...more },
      ...(payload ? { payload } : {}),
    });
  let answer = await ask();
  if (answer.statusCode === 401) {
    // The clock was moved past the token's end.
    who.headers = await server.signIn(who.username);
    answer = await ask();
  }
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};
const study = async (providerId: string | null = physician.id, facilityId = here) => {
  const patient = await makePatient(database.db, facilityId);
  const order = providerId && (await makeOrder(database.db, { facilityId, patientId: patient, providerId }));
  const id = await makeStudy(database.db, {
    facilityId,
    patientId: patient,
    orderId: order ? order.orderId : null,
  });
  return { studyId: id, patientId: patient };
};
const pneumothorax = "Tension pneumothorax on the left";
const raise = async (more: object = {}, who = radiologist) =>
  call(who, "POST", "/critical-findings", {
    studyId,
    description: pneumothorax,
    severity: "CRITICAL",
    ...more,
  });
const readBack = { readBack: "Left tension pneumothorax, chest tube now" };
/** A finding that has come to the state by what people do. */
async function finding(status: FindingStatus): Promise<string> {
  const { id } = (await raise()).body;
  const post = async (who: Who, path: string, body: object) =>
    expect((await call(who, "POST", `/critical-findings/${id}/${path}`, body)).status).toBe(200);
  if (status === "OPEN") return id;
  if (status === "VOID") await post(radiologist, "void", { reason: "wrong patient" });
  if (status === "VOID") return id;
  await call(physician, "GET", `/critical-findings/${id}`);
  if (status === "NOTIFIED") return id;
  await post(physician, "acknowledge", readBack);
  if (status === "FOLLOW_UP") await post(physician, "follow-up", { action: "chest tube" });
  if (status === "CLOSED") await post(physician, "close", {});
  return id;
}
const historyOf = async (id: string): Promise<{ kind: string; people: { id: string }[]; data: object }[]> =>
  (await call(radiologist, "GET", `/critical-findings/${id}/history`)).body.data;
const noticesOf = (id: string) => database.db<{ kind: string; level: string; to: string; key: string }[]>`
  select kind, level, recipient_id as to, key from notice where subject_id = ${id} order by created_at, id`;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
  const all = await Promise.all(roles.map(async (role) => [role, await person(role)] as const));
  people = Object.fromEntries(all) as Record<Role, Who>;
  radiologist = people.RADIOLOGIST;
  physician = people.PHYSICIAN;
});
beforeEach(async () => {
  ({ studyId, patientId } = await study());
});

describe("raising", () => {
  test("sets the limits, tells the ordering provider and says what follows, in one answer", async () => {
    const made = await raise();
    expect(made.status).toBe(201);
    expect(made.headers.etag).toBe('"1"');
    expect(made.headers.location).toBe(`/api/v1/critical-findings/${made.body.id}`);
    const now = platform.clock.now();
    const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
    expect(made.body).toMatchObject({
      studyId,
      patientId,
      facilityId: here,
      description: pneumothorax,
      severity: "CRITICAL",
      status: "OPEN",
      raisedBy: { id: radiologist.id },
      raisedAt: now.toISOString(),
      contactDueAt: after(15),
      acknowledgeDueAt: after(60),
      nextEscalationAt: after(15),
      contactedAt: null,
      contactLate: false,
      acknowledgeLate: false,
      overdue: false,
      readBackRequired: true,
      escalationLevel: 0,
      acknowledgement: null,
      followUps: [],
      recipients: [
        { personId: physician.id, target: "ORDERING_PROVIDER", step: 0, again: false, reachedAt: null },
      ],
      actions: ["change", "record-call", "void"],
    });
    expect(await noticesOf(made.body.id)).toEqual([
      {
        kind: "finding.raised",
        level: "ALARM",
        to: physician.id,
        key: `finding:${made.body.id}:ORDERING_PROVIDER`,
      },
    ]);
    expect((await historyOf(made.body.id)).map(({ kind }) => kind)).toEqual(["RAISED", "TOLD"]);
    const facts =
      await database.db`select type, patient_id, people from fact where subject_id = ${made.body.id}`;
    expect(facts).toEqual([
      { type: "finding.raised", patient_id: patientId, people: [physician.id, radiologist.id] },
    ]);
  });

  test("takes severities in any case and by their aliases", async () => {
    for (const [given, severity] of [
      ["critical", "CRITICAL"],
      ["Urgent", "HIGH"],
      ["significant", "MODERATE"],
      ["low", "LOW"],
    ])
      expect((await raise({ severity: given })).body.severity).toBe(severity);
  });

  test("refuses what is wrong, and leaves nothing behind", async () => {
    const elsewhere = await study(null, there);
    const inactive = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [here], active: false });
    const stranger = await person("PHYSICIAN", there);
    for (const [more, status, code, path] of [
      [{ severity: "BAD" }, 400, "finding.invalid-severity", "body.severity"],
      [{ description: "  " }, 400, "validation", "body.description"],
      [{ studyId: elsewhere.studyId }, 404, "study.not-found", undefined],
      [{ studyId: patientId }, 404, "study.not-found", undefined],
      [{ reportId: patientId }, 400, "finding.invalid-report", "body.reportId"],
      [{ recipients: [physician.id, inactive.id] }, 400, "finding.invalid-recipient", "body.recipients.1"],
      [{ recipients: [stranger.id] }, 400, "finding.invalid-recipient", "body.recipients.0"],
      [{ recipients: [people.BILLING.id] }, 400, "finding.invalid-recipient", "body.recipients.0"],
      [{ recipients: [people.TECHNOLOGIST.id] }, 400, "finding.invalid-recipient", "body.recipients.0"],
      [{ recipients: [] }, 400, "validation", "body.recipients"],
      [{ urgency: 1 }, 400, "validation", "body.urgency"],
    ] as const) {
      const answer = await raise(more);
      expect([more, answer.status, answer.body.code, answer.body.errors?.[0]?.path]).toEqual([
        more,
        status,
        code,
        path,
      ]);
    }
    expect((await call(radiologist, "GET", `/critical-findings/study/${studyId}`)).body.data).toEqual([]);
  });

  test("counts once under an Idempotency-Key", async () => {
    const key = { "idempotency-key": "raise-once" };
    const body = { studyId, description: pneumothorax, severity: "HIGH" };
    const first = await call(radiologist, "POST", "/critical-findings", body, key);
    const second = await call(radiologist, "POST", "/critical-findings", body, key);
    expect(second.body).toEqual(first.body);
    expect((await call(radiologist, "GET", `/critical-findings/study/${studyId}`)).body.data).toHaveLength(1);
  });

  test("tells whom the raiser names in place of the ordering provider, who sees the patient from then on", async () => {
    const other = await person("PHYSICIAN");
    const { id, recipients } = (await raise({ recipients: [other.id] })).body;
    expect(recipients.map((recipient: { personId: string }) => recipient.personId)).toEqual([other.id]);
    const seen = await call(other, "GET", `/critical-findings/${id}`);
    expect([seen.status, seen.body.actions]).toEqual([200, ["acknowledge"]]);
    const care = await database.db`select source from care_relation where person_id = ${other.id}`;
    expect(care).toEqual([{ source: "critical-finding" }]);
  });
});

describe("acknowledging", () => {
  test("takes an act: whoever was told and opens it has been reached, and no more", async () => {
    const { id } = (await raise()).body;
    platform.clock.advance(60_000);
    await call(radiologist, "GET", `/critical-findings/${id}`);
    expect((await call(radiologist, "GET", `/critical-findings/${id}`)).body.status).toBe("OPEN");
    const opened = (await call(physician, "GET", `/critical-findings/${id}`)).body;
    expect(opened).toMatchObject({
      status: "NOTIFIED",
      contactedAt: platform.clock.now().toISOString(),
      acknowledgement: null,
      actions: ["acknowledge"],
    });
    const again = (await call(physician, "GET", `/critical-findings/${id}`)).body;
    expect(again.version).toBe(opened.version);
    expect((await historyOf(id)).filter(({ kind }) => kind === "NOTIFIED")).toHaveLength(1);
  });

  test("by a recipient, with what they read back; the others are told", async () => {
    const { id } = (await raise()).body;
    platform.clock.advance(5 * 60_000);
    const done = await call(physician, "POST", `/critical-findings/${id}/acknowledge`, readBack);
    const now = platform.clock.now().toISOString();
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({
      status: "ACKNOWLEDGED",
      contactedAt: now,
      nextEscalationAt: null,
      acknowledgement: {
        by: { id: physician.id, name: `Full ${physician.username}` },
        at: now,
        method: "IN_APP",
        ...readBack,
        recordedBy: { id: physician.id },
      },
      actions: ["follow-up", "close"],
    });
    expect(done.body.recipients[0].acknowledgedAt).toBe(now);
    const told = await noticesOf(id);
    expect(told.at(-1)).toMatchObject({ kind: "finding.acknowledged", level: "INFO", to: radiologist.id });
    const [fact] =
      await database.db`select data from fact where subject_id = ${id} and type = 'finding.acknowledged'`;
    expect(fact!.data).toMatchObject({ responseSeconds: 300, severity: "CRITICAL", acknowledgeLate: false });
    const metrics = await platform.metrics.registry.metrics();
    expect(metrics).toMatch(
      /isocenter_critical_finding_response_seconds_bucket\{le="300",severity="CRITICAL"\} [1-9]/,
    );
  });

  test("needs a read-back where the policy says so, and no more", async () => {
    for (const [severity, status] of [
      ["CRITICAL", 422],
      ["HIGH", 422],
      ["MODERATE", 200],
      ["LOW", 200],
    ] as const) {
      const { id } = (await raise({ severity })).body;
      const answer = await call(physician, "POST", `/critical-findings/${id}/acknowledge`, {});
      expect([severity, answer.status]).toEqual([severity, status]);
      if (status === 422) expect(answer.body.code).toBe("finding.read-back-needed");
      const blank = await call(physician, "POST", `/critical-findings/${id}/acknowledge`, { readBack: " " });
      expect(blank.status).toBe(400);
    }
  });

  test("a radiologist records a call: whom, when and how", async () => {
    const { id } = (await raise()).body;
    const url = `/critical-findings/${id}/acknowledge`;
    const raisedAt = platform.clock.now();
    platform.clock.advance(10 * 60_000);
    const at = new Date(raisedAt.getTime() + 3 * 60_000).toISOString();
    for (const [body, code] of [
      [readBack, "finding.name-needed"],
      [{ ...readBack, acknowledgedBy: {} }, "finding.name-needed"],
      [{ ...readBack, acknowledgedBy: { userId: physician.id, name: "X" } }, "finding.name-needed"],
      [{ ...readBack, acknowledgedBy: { userId: studyId } }, "finding.unknown-user"],
      [{ ...readBack, method: "IN_APP", acknowledgedBy: { name: "Dr. Who" } }, "finding.call-by-app"],
      [{ ...readBack, method: "PIGEON", acknowledgedBy: { name: "Dr. Who" } }, "finding.invalid-method"],
      [{ acknowledgedBy: { name: "Dr. Who" } }, "finding.read-back-needed"],
      [
        { ...readBack, acknowledgedBy: { name: "Dr. Who", at: "2020-01-01T00:00:00Z" } },
        "finding.impossible-time",
      ],
      [
        { ...readBack, acknowledgedBy: { name: "Dr. Who", at: "2120-01-01T00:00:00Z" } },
        "finding.impossible-time",
      ],
    ] as const)
      expect([body, (await call(radiologist, "POST", url, body)).body.code]).toEqual([body, code]);
    const done = await call(radiologist, "POST", url, {
      ...readBack,
      note: "reached in theatre",
      acknowledgedBy: { name: " Dr. Who ", at },
    });
    expect(done.body.acknowledgement).toEqual({
      by: { id: null, name: "Dr. Who" },
      at,
      method: "PHONE",
      ...readBack,
      note: "reached in theatre",
      recordedBy: { id: radiologist.id, name: `Full ${radiologist.username}` },
      recordedAt: platform.clock.now().toISOString(),
    });
    const { id: second } = (await raise()).body;
    const named = await call(radiologist, "POST", `/critical-findings/${second}/acknowledge`, {
      ...readBack,
      method: "in_person",
      acknowledgedBy: { userId: physician.id },
    });
    expect(named.body.acknowledgement.by).toEqual({ id: physician.id, name: `Full ${physician.username}` });
    expect(named.body.recipients[0].acknowledgedAt).not.toBeNull();
  });

  test("a physician who was not told, or names somebody else, does not", async () => {
    const other = await person("PHYSICIAN");
    const { id } = (await raise({ recipients: [other.id] })).body;
    await database.db`insert into care_relation values (${patientId}, ${here}, ${physician.id}, 'order', now())`;
    const answer = await call(physician, "POST", `/critical-findings/${id}/acknowledge`, readBack);
    expect([answer.status, answer.body.code]).toEqual([403, "finding.not-recipient"]);
    const named = await call(other, "POST", `/critical-findings/${id}/acknowledge`, {
      ...readBack,
      acknowledgedBy: { userId: physician.id },
    });
    expect([named.status, named.body.code]).toEqual([422, "finding.call-not-yours"]);
    expect(
      (
        await call(other, "POST", `/critical-findings/${id}/acknowledge`, {
          ...readBack,
          acknowledgedBy: { userId: other.id },
        })
      ).status,
    ).toBe(200);
  });

  test("of two at once one wins, and the other learns who it was", async () => {
    const other = await person("PHYSICIAN");
    const { id } = (await raise({ recipients: [physician.id, other.id] })).body;
    const answers = await Promise.all(
      [physician, other].map((who) => call(who, "POST", `/critical-findings/${id}/acknowledge`, readBack)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const winner = answers[0]!.status === 200 ? physician : other;
    const lost = answers.find(({ status }) => status === 409)!.body;
    expect(lost.code).toBe("finding.already-acknowledged");
    expect(lost.detail).toMatch(new RegExp(`^Full ${winner.username} acknowledged it at .*ACKNOWLEDGED`));
    expect((await historyOf(id)).filter(({ kind }) => kind === "ACKNOWLEDGED")).toHaveLength(1);
    await server.journal.drain();
    const refused = await database.db`
      select outcome, data from access where subject_id = ${id} and action = 'finding.refused'`;
    expect(refused).toEqual([{ outcome: "refused", data: { code: "finding.already-acknowledged" } }]);
  });
});

describe("the table of transitions", () => {
  const paths = {
    ACKNOWLEDGED: ["acknowledge", readBack],
    FOLLOW_UP: ["follow-up", { action: "look again" }],
    CLOSED: ["close", {}],
    VOID: ["void", { reason: "an artefact" }],
  } as const;
  const cells = findingStatuses.flatMap((from) =>
    (Object.keys(paths) as (keyof typeof paths)[]).map((to) => ({ from, to })),
  );
  test.each(cells)("$from → $to", async ({ from, to }) => {
    const id = await finding(from);
    const who = to === "VOID" ? radiologist : physician;
    const answer = await call(who, "POST", `/critical-findings/${id}/${paths[to][0]}`, paths[to][1]);
    // Another follow-up is no transition.
    const allowed = findingTransitions[from].includes(to) || (from === "FOLLOW_UP" && to === "FOLLOW_UP");
    expect(answer.status).toBe(allowed ? 200 : 409);
    if (allowed) expect(answer.body.status).toBe(to);
    else {
      expect(answer.body.detail).toContain(`It is ${from}, and`);
      for (const next of findingTransitions[from]) expect(answer.body.detail).toContain(next);
      expect((await call(radiologist, "GET", `/critical-findings/${id}`)).body.status).toBe(from);
    }
  });

  test.each(findingStatuses)("%s → NOTIFIED happens by reaching somebody, from OPEN alone", async (from) => {
    const id = await finding(from);
    await call(physician, "GET", `/critical-findings/${id}`);
    const { status } = (await call(radiologist, "GET", `/critical-findings/${id}`)).body;
    expect(status).toBe(from === "OPEN" ? "NOTIFIED" : from);
  });
});

describe("changing", () => {
  test("a higher severity counts from the raise, and whoever was told is told", async () => {
    const { id, raisedAt } = (await raise({ severity: "MODERATE" })).body;
    platform.clock.advance(20 * 60_000);
    const changed = await call(radiologist, "PATCH", `/critical-findings/${id}`, {
      severity: "critical",
      description: "Large pneumothorax",
      expectedVersion: 1,
    });
    const due = (minutes: number) => new Date(new Date(raisedAt).getTime() + minutes * 60_000).toISOString();
    expect(changed.body).toMatchObject({
      severity: "CRITICAL",
      description: "Large pneumothorax",
      contactDueAt: due(15),
      acknowledgeDueAt: due(60),
      contactLate: true,
      acknowledgeLate: false,
      readBackRequired: true,
      version: 2,
    });
    expect((await noticesOf(id)).map(({ kind, to }) => [kind, to])).toContainEqual([
      "finding.changed",
      physician.id,
    ]);
    const event = (await historyOf(id)).find(({ kind }) => kind === "CHANGED");
    expect(event!.data).toEqual({
      fields: ["description", "severity"],
      before: { description: pneumothorax, severity: "MODERATE" },
    });
  });

  test("refuses a lower severity, an old version, nothing, and what was acknowledged", async () => {
    const { id } = (await raise({ severity: "HIGH" })).body;
    const url = `/critical-findings/${id}`;
    expect((await call(radiologist, "PATCH", url, { severity: "LOW" })).body.code).toBe(
      "finding.severity-lowered",
    );
    expect((await call(radiologist, "PATCH", url, { description: "x", expectedVersion: 7 })).body.code).toBe(
      "version.conflict",
    );
    expect((await call(radiologist, "PATCH", url, { description: "x" }, { "if-match": '"9"' })).status).toBe(
      409,
    );
    expect((await call(radiologist, "PATCH", url, {})).status).toBe(400);
    expect((await call(radiologist, "PATCH", url, { severity: "HIGH" })).body.version).toBe(1);
    for (const status of ["ACKNOWLEDGED", "FOLLOW_UP", "CLOSED", "VOID"] as const) {
      const other = await finding(status);
      const answer = await call(radiologist, "PATCH", `/critical-findings/${other}`, { description: "x" });
      expect([status, answer.body.code]).toEqual([status, "finding.not-changeable"]);
    }
  });

  test("who raised it and radiologists may; others who raise may not", async () => {
    const { id } = (await raise({}, people.TECHNOLOGIST)).body;
    const change = (who: Who, description: string) =>
      call(who, "PATCH", `/critical-findings/${id}`, { description });
    expect((await change(people.RESIDENT, "a")).body.code).toBe("finding.not-yours");
    expect((await change(people.TECHNOLOGIST, "b")).status).toBe(200);
    expect((await change(radiologist, "c")).status).toBe(200);
    const reason = { reason: "twice" };
    expect((await call(people.RESIDENT, "POST", `/critical-findings/${id}/void`, reason)).status).toBe(403);
    const gone = await call(people.TECHNOLOGIST, "POST", `/critical-findings/${id}/void`, reason);
    expect(gone.body).toMatchObject({ status: "VOID", voidReason: "twice", nextEscalationAt: null });
    expect((await noticesOf(id)).at(-1)).toMatchObject({ kind: "finding.voided", to: physician.id });
  });
});

describe("following up", () => {
  test("several things may be planned; each is done once, and closing ends what is open", async () => {
    const id = await finding("ACKNOWLEDGED");
    const url = `/critical-findings/${id}/follow-up`;
    const dueAt = new Date(platform.clock.now().getTime() + 86_400_000).toISOString();
    await call(physician, "POST", url, { action: "chest tube", dueAt });
    const two = await call(radiologist, "POST", url, { action: "control film" });
    expect(two.body.followUps).toMatchObject([
      { action: "chest tube", dueAt, doneAt: null, createdBy: { id: physician.id } },
      { action: "control film", dueAt: null },
    ]);
    expect(two.body.nextEscalationAt).toBe(dueAt);
    const done = two.body.followUps[0].id;
    expect((await call(physician, "POST", url, { done })).body.followUps[0].doneAt).not.toBeNull();
    expect((await call(physician, "POST", url, { done })).body.code).toBe("finding.follow-up-done");
    expect((await call(physician, "POST", url, { done: studyId })).status).toBe(404);
    for (const wrong of [{}, { action: "x", done }, { done, dueAt }])
      expect((await call(physician, "POST", url, wrong)).body.code).toBe("finding.nothing-to-do");
    expect(
      (await call(physician, "POST", url, { action: "x", dueAt: "2020-01-01T00:00:00Z" })).body.code,
    ).toBe("finding.due-in-past");
    const closed = await call(physician, "POST", `/critical-findings/${id}/close`, { note: "discharged" });
    expect(closed.body).toMatchObject({ status: "CLOSED", closeNote: "discharged", actions: [] });
    expect(closed.body.followUps.map(({ doneAt }: { doneAt: string }) => doneAt !== null)).toEqual([
      true,
      true,
    ]);
  });

  test("closing needs no body", async () => {
    const id = await finding("ACKNOWLEDGED");
    expect((await call(physician, "POST", `/critical-findings/${id}/close`)).body.status).toBe("CLOSED");
  });
});

describe("lists", () => {
  const ids = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map(({ id }) => id);

  test("by study, status, severity, facility and what is overdue; fixed words are no ids", async () => {
    const moderate = (await raise({ severity: "MODERATE" })).body.id;
    platform.clock.advance(1000);
    const critical = (await raise()).body.id;
    platform.clock.advance(1000);
    const answered = (await raise({ severity: "LOW" })).body.id;
    await call(physician, "POST", `/critical-findings/${answered}/acknowledge`, {});
    const get = (path: string, who = radiologist) => call(who, "GET", `/critical-findings${path}`);
    const mine = `patientId=${patientId}`;
    expect(ids(await get(`/study/${studyId}`))).toEqual([answered, critical, moderate]);
    expect(ids(await get(`?${mine}`))).toEqual([answered, critical, moderate]);
    expect(ids(await get(`?${mine}&sort=raisedAt`))).toEqual([moderate, critical, answered]);
    expect(ids(await get(`?${mine}&severity=significant`))).toEqual([moderate]);
    expect(ids(await get(`?${mine}&status=acknowledged`))).toEqual([answered]);
    expect(ids(await get(`?${mine}&facilityId=${here}`))).toHaveLength(3);
    expect(ids(await get(`?${mine}&facilityId=${there}`))).toEqual([]);
    expect(ids(await get(`?${mine}&overdue=true`))).toEqual([]);
    platform.clock.advance(16 * 60_000);
    expect(ids(await get(`?${mine}&overdue=true`))).toEqual([critical]);
    expect(ids(await get(`?${mine}&overdue=false`))).toEqual([answered, moderate]);
    const pending = ids(await get("/pending?limit=200"));
    expect(pending).not.toContain(answered);
    expect(pending.indexOf(critical)).toBeLessThan(pending.indexOf(moderate));
    expect(ids(await get("/severity/critical"))).toContain(critical);
    expect(ids(await get("/severity/CRITICAL"))).not.toContain(moderate);
    expect((await get("/severity/worse")).body.code).toBe("finding.invalid-severity");
    expect((await get("?status=lost")).body.code).toBe("finding.invalid-status");
    expect((await get("?sort=description")).body.code).toBe("query.invalid-sort");
    expect((await get("?urgency=1")).status).toBe(400);
    expect((await get("/no-such-word")).status).toBe(400);
    expect((await get(`/${studyId}`)).status).toBe(404);
  });

  test("page by key, also where no limit is set", async () => {
    const made: string[] = [];
    for (const severity of ["LOW", "HIGH", "LOW", "MODERATE"]) made.push((await raise({ severity })).body.id);
    const found: string[] = [];
    let url: string | null = `/critical-findings?patientId=${patientId}&sort=acknowledgeDueAt&limit=1`;
    while (url) {
      const page = await call(radiologist, "GET", url.replace("/api/v1", ""));
      expect(page.body.pagination.total).toBe(4);
      found.push(...ids(page));
      url = page.body.pagination.next;
    }
    expect(found).toEqual([made[1], made[3], made[0], made[2]]);
  });
});

describe("who may", () => {
  const may: Readonly<Record<string, readonly Role[]>> = {
    read: ["ADMINISTRATOR", "RADIOLOGIST", "RESIDENT", "TECHNOLOGIST", "PHYSICIAN"],
    raise: ["RADIOLOGIST", "RESIDENT", "TECHNOLOGIST"],
    answer: ["RADIOLOGIST", "PHYSICIAN"],
    manage: ["ADMINISTRATOR"],
  };
  const routes = [
    ["GET", "/critical-findings", "read"],
    ["GET", "/critical-findings/pending", "read"],
    ["GET", "/critical-findings/severity/HIGH", "read"],
    ["GET", "/critical-findings/study/:study", "read"],
    ["GET", "/critical-findings/:id", "read"],
    ["GET", "/critical-findings/:id/alarm", "read"],
    ["GET", "/critical-findings/:id/history", "read"],
    ["POST", "/critical-findings", "raise"],
    ["PATCH", "/critical-findings/:id", "raise"],
    ["POST", "/critical-findings/:id/void", "raise"],
    ["POST", "/critical-findings/:id/acknowledge", "answer"],
    ["POST", "/critical-findings/:id/follow-up", "answer"],
    ["POST", "/critical-findings/:id/close", "answer"],
    ["GET", "/critical-finding-policies", "read"],
    ["PUT", "/critical-finding-policies", "manage"],
  ] as const;
  const cells = roles.flatMap((role) => routes.map(([method, url, right]) => ({ role, method, url, right })));

  test.each(cells)("$role: $method $url", async ({ role, method, url, right }) => {
    const { id } = (await raise()).body;
    const path = url.replace(":id", id).replace(":study", studyId);
    const answer = await call(people[role], method, path, method === "GET" ? undefined : { unknown: 1 });
    const allowed = may[right]!.includes(role);
    // Who may gets as far as the mistake in the body.
    expect(answer.status).toBe(allowed ? (method === "GET" ? 200 : 400) : 403);
  });

  test("at another facility a finding does not exist; a physician sees those in their care", async () => {
    const { id } = (await raise()).body;
    const [away, other] = [await person("RADIOLOGIST", there), await person("PHYSICIAN")];
    for (const who of [away, other]) {
      expect((await call(who, "GET", `/critical-findings/${id}`)).status).toBe(404);
      expect((await call(who, "GET", `/critical-findings/${id}/alarm`)).status).toBe(404);
      expect((await call(who, "GET", `/critical-findings/${id}/history`)).status).toBe(404);
      expect((await call(who, "POST", `/critical-findings/${id}/acknowledge`, readBack)).status).toBe(404);
      expect((await call(who, "POST", `/critical-findings/${id}/close`, {})).status).toBe(404);
      for (const list of ["", "/pending", "/severity/CRITICAL"]) {
        const page = (await call(who, "GET", `/critical-findings${list}`)).body;
        expect([page.data, page.pagination.total]).toEqual([[], 0]);
      }
      expect((await call(who, "GET", `/critical-findings/study/${studyId}`)).status).toBe(404);
    }
    expect((await call(away, "PATCH", `/critical-findings/${id}`, { description: "x" })).status).toBe(404);
    expect((await call(away, "POST", `/critical-findings/${id}/void`, { reason: "x" })).status).toBe(404);
    await database.db`insert into care_relation values (${patientId}, ${here}, ${other.id}, 'order', now())`;
    expect((await call(other, "GET", `/critical-findings/${id}`)).body.actions).toEqual([]);
    expect((await call(other, "GET", `/critical-findings/study/${studyId}`)).body.pagination.total).toBe(1);
  });

  test("looking is written down", async () => {
    const { id } = (await raise()).body;
    await call(radiologist, "GET", `/critical-findings/${id}`);
    await call(radiologist, "GET", `/critical-findings/${id}/history`);
    await server.journal.drain();
    const rows = await database.db`
      select action, patient_id from access where subject_id = ${id} and actor_id = ${radiologist.id} order by id`;
    expect(rows).toEqual([
      { action: "finding.viewed", patient_id: patientId },
      { action: "finding.history-viewed", patient_id: patientId },
    ]);
  });

  test("what a screen reads again and again is written down once, each by what it was", async () => {
    const { id } = (await raise()).body;
    const who = await person("RADIOLOGIST");
    for (let n = 0; n < 3; n++) {
      await call(who, "GET", `/critical-findings/${id}`);
      await call(who, "GET", "/critical-findings/pending?limit=10");
      await call(who, "GET", "/critical-findings?status=OPEN");
      await call(who, "GET", "/critical-findings?status=CLOSED");
    }
    await server.journal.drain();
    const rows = await database.db`
      select action, subject_id as about from access where actor_id = ${who.id} order by id`;
    expect(rows).toEqual([
      { action: "finding.viewed", about: id },
      { action: "finding.searched", about: "critical-findings/pending" },
      { action: "finding.searched", about: "critical-findings?status=OPEN" },
      { action: "finding.searched", about: "critical-findings?status=CLOSED" },
    ]);
  });

  test("an alarm says whom it is about, reaches nobody, and is written down once an hour", async () => {
    const { id } = (await raise({ recipients: [people.PHYSICIAN.id] })).body;
    const shown = () => call(people.PHYSICIAN, "GET", `/critical-findings/${id}/alarm`);
    const { body } = await shown();
    const finding = (await call(radiologist, "GET", `/critical-findings/${id}`)).body;
    const { name, identifier } = finding.patient;
    expect(body).toEqual({
      id,
      status: finding.status,
      patient: { name, identifier },
      description: finding.description,
    });
    expect(finding.recipients).toMatchObject([{ personId: people.PHYSICIAN.id, reachedAt: null }]);
    const written = async () => {
      await server.journal.drain();
      return database.db`select patient_id from access where subject_id = ${id} and action = 'finding.alarm-shown'`;
    };
    platform.clock.advance(59 * 60_000);
    await shown();
    expect(await written()).toEqual([{ patient_id: patientId }]);
    platform.clock.advance(2 * 60_000);
    await shown();
    expect(await written()).toHaveLength(2);
  });
});

test("the history is only added to", async () => {
  const { id } = (await raise()).body;
  await expect(
    database.db`update finding_event set kind = 'CLOSED' where finding_id = ${id}`,
  ).rejects.toThrow("only added to");
  await expect(database.db`delete from finding_event where finding_id = ${id}`).rejects.toThrow();
});
