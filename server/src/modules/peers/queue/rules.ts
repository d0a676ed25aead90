import type { SendState } from "@isocenter/contract";

/** How an attempt to send an item ended. */
export type AttemptEnd =
  /** Everything was taken. */
  | { kind: "sent" }
  /** The destination was reached and some instances were not taken. */
  | { kind: "incomplete"; error: string }
  /** The destination was not reached, or left in the middle. */
  | { kind: "unreachable"; error: string }
  /** Trying again cannot help. */
  | { kind: "hopeless"; error: string }
  /** We are closing; it goes on where it was. */
  | { kind: "stopped" }
  | { kind: "cancelled" };

export interface NextStep {
  state: Exclude<SendState, "SENDING">;
  nextAttemptAt: Date | null;
  /** The items behind it wait with it. */
  holdsOthers: boolean;
}

/** Attempts in a row without progress. A destination that is away for a night is still sent to in the morning. */
export const maxAttempts = { unreachable: 20, incomplete: 6 } as const;
const firstDelayMs = 10_000;
const longestDelayMs = 3_600_000;

/** 10 seconds after the first attempt, twice as long after each further one, at most an hour. */
export const retryDelayMs = (attempts: number): number =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, attempts - 1));

/** What becomes of an item. @param attempts those without progress, this one included */
export function nextStep(end: AttemptEnd, attempts: number, now: Date): NextStep {
  switch (end.kind) {
    case "sent":
      return { state: "SENT", nextAttemptAt: null, holdsOthers: false };
    case "cancelled":
      return { state: "CANCELLED", nextAttemptAt: null, holdsOthers: false };
    case "hopeless":
      return { state: "FAILED", nextAttemptAt: null, holdsOthers: false };
    case "stopped":
      return { state: "PENDING", nextAttemptAt: now, holdsOthers: false };
    default:
      if (attempts >= maxAttempts[end.kind])
        return { state: "FAILED", nextAttemptAt: null, holdsOthers: false };
      return {
        state: "PENDING",
        nextAttemptAt: new Date(now.getTime() + retryDelayMs(attempts)),
        // One that is refused must not keep the others from a destination that works.
        holdsOthers: end.kind === "unreachable",
      };
  }
}
