import type { Hl7OutStatus } from "@isocenter/contract";

/** How an attempt to send a message ended. */
export type SentEnd =
  /** The receiver has it. */
  | { kind: "acknowledged" }
  /** AE: it cannot do anything with this message. Sending it again as it is would not help. */
  | { kind: "refused"; reason: string }
  /** AR: it does not want it now, for a reason that need not be the message's. */
  | { kind: "rejected"; reason: string }
  /** It was sent and nobody knows whether it was taken. */
  | { kind: "silent"; reason: string }
  /** The system was not reached: no message's fault. */
  | { kind: "away"; reason: string }
  /** There is nothing to send: what it tells of is gone, or cannot be written. */
  | { kind: "hopeless"; reason: string };

export interface NextStep {
  status: Hl7OutStatus;
  /** When it is tried again; null: it is settled, or a person has to look. */
  retryAt: Date | null;
  /** Nothing is sent to the system until then. */
  systemRestsUntil: Date | null;
}

/** Attempts at one message, those at which the system was away left out: some three hours. */
export const maxAttempts = 12;
const firstDelayMs = 10_000;
const longestDelayMs = 3_600_000;
/** A system that is away is looked for more often: results wait. */
const firstRestMs = 5000;
const longestRestMs = 300_000;

const doubling = (first: number, longest: number, times: number): number =>
  Math.min(longest, first * 2 ** Math.min(20, Math.max(0, times)));

/**
 * What becomes of a message.
 * @param attempts at this message, this one included
 * @param failures in a row at which the system was away or silent, this one included
 */
export function nextStep(end: SentEnd, attempts: number, failures: number, now: Date): NextStep {
  const after = (ms: number) => new Date(now.getTime() + ms);
  const settled = (status: Hl7OutStatus): NextStep => ({ status, retryAt: null, systemRestsUntil: null });
  const rest = after(doubling(firstRestMs, longestRestMs, failures - 1));
  switch (end.kind) {
    case "acknowledged":
      return settled("ACKNOWLEDGED");
    case "refused":
      return settled("REFUSED");
    case "hopeless":
      return settled("FAILED");
    case "away":
      // Its turn comes as soon as the system is there again, however long that takes.
      return { status: "QUEUED", retryAt: now, systemRestsUntil: rest };
    case "rejected":
    case "silent": {
      const systemRestsUntil = end.kind === "silent" ? rest : null;
      if (attempts >= maxAttempts)
        return { status: end.kind === "rejected" ? "REFUSED" : "FAILED", retryAt: null, systemRestsUntil };
      const retryAt = after(doubling(firstDelayMs, longestDelayMs, attempts - 1));
      return { status: "QUEUED", retryAt, systemRestsUntil };
    }
  }
}

/** A queue whose oldest message waits for longer than this is stuck: somebody has to look. */
export const stuckAfterMs = 15 * 60_000;
