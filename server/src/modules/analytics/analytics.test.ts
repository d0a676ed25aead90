import { randomBytes } from "node:crypto";
import { type Role, roles } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { addOrder } from "@isocenter/test/support/priced-orders.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { newId, systemViewer, transact } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { noteAcknowledged } from "./examinations.ts";
import { analyticsReader, analyticsRoutes, rebuildExaminations } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const { clock } = platform;
const server = testServer(platform, ({ identity, journal }) => {
  journal.registerReader(analyticsReader);
  return [sessionRoutes(identity), analyticsRoutes({ platform, journal })];
});

interface Person {
  id: string;
  username: string;
}
let here: string;
let there: string;
let chief: Person;
let resident: Person;
let referrer: Person;
let patientId: string;

const minutes = (start: string, count: number) => new Date(Date.parse(start) + count * 60_000);
const get = async (url: string, who: Person = chief, headers: Record<string, string> = {}) => {
  const answer = await server.app.inject({
    url: `/api/v1/analytics/${url}`,
    headers: { ...(await server.signIn(who.username)), ...headers },
  });
  const isJson = String(answer.headers["content-type"]).includes("json");
  return { status: answer.statusCode, body: isJson ? answer.json() : answer.body };
};

let uids = 0;
async function addStudy(
  facilityId: string,
  orderId: string | null,
  modality = "CT",
  at = clock.now(),
): Promise<string> {
  const id = newId(clock);
  uids += 1;
  await database.db`insert into study ${database.db({
    id,
    facility_id: facilityId,
    patient_id: patientId,
    claimed_patient_id: patientId,
    study_instance_uid: `2.25.9${uids}`,
    study_at: "2026-01-05 08:00:00",
    modalities: ["SR", modality],
    status: "COMPLETED",
    order_id: orderId,
    created_at: at,
    last_received_at: at,
    settled_at: at,
    number_of_instances: 1,
  })}`;
  return id;
}

interface Signed {
  author: Person;
  signer: Person;
  drafted: Date;
  signed: Date;
  later?: readonly ("AMENDED" | "CORRECTED" | "APPENDED")[];
  submitted?: Date;
  discrepancy?: "MINOR" | "MAJOR";
}
async function addReport(facilityId: string, studyId: string, of: Signed): Promise<string> {
  const { db } = database;
  const id = newId(clock);
  const kinds = ["FINAL", ...(of.later ?? [])];
  await db`insert into report ${db({
    id,
    facility_id: facilityId,
    study_id: studyId,
    status: kinds.at(-1) as string,
    author_id: of.author.id,
    author_name: of.author.username,
    content: db.json({}),
    last_number: kinds.length,
    signed_number: kinds.length,
    submitted_by: of.submitted ? of.author.id : null,
    submitted_by_name: of.submitted ? of.author.username : null,
    submitted_at: of.submitted ?? null,
    signer_id: of.signer.id,
    signer_name: of.signer.username,
    first_signed_at: of.signed,
    signed_at: of.signed,
    discrepancy_category: of.discrepancy ?? null,
    known_images: 1,
    created_at: of.drafted,
    updated_at: of.signed,
  })}`;
  for (const [index, status] of kinds.entries())
    await db`insert into report_version ${db({
      id: newId(clock),
      report_id: id,
      number: index + 1,
      status,
      content: db.json({}),
      signer_id: of.signer.id,
      signer_name: of.signer.username,
      signed_at: of.signed,
      patient: db.json({}),
      study_instance_uid: "2.25.1",
      image_set_hash: randomBytes(32),
      images: 1,
      hash: randomBytes(32),
    })}`;
  return id;
}

