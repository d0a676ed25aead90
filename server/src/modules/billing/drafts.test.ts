import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { addOrder, addProcedure } from "@isocenter/test/support/priced-orders.ts";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { systemViewer, transact } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { patientRoutes } from "../patients/index.ts";
import { draftPriced } from "./drafts.ts";
import { billingReader, billingRoutes } from "./index.ts";
import { billingContext } from "./jobs.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity, journal }) => {
  journal.registerReader(billingReader(platform, journal));
  return [
    sessionRoutes(identity),
    patientRoutes({ platform, journal }),
    billingRoutes({ platform, journal }),
  ];
});

let here: string;
let user: { id: string; username: string };
let headers: Record<string, string>;
let patientId: string;
const call = async (method: "GET" | "POST" | "DELETE", url: string, payload?: object) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers,
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.body === "" ? null : answer.json() };
};
const billsOf = async (orderId: string) => (await call("GET", `/billing?orderId=${orderId}`)).body.data;

/** What the reports' room records when a report is signed. */
async function signed(orderId: string | null, more: object = {}): Promise<string> {
  const reportId = crypto.randomUUID();
  await transact(database.db, (tx) =>
    server.journal.record(tx, systemViewer([here]), {
      type: "report.signed",
      subject: { type: "report", id: reportId },
      facilityId: here,
      patientId,
      data: { orderId },
      ...more,
    }),
  );
  await server.journal.drain();
  return reportId;
}
const orderOf = (procedureId: string | null) =>
  addOrder(platform, { facilityId: here, patientId, providerId: user.id, procedureId });

beforeAll(async () => {
  here = await server.addFacility("Here");
  user = await server.addUser({ roles: ["BILLING"], facilityIds: [here] });
  const desk = await server.addUser({ roles: ["FRONT_DESK"], facilityIds: [here] });
  headers = await server.signIn(desk.username);
  const patient = { firstName: "Jane", lastName: "Doe", birthDate: "1970-01-02", sex: "F" };
  patientId = (await call("POST", "/patients", patient)).body.id;
});
beforeEach(async () => {
  headers = await server.signIn(user.username);
});

test("a signed report drafts the bill of its order, once", async () => {
  const procedureId = await addProcedure(platform, here, { price: { amount: 25_000, currency: "EUR" } });
  const orderId = await orderOf(procedureId);
  const reportId = await signed(orderId);
  await signed(orderId);
  await signed(null);
  const [bill, ...others] = await billsOf(orderId);
  expect(others).toEqual([]);
  expect(bill).toMatchObject({
    drafted: true,
    patientId,
    orderId,
    reportId,
    total: 25_000,
    currency: "EUR",
    status: "PENDING",
    dueDate: "2026-02-04",
  });
  expect((await call("GET", `/billing/${bill.id}`)).body.lines).toMatchObject([
    { code: "CTHEAD", quantity: 1, unitAmount: 25_000 },
  ]);
  // What was refused signs nothing, and a void bill stays without successor until a person makes one.
  expect((await call("POST", `/billing/${bill.id}/void`, { reason: "charity" })).status).toBe(200);
  await signed(orderId);
  expect(await billsOf(orderId)).toHaveLength(1);
  const actions = async () => (await call("GET", `/billing/${bill.id}`)).body.actions;
  expect(await actions()).toEqual(["reissue"]);
  const lines = [{ code: "X", description: "X", quantity: 1, unitAmount: 1 }];
  const byHand = { patientId, orderId, currency: "EUR", lines };
  expect((await call("POST", "/billing", byHand)).status).toBe(201);
  expect(await actions()).toEqual([]);
  const twice = await call("POST", "/billing", byHand);
  expect([twice.status, twice.body.code]).toEqual([409, "bill.order-billed"]);
});

test("a refused signature drafts nothing", async () => {
  const procedureId = await addProcedure(platform, here, {
    code: "R",
    price: { amount: 1, currency: "EUR" },
  });
  const orderId = await orderOf(procedureId);
  await signed(orderId, { outcome: "refused" });
  expect(await billsOf(orderId)).toEqual([]);
});

