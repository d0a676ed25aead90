import { type Role, roles } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sessionRoutes } from "../identity/index.ts";
import { mergeRoutes, patientRoutes } from "../patients/index.ts";
import { billingRoutes, followMerge } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity, journal }) => [
  sessionRoutes(identity),
  patientRoutes({ platform, journal }),
  mergeRoutes({ platform, journal, followers: [followMerge] }),
  billingRoutes({ platform, journal }),
]);

type Headers = Record<string, string>;
const signIn = async (role: Role, ...facilityIds: string[]) =>
  server.signIn((await server.addUser({ roles: [role], facilityIds })).username);
let as: Headers;
const call = async (
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE",
  url: string,
  payload?: object,
  headers: Headers = {},
) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...as, ...headers },
    ...(payload ? { payload } : {}),
  });
  const isJson = String(answer.headers["content-type"]).includes("json");
  return { status: answer.statusCode, body: isJson ? answer.json() : answer.body, headers: answer.headers };
};

let here: string;
let there: string;
let billing: Headers;
let desk: Headers;
let patientId: string;

const enter = async (lastName = "Doe") => {
  const patient = { firstName: "Jane", lastName, birthDate: "1970-01-02", sex: "F" };
  return (await call("POST", "/patients", patient, desk)).body.id as string;
};
const line = { code: "CTHEAD", description: "CT of the head", quantity: 1, unitAmount: 10_000 };
const bill = async (more: object = {}, of = patientId) => {
  const made = await call("POST", "/billing", { patientId: of, lines: [line], currency: "EUR", ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const pay = (id: string, body: object = {}, headers: Headers = {}) =>
  call("PUT", `/billing/${id}/pay`, { method: "card", ...body }, headers);
const refund = (id: string, body: object, headers: Headers = {}) =>
  call("POST", `/billing/${id}/refunds`, { reason: "wrong amount", ...body }, headers);

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
  billing = await signIn("BILLING", here);
  desk = await signIn("FRONT_DESK", here);
});
beforeEach(async () => {
  as = billing;
  patientId = await enter();
});

describe("making a bill", () => {
  test("answers with lines, sum, number, state and what may be done", async () => {
    const made = await call("POST", "/billing", {
      patientId,
      lines: [line, { ...line, code: "CONTRAST", quantity: 2, unitAmount: 1250, modifiers: ["26"] }],
      currency: "eur",
    });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`/api/v1/billing/${made.body.id}`);
    expect(made.headers.etag).toBe('"1"');
    expect(made.body).toMatchObject({
      number: expect.stringMatching(/^2026-\d{6}$/),
      patientName: "Doe, Jane",
      patientIdentifier: expect.stringMatching(/^P\d+$/),
      patientBirthDate: "1970-01-02",
      patientAddress: null,
      facilityId: here,
      currency: "EUR",
      total: 12_500,
      paid: 0,
      outstanding: 12_500,
      status: "PENDING",
      // 30 days after the day at the facility.
      dueDate: "2026-02-04",
      drafted: false,
      actions: ["change", "pay", "void"],
      lines: [
        { code: "CTHEAD", amount: 10_000 },
        { code: "CONTRAST", amount: 2500, modifiers: ["26"] },
      ],
      payments: [],
      refunds: [],
    });
    expect((await call("GET", `/billing/${made.body.id}`)).body).toEqual(made.body);
    const [fact] =
      await database.db`select data, patient_id as patient from fact where subject_id = ${made.body.id}`;
    expect(fact).toMatchObject({ patient: patientId, data: { total: 12_500, currency: "EUR" } });
  });

  test("numbers have no gap, also where many are made at once and some are refused", async () => {
    const before = (await bill()).number as string;
    await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        call("POST", "/billing", { patientId, lines: [line], currency: index === 3 ? "XXZ" : "EUR" }),
      ),
    );
    const after = (await bill()).number as string;
    expect(Number(after.slice(5)) - Number(before.slice(5))).toBe(6);
  });

  test.each([
    [
      "a patient whom nobody knows",
      { patientId: "00000000-0000-7000-8000-000000000000" },
      404,
      "patient.not-found",
    ],
    ["no lines", { lines: [] }, 400, "validation"],
    ["a line of nothing", { lines: [{ ...line, quantity: 0 }] }, 400, "validation"],
    ["a negative amount", { lines: [{ ...line, unitAmount: -1 }] }, 400, "validation"],
    ["half a cent", { lines: [{ ...line, unitAmount: 0.5 }] }, 400, "validation"],
    ["a currency that is none", { currency: "XYZ" }, 400, "bill.unknown-currency"],
    ["a day that is none", { dueDate: "2026-02-30" }, 400, "validation"],
    ["a day out of time", { dueDate: "0001-01-01" }, 400, "bill.invalid-due-date"],
    [
      "too much money",
      { lines: Array(200).fill({ ...line, quantity: 1000, unitAmount: 1e11 }) },
      400,
      "bill.too-large",
    ],
    [
      "an order that is not there",
      { orderId: "00000000-0000-7000-8000-000000000000" },
      404,
      "order.not-found",
    ],
    [
      "a report that is not there",
      { reportId: "00000000-0000-7000-8000-000000000000" },
      404,
      "report.not-found",
    ],
    ["a member that is not known", { tip: 1 }, 400, "validation"],
  ])("%s is refused", async (_words, more, status, code) => {
    const answer = await call("POST", "/billing", { patientId, lines: [line], currency: "EUR", ...more });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("another facility does not exist", async () => {
    const answer = await call("POST", "/billing", {
      patientId,
      lines: [line],
      currency: "EUR",
      facilityId: there,
    });
    expect([answer.status, answer.body.code]).toEqual([404, "facility.not-found"]);
  });
});

