import { type Role, roles } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { describe, expect, test } from "vitest";

const database = testDatabase();
const platform = testPlatform(database);
const orders = testOrders(platform);

const mayPlace: readonly Role[] = ["ADMINISTRATOR", "PHYSICIAN", "FRONT_DESK", "INTEGRATION"];
const mayMove: readonly Role[] = ["ADMINISTRATOR", "TECHNOLOGIST", "FRONT_DESK", "INTEGRATION"];
const mayPrice: readonly Role[] = ["ADMINISTRATOR", "BILLING"];

describe.each(roles)("%s", (role) => {
  test("reads orders, catalogue and schedule; a physician those in their care", async () => {
    const who = await orders.as(role);
    const other = (await orders.someone(["PHYSICIAN"], [orders.places.here])).id;
    const order = await orders.place({ providerId: other, scheduledAt: "2026-02-02T09:00:00Z" });
    const all = role !== "PHYSICIAN";
    const list = await who.call("GET", `/imaging-orders?accessionNumber=${order.accessionNumber}`);
    expect([list.body.data.length, list.body.pagination.total]).toEqual(all ? [1, 1] : [0, 0]);
    for (const url of ["", "/steps"])
      expect((await who.call("GET", `/imaging-orders/${order.id}${url}`)).status).toBe(all ? 200 : 404);
    expect((await who.call("GET", `/imaging-orders/patient/${order.patientId}`)).status).toBe(
      all ? 200 : 404,
    );
    const day = JSON.stringify((await who.call("GET", "/schedule?date=2026-02-02")).body);
    expect(day.includes(order.id)).toBe(all);
    for (const url of ["/procedures", "/stations"]) expect((await who.call("GET", url)).status).toBe(200);
  });

  test("places orders and changes what was asked for", async () => {
    const who = await orders.as(role);
    const providerId = role === "PHYSICIAN" ? who.id : undefined;
    const wish = await orders.wish(providerId ? { providerId } : {});
    if (providerId) wish.patientProof = await orders.proof(String(wish.patientId));
    const made = await who.call("POST", "/imaging-orders", wish);
    expect(made.status).toBe(mayPlace.includes(role) ? 201 : 403);
    const order = await orders.place(providerId ? { providerId } : {});
    const changed = await who.call("PATCH", `/imaging-orders/${order.id}`, { notes: "x" });
    expect(changed.status).toBe(mayPlace.includes(role) ? 200 : 403);
    const cancelled = await who.call("DELETE", `/imaging-orders/${order.id}`);
    expect(cancelled.status).toBe(mayPlace.includes(role) || mayMove.includes(role) ? 200 : 403);
  });

  test("moves orders", async () => {
    const who = await orders.as(role);
    const order = await orders.placeIn("SCHEDULED");
    const moved = await who.call("PATCH", `/imaging-orders/${order.id}`, { status: "ARRIVED" });
    expect(moved.status).toBe(mayMove.includes(role) ? 200 : 403);
    const { actions } = (await who.call("GET", `/imaging-orders/${(await orders.placeIn("SCHEDULED")).id}`))
      .body;
    expect(actions.includes("arrive")).toBe(mayMove.includes(role));
    expect(actions.includes("change")).toBe(mayPlace.includes(role));
  });

  test("keeps the catalogue and its prices", async () => {
    const who = await orders.as(role);
    const code = `C-${role}`.slice(0, 16);
    const procedure = { code, name: "N", modality: "CT", durationMinutes: 30 };
    const admin = role === "ADMINISTRATOR";
    expect((await who.call("POST", "/procedures", procedure)).status).toBe(admin ? 201 : 403);
    const made = await (await orders.as("ADMINISTRATOR")).call("POST", "/procedures", {
      ...procedure,
      code: `D${code}`,
    });
    const url = `/procedures/${made.body.id}`;
    const price = await who.call("PATCH", url, { price: 1000, currency: "eur" });
    expect(price.status).toBe(mayPrice.includes(role) ? 200 : 403);
    if (mayPrice.includes(role))
      expect(price.body).toMatchObject({ price: 1000, currency: "EUR", version: 2 });
    expect((await who.call("PATCH", url, { name: "M" })).status).toBe(admin ? 200 : 403);
    expect((await who.call("PATCH", url, { name: "M", price: 1 })).status).toBe(admin ? 200 : 403);
    const station = { aeTitle: `S${code}`.slice(0, 16), modalities: ["CT"] };
    expect((await who.call("POST", "/stations", station)).status).toBe(admin ? 201 : 403);
    const { id } = await orders.station();
    expect((await who.call("PATCH", `/stations/${id}`, { name: "M" })).status).toBe(admin ? 200 : 403);
  });
});

