import type { Aging, BillSummary, MoneyMovement } from "@isocenter/contract";
import type { CsvValue } from "../../platform/index.ts";
import { majorUnits } from "./bill.ts";

/* Tables for people who keep books: amounts in the currency's major unit, times in UTC. */

export const billHeader = [
  "number",
  "id",
  "facilityId",
  "patientId",
  "patientName",
  "orderId",
  "reportId",
  "status",
  "issuedAt",
  "dueDate",
  "currency",
  "total",
  "paid",
  "refunded",
  "outstanding",
  "voidReason",
] as const;

export function billRow(bill: BillSummary): CsvValue[] {
  const money = (amount: number) => majorUnits(amount, bill.currency);
  return [
    bill.number,
    bill.id,
    bill.facilityId,
    bill.patientId,
    bill.patientName,
    bill.orderId,
    bill.reportId,
    bill.status,
    bill.issuedAt,
    bill.dueDate,
    bill.currency,
    money(bill.total),
    money(bill.paid),
    money(bill.refunded),
    money(bill.outstanding),
    bill.voidReason,
  ];
}

export const movementHeader = [
  "at",
  "kind",
  "id",
  "billNumber",
  "billId",
  "facilityId",
  "patientId",
  "currency",
  "amount",
  "method",
  "reference",
  "reason",
  "by",
] as const;

export const movementRow = (one: MoneyMovement): CsvValue[] => [
  one.at,
  one.kind,
  one.id,
  one.billNumber,
  one.billId,
  one.facilityId,
  one.patientId,
  one.currency,
  majorUnits(one.amount, one.currency),
  one.method,
  one.reference,
  one.reason,
  one.by.name,
];

export const agingHeader = ["currency", "bucket", "count", "outstanding"] as const;

export const agingRows = ({ data }: Aging): CsvValue[][] =>
  data.flatMap(({ currency, buckets }) =>
    buckets.map(({ bucket, count, outstanding }) => [
      currency,
      bucket,
      count,
      majorUnits(outstanding, currency),
    ]),
  );
