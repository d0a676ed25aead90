import type { Finding, ImagingOrder } from "@isocenter/contract";

/** What of a patient's findings somebody still has to do something about, the most pressing first. */
export type Attention =
  | { kind: "answer"; finding: Finding; dueAt: string | null }
  | { kind: "follow-up"; finding: Finding; action: string; dueAt: string | null; late: boolean };

/** @param now in milliseconds */
export function attentionOf(findings: readonly Finding[], now: number): Attention[] {
  const waiting = findings
    .filter(({ status }) => status === "OPEN" || status === "NOTIFIED")
    .map((finding): Attention => ({ kind: "answer", finding, dueAt: finding.acknowledgeDueAt }));
  const toDo = findings
    .filter(({ status }) => status !== "VOID" && status !== "CLOSED")
    .flatMap((finding) =>
      finding.followUps
        .filter(({ doneAt }) => doneAt === null)
        .map(({ action, dueAt }): Attention => {
          const late = dueAt !== null && Date.parse(dueAt) < now;
          return { kind: "follow-up", finding, action, dueAt, late };
        }),
    );
  return [...waiting.sort(byDue), ...toDo.sort(byDue)];
}

/** What has no limit comes last. */
const byDue = (a: { dueAt: string | null }, b: { dueAt: string | null }): number =>
  (a.dueAt ?? "~") < (b.dueAt ?? "~") ? -1 : 1;

/** Appointments that are still to be kept, the next first. */
export const upcomingOf = <Order extends Pick<ImagingOrder, "status" | "scheduledAt">>(
  orders: readonly Order[],
): Order[] =>
  orders
    .filter(
      ({ status, scheduledAt }) => (status === "SCHEDULED" || status === "ARRIVED") && scheduledAt !== null,
    )
    .sort((a, b) => (a.scheduledAt! < b.scheduledAt! ? -1 : 1));
