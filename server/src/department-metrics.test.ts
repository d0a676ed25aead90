import { expect, test } from "vitest";
import { restingSum } from "./department-metrics.ts";

function summing() {
  const state = { now: 0, timer: 0, asked: 0 };
  const answers: PromiseWithResolvers<number>[] = [];
  const ask = restingSum(
    () => {
      state.asked += 1;
      answers.push(Promise.withResolvers<number>());
      return answers.at(-1)!.promise;
    },
    { now: () => new Date(state.now) },
    () => state.timer,
  );
  return { state, answers, ask };
}

const minutes = 60_000;

test("the first who asks for a long sum waits, and all get what is known while it is made anew", async () => {
  const { state, answers, ask } = summing();
  const first = [ask(), ask()];
  state.timer = 1200;
  answers[0]!.resolve(7);
  expect(await Promise.all(first)).toEqual([7, 7]);
  // It took 1.2 s: it rests for twenty minutes.
  state.now = 19 * minutes;
  expect(await ask()).toBe(7);
  expect(state.asked).toBe(1);
  state.now = 20 * minutes;
  expect(await ask()).toBe(7);
  expect(state.asked).toBe(2);
  answers[1]!.resolve(8);
  await new Promise(setImmediate);
  expect(await ask()).toBe(8);
  // It took no time: it rests for ten minutes all the same.
  state.now += 9 * minutes;
  await ask();
  expect(state.asked).toBe(2);
});

test("a sum that cannot be made is tried again when it is due, and what was known stays", async () => {
  const { state, answers, ask } = summing();
  const first = ask();
  answers[0]!.resolve(7);
  await first;
  state.now = 10 * minutes;
  expect(await ask()).toBe(7);
  answers[1]!.reject(new Error("the database does not answer"));
  await new Promise(setImmediate);
  expect(await ask()).toBe(7);
  expect(state.asked).toBe(2);
  state.now += 10 * minutes;
  expect(await ask()).toBe(7);
  expect(state.asked).toBe(3);
});
