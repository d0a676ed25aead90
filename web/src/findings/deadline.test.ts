import { expect, test } from "vitest";
import { answerDeadlineOf, deadlineOf } from "./deadline.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const finding = {
  status: "NOTIFIED",
  raisedAt: at(-30),
  contactDueAt: at(-15),
  contactedAt: at(-20),
  acknowledgeDueAt: at(30),
} as const;

test("a limit that was kept counts no more", () => {
  expect(deadlineOf(finding, now)).toEqual({ tone: "within", text: "answer within 30 min", percent: 50 });
});
test("the first limit that was not kept makes it late", () => {
  expect(deadlineOf({ ...finding, contactedAt: null }, now)).toEqual({
    tone: "late",
    text: "contact 15 min late",
    percent: 100,
  });
});
test("whoever has to answer is told of the answer's limit alone, although they were told late", () => {
  const untold = { ...finding, contactedAt: null };
  expect(answerDeadlineOf(untold, now)).toEqual({
    tone: "within",
    text: "answer within 30 min",
    percent: 50,
  });
  expect(answerDeadlineOf({ ...untold, acknowledgeDueAt: at(-5) }, now).text).toBe("answer 5 min late");
});
test("in its last quarter it is due soon", () => {
  expect(deadlineOf({ ...finding, acknowledgeDueAt: at(10) }, now)).toMatchObject({
    tone: "soon",
    percent: 75,
  });
});
test("what was answered, or has no limit, does not run", () => {
  expect(deadlineOf({ ...finding, status: "ACKNOWLEDGED" }, now).text).toBe("answered");
  expect(deadlineOf({ ...finding, contactDueAt: null, acknowledgeDueAt: null }, now).text).toBe("no limit");
});
test("a page whose time was told a moment before does not give more than the limit", () => {
  const raised = { ...finding, raisedAt: at(0.4), contactDueAt: at(15.4), contactedAt: null };
  expect(deadlineOf(raised, now).text).toBe("contact within 15 min");
});
