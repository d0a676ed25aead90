import { type Static, Type } from "typebox";
import { closed, DateOnly, DateTime, Id, listQuery, Nullable, several } from "./lists.ts";
import { billStatuses } from "./workflow.ts";

/** Money is an integer of the currency's minor units: 12050 EUR are 120.50 euros. */
const Amount = Type.Integer({ minimum: 0 });
const Currency = Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217" });
const actor = Type.Object({ id: Type.String(), name: Type.String() });
const text = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: "^(?=.*\\S)[^\\u0000-\\u001f]*$" });
const expectedVersion = Type.Optional(Type.Integer({ minimum: 1 }));
const facilityId = Type.Optional(Id);

export const BillLine = Type.Object({
  id: Id,
  code: Type.String(),
  description: Type.String(),
  quantity: Type.Integer(),
  unitAmount: Amount,
  amount: Amount,
  modifiers: Type.Array(Type.String()),
});
export type BillLine = Static<typeof BillLine>;

export const Payment = Type.Object({
  id: Id,
  amount: Amount,
  method: Type.String(),
  reference: Nullable(Type.String()),
  receivedAt: DateTime,
  receivedBy: actor,
});
export type Payment = Static<typeof Payment>;

export const Refund = Type.Object({
  id: Id,
  paymentId: Nullable(Id),
  amount: Amount,
  reason: Type.String(),
  refundedAt: DateTime,
  refundedBy: actor,
});
export type Refund = Static<typeof Refund>;

export const BillSummary = Type.Object({
  id: Id,
  number: Type.String({ description: "Without gaps within a facility and year" }),
  facilityId: Id,
  patientId: Id,
  patientName: Type.String(),
  patientIdentifier: Nullable(Type.String()),
  patientBirthDate: Nullable(DateOnly),
  orderId: Nullable(Id),
  reportId: Nullable(Id),
  drafted: Type.Boolean({ description: "Made by the program from the price of the order's procedure" }),
  currency: Currency,
  total: Amount,
  paid: Type.Integer({ minimum: 0, description: "What came in, before refunds" }),
  refunded: Amount,
  outstanding: Type.Integer({
    minimum: 0,
    description: "What is owed: total - paid + refunded; 0 when void",
  }),
  status: Type.Enum([...billStatuses]),
  dueDate: Nullable(DateOnly),
  issuedAt: DateTime,
  voidReason: Nullable(Type.String()),
  voidedAt: Nullable(DateTime),
  version: Type.Integer(),
  updatedAt: DateTime,
  actions: Type.Array(Type.String(), {
    description:
      "change, pay, refund, void: what this viewer may do now; where one bill is asked for reissue, too: it is void, and nothing came in its place",
  }),
});
export type BillSummary = Static<typeof BillSummary>;

export const Bill = Type.Object({
  ...BillSummary.properties,
  patientAddress: Nullable(Type.String()),
  lines: Type.Array(BillLine),
  payments: Type.Array(Payment),
  refunds: Type.Array(Refund),
});
export type Bill = Static<typeof Bill>;

export const BillLineInput = Type.Object(
  {
    code: text(64),
    description: text(512),
    quantity: Type.Integer({ minimum: 1, maximum: 1000 }),
    unitAmount: Type.Integer({ minimum: 0, maximum: 100_000_000_000 }),
    modifiers: Type.Optional(Type.Array(text(16), { maxItems: 8 })),
  },
  closed,
);
export type BillLineInput = Static<typeof BillLineInput>;

const lines = Type.Array(BillLineInput, { minItems: 1, maxItems: 200 });
const dueDate = Type.Optional(Nullable(DateOnly));

/** `dueDate` left out: `BILL_DUE_DAYS` after today at the facility; null: no end. */
export const CreateBill = Type.Object(
  {
    patientId: Id,
    reportId: Type.Optional(Nullable(Id)),
    orderId: Type.Optional(Nullable(Id)),
    lines,
    currency: Type.String({ pattern: "^[A-Za-z]{3}$", description: "ISO 4217" }),
    dueDate,
    facilityId,
  },
  closed,
);
export type CreateBill = Static<typeof CreateBill>;

/** Lines (all of them anew) and the day until which it may be paid, of a bill of which nothing is paid. */
export const ChangeBill = Type.Object({ lines: Type.Optional(lines), dueDate, expectedVersion }, closed);
export type ChangeBill = Static<typeof ChangeBill>;