/** An examination of a CT whose way through the house takes known minutes from the start. */
async function examination(
  start: string,
  signed: number,
  more: { priority?: string; modality?: string } = {},
) {
  const orderId = await addOrder(platform, {
    facilityId: here,
    patientId,
    providerId: referrer.id,
    ...more,
    stationAeTitle: "CT1",
    times: {
      ordered_at: minutes(start, 0),
      scheduled_at: minutes(start, 10),
      arrived_at: minutes(start, 15),
      performed_at: minutes(start, 45),
    },
  });
  const studyId = await addStudy(here, orderId, more.modality);
  const reportId = await addReport(here, studyId, {
    author: chief,
    signer: chief,
    drafted: minutes(start, 60),
    signed: minutes(start, signed),
  });
  return { orderId, studyId, reportId };
}

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
  chief = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [here] });
  resident = await server.addUser({ roles: ["RESIDENT"], facilityIds: [here] });
  referrer = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [here] });
  patientId = newId(clock);
  const now = clock.now();
  await database.db`insert into patient (id, created_at, updated_at) values (${patientId}, ${now}, ${now})`;
  await examination("2026-02-10T10:00:00Z", 70);
  await examination("2026-02-10T11:00:00Z", 80, { priority: "STAT" });
  // In Berlin the eleventh begins at 23:00 UTC.
  await examination("2026-02-10T22:59:00Z", 90);
  await examination("2026-02-10T23:00:00Z", 160, { modality: "MR" });
  await rebuildExaminations(database.db);
});

