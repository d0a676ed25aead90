import { EventEmitter } from "node:events";
import type { FastifyReply } from "fastify";
import { expect, test } from "vitest";
import { readForAnswer } from "./answer-memory.ts";

function answer(destroyed = false) {
  const raw = Object.assign(new EventEmitter(), { destroyed });
  const reply = { raw } as unknown as FastifyReply;
  const gate = Promise.withResolvers<void>();
  let lent: Buffer | undefined;
  const body = readForAnswer(reply, async (memory) => {
    lent = memory;
    await gate.promise;
    return memory?.subarray(0, 3);
  });
  return { body, lent: lent!, close: () => raw.emit("close"), read: () => gate.resolve() };
}
/** Promises that were settled have told whoever waits for them. */
const told = () => new Promise<void>((resolve) => setImmediate(resolve));

test("memory serves again when the answer has left and its reading has ended, not before", async () => {
  const left = answer();
  left.close();
  await told();
  const stillRead = answer();
  expect(stillRead.lent).not.toBe(left.lent);
  left.read();
  expect(await left.body).toHaveLength(3);
  await told();
  expect(answer().lent).toBe(left.lent);

  stillRead.read();
  await stillRead.body;
  await told();
  const stillSent = answer();
  expect(stillSent.lent).not.toBe(stillRead.lent);
  stillRead.close();
  await told();
  expect(answer().lent).toBe(stillRead.lent);
});

test("whose answer is gone already is lent nothing", () => {
  expect(answer(true).lent).toBeUndefined();
});
