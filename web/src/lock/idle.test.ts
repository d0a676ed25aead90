import { expect, test } from "vitest";
import { createIdle, idleState } from "./idle.ts";

test("a touch in this tab or another one counts, and is told to the others every few seconds", () => {
  let now = 1_000_000;
  let kept = 0;
  const writes: number[] = [];
  const idle = createIdle({
    now: () => now,
    shared: {
      read: () => kept,
      write: (at) => {
        kept = at;
        writes.push(at);
      },
    },
  });
  idle.touch();
  now += 1000;
  idle.touch();
  expect(writes).toEqual([1_000_000]);
  now += 60_000;
  expect(idle.elapsed()).toBe(60_000);
  kept = now - 10_000;
  expect(idle.elapsed()).toBe(10_000);
  idle.touch();
  expect([idle.elapsed(), kept]).toEqual([0, now]);
});

test("it warns half a minute before it locks, and never locks without a limit", () => {
  const minutes = 15 * 60_000;
  expect(idleState(minutes - 30_001, minutes)).toBe("awake");
  expect(idleState(minutes - 30_000, minutes)).toBe("warn");
  expect(idleState(minutes - 1, minutes)).toBe("warn");
  expect(idleState(minutes, minutes)).toBe("lock");
  expect(idleState(minutes * 99, 0)).toBe("awake");
});
