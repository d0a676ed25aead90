import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { patientRoutes } from "../patients/index.ts";
import { billingRoutes, defineBillingJobs } from "./index.ts";
import { markOverdue } from "./overdue.ts";

const database = testDatabase();
const platform = testPlatform(database);
const { clock } = platform;
const server = testServer(platform, ({ identity, journal }) => {
  defineBillingJobs(platform, journal);
  return [
    sessionRoutes(identity),
    patientRoutes({ platform, journal }),
    billingRoutes({ platform, journal }),
  ];
});
const day = 86_400_000;
const goTo = (time: string) => clock.advance(Date.parse(time) - clock.now().getTime());
const mark = () => transact(database.db, (tx) => markOverdue(tx, clock.now(), { journal: server.journal }));

let user: string;
let headers: Record<string, string>;
const call = async (method: "GET" | "POST" | "PUT" | "PATCH", url: string, payload?: object, more = {}) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...headers, ...more },
    ...(payload ? { payload } : {}),
  });
  const isJson = String(answer.headers["content-type"]).includes("json");
  return { status: answer.statusCode, body: isJson ? answer.json() : answer.body, headers: answer.headers };
};

/** A facility of its own for each test, with one patient. */
async function department(timeZone: string) {
  const facilityId = await server.addFacility(timeZone);
  await database.db`update facility set time_zone = ${timeZone} where id = ${facilityId}`;
  user = (await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [facilityId] })).username;
  headers = await server.signIn(user);
  const patient = { firstName: "Jane", lastName: "Doe", birthDate: "1970-01-02", sex: "F" };
  const patientId = (await call("POST", "/patients", patient)).body.id as string;
  const bill = async (more: object = {}) => {
    const lines = [{ code: "CT", description: "CT", quantity: 1, unitAmount: 10_000 }];
    return (await call("POST", "/billing", { patientId, currency: "EUR", lines, ...more })).body;
  };
  return { facilityId, patientId, bill };
}
const status = async (id: string) => (await call("GET", `/billing/${id}`)).body.status as string;
const again = async () => {
  headers = await server.signIn(user);
};

beforeAll(() => goTo("2026-03-09T12:00:00Z"));
beforeEach(() => goTo("2026-03-09T12:00:00Z"));

describe("overdue", () => {
  test.each([
    // The last instant of the day on which it may be paid, at the place, and the first that is too late.
    ["Pacific/Kiritimati", "2026-03-10T09:59:59Z", "2026-03-10T10:00:00Z"],
    ["Europe/Berlin", "2026-03-10T22:59:59Z", "2026-03-10T23:00:00Z"],
    ["UTC", "2026-03-10T23:59:59Z", "2026-03-11T00:00:00Z"],
    // Summer time has begun two days before.
    ["America/New_York", "2026-03-11T03:59:59Z", "2026-03-11T04:00:00Z"],
    ["Pacific/Pago_Pago", "2026-03-11T10:59:59Z", "2026-03-11T11:00:00Z"],
  ])("begins with the next day in %s", async (timeZone, last, late) => {
    const { bill } = await department(timeZone);
    const { id } = await bill({ dueDate: "2026-03-10" });
    goTo(last);
    await again();
    expect(await status(id)).toBe("PENDING");
    expect(await mark()).toBe(0);
    goTo(late);
    // Reads never wait for the mark.
    expect(await status(id)).toBe("OVERDUE");
    expect((await call("GET", "/billing?status=overdue")).body.data).toMatchObject([
      { id, status: "OVERDUE" },
    ]);
    expect((await call("GET", "/billing?status=PENDING")).body.data).toEqual([]);
    expect(await mark()).toBe(1);
    expect(await mark()).toBe(0);
    expect((await call("GET", "/billing?status=OVERDUE,PAID")).body.data).toMatchObject([{ id, version: 2 }]);
    const facts = await database.db`select data from fact where type = 'bill.overdue' and subject_id = ${id}`;
    expect(facts).toEqual([{ data: { dueDate: "2026-03-10" } }]);
    await database.db`update bill set due_date = null, status = 'PENDING' where id = ${id}`;
  });

  test("the job marks what is late; paying ends it; a later day takes it back; what is paid never is", async () => {
    const { bill } = await department("Europe/Berlin");
    const [late, moved, paid] = [
      await bill({ dueDate: "2026-03-10" }),
      await bill({ dueDate: "2026-03-10" }),
      await bill({ dueDate: "2026-03-10" }),
    ];
    await call("PUT", `/billing/${paid.id}/pay`, { method: "CASH" });
    clock.advance(3 * day);
    await platform.jobs.drain();
    await mark();
    await again();
    expect(await Promise.all([late, moved, paid].map(({ id }) => status(id)))).toEqual([
      "OVERDUE",
      "OVERDUE",
      "PAID",
    ]);
    expect((await call("PUT", `/billing/${late.id}/pay`, { method: "CASH", amount: 1 })).body.status).toBe(
      "OVERDUE",
    );
    expect((await call("PUT", `/billing/${late.id}/pay`, { method: "CASH" })).body.status).toBe("PAID");
    expect((await call("PATCH", `/billing/${moved.id}`, { dueDate: "2026-04-01" })).body.status).toBe(
      "PENDING",
    );
    const refund = await call("POST", `/billing/${paid.id}/refunds`, { amount: 5, reason: "x" });
    expect(refund.body.status).toBe("OVERDUE");
  });

  test("a bill may be late from the beginning", async () => {
    const { bill } = await department("UTC");
    expect(await bill({ dueDate: "2025-12-31" })).toMatchObject({ status: "OVERDUE" });
  });
});

