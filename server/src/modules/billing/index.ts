/**
 * Billing: what is owed for an order, what was paid of it, and what was given back.
 *
 * Owns the tables `bill`, `bill_line`, `bill_counter`, `payment`, `refund`, `bill_without_price`. Records the facts `bill.created`, `bill.changed`,
 * `bill.paid` (for each payment), `bill.refunded`, `bill.voided`, `bill.overdue` and `bill.price-missing`. Keeps: a bill's state follows from its money and the facility's date;
 * payments and refunds are rows that are never changed; nobody pays more than is owed or gets back more than was paid; the same key pays once;
 * an order has one bill; numbers have no gap within a facility and year; a void bill holds no money.
 */
export { followMerge } from "./commands.ts";
export { billingReader, defineBillingJobs } from "./jobs.ts";
export { billingRoutes } from "./routes.ts";