test("a physician orders as themself, and writes only what they ordered", async () => {
  const physician = await orders.as("PHYSICIAN");
  const other = await orders.someone(["PHYSICIAN"], [orders.places.here]);
  const foreign = await physician.call(
    "POST",
    "/imaging-orders",
    await orders.wish({ providerId: other.id }),
  );
  expect([foreign.status, foreign.body.code]).toEqual([403, "order.not-own"]);
  const wish = await orders.wish({ providerId: undefined });
  const patientProof = await orders.proof(String(wish.patientId));
  const own = await physician.call("POST", "/imaging-orders", { ...wish, patientProof });
  expect(own.body.providerId).toBe(physician.id);
  const url = `/imaging-orders/${own.body.id}`;
  expect((await physician.call("PATCH", url, { providerId: other.id })).status).toBe(403);
  const theirs = await orders.place({ patientId: own.body.patientId, providerId: other.id });
  expect((await physician.call("GET", `/imaging-orders/${theirs.id}`)).body.actions).toEqual([]);
  expect((await physician.call("DELETE", `/imaging-orders/${theirs.id}`)).body.code).toBe("order.not-own");
});

test("a technologist moves the appointment and the state, not what was asked for", async () => {
  const technologist = await orders.as("TECHNOLOGIST");
  const order = await orders.place();
  const url = `/imaging-orders/${order.id}`;
  const scheduled = await technologist.call("PATCH", url, { scheduledAt: "2026-02-02T09:00:00Z" });
  expect(scheduled.body.status).toBe("SCHEDULED");
  const details = await technologist.call("PATCH", url, { status: "ARRIVED", clinicalIndication: "x" });
  expect([details.status, details.body.code]).toEqual([403, "order.status-only"]);
  const both = await orders.someone(["TECHNOLOGIST", "PHYSICIAN"], [orders.places.here]);
  expect(
    (await both.call("POST", "/imaging-orders", await orders.wish({ providerId: both.id }))).status,
  ).toBe(201);
});

test("what belongs to another facility does not exist", async () => {
  const stranger = await orders.someone(["ADMINISTRATOR"], [orders.places.there]);
  const order = await orders.place({ scheduledAt: "2026-02-02T09:00:00Z" });
  const station = await orders.station();
  const admin = await orders.as("ADMINISTRATOR");
  const procedure = await admin.call("POST", "/procedures", {
    code: "OURS",
    name: "N",
    modality: "CT",
    durationMinutes: 5,
  });
  for (const url of [
    `/imaging-orders/${order.id}`,
    `/imaging-orders/${order.id}/steps`,
    `/imaging-orders/patient/${order.patientId}`,
    `/stations/${station.id}`,
    `/stations/${station.id}/slots?date=2026-02-02&durationMinutes=30`,
    `/procedures/${procedure.body.id}`,
    `/schedule?facilityId=${orders.places.here}`,
  ])
    expect([url, (await stranger.call("GET", url)).status]).toEqual([url, 404]);
  for (const url of [
    `/imaging-orders/${order.id}`,
    `/stations/${station.id}`,
    `/procedures/${procedure.body.id}`,
  ])
    expect([url, (await stranger.call("PATCH", url, {})).status]).toEqual([url, 404]);
  expect((await stranger.call("DELETE", `/imaging-orders/${order.id}`)).status).toBe(404);
  for (const url of [
    "/imaging-orders",
    `/imaging-orders?facilityId=${orders.places.here}`,
    "/stations",
    "/procedures",
  ])
    expect([url, (await stranger.call("GET", url)).body.pagination.total]).toEqual([url, 0]);
});