describe("turnaround", () => {
  const segmentsOf = (row: { segments: { segment: string }[] }) =>
    Object.fromEntries(row.segments.map(({ segment, ...figures }) => [segment, figures]));

  test("each segment has its median, 90th percentile and count, by the facility's day", async () => {
    const { body } = await get("turnaround?from=2026-02-10&to=2026-02-10&groupBy=day,modality");
    expect(body).toMatchObject({ from: "2026-02-10", to: "2026-02-10", groupBy: ["day", "modality"] });
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({ group: { day: "2026-02-10", modality: "CT" }, examinations: 3 });
    const minute = 60;
    expect(segmentsOf(body.data[0])).toEqual({
      ORDERED_TO_SCHEDULED: { count: 3, medianSeconds: 10 * minute, p90Seconds: 10 * minute },
      SCHEDULED_TO_ARRIVED: { count: 3, medianSeconds: 5 * minute, p90Seconds: 5 * minute },
      ARRIVED_TO_PERFORMED: { count: 3, medianSeconds: 30 * minute, p90Seconds: 30 * minute },
      PERFORMED_TO_READ: { count: 3, medianSeconds: 15 * minute, p90Seconds: 15 * minute },
      // 10, 20 and 30 minutes: the 90th percentile lies between the last two.
      READ_TO_SIGNED: { count: 3, medianSeconds: 20 * minute, p90Seconds: 28 * minute },
      SIGNED_TO_ACKNOWLEDGED: { count: 0, medianSeconds: null, p90Seconds: null },
      PERFORMED_TO_SIGNED: { count: 3, medianSeconds: 35 * minute, p90Seconds: 43 * minute },
      ORDERED_TO_SIGNED: { count: 3, medianSeconds: 80 * minute, p90Seconds: 88 * minute },
    });
  });

  test.each([
    ["priority", [{ priority: "ROUTINE" }, { priority: "STAT" }], [3, 1]],
    ["month", [{ month: "2026-02" }], [4]],
    ["week", [{ week: "2026-W07" }], [4]],
    ["day", [{ day: "2026-02-10" }, { day: "2026-02-11" }], [3, 1]],
    ["station", [{ station: "CT1" }], [4]],
    ["", [{}], [4]],
  ])("by %s", async (groupBy, groups, counts) => {
    const { body } = await get(`turnaround?from=2026-02-09&to=2026-02-12&groupBy=${groupBy}`);
    expect(body.data.map((row: { group: object }) => row.group)).toEqual(groups);
    expect(body.data.map((row: { examinations: number }) => row.examinations)).toEqual(counts);
  });

  test("people and places have names; other days count by when it was signed; filters narrow", async () => {
    const named = (await get("turnaround?from=2026-02-10&to=2026-02-11&groupBy=radiologist,facility")).body;
    expect(named.data[0].group).toEqual({
      radiologist: chief.id,
      radiologistName: `Full ${chief.username}`,
      facility: here,
      facilityName: "Here",
    });
    // Signed after midnight.
    const signed = (await get("turnaround?from=2026-02-11&to=2026-02-11&basis=signed&groupBy=day")).body;
    expect(signed.data).toMatchObject([{ examinations: 2 }]);
    const mr = (await get("turnaround?from=2026-02-10&to=2026-02-11&modality=MRI&groupBy=")).body;
    expect(mr.data).toMatchObject([{ examinations: 1 }]);
    const stat = (await get("turnaround?from=2026-02-10&to=2026-02-11&priority=stat&groupBy=")).body;
    expect(stat.data).toMatchObject([{ examinations: 1 }]);
  });

  test("the report is acknowledged when whoever asked first looks at it", async () => {
    const { reportId } = await examination("2026-02-14T10:00:00Z", 70);
    await rebuildExaminations(database.db);
    for (const [who, at] of [
      [chief, 71],
      [referrer, 100],
    ] as const)
      await database.db`insert into report_delivery values
        (${reportId}, 1, 'user', ${who.id}, 'viewed', ${minutes("2026-02-14T10:00:00Z", at)})`;
    const note = () => transact(database.db, (tx) => noteAcknowledged(tx, new Date("2026-02-01T00:00:00Z")));
    expect([await note(), await note()]).toEqual([1, 0]);
    const { body } = await get("turnaround?from=2026-02-14&to=2026-02-14&groupBy=");
    expect(segmentsOf(body.data[0]).SIGNED_TO_ACKNOWLEDGED).toMatchObject({ count: 1, medianSeconds: 1800 });
  });

  test("facts keep it: what changes is counted anew, an order that gets a study stays one", async () => {
    // What other tests put in without a fact.
    await rebuildExaminations(database.db);
    const orderId = await addOrder(platform, {
      facilityId: here,
      patientId,
      providerId: referrer.id,
      times: { ordered_at: new Date("2026-02-20T10:00:00Z") },
    });
    const record = async (type: string, subject: { type: string; id: string }, data = {}) => {
      await transact(database.db, (tx) =>
        server.journal.record(tx, systemViewer([here]), { type, subject, facilityId: here, data }),
      );
      await server.journal.drain();
    };
    const counted = async () => (await get("volumes?from=2026-02-20&to=2026-02-20&groupBy=")).body.data[0];
    await record("order.created", { type: "order", id: orderId });
    expect(await counted()).toMatchObject({ examinations: 1, studies: 0, signed: 0 });
    const studies = [await addStudy(here, orderId), await addStudy(here, orderId)];
    for (const id of studies) await record("study.received", { type: "study", id });
    expect(await counted()).toMatchObject({ examinations: 1, studies: 2, signed: 0 });
    // It came without an order first, and is given to one.
    const came = new Date("2026-02-20T12:00:00Z");
    const lone = await addStudy(here, null, "US", came);
    await record("study.received", { type: "study", id: lone });
    expect(await counted()).toMatchObject({ examinations: 2, studies: 3 });
    await database.db`update study set order_id = ${orderId} where id = ${lone}`;
    await record("study.linked", { type: "study", id: lone }, { orderId });
    expect(await counted()).toMatchObject({ examinations: 1, studies: 3 });
    await database.db`update study set order_id = null where id = ${lone}`;
    await record("study.moved", { type: "study", id: lone });
    expect(await counted()).toMatchObject({ examinations: 2, studies: 3 });
    const reportId = await addReport(here, studies[0] as string, {
      author: chief,
      signer: chief,
      drafted: came,
      signed: minutes("2026-02-20T12:00:00Z", 5),
    });
    await record("report.signed", { type: "report", id: reportId }, { studyId: studies[0], orderId });
    expect(await counted()).toMatchObject({ examinations: 2, signed: 1 });
    // What was made from facts is what would be made anew.
    const before = await database.db`select * from examination order by id`;
    await rebuildExaminations(database.db, { part: 2 });
    expect(await database.db`select * from examination order by id`).toEqual(before);
  });
});