test("what is owed, by age at the facility's date", async () => {
  const { bill, facilityId } = await department("Asia/Tokyo");
  // At the facility it is the tenth.
  goTo("2026-03-09T20:00:00Z");
  await again();
  const due = {
    CURRENT: ["2026-03-10", "2026-04-10", null],
    "1-30": ["2026-03-09", "2026-02-08"],
    "31-60": ["2026-02-07", "2026-01-09"],
    "61-90": ["2026-01-08", "2025-12-10"],
    OVER_90: ["2025-12-09"],
  };
  for (const dates of Object.values(due)) for (const dueDate of dates) await bill({ dueDate });
  const part = await bill({ dueDate: "2025-01-01" });
  await call("PUT", `/billing/${part.id}/pay`, { method: "CASH", amount: 9000 });
  const paid = await bill({ dueDate: "2025-01-01" });
  await call("PUT", `/billing/${paid.id}/pay`, { method: "CASH" });
  const gone = await bill({ dueDate: "2025-01-01" });
  await call("POST", `/billing/${gone.id}/void`, { reason: "x" });
  await bill({ currency: "USD", dueDate: "2026-03-01" });
  const answer = await call("GET", `/billing/aging?facilityId=${facilityId}`);
  expect(answer.body).toEqual({
    asOf: "2026-03-09T20:00:00.000Z",
    data: [
      {
        currency: "EUR",
        count: 11,
        outstanding: 101_000,
        buckets: [
          { bucket: "CURRENT", count: 3, outstanding: 30_000 },
          { bucket: "1-30", count: 2, outstanding: 20_000 },
          { bucket: "31-60", count: 2, outstanding: 20_000 },
          { bucket: "61-90", count: 2, outstanding: 20_000 },
          { bucket: "OVER_90", count: 2, outstanding: 11_000 },
        ],
      },
      expect.objectContaining({ currency: "USD", count: 1, outstanding: 10_000 }),
    ],
  });
  const csv = await call("GET", "/billing/aging", undefined, { accept: "text/csv" });
  expect(csv.body.split("\r\n").slice(0, 2)).toEqual([
    "currency,bucket,count,outstanding",
    "EUR,CURRENT,3,300.00",
  ]);
});

test("what a patient owes: in one currency, and by state", async () => {
  const { bill, patientId } = await department("UTC");
  const url = `/billing/patient/${patientId}/total`;
  const empty = (await call("GET", url)).body;
  expect(empty).toMatchObject({ total: 0, paid: 0, outstanding: 0, currency: null });
  await bill();
  const part = await bill();
  await call("PUT", `/billing/${part.id}/pay`, { method: "CASH", amount: 4000 });
  await call("POST", `/billing/${part.id}/refunds`, { amount: 1000, reason: "x" });
  const paid = await bill();
  await call("PUT", `/billing/${paid.id}/pay`, { method: "CASH" });
  await bill({ dueDate: "2026-03-01" });
  const gone = await bill();
  await call("POST", `/billing/${gone.id}/void`, { reason: "x" });
  const share = (count: number, total: number, outstanding: number) => ({ count, total, outstanding });
  const expected = {
    total: 40_000,
    paid: 13_000,
    outstanding: 27_000,
    currency: "EUR",
    byStatus: {
      PENDING: share(1, 10_000, 10_000),
      PARTIALLY_PAID: share(1, 10_000, 7000),
      PAID: share(1, 10_000, 0),
      OVERDUE: share(1, 10_000, 10_000),
      VOID: share(1, 10_000, 0),
    },
  };
  expect((await call("GET", url)).body).toEqual(expected);
  await bill({ currency: "USD" });
  const several = await call("GET", url);
  expect([several.status, several.body.code]).toEqual([409, "bill.several-currencies"]);
  expect(several.body.detail).toContain("EUR, USD");
  expect((await call("GET", `${url}?currency=eur`)).body).toEqual(expected);
  expect((await call("GET", `${url}?currency=USD`)).body).toMatchObject({ total: 10_000, currency: "USD" });
  expect((await call("GET", `${url}?currency=CHF`)).body).toMatchObject({ total: 0, currency: "CHF" });
  expect((await call("GET", `${url}?currency=ZZZ`)).status).toBe(400);
});

