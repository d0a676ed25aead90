import {
  Aging,
  AgingQuery,
  Bill,
  BillListQuery,
  BillSummary,
  BillWithoutPrice,
  BillWithoutPriceQuery,
  ChangeBill,
  CreateBill,
  Id,
  listOf,
  MoneyMovement,
  MoneyMovementQuery,
  PatientBillsQuery,
  PatientTotal,
  PatientTotalQuery,
  PayBill,
  Problem,
  RefundBill,
  VoidBill,
} from "@isocenter/contract";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import {
  type App,
  created,
  everyPage,
  listAnswer,
  type Platform,
  Refusal,
  type Routes,
  sendCsv,
  sendVersioned,
  type Tx,
  transact,
  type Viewer,
  versionedBody,
  wantsCsv,
  withoutRange,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { changeBill, createBill, voidBill } from "./commands.ts";
import { agingHeader, agingRows, billHeader, billRow, movementHeader, movementRow } from "./csv.ts";
import { dismissPrice } from "./drafts.ts";
import { billingContext } from "./jobs.ts";
import { payBill, refundBill } from "./payments.ts";
import {
  aging,
  getBill,
  listBills,
  listMovements,
  listPatientBills,
  listWithoutPrice,
  patientTotal,
} from "./queries.ts";

const problems = { "4xx": Problem };
const tags = ["Billing"];
const params = Type.Object({ id: Id });
const ofPatient = Type.Object({ patientId: Id });
const ofOrder = Type.Object({ orderId: Id });
/** Kept with the payment as well: a second lock, on the row of the money itself. */
const keyOf = (request: FastifyRequest): string | null => {
  const key = request.headers["idempotency-key"];
  return typeof key === "string" ? key : null;
};

/** `/billing`: bills, what is paid of them and given back, and who owes what. */
export function billingRoutes(deps: { platform: Platform; journal: Journal }): Routes {
  const { platform, journal } = deps;
  const { db, clock } = platform;
  const context = billingContext(platform, journal);

  const viewed = (viewer: Viewer, action: string, patientId: string | null, data: object = {}) =>
    journal.access(viewer, {
      action,
      subject: patientId === null ? { type: "search", id: "bills" } : { type: "patient", id: patientId },
      patientId,
      data: { ...data },
    });

  /** Runs a command on a bill and reads it; a transition that the rules refuse is written down. */
  async function change(viewer: Viewer, id: string, work: (tx: Tx) => Promise<void>): Promise<Bill> {
    try {
      await transact(db, work);
    } catch (error) {
      if (error instanceof Refusal && error.kind === "conflict" && error.code !== "version.conflict")
        await journal.access(viewer, {
          action: "bill.change-refused",
          subject: { type: "bill", id },
          outcome: "refused",
          data: { code: error.code },
        });
      throw error;
    }
    return getBill(db, viewer, id, clock.now());
  }

  return (app: App) => {
    app.get(
      "/billing",
      {
        config: { permission: "bills.read" },
        schema: {
          tags,
          summary: "Bills by state, patient and day of issue; as JSON or CSV",
          querystring: BillListQuery,
          response: { 200: listOf(BillSummary), ...problems },
        },
      },
      async (request, reply) => {
        const { viewer, query } = request;
        const { patientId = null } = query;
        if (wantsCsv(request, query.format)) {
          const all = withoutRange(query);
          const bills = await everyPage((range) => listBills(db, viewer, { ...all, ...range }, clock.now()));
          await viewed(viewer, "bill.exported", patientId, { from: query.from, to: query.to });
          return sendCsv(reply, "bills", billHeader, mapRows(bills, billRow));
        }
        const page = await listBills(db, viewer, query, clock.now());
        await viewed(viewer, "bill.searched", patientId, { found: page.total });
        return listAnswer(request, query, page);
      },
    );

    app.post(
      "/billing",
      {
        config: { permission: "bills.write", idempotent: true },
        schema: {
          tags,
          summary: "Makes a bill",
          body: CreateBill,
          response: { 201: Bill, ...problems },
        },
      },
      async (request, reply) => {
        const id = await transact(db, (tx) => createBill(tx, request.viewer, request.body, context));
        created(request, reply, id);
        return sendVersioned(reply, await getBill(db, request.viewer, id, clock.now()));
      },
    );

    app.get(
      "/billing/:id",
      {
        config: { permission: "bills.read" },
        schema: {
          tags,
          summary: "Reads a bill with its lines, payments and refunds",
          params,
          response: { 200: Bill, ...problems },
        },
      },
      async (request, reply) => {
        const bill = await getBill(db, request.viewer, request.params.id, clock.now());
        await journal.access(request.viewer, {
          action: "bill.viewed",
          subject: { type: "bill", id: bill.id },
          patientId: bill.patientId,
          facilityId: bill.facilityId,
        });
        return sendVersioned(reply, bill);
      },
    );

    app.patch(
      "/billing/:id",
      {
        config: { permission: "bills.write" },
        schema: {
          tags,
          summary: "Changes lines and due day of a bill of which nothing is paid",
          params,
          body: ChangeBill,
          response: { 200: Bill, ...problems },
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const { id } = request.params;
        const input = versionedBody(request);
        return sendVersioned(
          reply,
          await change(viewer, id, (tx) => changeBill(tx, viewer, id, input, context)),
        );
      },
    );

    app.put(
      "/billing/:id/pay",
      {
        config: { permission: "payments.take", idempotent: true },
        schema: {
          tags,
          summary: "Takes a payment; all that is owed where no amount is given",
          params,
          body: PayBill,
          response: { 200: Bill, ...problems },
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const { id } = request.params;
        const input = { ...versionedBody(request), idempotencyKey: keyOf(request) };
        return sendVersioned(
          reply,
          await change(viewer, id, (tx) => payBill(tx, viewer, id, input, context)),
        );
      },
    );

    app.post(
      "/billing/:id/refunds",
      {
        config: { permission: "bills.write", idempotent: true },
        schema: {
          tags,
          summary: "Gives money back; it is owed again",
          params,
          body: RefundBill,
          response: { 201: Bill, ...problems },
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const { id } = request.params;
        const input = { ...versionedBody(request), idempotencyKey: keyOf(request) };
        const bill = await change(viewer, id, (tx) => refundBill(tx, viewer, id, input, context));
        return sendVersioned(reply.code(201), bill);
      },
    );

    app.post(
      "/billing/:id/void",
      {
        config: { permission: "bills.write", idempotent: true },
        schema: {
          tags,
          summary: "Takes back a bill that holds no money; it is kept and shown as void",
          params,
          body: VoidBill,
          response: { 200: Bill, ...problems },
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const { id } = request.params;
        const input = versionedBody(request);
        return sendVersioned(
          reply,
          await change(viewer, id, (tx) => voidBill(tx, viewer, id, input, context)),
        );
      },
    );

    app.get(
      "/billing/patient/:patientId",
      {
        config: { permission: "bills.read" },
        schema: {
          tags,
          summary: "The bills of a patient, the newest first",
          params: ofPatient,
          querystring: PatientBillsQuery,
          response: { 200: listOf(BillSummary), ...problems },
        },
      },
      async (request, reply) => {
        const { viewer, query } = request;
        const { patientId } = request.params;
        const read = (range: BillListQuery) => listPatientBills(db, viewer, patientId, range, clock.now());
        if (wantsCsv(request, query.format)) {
          const all = withoutRange(query);
          const bills = await everyPage((range) => read({ ...all, ...range }));
          await viewed(viewer, "bill.exported", patientId);
          return sendCsv(reply, "bills", billHeader, mapRows(bills, billRow));
        }
        const page = await read(query);
        await viewed(viewer, "bill.searched", patientId, { found: page.total });
        return listAnswer(request, query, page);
      },
    );

    app.get(
      "/billing/patient/:patientId/total",
      {
        config: { permission: "bills.read" },
        schema: {
          tags,
          summary: "What a patient was billed, has paid and owes, in one currency",
          params: ofPatient,
          querystring: PatientTotalQuery,
          response: { 200: PatientTotal, ...problems },
        },
      },
      async (request) => {
        const { viewer } = request;
        const { patientId } = request.params;
        const total = await patientTotal(db, viewer, patientId, request.query.currency, clock.now());
        await viewed(viewer, "bill.searched", patientId);
        return total;
      },
    );

    app.get(
      "/billing/aging",
      {
        config: { permission: "bills.read" },
        schema: {
          tags,
          summary: "What is owed, by the days since it was due; as JSON or CSV",
          querystring: AgingQuery,
          response: { 200: Aging, ...problems },
        },
      },
      async (request, reply) => {
        const { viewer, query } = request;
        const answer = await aging(db, viewer, query, clock.now());
        if (wantsCsv(request, query.format)) return sendCsv(reply, "aging", agingHeader, agingRows(answer));
        return answer;
      },
    );

    app.get(
      "/billing/payments",
      {
        config: { permission: "bills.read" },
        schema: {
          tags,
          summary: "Payments and refunds by the day they were made; as JSON or CSV",
          querystring: MoneyMovementQuery,
          response: { 200: listOf(MoneyMovement), ...problems },
        },
      },
      async (request, reply) => {
        const { viewer, query } = request;
        if (wantsCsv(request, query.format)) {
          const all = withoutRange(query);
          const rows = await everyPage((range) => listMovements(db, viewer, { ...all, ...range }));
          await viewed(viewer, "payment.exported", null, { from: query.from, to: query.to });
          return sendCsv(reply, "payments", movementHeader, mapRows(rows, movementRow));
        }
        const page = await listMovements(db, viewer, query);
        await viewed(viewer, "payment.searched", null, { found: page.total });
        return listAnswer(request, query, page);
      },
    );

    app.get(
      "/billing/without-price",
      {
        config: { permission: "bills.read" },
        schema: {
          tags,
          summary: "Orders that were reported and have no bill, because their procedure has no price",
          querystring: BillWithoutPriceQuery,
          response: { 200: listOf(BillWithoutPrice), ...problems },
        },
      },
      async (request) => {
        const page = await listWithoutPrice(db, request.viewer, request.query);
        await viewed(request.viewer, "bill.searched", null, { found: page.total });
        return listAnswer(request, request.query, page);
      },
    );

    app.delete(
      "/billing/without-price/:orderId",
      {
        config: { permission: "bills.write" },
        schema: {
          tags,
          summary: "Takes an order off the list of those without price: it is not billed",
          params: ofOrder,
          response: { 204: Type.Null(), ...problems },
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        await transact(db, (tx) => dismissPrice(tx, viewer, request.params.orderId, context));
        return reply.code(204).send(null);
      },
    );
  };
}

async function* mapRows<From, To>(rows: AsyncIterable<From>, make: (row: From) => To): AsyncGenerator<To> {
  for await (const row of rows) yield make(row);
}