/** `amount` left out: all that is owed. */
export const PayBill = Type.Object(
  {
    amount: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    method: Type.String({
      pattern: "^[A-Za-z][A-Za-z0-9 _-]*$",
      maxLength: 32,
      description: "CASH, CARD, TRANSFER, CHEQUE, INSURANCE ...; kept in upper case",
    }),
    reference: Type.Optional(Nullable(text(128))),
    expectedVersion,
  },
  closed,
);
export type PayBill = Static<typeof PayBill>;

export const RefundBill = Type.Object(
  {
    amount: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    reason: text(1000),
    paymentId: Type.Optional(Nullable(Id)),
    expectedVersion,
  },
  closed,
);
export type RefundBill = Static<typeof RefundBill>;

export const VoidBill = Type.Object({ reason: text(1000), expectedVersion }, closed);
export type VoidBill = Static<typeof VoidBill>;

/** The answer's form; `Accept: text/csv` asks for CSV as well. */
export const format = Type.Optional(Type.Enum(["json", "csv"]));
const period = {
  from: Type.Optional(DateOnly),
  to: Type.Optional(DateOnly),
};

/** `from` and `to`: the day of issue at the facility, both included. */
export const BillListQuery = Type.Object(
  {
    ...listQuery,
    ...period,
    status: several(billStatuses.join(", ")),
    patientId: Type.Optional(Id),
    orderId: Type.Optional(Id),
    facilityId,
    format,
  },
  closed,
);
export type BillListQuery = Static<typeof BillListQuery>;

export const PatientBillsQuery = Type.Object(
  { ...listQuery, status: BillListQuery.properties.status, format },
  closed,
);

/** What came in and went out: payments, and refunds with a negative amount. */
export const MoneyMovement = Type.Object({
  id: Id,
  kind: Type.Enum(["PAYMENT", "REFUND"]),
  billId: Id,
  billNumber: Type.String(),
  patientId: Id,
  facilityId: Id,
  currency: Currency,
  amount: Type.Integer({ description: "Minor units; negative for a refund" }),
  method: Nullable(Type.String()),
  reference: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  at: DateTime,
  by: actor,
});
export type MoneyMovement = Static<typeof MoneyMovement>;

export const MoneyMovementQuery = Type.Object(
  {
    limit: listQuery.limit,
    offset: listQuery.offset,
    sort: listQuery.sort,
    after: listQuery.after,
    ...period,
    facilityId,
    format,
  },
  closed,
);
export type MoneyMovementQuery = Static<typeof MoneyMovementQuery>;

/** Needed where the patient's bills are of several currencies. */
export const PatientTotalQuery = Type.Object(
  { currency: Type.Optional(CreateBill.properties.currency) },
  closed,
);

const Share = Type.Object({ count: Type.Integer(), total: Amount, outstanding: Amount });

/** Void bills count nowhere but under `byStatus`. `paid` is what was paid and not refunded. */
export const PatientTotal = Type.Object({
  total: Amount,
  paid: Amount,
  outstanding: Amount,
  currency: Nullable(Currency),
  byStatus: Type.Object({
    PENDING: Share,
    PARTIALLY_PAID: Share,
    PAID: Share,
    OVERDUE: Share,
    VOID: Share,
  }),
});
export type PatientTotal = Static<typeof PatientTotal>;

export const agingBuckets = ["CURRENT", "1-30", "31-60", "61-90", "OVER_90"] as const;

export const AgingQuery = Type.Object({ facilityId, format }, closed);

/** What is owed by currency and by the days since it was due, each at the date of its facility. */
export const Aging = Type.Object({
  asOf: DateTime,
  data: Type.Array(
    Type.Object({
      currency: Currency,
      count: Type.Integer(),
      outstanding: Amount,
      buckets: Type.Array(
        Type.Object({ bucket: Type.Enum([...agingBuckets]), count: Type.Integer(), outstanding: Amount }),
      ),
    }),
  ),
});
export type Aging = Static<typeof Aging>;

/** An order that was reported and has no bill, because its procedure has no price. */
export const BillWithoutPrice = Type.Object({
  orderId: Id,
  facilityId: Id,
  patientId: Id,
  patientName: Type.String(),
  patientBirthDate: Nullable(DateOnly),
  accessionNumber: Type.String(),
  procedureCode: Nullable(Type.String()),
  procedureName: Type.String(),
  reportId: Nullable(Id),
  since: DateTime,
  actions: Type.Array(Type.String()),
});
export type BillWithoutPrice = Static<typeof BillWithoutPrice>;

export const BillWithoutPriceQuery = Type.Object({ ...listQuery, facilityId }, closed);
export type BillWithoutPriceQuery = Static<typeof BillWithoutPriceQuery>;
