import type { AttemptOutcome, DeliveryState, NoticeLevel } from "@isocenter/contract";

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

/** What is said outside the app: nothing clinical, and of nobody but the reader. */
const sentences: Readonly<Record<string, string>> = {
  "report.available": "A report is available",
  "delivery.gave-up": "A notice could not be delivered",
  "finding.acknowledged": "A critical finding was acknowledged",
  "finding.alarm": "Nobody has answered a critical finding",
  "finding.changed": "A critical finding was changed",
  "finding.follow-up-due": "A follow-up of a critical finding is due",
  "finding.late": "A critical finding was not answered in time",
  "finding.voided": "A critical finding was taken back",
  "job.gave-up": "A job gave up",
  "webhook.disabled": "A webhook was disabled because its receiver does not answer",
};
const sentencesOfNoun: Readonly<Record<string, string>> = {
  finding: "A critical finding waits for you",
  report: "There is news of a report",
  order: "There is news of an order",
  study: "There is news of a study",
  "break-glass": "Emergency access to a patient's records was used",
};

function sentenceOf(kind: string, level: NoticeLevel): string {
  const noun = kind.slice(0, Math.max(0, kind.indexOf(".")));
  const found = [sentences, sentencesOfNoun].flatMap((table, index) => {
    const key = index === 0 ? kind : noun;
    return Object.hasOwn(table, key) ? [table[key]!] : [];
  });
  return found[0] ?? (level === "ALARM" ? "An alarm waits for you" : "A notice waits for you");
}

/**
 * What a person reads outside the app. Who may have it already, or was told of the same before, is told so.
 * @param repeated an attempt before may have arrived
 */
export function messageOf(
  { kind, level, data }: { kind: string; level: NoticeLevel; data: Readonly<Record<string, unknown>> },
  repeated: boolean,
): { subject: string; more: string[] } {
  const sentence = sentenceOf(kind, level);
  return {
    subject: repeated ? `${sentence} (sent again)` : sentence,
    more: [
      ...(data.again === true ? ["You were told of it before, and nobody has answered yet."] : []),
      ...(repeated ? ["You may have received this message already: sending it was interrupted."] : []),
    ],
  };
}
