import type { AttemptOutcome, DeliveryState } from "@isocenter/contract";

/** How an attempt ended. `final`: trying again cannot help. */
export interface AttemptEnd {
  outcome: AttemptOutcome;
  error: string | null;
  final?: boolean;
}

const seconds = 1000;
const minutes = 60 * seconds;
/** After the first attempt, the second, ...: together about eleven hours. */
export const retryDelaysMs: readonly number[] = [
  10 * seconds,
  30 * seconds,
  2 * minutes,
  5 * minutes,
  15 * minutes,
  30 * minutes,
  60 * minutes,
  120 * minutes,
  180 * minutes,
  240 * minutes,
];

/** What becomes of a delivery after so many attempts. `ended`: what it tells of is over, so it is not tried again. */
export function nextStep(
  end: AttemptEnd,
  attempts: number,
  now: Date,
  ended = false,
): { state: Exclude<DeliveryState, "QUEUED">; nextAttemptAt: Date | null } {
  if (end.outcome === "SENT") return { state: "SENT", nextAttemptAt: null };
  if (ended) return { state: "WITHDRAWN", nextAttemptAt: null };
  const delayMs = retryDelaysMs[attempts - 1];
  if (end.final || delayMs === undefined) return { state: "GAVE_UP", nextAttemptAt: null };
  return { state: "FAILED", nextAttemptAt: new Date(now.getTime() + delayMs) };
}
