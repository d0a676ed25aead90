import {
  mayFollow,
  type OrderStatus,
  orderActions,
  orderStatuses,
  orderTransitions,
  type Priority,
} from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { describe, expect, test } from "vitest";
import { factOf, stepStatusOf } from "./order.ts";

const database = testDatabase();
const platform = testPlatform(database);
const orders = testOrders(platform);

const emergencyOnly = (from: OrderStatus, to: OrderStatus) => from === "PENDING" && to === "ARRIVED";
const allowed = (from: OrderStatus, to: OrderStatus, priority: Priority) =>
  mayFollow(orderTransitions, from, to) && (priority === "STAT" || !emergencyOnly(from, to));
const cells = orderStatuses.flatMap((from) =>
  orderStatuses.flatMap((to) => (["ROUTINE", "STAT"] as const).map((priority) => ({ from, to, priority }))),
);

describe("each cell of the table of states, by a person", () => {
  test.each(cells)("$from to $to, $priority", async ({ from, to, priority }) => {
    const order = await orders.placeIn(from, priority);
    const admin = await orders.as("ADMINISTRATOR");
    const appointment = to === "SCHEDULED" && from !== to ? { scheduledAt: "2026-02-03T10:00:00Z" } : {};
    const answer = await admin.call("PATCH", `/imaging-orders/${order.id}`, {
      status: to.toLowerCase(),
      reason: "because",
      ...appointment,
    });
    const now = await admin.call("GET", `/imaging-orders/${order.id}`);
    if (!allowed(from, to, priority)) {
      expect([answer.status, answer.body.code]).toEqual([409, "order.illegal-transition"]);
      const following = orderTransitions[from].filter((next) => allowed(from, next, priority));
      for (const word of [from, to, ...following]) expect(answer.body.detail).toContain(word);
      expect([now.body.status, now.body.version]).toEqual([from, order.version]);
      await orders.server.journal.drain();
      const refused = await database.db`
        select data from access where subject_id = ${order.id} and outcome = 'refused'`;
      expect(refused).toEqual([{ data: { code: "order.illegal-transition", from, to } }]);
      return;
    }
    expect(answer.status).toBe(200);
    expect(now.body).toMatchObject({ status: to, statusReason: "because", version: order.version + 1 });
    const steps = await admin.call("GET", `/imaging-orders/${order.id}/steps`);
    expect(steps.body.data.map((step: { status: string }) => step.status)).toEqual([stepStatusOf[to]]);
    const facts =
      await database.db`select type, data, people from fact where subject_id = ${order.id} order by id desc limit 1`;
    expect(facts).toEqual([{ type: factOf[to], data: { from, to }, people: [order.providerId] }]);
    const notices = await database.db`select data, recipient_id from notice where subject_id = ${order.id}`;
    expect(notices).toEqual([{ data: { from, to }, recipient_id: order.providerId }]);
  });

  test("what may follow is what the item's actions offer", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    for (const from of orderStatuses) {
      for (const priority of ["ROUTINE", "STAT"] as const) {
        const order = await orders.placeIn(from, priority);
        const { actions } = (await admin.call("GET", `/imaging-orders/${order.id}`)).body;
        const moves = orderStatuses.filter((to) => actions.includes(orderActions[to]));
        expect([from, moves]).toEqual([from, orderStatuses.filter((to) => allowed(from, to, priority))]);
      }
    }
  });
});

test("each time is written once it comes", async () => {
  const admin = await orders.as("ADMINISTRATOR");
  const order = await orders.place({ scheduledAt: "2026-01-06T09:00:00Z" });
  const times: Record<string, string> = {};
  for (const [status, field] of [
    ["ARRIVED", "arrivedAt"],
    ["IN_PROGRESS", "startedAt"],
    ["PERFORMED", "performedAt"],
    ["COMPLETED", "completedAt"],
  ] as const) {
    platform.clock.advance(60_000);
    times[field] = platform.clock.now().toISOString();
    await admin.call("PATCH", `/imaging-orders/${order.id}`, { status });
  }
  const done = (await admin.call("GET", `/imaging-orders/${order.id}`)).body;
  expect(done).toMatchObject({ ...times, endedAt: null });
  const other = await orders.place();
  const cancelled = await admin.call("DELETE", `/imaging-orders/${other.id}?reason=twice`);
  expect(cancelled.body).toMatchObject({
    status: "CANCELLED",
    statusReason: "twice",
    endedAt: platform.clock.now().toISOString(),
  });
});

test("the alias REQUESTED is PENDING; what is no state is refused with what are", async () => {
  const admin = await orders.as("ADMINISTRATOR");
  const order = await orders.placeIn("ON_HOLD");
  const released = await admin.call("PATCH", `/imaging-orders/${order.id}`, { status: "requested" });
  expect(released.body).toMatchObject({ status: "PENDING", scheduledAt: null });
  const wrong = await admin.call("PATCH", `/imaging-orders/${order.id}`, { status: "DONE" });
  expect([wrong.status, wrong.body.code, wrong.body.errors[0].path]).toEqual([
    400,
    "order.invalid-status",
    "body.status",
  ]);
  expect(wrong.body.detail).toContain("NO_SHOW");
});

test("who asked for it is not told of what they did themselves", async () => {
  const physician = await orders.as("PHYSICIAN");
  const order = await orders.place();
  expect((await physician.call("DELETE", `/imaging-orders/${order.id}`)).status).toBe(200);
  expect(await database.db`select 1 from notice where subject_id = ${order.id}`).toEqual([]);
});

describe("two at once", () => {
  test("cancel and arrival: one wins, the other is told what the order is now", async () => {
    const desk = await orders.as("FRONT_DESK");
    const technologist = await orders.as("TECHNOLOGIST");
    for (let round = 0; round < 5; round++) {
      const order = await orders.placeIn("SCHEDULED");
      const answers = await Promise.all([
        desk.call("DELETE", `/imaging-orders/${order.id}`, undefined, { "if-match": '"1"' }),
        technologist.call("PATCH", `/imaging-orders/${order.id}`, { status: "ARRIVED", expectedVersion: 1 }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const now = (await desk.call("GET", `/imaging-orders/${order.id}`)).body;
      expect(now.status).toBe(answers[0]!.status === 200 ? "CANCELLED" : "ARRIVED");
      expect(now.version).toBe(2);
    }
  });

  test("without versions the table of states decides", async () => {
    const desk = await orders.as("FRONT_DESK");
    const order = await orders.placeIn("SCHEDULED");
    const [noShow, arrival] = await Promise.all([
      desk.call("PATCH", `/imaging-orders/${order.id}`, { status: "NO_SHOW" }),
      desk.call("PATCH", `/imaging-orders/${order.id}`, { status: "ARRIVED" }),
    ]);
    expect([noShow.status, arrival.status].sort()).toEqual([200, 409]);
  });
});
