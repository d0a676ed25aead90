import { testDatabase } from "@isocenter/test/support/database.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { describe, expect, test } from "vitest";

const platform = testPlatform(testDatabase());
const orders = testOrders(platform);
const procedure = { code: "MRKNEE", name: "MR knee", modality: "mri", durationMinutes: 30 };

describe("the catalogue", () => {
  test("gives back what was entered, is changed by version, and found", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const made = await admin.call("POST", "/procedures", {
      ...procedure,
      bodyPart: "KNEE",
      preparation: "No metal",
      protocol: "T1, T2",
      subspecialty: "Musculoskeletal",
      price: 12_345,
      currency: "eur",
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      modality: "MR",
      codingScheme: "99ISO",
      preparation: "No metal",
      price: 12_345,
      currency: "EUR",
      active: true,
      version: 1,
      actions: ["change", "change-price"],
    });
    const url = `/procedures/${made.body.id}`;
    expect((await admin.call("PATCH", url, { name: "X", expectedVersion: 7 })).body.code).toBe(
      "version.conflict",
    );
    const free = await admin.call("PATCH", url, { price: null, preparation: null }, { "if-match": '"1"' });
    expect(free.body).toMatchObject({ price: null, currency: null, preparation: null, version: 2 });
    for (const query of [
      "code=MRKNEE",
      "modality=MR",
      "query=knee",
      "subspecialty=musculoskeletal",
      "active=true",
    ])
      expect([query, (await admin.call("GET", `/procedures?${query}`)).body.pagination.total]).toEqual([
        query,
        1,
      ]);
    await admin.call("PATCH", url, { active: false });
    const wish = await orders.wish({ modality: undefined, procedureCode: "MRKNEE" });
    expect((await admin.call("POST", "/imaging-orders", wish)).body.code).toBe("procedure.unknown");
    expect((await admin.call("POST", "/procedures", procedure)).body.code).toBe("procedure.code-taken");
  });

  test.each([
    [{ price: 1 }, "procedure.invalid-price"],
    [{ currency: "EUR" }, "procedure.invalid-price"],
    [{ price: 1, currency: "XYZ" }, "procedure.unknown-currency"],
    [{ reportTemplateId: "01900000-0000-7000-8000-000000000000" }, "procedure.unknown-template"],
    [{ price: -1, currency: "EUR" }, "validation"],
    [{ price: 1.5, currency: "EUR" }, "validation"],
    [{ modality: "?" }, "order.invalid-modality"],
    [{ durationMinutes: 0 }, "validation"],
    [{ durationMinutes: 1441 }, "validation"],
    [{ code: " " }, "validation"],
    [{ colour: "red" }, "validation"],
  ])("refuses %j", async (more, code) => {
    const admin = await orders.as("ADMINISTRATOR");
    const answer = await admin.call("POST", "/procedures", { ...procedure, code: "NEW", ...more });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect((await admin.call("GET", "/procedures?code=NEW")).body.pagination.total).toBe(0);
  });
});

describe("stations", () => {
  test("are open around the clock where nothing is said; steps to come follow another AE title", async () => {
    const admin = await orders.as("ADMINISTRATOR");
    const station = await orders.station({ aeTitle: "OLD", modalities: ["pet_ct", "CT"] });
    expect(station).toMatchObject({ name: "OLD", modalities: ["PT", "CT"], version: 1 });
    expect(station).toMatchObject({ openingHours: { "7": [["00:00", "24:00"]] } });
    const order = await orders.place({ stationAeTitle: "OLD", scheduledAt: "2026-02-02T09:00:00Z" });
    const changed = await admin.call("PATCH", `/stations/${station.id}`, {
      aeTitle: "NEW",
      expectedVersion: 1,
    });
    expect(changed.body).toMatchObject({ aeTitle: "NEW", name: "OLD", version: 2 });
    expect((await admin.call("GET", `/imaging-orders/${order.id}`)).body.stationAeTitle).toBe("NEW");
    const steps = await admin.call("GET", `/imaging-orders/${order.id}/steps`);
    expect(steps.body.data[0].stationAeTitle).toBe("NEW");
    const taken = await admin.call("POST", "/stations", { aeTitle: "NEW", modalities: ["CT"] });
    expect([taken.status, taken.body.code]).toEqual([409, "station.title-taken"]);
  });

  test.each([
    [{ aeTitle: "SEVENTEEN LETTERS" }, "validation"],
    [{ aeTitle: "A\\B" }, "validation"],
    [{ modalities: [] }, "validation"],
    [{ modalities: ["?"] }, "order.invalid-modality"],
    [{ openingHours: { "8": [["08:00", "09:00"]] } }, "validation"],
    [{ openingHours: { "1": [["8:00", "09:00"]] } }, "validation"],
    [{ openingHours: { "1": [["24:00", "09:00"]] } }, "station.invalid-opening-hours"],
    [
      {
        openingHours: {
          "1": [
            ["10:00", "12:00"],
            ["08:00", "10:30"],
          ],
        },
      },
      "station.invalid-opening-hours",
    ],
  ])("refuse %j", async (more, code) => {
    const admin = await orders.as("ADMINISTRATOR");
    const answer = await admin.call("POST", "/stations", { aeTitle: "BAD", modalities: ["CT"], ...more });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});

test("the same Idempotency-Key places one order", async () => {
  const admin = await orders.as("ADMINISTRATOR");
  const wish = await orders.wish();
  const place = () => admin.call("POST", "/imaging-orders", wish, { "idempotency-key": "once" });
  const [first, second] = [await place(), await place()];
  expect(second.body.id).toBe(first.body.id);
  expect((await admin.call("GET", `/imaging-orders/patient/${wish.patientId}`)).body.pagination.total).toBe(
    1,
  );
});