describe("paying", () => {
  test("in parts and the rest; then nothing is owed", async () => {
    const { id } = await bill();
    const first = await pay(id, { amount: 4000, reference: "slip 7" });
    expect(first.body).toMatchObject({ status: "PARTIALLY_PAID", paid: 4000, outstanding: 6000, version: 2 });
    expect(first.body.payments).toMatchObject([{ amount: 4000, method: "CARD", reference: "slip 7" }]);
    const rest = await pay(id, { method: "bank transfer" });
    expect(rest.body).toMatchObject({ status: "PAID", paid: 10_000, outstanding: 0, actions: ["refund"] });
    expect(rest.body.payments[1]).toMatchObject({ amount: 6000, method: "BANK_TRANSFER" });
    const more = await pay(id);
    expect([more.status, more.body.code]).toEqual([409, "bill.nothing-owed"]);
  });

  test.each([
    ["more than is owed", { amount: 10_001 }, 422, "bill.over-owed"],
    ["nothing", { amount: 0 }, 400, "validation"],
    ["a negative amount", { amount: -5 }, 400, "validation"],
    ["without method", { method: undefined }, 400, "validation"],
  ])("%s is refused, and nothing changes", async (_words, body, status, code) => {
    const { id } = await bill();
    const answer = await pay(id, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await call("GET", `/billing/${id}`)).body).toMatchObject({ paid: 0, payments: [], version: 1 });
  });

  test("ten at once pay what is owed, no more", async () => {
    const { id } = await bill();
    const answers = await Promise.all(Array.from({ length: 10 }, () => pay(id, { amount: 3000 })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(7);
    expect((await call("GET", `/billing/${id}`)).body).toMatchObject({ paid: 9000, outstanding: 1000 });
  });

  test("two at once pay all that is owed once", async () => {
    const { id } = await bill();
    const statuses = (await Promise.all([pay(id), pay(id)])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
    expect((await call("GET", `/billing/${id}`)).body.payments).toHaveLength(1);
  });

  test("the same key pays once, also at the same time; for something else it is refused", async () => {
    const { id } = await bill();
    const key = { "idempotency-key": "till-1-0815" };
    const answers = await Promise.all(Array.from({ length: 4 }, () => pay(id, { amount: 3000 }, key)));
    // One may come while the first is under way, and is told so.
    expect(
      answers.filter(({ status, body }) => status !== 200 && body.code !== "idempotency.running"),
    ).toEqual([]);
    expect((await pay(id, { amount: 3000 }, key)).body).toMatchObject({ paid: 3000, version: 2 });
    for (const other of [
      await pay(id, { amount: 2000 }, key),
      await pay((await bill()).id, { amount: 1 }, key),
    ])
      expect([other.status, other.body.code]).toEqual([422, "idempotency.key-reused"]);
  });

  test("the key is kept with the money: it pays once also when what the request answered is forgotten", async () => {
    const { id } = await bill();
    const key = { "idempotency-key": "till-1-0816" };
    await pay(id, { amount: 3000 }, key);
    await pay(id);
    const forget = () => database.db`delete from idempotency_key`;
    await forget();
    expect((await pay(id, { amount: 3000 }, key)).body).toMatchObject({ status: "PAID", paid: 10_000 });
    await forget();
    expect((await pay(id, { amount: 2000 }, key)).body.code).toBe("idempotency.key-reused");
    as = desk;
    expect((await pay(id, { amount: 3000 }, key)).body.code).toBe("idempotency.key-reused");
    as = billing;
    const again = { "idempotency-key": "r2" };
    await refund(id, { amount: 500 }, again);
    await forget();
    expect((await refund(id, { amount: 500 }, again)).body.refunded).toBe(500);
    await forget();
    expect((await refund(id, { amount: 600 }, again)).body.code).toBe("idempotency.key-reused");
  });

  test("a stale version is refused", async () => {
    const { id } = await bill();
    const stale = await pay(id, {}, { "if-match": '"7"' });
    expect([stale.status, stale.body.code]).toEqual([409, "version.conflict"]);
  });

  test("the front desk takes payments and does nothing else", async () => {
    const { id } = await bill();
    as = desk;
    const paid = await pay(id, { amount: 1 });
    expect(paid.body).toMatchObject({ paid: 1, actions: ["pay"] });
    expect((await refund(id, { amount: 1 })).status).toBe(403);
    expect((await call("PATCH", `/billing/${id}`, { dueDate: null })).status).toBe(403);
    expect((await call("POST", `/billing/${id}/void`, { reason: "x" })).status).toBe(403);
    expect((await call("POST", "/billing", { patientId, lines: [line], currency: "EUR" })).status).toBe(403);
  });
});

describe("giving back", () => {
  test("what was refunded is owed again", async () => {
    const { id } = await bill();
    const { payments } = (await pay(id)).body;
    const some = await refund(id, { amount: 2500, paymentId: payments[0].id });
    expect(some.status).toBe(201);
    expect(some.body).toMatchObject({ status: "PARTIALLY_PAID", refunded: 2500, outstanding: 2500 });
    const rest = await refund(id, { amount: 7500 });
    expect(rest.body).toMatchObject({ status: "PENDING", refunded: 10_000, outstanding: 10_000 });
    expect(rest.body.refunds).toMatchObject([
      { amount: 2500, paymentId: payments[0].id, reason: "wrong amount" },
      { amount: 7500, paymentId: null },
    ]);
    expect((await pay(id)).body).toMatchObject({ status: "PAID", paid: 20_000 });
  });

  test("no more than was paid, in all and of a payment", async () => {
    const { id } = await bill();
    expect((await refund(id, { amount: 1 })).body.code).toBe("bill.over-paid");
    const first = (await pay(id, { amount: 3000 })).body.payments[0];
    await pay(id);
    expect((await refund(id, { amount: 3001, paymentId: first.id })).body.code).toBe("bill.over-paid");
    expect((await refund(id, { amount: 2000, paymentId: first.id })).status).toBe(201);
    expect((await refund(id, { amount: 1001, paymentId: first.id })).body.code).toBe("bill.over-paid");
    expect((await refund(id, { amount: 8001 })).body.code).toBe("bill.over-paid");
    const other = (await pay((await bill()).id)).body.payments[0];
    expect((await refund(id, { amount: 1, paymentId: other.id })).body.code).toBe("payment.not-found");
  });

  test("several at once give back what was paid, no more; the same key once", async () => {
    const { id } = await bill();
    await pay(id);
    const answers = await Promise.all(Array.from({ length: 6 }, () => refund(id, { amount: 4000 })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 422, 422, 422, 422]);
    const key = { "idempotency-key": "r1" };
    await Promise.all([refund(id, { amount: 500 }, key), refund(id, { amount: 500 }, key)]);
    expect((await call("GET", `/billing/${id}`)).body.refunded).toBe(8500);
    expect((await refund(id, { amount: 501 }, key)).body.code).toBe("idempotency.key-reused");
  });

  test("payments and refunds are never edited", async () => {
    const { id } = await bill();
    await pay(id);
    await refund(id, { amount: 1 });
    const { db } = database;
    await expect(db`update payment set amount = 1 where bill_id = ${id}`).rejects.toThrow(/refunded/);
    await expect(db`delete from payment where bill_id = ${id}`).rejects.toThrow(/refunded/);
    await expect(db`update refund set amount = 2 where bill_id = ${id}`).rejects.toThrow(/refunded/);
    await expect(db`delete from refund where bill_id = ${id}`).rejects.toThrow(/refunded/);
    await expect(db`truncate refund`).rejects.toThrow(/refunded/);
  });
});

describe("changing and making void", () => {
  test("lines and due day until something is paid", async () => {
    const { id } = await bill();
    const lines = [{ ...line, unitAmount: 8000 }];
    const changed = await call("PATCH", `/billing/${id}`, { lines, dueDate: null }, { "if-match": '"1"' });
    expect(changed.body).toMatchObject({
      total: 8000,
      dueDate: null,
      version: 2,
      lines: [{ unitAmount: 8000 }],
    });
    expect((await call("PATCH", `/billing/${id}`, { lines, expectedVersion: 1 })).body.code).toBe(
      "version.conflict",
    );
    await pay(id, { amount: 1 });
    expect((await call("PATCH", `/billing/${id}`, { lines })).body.code).toBe("bill.paid");
    await refund(id, { amount: 1 });
    expect((await call("PATCH", `/billing/${id}`, { lines: [line] })).body.total).toBe(10_000);
  });

  test("a bill of nothing is paid; lines make it owed", async () => {
    const free = await bill({ lines: [{ ...line, unitAmount: 0 }] });
    expect(free).toMatchObject({ status: "PAID", actions: ["change"] });
    expect((await call("PATCH", `/billing/${free.id}`, { lines: [line] })).body.status).toBe("PENDING");
  });

  test("void with a reason, not with money that was not refunded; then nothing follows", async () => {
    const { id } = await bill();
    const url = `/billing/${id}/void`;
    await pay(id, { amount: 1 });
    const held = await call("POST", url, { reason: "twice" });
    expect([held.status, held.body.code]).toEqual([409, "bill.holds-money"]);
    await refund(id, { amount: 1 });
    expect((await call("POST", url, {})).status).toBe(400);
    const made = await call("POST", url, { reason: "twice" });
    expect(made.body).toMatchObject({
      status: "VOID",
      voidReason: "twice",
      outstanding: 0,
      actions: ["reissue"],
    });
    for (const again of [
      await call("POST", url, { reason: "twice" }),
      await pay(id, { amount: 1 }),
      await refund(id, { amount: 1 }),
      await call("PATCH", `/billing/${id}`, { lines: [line] }),
    ]) {
      expect([again.status, again.body.code]).toEqual([409, "bill.illegal-transition"]);
      expect(again.body.detail).toContain("from VOID may follow nothing");
    }
    await server.journal.drain();
    const refused =
      await database.db`select data from access where action = 'bill.change-refused' and subject_id = ${id}`;
    expect(refused).toHaveLength(5);
    const facts = await database.db`select type from fact where subject_id = ${id} order by id`;
    expect(facts.map(({ type }) => type)).toEqual([
      "bill.created",
      "bill.paid",
      "bill.refunded",
      "bill.voided",
    ]);
  });

  test("a paid bill is not made void", async () => {
    const { id } = await bill();
    await pay(id);
    expect((await call("POST", `/billing/${id}/void`, { reason: "x" })).body.code).toBe("bill.holds-money");
  });
});

describe("who sees bills", () => {
  test.each(roles)("%s", async (role) => {
    const { id } = await bill();
    as = await signIn(role, here);
    const reads = ["ADMINISTRATOR", "FRONT_DESK", "BILLING", "INTEGRATION"].includes(role);
    const takes = ["ADMINISTRATOR", "FRONT_DESK", "BILLING"].includes(role);
    const writes = ["ADMINISTRATOR", "BILLING"].includes(role);
    for (const url of [
      "",
      `/${id}`,
      `/patient/${patientId}`,
      `/patient/${patientId}/total`,
      "/aging",
      "/payments",
      "/without-price",
    ])
      expect((await call("GET", `/billing${url}`)).status, url).toBe(reads ? 200 : 403);
    expect((await pay(id, { amount: 5 })).status).toBe(takes ? 200 : 403);
    const refunded = await refund(id, { amount: 5 });
    expect(refunded.status).toBe(writes ? 201 : 403);
    expect((await call("PATCH", `/billing/${id}`, { dueDate: null })).status).toBe(writes ? 200 : 403);
    expect((await call("DELETE", `/billing/without-price/${id}`)).status).toBe(writes ? 404 : 403);
    const made = await call("POST", "/billing", { patientId, lines: [line], currency: "EUR" });
    expect(made.status).toBe(writes ? 201 : 403);
    if (role !== "FRONT_DESK")
      expect((await call("POST", `/billing/${id}/void`, { reason: "x" })).status).toBe(writes ? 200 : 403);
  });

  test("another facility's do not exist, in no list, sum or file", async () => {
    const { id } = await bill();
    await pay(id, { amount: 1 });
    as = await signIn("ADMINISTRATOR", there);
    expect((await call("GET", `/billing/${id}`)).status).toBe(404);
    expect((await pay(id)).status).toBe(404);
    expect((await refund(id, { amount: 1 })).status).toBe(404);
    expect((await call("POST", `/billing/${id}/void`, { reason: "x" })).status).toBe(404);
    expect((await call("PATCH", `/billing/${id}`, { dueDate: null })).status).toBe(404);
    expect((await call("GET", "/billing")).body).toMatchObject({ data: [], pagination: { total: 0 } });
    expect((await call("GET", `/billing/patient/${patientId}`)).status).toBe(404);
    expect((await call("GET", `/billing/patient/${patientId}/total`)).status).toBe(404);
    expect((await call("GET", "/billing/aging")).body.data).toEqual([]);
    expect((await call("GET", "/billing/payments")).body.data).toEqual([]);
    expect((await call("GET", "/billing?format=csv")).body.trim().split("\r\n")).toHaveLength(1);
    expect((await call("GET", `/billing?facilityId=${here}`)).body.data).toEqual([]);
  });
});

test("bills follow a merge and its undoing", async () => {
  const other = await enter();
  const { id } = await bill({}, patientId);
  const merged = await call(
    "POST",
    `/patients/${patientId}/merge`,
    { intoPatientId: other, reason: "same" },
    desk,
  );
  expect(merged.status).toBe(200);
  expect((await call("GET", `/billing/${id}`)).body).toMatchObject({ patientId: other, version: 2 });
  expect((await call("GET", `/billing/patient/${other}`)).body.data).toMatchObject([{ id }]);
  expect((await call("GET", `/billing/patient/${patientId}`)).body.data).toMatchObject([{ id }]);
  expect((await call("POST", "/billing", { patientId, lines: [line], currency: "EUR" })).status).toBe(404);
  const [merge] = (await call("GET", `/patients/${other}/merges`, undefined, desk)).body.data;
  await call("POST", `/patients/merges/${merge.id}/undo`, undefined, desk);
  expect((await call("GET", `/billing/${id}`)).body.patientId).toBe(patientId);
});