test("productivity and quality: by whom, how fast, how often it had to change", async () => {
  const start = "2026-03-02T10:00:00Z";
  const one = async (signed: number, more: Partial<Signed> = {}) => {
    const orderId = await addOrder(platform, {
      facilityId: here,
      patientId,
      providerId: referrer.id,
      times: { ordered_at: minutes(start, 0), performed_at: minutes(start, 20) },
    });
    const study = await addStudy(here, orderId);
    const drafted = minutes(start, 30);
    await addReport(here, study, {
      author: resident,
      signer: chief,
      drafted,
      signed: minutes(start, signed),
      ...more,
    });
  };
  const submitted = minutes(start, 35);
  await one(40, { submitted, discrepancy: "MAJOR", later: ["AMENDED", "AMENDED"] });
  await one(50, { submitted, discrepancy: "MINOR" });
  await one(60, { submitted, later: ["APPENDED"] });
  await one(70, { submitted });
  await one(80, { author: chief, later: ["CORRECTED"] });
  await rebuildExaminations(database.db);
  const period = "from=2026-03-02&to=2026-03-02";
  expect((await get(`productivity?${period}`)).body.data).toEqual([
    {
      group: { radiologist: chief.id, radiologistName: `Full ${chief.username}` },
      signed: 5,
      signedOfOthers: 4,
      amended: 4,
      medianReadToSignedSeconds: 1800,
      p90ReadToSignedSeconds: 2760,
      medianPerformedToSignedSeconds: 2400,
    },
  ]);
  const { data } = (await get(`quality?${period}`)).body;
  expect(data.find((row: { group: { author: string } }) => row.group.author === resident.id)).toEqual({
    group: { author: resident.id, authorName: `Full ${resident.username}` },
    signed: 4,
    reviewed: 4,
    minorDiscrepancies: 1,
    majorDiscrepancies: 1,
    discrepancyRate: 0.5,
    amended: 1,
    corrected: 0,
    appended: 1,
    enteredInError: 0,
    changedRate: 0.25,
  });
  expect(data.find((row: { group: { author: string } }) => row.group.author === chief.id)).toMatchObject({
    reviewed: 0,
    discrepancyRate: null,
    corrected: 1,
    changedRate: 1,
  });
  // A resident sees what is their own.
  expect((await get(`quality?${period}`, resident)).body.data).toHaveLength(1);
  expect((await get(`volumes?${period}&groupBy=`, resident)).body.data).toMatchObject([{ examinations: 4 }]);
  const other = await server.addUser({ roles: ["RESIDENT"], facilityIds: [here] });
  expect((await get(`volumes?${period}&groupBy=`, other)).body.data).toMatchObject([{ examinations: 0 }]);
});

test("critical findings: in time, late, never", async () => {
  const { db } = database;
  const studyId = await addStudy(here, null);
  const raised = "2026-01-02T10:00:00Z";
  const find = (contact: number | null, acknowledge: number | null, more: object = {}) =>
    db`insert into finding ${db({
      id: newId(clock),
      facility_id: here,
      study_id: studyId,
      description: "x",
      severity: "CRITICAL",
      status: acknowledge === null ? "NOTIFIED" : "ACKNOWLEDGED",
      raised_by: chief.id,
      raised_by_name: "x",
      raised_at: minutes(raised, 0),
      policy: db.json({}),
      contact_due_at: minutes(raised, 15),
      contacted_at: contact === null ? null : minutes(raised, contact),
      acknowledge_due_at: minutes(raised, 60),
      acknowledged_at: acknowledge === null ? null : minutes(raised, acknowledge),
      acknowledge_recorded_at: acknowledge === null ? null : minutes(raised, acknowledge),
      updated_at: minutes(raised, 0),
      ...more,
    })}`;
  await find(5, 10);
  await find(15, 60);
  await find(20, 90);
  await find(null, null);
  // Its limit is not over yet.
  await find(null, null, {
    contact_due_at: minutes(clock.now().toISOString(), 10),
    acknowledge_due_at: minutes(clock.now().toISOString(), 10),
  });
  await find(null, null, {
    status: "VOID",
    voided_at: minutes(raised, 1),
    void_reason: "x",
    raised_by: resident.id,
  });
  const period = "from=2026-01-02&to=2026-01-02";
  const { body } = await get(`critical-findings?${period}`);
  expect(body.data).toEqual([
    {
      group: { severity: "CRITICAL" },
      findings: 5,
      voided: 1,
      contactedInTime: 2,
      contactedLate: 1,
      neverContacted: 1,
      acknowledgedInTime: 2,
      acknowledgedLate: 1,
      neverAcknowledged: 1,
      acknowledgedShareInTime: 0.5,
      medianContactSeconds: 900,
      p90ContactSeconds: 1140,
      medianAcknowledgeSeconds: 3600,
      p90AcknowledgeSeconds: 5040,
    },
  ]);
  expect((await get(`critical-findings?${period}&groupBy=raiser`, resident)).body.data).toMatchObject([
    { group: { raiserName: `Full ${resident.username}` }, findings: 0, voided: 1 },
  ]);
});

