import type { Finding } from "@isocenter/contract";
import { expect, test } from "vitest";
import { attentionOf, upcomingOf } from "./attention.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const finding = (id: string, members: Partial<Finding>) =>
  ({ id, status: "CLOSED", acknowledgeDueAt: null, followUps: [], ...members }) as Finding;
const followUp = (action: string, dueAt: string | null, doneAt: string | null = null) =>
  ({ id: action, action, dueAt, doneAt }) as Finding["followUps"][number];

test("what nobody answered comes before what is to be done, and the sooner before the later", () => {
  const attention = attentionOf(
    [
      finding("followed", {
        status: "FOLLOW_UP",
        followUps: [
          followUp("whenever", null),
          followUp("CT in June", "2026-06-01T00:00:00Z"),
          followUp("done", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
          followUp("late", "2026-02-01T00:00:00Z"),
        ],
      }),
      finding("later", { status: "OPEN", acknowledgeDueAt: "2026-03-01T14:00:00Z" }),
      finding("sooner", { status: "NOTIFIED", acknowledgeDueAt: "2026-03-01T13:00:00Z" }),
      finding("closed", { followUps: [followUp("nobody's", null)] }),
      finding("void", { status: "VOID", followUps: [followUp("nobody's", null)] }),
    ],
    now,
  );
  expect(
    attention.map((one) => (one.kind === "answer" ? one.finding.id : `${one.action} ${one.late}`)),
  ).toEqual(["sooner", "later", "late true", "CT in June false", "whenever false"]);
});

test("appointments to be kept stand in their order; what has none, or is over, does not", () => {
  const order = (status: "SCHEDULED" | "ARRIVED" | "PENDING" | "COMPLETED", scheduledAt: string | null) => ({
    status,
    scheduledAt,
  });
  const orders = [
    order("SCHEDULED", "2026-03-03T09:00:00Z"),
    order("ARRIVED", "2026-03-01T09:00:00Z"),
    order("PENDING", null),
    order("COMPLETED", "2026-02-01T09:00:00Z"),
  ];
  expect(upcomingOf(orders).map(({ status }) => status)).toEqual(["ARRIVED", "SCHEDULED"]);
});
