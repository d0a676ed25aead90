import { testDatabase } from "@isocenter/test/support/database.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { describe, expect, test } from "vitest";

const database = testDatabase();
const platform = testPlatform(database);
const orders = testOrders(platform);

/** Open from 08:00 to 12:00 on weekdays. */
const mornings = Object.fromEntries(["1", "2", "3", "4", "5"].map((day) => [day, [["08:00", "12:00"]]]));
const everyDay = (from: string, to: string) =>
  Object.fromEntries(["1", "2", "3", "4", "5", "6", "7"].map((day) => [day, [[from, to]]]));

async function starts(stationId: string, query: string): Promise<string[]> {
  const desk = await orders.as("FRONT_DESK");
  const answer = await desk.call("GET", `/stations/${stationId}/slots?${query}`);
  expect(answer.status).toBe(200);
  return answer.body.data.map(({ startsAt }: { startsAt: string }) => startsAt.replace(":00.000Z", "Z"));
}
const book = async (station: { aeTitle: string }, scheduledAt: string, more: object = {}) =>
  (await orders.as("ADMINISTRATOR")).call(
    "POST",
    "/imaging-orders",
    await orders.wish({ stationAeTitle: station.aeTitle, scheduledAt, ...more }),
  );

describe("slots", () => {
  test("lie inside the opening hours at the facility's clock, without what is taken", async () => {
    const station = await orders.station({ openingHours: mornings });
    const free = () => starts(station.id, "date=2026-02-02&durationMinutes=60");
    expect(await free()).toEqual(["07", "08", "09", "10"].map((hour) => `2026-02-02T${hour}:00Z`));
    const taken = await book(station, "2026-02-02T08:00:00Z");
    expect(await free()).toEqual(["07:00", "08:30", "09:30"].map((time) => `2026-02-02T${time}Z`));
    await (await orders.as("FRONT_DESK")).call("DELETE", `/imaging-orders/${taken.body.id}`);
    expect((await free()).length).toBe(4);
    expect(await starts(station.id, "date=2026-02-01&durationMinutes=60")).toEqual([]);
  });

  test("are as long as the procedure, and none lie behind us or at a station out of use", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    await admin.call("POST", "/procedures", {
      code: "LONG",
      name: "Long",
      modality: "CT",
      durationMinutes: 120,
    });
    const station = await orders.station({ openingHours: mornings });
    expect(await starts(station.id, "date=2026-02-02&procedureCode=LONG")).toEqual([
      "2026-02-02T07:00Z",
      "2026-02-02T09:00Z",
    ]);
    // It is 09:00 in Paris.
    expect(await starts(station.id, "date=2026-01-05&procedureCode=LONG")).toEqual(["2026-01-05T08:00Z"]);
    expect(await starts(station.id, "date=2026-01-02&procedureCode=LONG")).toEqual([]);
    await admin.call("PATCH", `/stations/${station.id}`, { active: false });
    expect(await starts(station.id, "date=2026-02-02&procedureCode=LONG")).toEqual([]);
  });

  test("days of summer time have 23 and 25 hours", async () => {
    const always = await orders.station();
    expect((await starts(always.id, "date=2026-03-29&durationMinutes=60")).length).toBe(23);
    expect((await starts(always.id, "date=2026-10-25&durationMinutes=60")).length).toBe(25);
    const nights = await orders.station({ openingHours: everyDay("01:00", "04:00") });
    expect(await starts(nights.id, "date=2026-03-29&durationMinutes=60")).toEqual([
      "2026-03-29T00:00Z",
      "2026-03-29T01:00Z",
    ]);
    expect((await starts(nights.id, "date=2026-10-25&durationMinutes=60")).length).toBe(4);
    const eight = await orders.station({ openingHours: everyDay("08:00", "09:00") });
    expect(await starts(eight.id, "date=2026-03-28&durationMinutes=60")).toEqual(["2026-03-28T07:00Z"]);
    expect(await starts(eight.id, "date=2026-03-29&durationMinutes=60")).toEqual(["2026-03-29T06:00Z"]);
  });

  test("go across midnight where the station is open then", async () => {
    const station = await orders.station({ openingHours: { "1": [["22:00", "02:00"]] } });
    expect(await starts(station.id, "date=2026-02-02&durationMinutes=45")).toEqual([
      "2026-02-02T21:00Z",
      "2026-02-02T21:45Z",
      "2026-02-02T22:30Z",
    ]);
    expect((await starts(station.id, "date=2026-02-03&durationMinutes=60")).length).toBe(2);
    expect((await book(station, "2026-02-02T22:30:00Z", { durationMinutes: 60 })).status).toBe(201);
    expect(await starts(station.id, "date=2026-02-03&durationMinutes=60")).toEqual(["2026-02-02T23:30Z"]);
    expect((await book(station, "2026-02-03T21:30:00Z")).body.code).toBe("schedule.closed");
  });

  test.each([
    ["date=2026-02-02", "schedule.needs-duration"],
    ["date=2026-02-02&durationMinutes=30&procedureCode=X", "schedule.needs-duration"],
    ["date=2026-02-02&procedureCode=NONE", "procedure.unknown"],
    ["date=2026-02-30&durationMinutes=30", "validation"],
    ["date=1800-02-02&durationMinutes=30", "schedule.invalid-date"],
    ["durationMinutes=30", "validation"],
    ["date=2026-02-02&durationMinutes=0", "validation"],
    ["date=2026-02-02&durationMinutes=30&x=1", "validation"],
  ])("refuse %s", async (query, code) => {
    const station = await orders.station();
    const desk = await orders.as("FRONT_DESK");
    const answer = await desk.call("GET", `/stations/${station.id}/slots?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});

describe("booking", () => {
  test("refuses what is taken and says by what; neighbours and other stations are free", async () => {
    const station = await orders.station();
    const first = await book(station, "2026-02-02T09:00:00Z");
    expect(first.body).toMatchObject({ status: "SCHEDULED", stationAeTitle: station.aeTitle });
    for (const at of ["2026-02-02T09:00:00Z", "2026-02-02T09:29:00Z", "2026-02-02T08:31:00Z"]) {
      const answer = await book(station, at, { priority: "STAT" });
      expect([answer.status, answer.body.code]).toEqual([409, "schedule.conflict"]);
      expect(answer.body.detail).toContain("2026-02-02 10:00");
      expect(answer.body.detail).toContain(first.body.accessionNumber);
    }
    expect((await book(station, "2026-02-02T08:30:00Z")).status).toBe(201);
    expect((await book(station, "2026-02-02T09:30:00Z")).status).toBe(201);
    expect((await book(await orders.station(), "2026-02-02T09:00:00Z")).status).toBe(201);
  });

  test("two at the same moment: one gets the slot", async () => {
    for (let round = 0; round < 5; round++) {
      const station = await orders.station();
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => book(station, "2026-02-02T09:00:00Z")),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    }
  });

  test("two that are rescheduled to one slot: one gets it", async () => {
    const station = await orders.station();
    const admin = await orders.as("ADMINISTRATOR");
    const ids = [
      (await book(station, "2026-02-02T09:00:00Z")).body.id,
      (await book(station, "2026-02-02T10:00:00Z")).body.id,
    ];
    const answers = await Promise.all(
      ids.map((id) => admin.call("PATCH", `/imaging-orders/${id}`, { scheduledAt: "2026-02-02T12:00:00Z" })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("outside of the opening hours is for emergencies; a station takes what it can do, while it is in use", async () => {
    const station = await orders.station({ openingHours: mornings });
    const late = "2026-02-02T11:00:00Z";
    expect((await book(station, late)).body.code).toBe("schedule.closed");
    expect((await book(station, "2026-02-02T10:45:00Z")).body.code).toBe("schedule.closed");
    expect((await book(station, late, { priority: "STAT" })).status).toBe(201);
    expect((await book(station, "2026-02-03T08:00:00Z", { modality: "MR" })).body.code).toBe(
      "station.other-modality",
    );
    await (await orders.as("ADMINISTRATOR")).call("PATCH", `/stations/${station.id}`, { active: false });
    const answer = await book(station, "2026-02-03T08:00:00Z");
    expect([answer.status, answer.body.code]).toEqual([409, "station.inactive"]);
  });

  test("PET_CT takes its station once", async () => {
    const station = await orders.station({ modalities: ["pet_ct"] });
    expect((await book(station, "2026-02-02T09:00:00Z", { modality: "PET_CT" })).status).toBe(201);
    expect((await book(station, "2026-02-02T09:00:00Z", { modality: "PET_CT" })).status).toBe(409);
  });
});

describe("an appointment", () => {
  test("is moved, and its old time is free again", async () => {
    const station = await orders.station();
    const admin = await orders.as("ADMINISTRATOR");
    const { id } = (await book(station, "2026-02-02T09:00:00Z")).body;
    const moved = await admin.call("PATCH", `/imaging-orders/${id}`, { scheduledAt: "2026-02-02T09:15:00Z" });
    expect(moved.body).toMatchObject({
      status: "SCHEDULED",
      scheduledAt: "2026-02-02T09:15:00.000Z",
      version: 2,
    });
    expect((await book(station, "2026-02-02T08:45:00Z")).status).toBe(201);
    const steps = await admin.call("GET", `/imaging-orders/${id}/steps`);
    expect(steps.body.data[0]).toMatchObject({
      startsAt: "2026-02-02T09:15:00.000Z",
      endsAt: "2026-02-02T09:45:00.000Z",
      stationAeTitle: station.aeTitle,
    });
    const longer = await admin.call("PATCH", `/imaging-orders/${id}`, { durationMinutes: 60 });
    expect(longer.body.durationMinutes).toBe(60);
    expect((await book(station, "2026-02-02T10:00:00Z")).status).toBe(409);
  });

  test("that nobody came to is free, and is made anew with another time", async () => {
    const station = await orders.station();
    const desk = await orders.as("FRONT_DESK");
    const { id } = (await book(station, "2026-02-02T09:00:00Z")).body;
    await desk.call("PATCH", `/imaging-orders/${id}`, { status: "NO_SHOW", reason: "the bus was late" });
    expect((await book(station, "2026-02-02T09:00:00Z")).status).toBe(201);
    const without = await desk.call("PATCH", `/imaging-orders/${id}`, { status: "SCHEDULED" });
    expect([without.status, without.body.code]).toEqual([400, "order.needs-appointment"]);
    expect(
      (await desk.call("PATCH", `/imaging-orders/${id}`, { scheduledAt: "2026-02-02T09:00:00Z" })).status,
    ).toBe(409);
    const anew = await desk.call("PATCH", `/imaging-orders/${id}`, { scheduledAt: "2026-02-03T09:00:00Z" });
    expect(anew.body).toMatchObject({
      status: "SCHEDULED",
      statusReason: null,
      missedAt: "2026-02-02T09:00:00.000Z",
      missedReason: "the bus was late",
    });
  });

  test("on hold gives its time away, and comes back to it where it is still free", async () => {
    const station = await orders.station();
    const desk = await orders.as("FRONT_DESK");
    const { id } = (await book(station, "2026-02-02T09:00:00Z")).body;
    const set = (change: object) => desk.call("PATCH", `/imaging-orders/${id}`, change);
    await set({ status: "ON_HOLD" });
    expect((await set({ scheduledAt: "2026-02-04T09:00:00Z" })).body.code).toBe("order.not-schedulable");
    expect((await set({ status: "SCHEDULED" })).body.scheduledAt).toBe("2026-02-02T09:00:00.000Z");
    await set({ status: "ON_HOLD" });
    expect((await book(station, "2026-02-02T09:00:00Z")).status).toBe(201);
    expect((await set({ status: "SCHEDULED" })).body.code).toBe("schedule.conflict");
    expect((await set({ status: "PENDING" })).body).toMatchObject({ status: "PENDING", scheduledAt: null });
  });

  test("an emergency that arrives unasked is on the list from now on", async () => {
    const desk = await orders.as("FRONT_DESK");
    const order = await orders.place({ priority: "STAT" });
    const arrived = await desk.call("PATCH", `/imaging-orders/${order.id}`, { status: "ARRIVED" });
    expect(arrived.body).toMatchObject({
      status: "ARRIVED",
      scheduledAt: platform.clock.now().toISOString(),
    });
  });
});

test("the day's list shows each station's appointments, at the facility's date", async () => {
  const station = await orders.station({ openingHours: everyDay("08:00", "24:00") });
  const desk = await orders.as("FRONT_DESK");
  await book(station, "2026-05-10T22:30:00Z", { priority: "STAT" });
  const late = await book(station, "2026-05-10T21:00:00Z");
  const gone = await book(station, "2026-05-10T20:00:00Z");
  await desk.call("DELETE", `/imaging-orders/${gone.body.id}`);
  const day = await desk.call("GET", `/schedule?date=2026-05-10&stationAeTitle=${station.aeTitle}`);
  expect(day.body).toMatchObject({
    date: "2026-05-10",
    timeZone: "Europe/Paris",
    from: "2026-05-09T22:00:00.000Z",
    to: "2026-05-10T22:00:00.000Z",
    complete: true,
  });
  expect(day.body.data).toMatchObject([
    {
      station: { aeTitle: station.aeTitle },
      open: [{ from: "2026-05-10T06:00:00.000Z", to: "2026-05-10T22:00:00.000Z" }],
      appointments: [{ orderId: late.body.id, startsAt: "2026-05-10T21:00:00.000Z", modalities: ["CT"] }],
    },
  ]);
  expect(day.body.data[0].appointments.length).toBe(1);
  expect((await desk.call("GET", "/schedule?stationAeTitle=NONE")).body.code).toBe("station.unknown");
  expect((await desk.call("GET", "/schedule")).body.date).toBe("2026-01-05");
});
