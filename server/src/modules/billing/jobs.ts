import { type Platform, transact } from "../../platform/index.ts";
import type { FactReader, Journal } from "../journal/index.ts";
import { draftBill, draftPriced } from "./drafts.ts";
import type { BillingContext } from "./locked.ts";
import { markOverdue } from "./overdue.ts";

export const billingContext = (platform: Platform, journal: Journal): BillingContext => ({
  clock: platform.clock,
  journal,
  dueDays: platform.config.billDueDays,
});

/** A signed report drafts the bill of its order. */
export function billingReader(platform: Platform, journal: Journal): FactReader {
  const context = billingContext(platform, journal);
  return {
    name: "billing.draft",
    types: ["report.signed"],
    async handle(tx, facts) {
      for (const fact of facts) {
        const { orderId } = fact.data;
        if (fact.outcome !== "success" || typeof orderId !== "string") continue;
        const reportId = fact.subject.type === "report" ? fact.subject.id : null;
        await draftBill(tx, { orderId, reportId }, context);
      }
    },
  };
}

const overdueEverySeconds = 600;
const priceEverySeconds = 120;
const batch = 200;

/** Wakes what time brings about: bills become overdue, and prices that were missing come. */
export function defineBillingJobs(platform: Platform, journal: Journal): void {
  const { db, clock, jobs } = platform;
  const context = billingContext(platform, journal);
  jobs.every("billing.overdue", overdueEverySeconds, async (signal) => {
    while (!signal.aborted) {
      const marked = await transact(db, (tx) => markOverdue(tx, clock.now(), context, batch));
      if (marked < batch) return;
    }
  });
  jobs.every("billing.price", priceEverySeconds, async (signal) => {
    while (!signal.aborted) {
      const drafted = await transact(db, (tx) => draftPriced(tx, context, batch));
      if (drafted < batch) return;
    }
  });
}
