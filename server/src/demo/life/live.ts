import { addDays, firstMoment, localTime } from "../../platform/index.ts";
import { after, type Case, hour, minute } from "./cases.ts";
import type { Living } from "./department.ts";
import { bringDoubt, disturb } from "./doubt.ts";
import { examinationEvents } from "./examine.ts";
import type { Happening } from "./happening.ts";
import { takeMoney, writeBills } from "./money.ts";

/** What lies closer together happens at its own moments, and what follows of it by itself is waited for once. */
const togetherMs = 12 * minute;

export type Progress = (done: number, total: number, doing: string) => Promise<void>;

/** The days' ends, when money is counted. */
function evenings(living: Living, now: Date, days: number): Happening[] {
  const { timeZone } = living.department;
  const today = localTime(now, timeZone).date;
  return Array.from({ length: days }, (_, back) => ({
    at: firstMoment(addDays(today, -back), 18 * 60 + 30, timeZone),
    doing: "bills",
    run: () => takeMoney(living),
  }));
}

/** Everything up to now, each at its moment by the department's own clock. */
export async function live(
  living: Living,
  cases: readonly Case[],
  now: Date,
  pastDays: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const happenings = [
    ...cases.flatMap((one, number) => examinationEvents(living, one, number)),
    ...evenings(living, now, pastDays),
    { at: after(now, -26 * hour), doing: "bills", run: () => writeBills(living) },
    { at: after(now, -50 * minute), doing: "doubtful cases", run: () => bringDoubt(living) },
    { at: after(now, -35 * minute), doing: "doubtful cases", run: () => disturb(living) },
  ]
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  let settledAt = 0;
  for (const [done, { at, doing, run }] of happenings.entries()) {
    signal.throwIfAborted();
    if (at.getTime() - settledAt > togetherMs) {
      await living.own.advanceTo(at);
      settledAt = at.getTime();
    } else living.own.moveTo(at);
    await run();
    await progress(done + 1, happenings.length, doing);
  }
  await living.own.advanceTo(now);
  await living.own.settle();
}
