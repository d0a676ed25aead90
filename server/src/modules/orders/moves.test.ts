import { mayFollow, type OrderStatus, orderMovesByThemselves, orderStatuses } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { describe, expect, test } from "vitest";
import { systemViewer, transact } from "../../platform/index.ts";
import { mergePatients, undoMerge } from "../patients/index.ts";
import {
  completeOrder,
  discontinueOrder,
  findOrderForStudy,
  followOrderMerges,
  performOrder,
  reportReader,
  startOrder,
} from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const orders = testOrders(platform);
const context = () => ({ clock: platform.clock, journal: orders.server.journal });
const system = () => systemViewer([orders.places.here]);
const commands = {
  IN_PROGRESS: startOrder,
  PERFORMED: performOrder,
  DISCONTINUED: discontinueOrder,
  COMPLETED: completeOrder,
} as const;
type Automatic = keyof typeof commands;
const move = (to: Automatic, orderId: string, stepIds?: string[]) =>
  transact(database.db, (tx) =>
    commands[to](
      tx,
      system(),
      { orderId, at: platform.clock.now(), by: "test", ...(stepIds ? { stepIds } : {}) },
      context(),
    ),
  );

describe("each cell of the table of moves by themselves", () => {
  const cells = orderStatuses.flatMap((from) =>
    (Object.keys(commands) as Automatic[]).map((to) => ({ from, to })),
  );
  test.each(cells)("$from to $to; the same again changes nothing", async ({ from, to }) => {
    const order = await orders.placeIn(from);
    const allowed = mayFollow(orderMovesByThemselves, from, to);
    const expected: OrderStatus = allowed ? to : from;
    expect(await move(to, order.id)).toEqual({ moved: allowed, status: expected });
    expect(await move(to, order.id)).toEqual({ moved: false, status: expected });
    const [row] = await database.db`select status, version from imaging_order where id = ${order.id}`;
    expect(row).toEqual({ status: expected, version: allowed ? 2 : 1 });
  });
});

test("an order is performed when its last step has ended, discontinued when none was done", async () => {
  for (const [first, second, outcome] of [
    ["PERFORMED", "PERFORMED", "PERFORMED"],
    ["DISCONTINUED", "PERFORMED", "PERFORMED"],
    ["PERFORMED", "DISCONTINUED", "PERFORMED"],
    ["DISCONTINUED", "DISCONTINUED", "DISCONTINUED"],
  ] as const) {
    const order = await orders.place({ modality: "PET_CT", scheduledAt: "2026-02-02T09:00:00Z" });
    const steps = await database.db<{ id: string }[]>`
      select id from scheduled_step where order_id = ${order.id} order by step_id`;
    const [one, two] = [[steps[0]!.id], [steps[1]!.id]];
    await move("IN_PROGRESS", order.id, one);
    const between =
      await database.db`select status from scheduled_step where order_id = ${order.id} order by step_id`;
    expect(between.map(({ status }) => status)).toEqual(["STARTED", "SCHEDULED"]);
    expect(await move(first, order.id, one)).toEqual({ moved: false, status: "IN_PROGRESS" });
    expect(await move(second, order.id, two)).toEqual({ moved: true, status: outcome });
  }
});

test("whoever ordered is told of each move once, and not of their own", async () => {
  const physician = await orders.as("PHYSICIAN");
  const order = await orders.place({ providerId: physician.id });
  const told = () => database.db`
    select recipient_id, data from notice where kind = 'order.status-changed' and subject_id = ${order.id} order by id`;
  const held = await physician.call("PATCH", `/imaging-orders/${order.id}`, { status: "on_hold" });
  expect([held.status, await told()]).toEqual([200, []]);
  const desk = await orders.as("FRONT_DESK");
  await desk.call("PATCH", `/imaging-orders/${order.id}`, { status: "pending" });
  await move("IN_PROGRESS", order.id);
  await move("IN_PROGRESS", order.id);
  expect(await told()).toEqual([
    { recipient_id: physician.id, data: { from: "ON_HOLD", to: "PENDING" } },
    { recipient_id: physician.id, data: { from: "PENDING", to: "IN_PROGRESS" } },
  ]);
});

test("what is of another facility does not move", async () => {
  const order = await orders.placeIn("SCHEDULED");
  const answer = await transact(database.db, (tx) =>
    startOrder(
      tx,
      systemViewer([orders.places.there]),
      { orderId: order.id, at: platform.clock.now(), by: "test" },
      context(),
    ),
  );
  expect(answer).toEqual({ moved: false, status: null });
});

test("a signed report completes its order", async () => {
  const order = await orders.placeIn("ARRIVED");
  const { journal } = orders.server;
  await transact(database.db, (tx) =>
    journal.record(tx, system(), {
      type: "report.signed",
      subject: { type: "report", id: "r" },
      facilityId: orders.places.here,
      data: { orderId: order.id },
    }),
  );
  await journal.drain();
  const facts = (await journal.factsAfter(0, 1000)).filter(({ type }) => type === "report.signed");
  await transact(database.db, (tx) => reportReader(context()).handle(tx, facts));
  const [row] = await database.db`select status from imaging_order where id = ${order.id}`;
  expect(row).toEqual({ status: "COMPLETED" });
});