describe("lists", () => {
  test("by state, patient and day at the facility; by pages that fit together", async () => {
    const { bill, patientId } = await department("America/New_York");
    const ids: string[] = [];
    // Local days: the 9th at 08:00 and 23:30, the 10th at 00:30.
    for (const time of ["2026-03-09T12:00:00Z", "2026-03-10T03:30:00Z", "2026-03-10T04:30:00Z"]) {
      goTo(time);
      await again();
      ids.push((await bill({ dueDate: "2026-06-01" })).id);
    }
    const found = async (query: string) =>
      (await call("GET", `/billing?${query}`)).body.data.map((one: { id: string }) => one.id);
    expect(await found("")).toEqual([ids[2], ids[1], ids[0]]);
    expect(await found("from=2026-03-09&to=2026-03-09")).toEqual([ids[1], ids[0]]);
    expect(await found("from=2026-03-10")).toEqual([ids[2]]);
    expect(await found("to=2026-03-08")).toEqual([]);
    expect(await found(`patientId=${patientId}&sort=issuedAt`)).toEqual(ids);
    expect(await found("sort=dueDate&limit=2")).toHaveLength(2);
    expect(await found("status=paid")).toEqual([]);
    const paged: string[] = [];
    let next: string | null = "/api/v1/billing?limit=1&sort=dueDate";
    while (next !== null) {
      const page: { data: { id: string }[]; pagination: { next: string | null } } = (
        await call("GET", next.replace("/api/v1", ""))
      ).body;
      paged.push(...page.data.map(({ id }) => id));
      next = page.pagination.next;
    }
    expect(paged).toEqual(ids);
  });

  test.each([
    ["status=LATE", "query.invalid-status"],
    ["from=2026-03-10&to=2026-03-09", "query.invalid-day"],
    ["from=1800-01-01", "query.invalid-day"],
    ["sort=patient", "query.invalid-sort"],
    ["format=xml", "validation"],
    ["after=bm9uc2Vuc2U", "query.invalid-after"],
  ])("%s is refused, as CSV too", async (query, code) => {
    await department("UTC");
    const answer = await call("GET", `/billing?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    if (query.startsWith("format") || query.startsWith("after")) return;
    expect((await call("GET", `/billing?${query}&format=csv`)).body.code).toBe(code);
  });

  test("bills and payments as CSV: amounts as people write them, no formula comes alive", async () => {
    const { bill, patientId } = await department("UTC");
    await call("PATCH", `/patients/${patientId}`, { lastName: "@SUM(A1)", firstName: "A" });
    const { id, number } = await bill();
    const gone = await bill();
    await call("POST", `/billing/${gone.id}/void`, { reason: '+1, see "note"' });
    await call("PUT", `/billing/${id}/pay`, { method: "CASH", amount: 1234, reference: "@cmd" });
    clock.advance(1000);
    await call("POST", `/billing/${id}/refunds`, { amount: 34, reason: "-x" });
    const bills = await call("GET", "/billing?sort=issuedAt&limit=1", undefined, { accept: "text/csv" });
    expect(bills.headers["content-type"]).toContain("text/csv");
    expect(bills.headers["content-disposition"]).toBe('attachment; filename="bills.csv"');
    const lines = bills.body.split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain(`${number},${id},`);
    expect(lines[1]).toContain(`"'@SUM(A1), A"`);
    expect(lines[1]).toContain("EUR,100.00,12.34,0.34,88.00");
    expect(lines[2]).toContain(`"'+1, see ""note"""`);
    const payments = (await call("GET", "/billing/payments?format=csv&sort=at")).body.split("\r\n");
    expect(payments[1]).toContain("EUR,12.34,CASH,'@cmd,,");
    expect(payments[2]).toContain("EUR,-0.34,,,'-x,");
    const json = (await call("GET", "/billing/payments?from=2026-03-09&to=2026-03-09")).body;
    expect(json.data).toMatchObject([
      { kind: "REFUND", amount: -34, billNumber: number },
      { kind: "PAYMENT", amount: 1234, method: "CASH" },
    ]);
    expect((await call("GET", "/billing/payments?to=2026-03-08")).body.data).toEqual([]);
    await server.journal.drain();
    const exported =
      await database.db`select action from access where action like '%.exported' and actor_name = ${`Full ${user}`}`;
    expect(exported.map(({ action }) => action).sort()).toEqual(["bill.exported", "payment.exported"]);
  });
});
