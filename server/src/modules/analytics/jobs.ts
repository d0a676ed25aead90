import { isUuid, type Platform, transact } from "../../platform/index.ts";
import type { FactReader, SealedFact } from "../journal/index.ts";
import { noteAcknowledged, refreshExaminations } from "./examinations.ts";

const types = [
  "order.created",
  "order.changed",
  "order.scheduled",
  "order.arrived",
  "order.started",
  "order.performed",
  "order.completed",
  "order.held",
  "order.no-show",
  "order.cancelled",
  "order.discontinued",
  "study.received",
  "study.settled",
  "study.status-changed",
  "study.linked",
  "study.moved",
  "study.corrected",
  "study.deleted",
  "study.restored",
  "reading.claimed",
  "report.created",
  "report.submitted",
  "report.signed",
  "report.amended",
  "report.cancelled",
  "report.entered-in-error",
  "report.discrepancy",
];

const idsIn = (values: readonly unknown[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === "string" && isUuid(value))),
];

/** Which orders and studies the facts are about. */
function touchedBy(facts: readonly SealedFact[]): { orderIds: string[]; studyIds: string[] } {
  const orders: unknown[] = [];
  const studies: unknown[] = [];
  for (const { subject, data } of facts) {
    orders.push(data.orderId);
    studies.push(data.studyId);
    if (subject.type === "order") orders.push(subject.id);
    if (subject.type === "study") studies.push(subject.id);
  }
  return { orderIds: idsIn(orders), studyIds: idsIn(studies) };
}

/** Keeps the examinations as the other rooms' records are. */
export const analyticsReader: FactReader = {
  name: "analytics.examinations",
  types,
  handle: (tx, facts) => refreshExaminations(tx, touchedBy(facts)),
};

const acknowledgedEverySeconds = 600;
const acknowledgedWithinMs = 90 * 86_400_000;

/** Looks again who has looked at reports. */
export function defineAnalyticsJobs({ db, clock, jobs }: Platform): void {
  jobs.every("analytics.acknowledged", acknowledgedEverySeconds, async () => {
    const since = new Date(clock.now().getTime() - acknowledgedWithinMs);
    await transact(db, (tx) => noteAcknowledged(tx, since));
  });
}