test("utilization: booked and performed minutes of the opening hours, on days of 23 and 25 hours too", async () => {
  const { db } = database;
  const id = newId(clock);
  const now = clock.now();
  const hours = {
    "1": [
      ["08:00", "12:00"],
      ["13:00", "17:00"],
    ],
    "6": [["22:00", "06:00"]],
    "7": [["00:00", "24:00"]],
  };
  await db`insert into station (id, facility_id, ae_title, name, modalities, opening_hours, created_at, updated_at)
    values (${id}, ${here}, 'UT1', 'Room 1', ${["CT"]}, ${db.json(hours)}, ${now}, ${now})`;
  const orderId = await addOrder(platform, { facilityId: here, patientId, providerId: referrer.id });
  const start = "2026-03-30T07:00:00Z";
  for (const [index, status] of ["COMPLETED", "COMPLETED", "CANCELED"].entries())
    await db`insert into scheduled_step ${db({
      id: newId(clock),
      order_id: orderId,
      facility_id: here,
      step_id: `U${index}`,
      modality: "CT",
      description: "x",
      station_id: id,
      station_ae_title: "UT1",
      // Two steps of one appointment, and one that was cancelled later in the day.
      starts_at: minutes(start, index === 2 ? 60 : 0),
      ends_at: minutes(start, index === 2 ? 90 : 30),
      status,
      updated_at: now,
    })}`;
  await db`insert into performed_step ${db({
    id: newId(clock),
    facility_id: here,
    sop_instance_uid: "2.25.77",
    study_instance_uid: "2.25.78",
    status: "COMPLETED",
    station_ae_title: "UT1",
    attributes: db.json({}),
    started_at: minutes(start, 2),
    ended_at: minutes(start, 26),
    created_at: now,
    updated_at: now,
  })}`;
  // Saturday to Monday; on Sunday the clock goes from 2 to 3.
  const { body } = await get("utilization?from=2026-03-28&to=2026-03-30&groupBy=station,day");
  const rows = body.data.map(({ group, ...figures }: { group: { day: string; stationName: string } }) => [
    group.stationName,
    group.day,
    figures,
  ]);
  const none = {
    appointments: 0,
    bookedMinutes: 0,
    performed: 0,
    performedMinutes: 0,
    bookedShare: 0,
    performedShare: 0,
  };
  expect(rows).toEqual([
    ["Room 1", "2026-03-28", { openMinutes: 7 * 60, ...none }],
    ["Room 1", "2026-03-29", { openMinutes: 23 * 60, ...none }],
    [
      "Room 1",
      "2026-03-30",
      {
        openMinutes: 480,
        appointments: 1,
        bookedMinutes: 30,
        performed: 1,
        performedMinutes: 24,
        bookedShare: 0.0625,
        performedShare: 0.05,
      },
    ],
  ]);
  const autumn = (await get("utilization?from=2026-10-25&to=2026-10-25")).body.data;
  expect(autumn).toMatchObject([{ openMinutes: 25 * 60 }]);
});

