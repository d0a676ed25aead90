import { expect, test } from "vitest";
import { maxAttempts, nextStep, retryDelayMs } from "./rules.ts";

const now = new Date("2026-01-05T08:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

test("what was not taken is tried again with growing delays, at most an hour apart", () => {
  expect([1, 2, 3, 8, 9, 10, 20].map((attempts) => retryDelayMs(attempts) / 1000)).toEqual([
    10, 20, 40, 1280, 2560, 3600, 3600,
  ]);
  expect(nextStep({ kind: "incomplete", error: "x" }, 2, now)).toEqual({
    state: "PENDING",
    nextAttemptAt: later(20),
    holdsOthers: false,
  });
});

test("a destination that is away keeps what comes behind waiting, and is waited for longer", () => {
  const away = { kind: "unreachable", error: "x" } as const;
  expect(nextStep(away, 6, now)).toEqual({
    state: "PENDING",
    nextAttemptAt: later(320),
    holdsOthers: true,
  });
  expect(nextStep({ kind: "incomplete", error: "x" }, 6, now).state).toBe("FAILED");
  expect(nextStep(away, maxAttempts.unreachable - 1, now).state).toBe("PENDING");
  expect(nextStep(away, maxAttempts.unreachable, now)).toEqual({
    state: "FAILED",
    nextAttemptAt: null,
    holdsOthers: false,
  });
});

test("what is over is over; what was interrupted goes on at once", () => {
  expect(nextStep({ kind: "sent" }, 1, now).state).toBe("SENT");
  expect(nextStep({ kind: "cancelled" }, 1, now).state).toBe("CANCELLED");
  expect(nextStep({ kind: "hopeless", error: "x" }, 1, now).state).toBe("FAILED");
  expect(nextStep({ kind: "stopped" }, 20, now)).toMatchObject({ state: "PENDING", nextAttemptAt: now });
});
