import { type BillLineInput, type BillStatus, billTransitions, mayFollow } from "@isocenter/contract";
import { invalidAt, Refusal } from "../../platform/index.ts";

/** What decides about a bill's state. Amounts in minor units of its currency. */
export interface Owed {
  total: number;
  paid: number;
  refunded: number;
  /** The last day on which it may be paid, `YYYY-MM-DD`; null: no end. */
  dueDate: string | null;
  voided: boolean;
}

/** What is still to be paid; nothing of a void bill. */
export const outstandingOf = ({ total, paid, refunded, voided }: Omit<Owed, "dueDate">): number =>
  voided ? 0 : total - paid + refunded;

/** The state that follows from the money and the facility's date. A bill of nothing is paid. */
export function billStatus(owed: Owed, today: string): BillStatus {
  if (owed.voided) return "VOID";
  if (outstandingOf(owed) <= 0) return "PAID";
  if (owed.dueDate !== null && owed.dueDate < today) return "OVERDUE";
  return owed.paid > owed.refunded ? "PARTIALLY_PAID" : "PENDING";
}

/** @throws Refusal `conflict` (`bill.illegal-transition`) that names the state and what may follow */
export function checkTransition(from: BillStatus, to: BillStatus, what: string): void {
  if ((from === to && from !== "VOID") || mayFollow(billTransitions, from, to)) return;
  const next = billTransitions[from];
  const follows = next.length === 0 ? "nothing" : next.join(", ");
  throw new Refusal(
    "conflict",
    "bill.illegal-transition",
    `A bill that is ${from} cannot be ${what}: from ${from} may follow ${follows}.`,
  );
}

/** More than any department bills at once, and far within what numbers hold exactly. */
const largestTotal = 10_000_000_000_000;

export const lineAmount = ({ quantity, unitAmount }: Pick<BillLineInput, "quantity" | "unitAmount">) =>
  quantity * unitAmount;

/** @throws Refusal `invalid` (`bill.too-large`) */
export function totalOf(lines: readonly Pick<BillLineInput, "quantity" | "unitAmount">[]): number {
  let total = 0;
  for (const line of lines) total += lineAmount(line);
  if (total <= largestTotal) return total;
  throw new Refusal("invalid", "bill.too-large", `A bill is of at most ${largestTotal} minor units.`);
}

const currencies = new Set(Intl.supportedValuesOf("currency"));

/** @throws Refusal `invalid` (`bill.unknown-currency`) */
export function readCurrency(text: string): string {
  const code = text.toUpperCase();
  if (currencies.has(code)) return code;
  throw new Refusal("invalid", "bill.unknown-currency", `${code} is no currency of ISO 4217.`);
}

/** @throws Refusal `invalid` (`bill.invalid-due-date`) */
export function checkDueDate(date: string | null): string | null {
  if (date !== null && (date < "1970-01-01" || date > "2199-12-31"))
    throw invalidAt(
      "bill.invalid-due-date",
      "body.dueDate",
      "is not a day on which a bill can be due: 1970 to 2199",
    );
  return date;
}

/** The day so many days later. */
export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

const digits = new Map<string, number>();

/** An amount in the currency's major unit, as `120.50`, with as many digits as the currency has. */
export function majorUnits(amount: number, currency: string): string {
  let places = digits.get(currency);
  if (places === undefined) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    places = format.resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, places);
  }
  if (places === 0) return String(amount);
  const figures = String(Math.abs(amount)).padStart(places + 1, "0");
  return `${amount < 0 ? "-" : ""}${figures.slice(0, -places)}.${figures.slice(-places)}`;
}