test("the order of a study is found by its names, the patient's own first", async () => {
  const order = await orders.place();
  const other = await orders.place();
  const steps = await database.db<{ stepId: string }[]>`
    select step_id as "stepId" from scheduled_step where order_id = ${order.id}`;
  const none = { accessionNumber: "", studyInstanceUid: "", requestedProcedureIds: [], scheduledStepIds: [] };
  const find = (names: object, patientId = order.patientId) =>
    findOrderForStudy(database.db, orders.places.here, { ...none, ...names }, patientId);
  for (const [by, names] of Object.entries({
    studyInstanceUid: { studyInstanceUid: order.studyInstanceUid },
    accessionNumber: { accessionNumber: order.accessionNumber },
    requestedProcedureId: { requestedProcedureIds: ["", order.requestedProcedureId] },
    scheduledStepId: { scheduledStepIds: [steps[0]!.stepId] },
  })) {
    expect(await find(names)).toEqual({
      orderId: order.id,
      status: "PENDING",
      patientId: order.patientId,
      patientFits: true,
      by,
    });
  }
  const mixed = { studyInstanceUid: other.studyInstanceUid, accessionNumber: order.accessionNumber };
  expect(await find(mixed)).toMatchObject({ orderId: order.id, patientFits: true });
  expect(await find({ accessionNumber: order.accessionNumber }, other.patientId)).toMatchObject({
    orderId: order.id,
    patientFits: false,
  });
  expect(await find({})).toBeNull();
  expect(
    await findOrderForStudy(
      database.db,
      orders.places.there,
      { ...none, accessionNumber: order.accessionNumber },
      order.patientId,
    ),
  ).toBeNull();
});

test("orders go with a merge, and come back when it is undone", async () => {
  const [gone, stays] = [await orders.place(), await orders.place()];
  const followers = [followOrderMerges(context())];
  const patientOf = async (id: string) =>
    (await database.db`select patient_id from imaging_order where id = ${id}`)[0]!.patient_id;
  const mergeId = await transact(database.db, (tx) =>
    mergePatients(
      tx,
      system(),
      gone.patientId,
      { intoPatientId: stays.patientId, reason: "same" },
      { ...context(), followers },
    ),
  );
  expect(await patientOf(gone.id)).toBe(stays.patientId);
  const admin = await orders.as("ADMINISTRATOR");
  const listed = await admin.call("GET", `/imaging-orders/patient/${gone.patientId}`);
  expect(listed.body.pagination.total).toBe(2);
  const wish = await orders.wish({ patientId: gone.patientId });
  expect((await admin.call("POST", "/imaging-orders", wish)).body.code).toBe("patient.merged");
  const since = await orders.place({ patientId: stays.patientId });
  await transact(database.db, (tx) => undoMerge(tx, system(), mergeId, { ...context(), followers }));
  expect([await patientOf(gone.id), await patientOf(stays.id), await patientOf(since.id)]).toEqual([
    gone.patientId,
    stays.patientId,
    stays.patientId,
  ]);
});

test("filters, sorts and pages, and refuses what it does not know by name", async () => {
  const admin = await orders.as("ADMINISTRATOR");
  const patientId = await orders.patient();
  const at = (day: number) => `2026-06-0${day}T22:30:00Z`;
  const made: { id: string; accessionNumber: string }[] = [];
  for (const [day, modality] of [
    [1, "CT"],
    [2, "PT"],
    [3, "PET_CT"],
    [4, "MR"],
  ] as const)
    made.push(
      await orders.place({
        patientId,
        modality,
        scheduledAt: at(day),
        priority: day === 4 ? "STAT" : "URGENT",
      }),
    );
  made.push(await orders.place({ patientId }));
  const found = async (query: string) => {
    const answer = await admin.call(
      "GET",
      `/imaging-orders?patientId=${patientId}&sort=scheduledAt&${query}`,
    );
    return answer.body.data.map((order: { id: string }) => made.findIndex(({ id }) => id === order.id) + 1);
  };
  expect(await found("")).toEqual([1, 2, 3, 4, 5]);
  expect(await found("modality=pet_ct")).toEqual([1, 2, 3, 5]);
  expect(await found("modality=PET,mri")).toEqual([2, 3, 4]);
  expect(await found("status=requested")).toEqual([5]);
  expect(await found("status=scheduled,pending&priority=stat")).toEqual([4]);
  // 22:30 UTC is the next day in Paris.
  expect(await found("scheduledFrom=2026-06-03&scheduledTo=2026-06-04")).toEqual([2, 3]);
  expect(await found(`scheduledFrom=${at(2)}&scheduledTo=${at(3)}`)).toEqual([2, 3]);
  expect(await found("facilityId=01900000-0000-7000-8000-000000000000")).toEqual([]);
  const pages: string[] = [];
  let url: string | null = `/api/v1/imaging-orders?patientId=${patientId}&sort=-scheduledAt&limit=2`;
  while (url) {
    const page: { data: { id: string }[]; pagination: { next: string | null; total: number } } = (
      await admin.call("GET", url.replace("/api/v1", ""))
    ).body;
    expect(page.pagination.total).toBe(5);
    pages.push(...page.data.map(({ id }) => id));
    url = page.pagination.next;
  }
  expect(pages).toEqual(made.map(({ id }) => id).reverse());
  for (const [query, path] of [
    ["status=DONE", "querystring.status"],
    ["priority=soon", "querystring.priority"],
    ["modality=?", "querystring.modality"],
    ["scheduledFrom=2026-02-30", "querystring.scheduledFrom"],
    ["scheduledTo=tomorrow", "querystring.scheduledTo"],
    ["sort=shoeSize", "querystring.sort"],
    ["colour=red", "querystring.colour"],
  ]) {
    const answer = await admin.call("GET", `/imaging-orders?${query}`);
    expect([query, answer.status, answer.body.errors?.[0]?.path]).toEqual([query, 400, path]);
  }
  expect((await admin.call("GET", "/imaging-orders?after=x")).body.code).toBe("query.invalid-after");
});
