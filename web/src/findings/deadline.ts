import type { Finding } from "@isocenter/contract";
import { spoken } from "../reading/waiting.ts";
import { t } from "../words/words.ts";

const isWaiting = ({ status }: Pick<Finding, "status">) => status === "OPEN" || status === "NOTIFIED";

export interface Deadline {
  /** `late` once the limit has passed, `soon` in its last quarter. */
  tone: "late" | "soon" | "within" | "none";
  text: string;
  /** How much of the time is gone, 0 to 100. */
  percent: number;
}

/**
 * How a finding stands against the next of its limits: until somebody is told of it, or until somebody has answered it.
 * @param now in milliseconds
 */
export function deadlineOf(
  finding: Pick<Finding, "status" | "raisedAt" | "contactDueAt" | "contactedAt" | "acknowledgeDueAt">,
  now: number,
): Deadline {
  if (!isWaiting(finding)) return { tone: "none", text: t("answered"), percent: 100 };
  const contact = finding.contactedAt === null ? finding.contactDueAt : null;
  const limits = [contact, finding.acknowledgeDueAt].flatMap((time) =>
    time === null ? [] : [Date.parse(time)],
  );
  if (limits.length === 0) return { tone: "none", text: t("no limit"), percent: 0 };
  // What has passed already counts before what is to come.
  const due = Math.min(...limits);
  const raised = Date.parse(finding.raisedAt);
  // A page tells the time every so often, and its clock may be behind.
  const left = Math.ceil((due - Math.max(now, raised)) / 60_000);
  const gone = due === raised ? 1 : (now - raised) / (due - raised);
  const percent = Math.max(0, Math.min(100, Math.round(gone * 100)));
  const isContact = contact !== null && Date.parse(contact) === due;
  const time = spoken(Math.abs(left));
  if (left <= 0) {
    const text = isContact ? t("contact {time} late", { time }) : t("answer {time} late", { time });
    return { tone: "late", text, percent: 100 };
  }
  const text = isContact ? t("contact within {time}", { time }) : t("answer within {time}", { time });
  return { tone: gone >= 0.75 ? "soon" : "within", text, percent };
}

/** As `deadlineOf`, for whoever has to answer: that they were told too late is not theirs to mend. */
export const answerDeadlineOf = (finding: Parameters<typeof deadlineOf>[0], now: number): Deadline =>
  deadlineOf({ ...finding, contactDueAt: null }, now);
