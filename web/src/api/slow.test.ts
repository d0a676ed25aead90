import { expect, test } from "vitest";
import { createSlow, slowMs } from "./slow.ts";

function setUp() {
  let time = 1_000;
  let due: { at: number; call: () => void } | null = null;
  const slow = createSlow({
    now: () => time,
    after: (ms, call) => {
      const mine = { at: time + ms, call };
      due = mine;
      return () => {
        if (due === mine) due = null;
      };
    },
  });
  const pass = (ms: number) => {
    time += ms;
    if (due && due.at <= time) due.call();
  };
  return { slow, pass };
}

test("a server that does not answer is late after a while, until it answers", async () => {
  const { slow, pass } = setUp();
  const { promise, resolve } = Promise.withResolvers<string>();
  const seen: (number | null)[] = [];
  slow.subscribe(() => seen.push(slow.snapshot()));
  const answer = slow.watch("GET", promise);
  pass(slowMs - 1);
  expect(slow.snapshot()).toBeNull();
  pass(1);
  expect(slow.snapshot()).toBe(1_000);
  resolve("there");
  expect(await answer).toBe("there");
  expect(slow.snapshot()).toBeNull();
  expect(seen).toEqual([1_000, null]);
});

test("the next that waits is late from when it was asked, and one that failed waits no more", async () => {
  const { slow, pass } = setUp();
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const refused = slow.watch("PUT", first.promise).catch(() => "refused");
  pass(6_000);
  const late = slow.watch("GET", second.promise);
  first.reject(new Error("no"));
  expect(await refused).toBe("refused");
  pass(slowMs - 1);
  expect(slow.snapshot()).toBeNull();
  pass(1);
  expect(slow.snapshot()).toBe(7_000);
  second.resolve("there");
  await late;
});

test("what asks another system may take its time", async () => {
  const { slow, pass } = setUp();
  const { promise, resolve } = Promise.withResolvers<string>();
  const answer = slow.watch("POST", promise);
  pass(10 * slowMs);
  expect(slow.snapshot()).toBeNull();
  resolve("there");
  await answer;
});
