import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSpareMemory, type Lent, LentBody } from "./http-lent.ts";

const chunkBytes = 300_000;
const chunks = 40;
let made = 0;
let lent = 0;
let most = 0;
let ended = 0;

/** Chunks of one number each, in memory that is written over as soon as it is given back. */
async function* numbered(failsAt = Number.POSITIVE_INFINITY): AsyncGenerator<Lent> {
  const spare = createSpareMemory({ bytes: chunkBytes, most: 4 });
  const known = new Set<Buffer>();
  try {
    for (let n = 1; n <= chunks; n++) {
      if (n === failsAt) throw new Error("the source broke off");
      const memory = spare.take();
      if (!known.has(memory)) made += 1;
      known.add(memory);
      lent += 1;
      most = Math.max(most, lent);
      memory.fill(n);
      const back = () => {
        lent -= 1;
        memory.fill(0xff);
        spare.give(memory);
      };
      yield { bytes: memory, back };
    }
  } finally {
    ended += 1;
  }
}

const server = createServer((request, response) => {
  const body = new LentBody(numbered(request.url === "/broken" ? 5 : undefined));
  body.on("error", () => response.destroy());
  response.on("close", () => body.destroy());
  body.pipe(response);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

const ask = (path: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    get({ port: (server.address() as AddressInfo).port, path, agent: false }, resolve).once("error", reject);
  });

test("memory is written over only when the system has taken what it held, however slowly the client reads", async () => {
  [made, lent, most, ended] = [0, 0, 0, 0];
  const answer = await ask("/");
  let read = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    for (const byte of part) {
      if (byte !== Math.floor(read / chunkBytes) + 1) expect.fail(`byte ${read} is ${byte}`);
      read += 1;
    }
    // The client is slower than the server.
    await new Promise(setImmediate);
  }
  expect(read).toBe(chunks * chunkBytes);
  expect({ lent, ended }).toEqual({ lent: 0, ended: 1 });
  expect(most).toBeLessThan(8);
  expect(made).toBeLessThan(8);
});

test("a source that breaks off breaks the connection", async () => {
  const answer = await ask("/broken");
  await expect(
    (async () => {
      for await (const _ of answer);
    })(),
  ).rejects.toThrow("aborted");
});

test("a client that goes away ends the source", async () => {
  ended = 0;
  const answer = await ask("/");
  answer.destroy();
  await expect.poll(() => ended).toBe(1);
});

test("read as a stream it has the same bytes", async () => {
  const parts: Buffer[] = [];
  const sink = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(Buffer.from(part));
      done();
    },
  });
  for await (const part of new LentBody(numbered())) sink.write(part);
  expect(Buffer.concat(parts)).toHaveLength(chunks * chunkBytes);
  expect(parts.map((part) => part[0])).toEqual(Array.from({ length: chunks }, (_, n) => n + 1));
});