test("revenue: by currency, for those who see bills", async () => {
  const { db } = database;
  const now = clock.now();
  const bill = (number: string, more: object) =>
    db`insert into bill ${db({
      id: newId(clock),
      facility_id: here,
      patient_id: patientId,
      claimed_patient_id: patientId,
      number,
      currency: "EUR",
      total: 1000,
      status: "PENDING",
      issued_at: now,
      issued_on: "2026-01-05",
      created_by: "x",
      updated_at: now,
      ...more,
    })}`;
  await bill("1", { paid: 700, refunded: 100, status: "PARTIALLY_PAID" });
  await bill("2", { due_date: "2026-01-01" });
  await bill("3", { status: "VOID", voided_at: now });
  await bill("4", { currency: "USD", issued_on: "2026-01-06" });
  const money = await server.addUser({ roles: ["BILLING"], facilityIds: [here] });
  const { body } = await get("revenue?from=2026-01-01&to=2026-01-31", money);
  const zero = { paid: 0, refunded: 0, overdue: 0, voided: 0 };
  expect(body.data).toEqual([
    {
      group: { month: "2026-01" },
      currency: "EUR",
      bills: 2,
      billed: 2000,
      paid: 600,
      refunded: 100,
      outstanding: 1400,
      overdue: 1000,
      voided: 1,
    },
    { group: { month: "2026-01" }, currency: "USD", bills: 1, billed: 1000, outstanding: 1000, ...zero },
  ]);
});

describe("who sees what", () => {
  const names = [
    "turnaround",
    "volumes",
    "productivity",
    "critical-findings",
    "quality",
    "utilization",
    "revenue",
  ];
  const seen: Readonly<Record<Role, readonly string[]>> = {
    ADMINISTRATOR: names,
    RADIOLOGIST: names.slice(0, 6),
    RESIDENT: names.slice(0, 5),
    TECHNOLOGIST: names.slice(0, 5),
    PHYSICIAN: [],
    FRONT_DESK: [],
    BILLING: ["revenue"],
    INTEGRATION: [],
  };
  test.each(roles)("%s", async (role) => {
    const who = await server.addUser({ roles: [role], facilityIds: [here] });
    for (const name of names)
      expect((await get(name, who)).status, name).toBe(seen[role].includes(name) ? 200 : 403);
  });

  test("another facility's count nowhere", async () => {
    const who = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [there] });
    for (const name of names) {
      const { body } = await get(`${name}?from=2026-01-01&to=2026-04-30`, who);
      expect([name, body.data]).toEqual([name, []]);
      const asked = await get(`${name}?from=2026-01-01&to=2026-04-30&facilityId=${here}`, who);
      expect(asked.body.data).toEqual([]);
    }
  });
});

test.each([
  ["turnaround?groupBy=patient", "query.invalid-group"],
  ["turnaround?groupBy=day,month,week,modality", "query.invalid-group"],
  ["turnaround?groupBy=day,day", "query.invalid-group"],
  ["turnaround?from=2026-02-02&to=2026-02-01", "query.invalid-period"],
  ["turnaround?from=1900-01-01&to=2026-02-01", "query.invalid-period"],
  ["turnaround?from=0001-01-01", "query.invalid-period"],
  ["turnaround?basis=paid", "query.invalid-basis"],
  ["volumes?priority=soon", "query.invalid-priority"],
  ["volumes?modality=no-modality!", "query.invalid-modality"],
  ["utilization?groupBy=radiologist", "query.invalid-group"],
  ["quality?basis=SIGNED", "validation"],
])("%s is refused", async (url, code) => {
  const { status, body } = await get(url);
  expect([status, body.code]).toEqual([400, code]);
});

test("figures as CSV", async () => {
  const volumes = await get("volumes?from=2026-02-10&to=2026-02-11&groupBy=facility,day&format=csv");
  expect(volumes.body.split("\r\n").slice(0, 2)).toEqual([
    "facility,facilityName,day,examinations,studies,performed,signed,cancelled,noShow,stat,urgent,routine",
    `${here},Here,2026-02-10,3,3,3,3,0,0,1,0,2`,
  ]);
  const turnaround = await get("turnaround?from=2026-02-11&to=2026-02-11", chief, { accept: "text/csv" });
  expect(turnaround.body.split("\r\n").slice(0, 2)).toEqual([
    "modality,examinations,segment,count,medianSeconds,p90Seconds",
    "MR,1,ORDERED_TO_SCHEDULED,1,600,600",
  ]);
});
