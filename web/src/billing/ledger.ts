import type { Bill } from "@isocenter/contract";
import { joined } from "../kit/joined.ts";
import { t } from "../words/words.ts";
import { methodWord } from "./methods.ts";

export interface LedgerRow {
  id: string;
  at: string;
  what: string;
  /** How it was paid, or why it was given back. */
  how: string;
  by: string;
  /** In the currency's smallest unit; what was given back is below zero. */
  amount: number;
}

/** Payments and refunds as they were made, the first first. */
export function ledgerOf(bill: Bill): LedgerRow[] {
  const payments = bill.payments.map((one) => ({
    id: one.id,
    at: one.receivedAt,
    what: t("Payment"),
    how: joined(methodWord(one.method), one.reference),
    by: one.receivedBy.name,
    amount: one.amount,
  }));
  const refunds = bill.refunds.map((one) => ({
    id: one.id,
    at: one.refundedAt,
    what: t("Refund|movement"),
    how: one.reason,
    by: one.refundedBy.name,
    amount: -one.amount,
  }));
  return [...payments, ...refunds].sort((a, b) => a.at.localeCompare(b.at));
}