test("without a price there is no bill: it is listed, told once, and made when the price comes", async () => {
  const procedureId = await addProcedure(platform, here, { code: "MRKNEE" });
  const orderId = await orderOf(procedureId);
  const reportId = await signed(orderId);
  await signed(orderId);
  expect(await billsOf(orderId)).toEqual([]);
  const waiting = (await call("GET", "/billing/without-price")).body.data;
  expect(waiting).toMatchObject([
    { orderId, reportId, patientId, patientName: "Doe, Jane", actions: ["dismiss"] },
  ]);
  const notices =
    await database.db`select kind, level from notice where subject_id = ${orderId} and recipient_id = ${user.id}`;
  expect(notices).toEqual([{ kind: "bill.price-missing", level: "IMPORTANT" }]);
  const facts =
    await database.db`select 1 from fact where type = 'bill.price-missing' and subject_id = ${orderId}`;
  expect(facts).toHaveLength(1);

  const context = billingContext(platform, server.journal);
  const again = () => transact(database.db, (tx) => draftPriced(tx, context));
  expect(await again()).toBe(0);
  await database.db`update procedure set price_amount = 40000, price_currency = 'EUR' where id = ${procedureId}`;
  expect(await again()).toBe(1);
  expect(await again()).toBe(0);
  expect(await billsOf(orderId)).toMatchObject([{ total: 40_000, reportId }]);
  expect((await call("GET", "/billing/without-price")).body.data).toEqual([]);
});

test("an order without a procedure waits too, until a person bills it or says that nobody does", async () => {
  const [billed, dismissed] = [await orderOf(null), await orderOf(null)];
  await signed(billed);
  await signed(dismissed);
  expect((await call("GET", "/billing/without-price")).body.data).toHaveLength(2);
  const lines = [{ code: "X", description: "X", quantity: 1, unitAmount: 1 }];
  expect(
    (await call("POST", "/billing", { patientId, orderId: billed, currency: "EUR", lines })).status,
  ).toBe(201);
  expect((await call("DELETE", `/billing/without-price/${dismissed}`)).status).toBe(204);
  expect((await call("DELETE", `/billing/without-price/${dismissed}`)).status).toBe(404);
  expect((await call("GET", "/billing/without-price")).body.data).toEqual([]);
  await signed(dismissed);
  expect((await call("GET", "/billing/without-price")).body.data).toEqual([]);
});

test("an order of another patient is refused", async () => {
  const orderId = await orderOf(null);
  const desk = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here] });
  headers = await server.signIn(desk.username);
  const other = await call("POST", "/patients", {
    firstName: "A",
    lastName: "B",
    birthDate: "1980-01-02",
    sex: "M",
  });
  const lines = [{ code: "X", description: "X", quantity: 1, unitAmount: 1 }];
  const answer = await call("POST", "/billing", {
    patientId: other.body.id,
    orderId,
    currency: "EUR",
    lines,
  });
  expect([answer.status, answer.body.code]).toEqual([400, "bill.other-patient"]);
});

test("a bill of a report is of its order; what is not signed does not exist for the billing office", async () => {
  const { db } = database;
  const now = platform.clock.now();
  const orderId = await orderOf(null);
  const [studyId, reportId] = [crypto.randomUUID(), crypto.randomUUID()];
  await db`insert into study ${db({
    id: studyId,
    facility_id: here,
    patient_id: patientId,
    claimed_patient_id: patientId,
    study_instance_uid: "2.25.4711",
    study_at: "2026-01-05 08:00:00",
    status: "COMPLETED",
    order_id: orderId,
    created_at: now,
  })}`;
  await db`insert into report ${db({
    id: reportId,
    facility_id: here,
    study_id: studyId,
    status: "DRAFT",
    author_id: user.id,
    author_name: "x",
    content: db.json({}),
    known_images: 0,
    created_at: now,
    updated_at: now,
  })}`;
  const lines = [{ code: "X", description: "X", quantity: 1, unitAmount: 1 }];
  const ofReport = { patientId, reportId, currency: "EUR", lines };
  expect((await call("POST", "/billing", ofReport)).body.code).toBe("report.not-found");
  const content = {
    indication: "",
    technique: "",
    comparison: "",
    findings: "x",
    impression: "x",
    recommendations: "",
    fields: {},
  };
  await db`update report set status = 'FINAL', signed_number = 1, last_number = 1, signed_at = ${now}, first_signed_at = ${now},
    signer_id = ${user.id}, signer_name = 'x', content = ${db.json(content)} where id = ${reportId}`;
  const made = await call("POST", "/billing", ofReport);
  expect([made.status, made.body.reportId, made.body.orderId]).toEqual([201, reportId, orderId]);
});
