import { expect, test } from "vitest";
import { maxAttempts, nextStep } from "./out-rules.ts";

const now = new Date("2026-01-05T08:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

test("what was taken or refused is settled, and does not hold up what comes behind", () => {
  const settled = { retryAt: null, systemRestsUntil: null };
  expect(nextStep({ kind: "acknowledged" }, 1, 0, now)).toEqual({ status: "ACKNOWLEDGED", ...settled });
  expect(nextStep({ kind: "refused", reason: "x" }, 1, 0, now)).toEqual({ status: "REFUSED", ...settled });
  expect(nextStep({ kind: "hopeless", reason: "x" }, 1, 0, now)).toEqual({ status: "FAILED", ...settled });
});

test("what was rejected is tried again with growing delays, and then left to a person", () => {
  const rejected = { kind: "rejected", reason: "x" } as const;
  const delays = [1, 2, 3, 7].map((attempts) => nextStep(rejected, attempts, 0, now).retryAt);
  expect(delays).toEqual([later(10), later(20), later(40), later(640)]);
  expect(nextStep(rejected, maxAttempts, 0, now)).toEqual({
    status: "REFUSED",
    retryAt: null,
    systemRestsUntil: null,
  });
});

test("a system that says nothing rests, and one message it says nothing to is given up", () => {
  const silent = { kind: "silent", reason: "x" } as const;
  expect(nextStep(silent, 2, 3, now)).toEqual({
    status: "QUEUED",
    retryAt: later(20),
    systemRestsUntil: later(20),
  });
  expect(nextStep(silent, maxAttempts, 9, now)).toMatchObject({
    status: "FAILED",
    systemRestsUntil: later(300),
  });
});

test("a system that is away costs no message its attempts, and is looked for every five minutes at least", () => {
  const away = { kind: "away", reason: "x" } as const;
  expect(nextStep(away, 100, 1, now)).toEqual({
    status: "QUEUED",
    retryAt: now,
    systemRestsUntil: later(5),
  });
  expect(nextStep(away, 1, 1000, now).systemRestsUntil).toEqual(later(300));
});
