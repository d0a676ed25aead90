import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createLentMemory } from "../../platform/objects/lent-memory.ts";
import { multipartMessage, type OutgoingPart } from "./multipart-writer.ts";

const pieceBytes = 256 << 10;
const parts = 120;

/** A server whose parts are all of one number, each in memory that is used again as soon as it is given back. */
async function numbersServer(pieces: number) {
  const memory = createLentMemory(pieceBytes, pieces);
  const counts = { lent: 0, own: 0, released: 0, read: 0 };
  async function* numbers(): AsyncGenerator<OutgoingPart> {
    for (let n = 0; n < parts; n++) {
      const lent = memory.take();
      counts.read += 1;
      if (!lent) {
        counts.own += 1;
        yield { contentType: "a/b", size: pieceBytes, body: Buffer.alloc(pieceBytes, n) };
        continue;
      }
      counts.lent += 1;
      const release = () => {
        counts.released += 1;
        memory.giveBack(lent);
      };
      yield { contentType: "a/b", size: pieceBytes, body: lent.fill(n), release };
    }
  }
  const server = http.createServer((_request, response) => {
    multipartMessage("a/b", numbers(), { destination: response }).body.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { counts, port: (server.address() as AddressInfo).port };
}

const ask = (port: number): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    http.get({ port, host: "127.0.0.1", agent: false }, resolve).once("error", reject);
  });

/** Takes a little, and looks away for some turns of the event loop, so that the other side has to wait. */
async function readSlowly(answer: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
    for (let turn = 0; turn < chunks.length % 5; turn++)
      await new Promise((resolve) => setImmediate(resolve));
  }
  return Buffer.concat(chunks);
}

test("memory is used again only when what was in it has left, however slowly the other side reads", async () => {
  const { counts, port } = await numbersServer(24);
  const bodies = await Promise.all(Array.from({ length: 3 }, async () => readSlowly(await ask(port))));
  for (const body of bodies) {
    let at = 0;
    for (let n = 0; n < parts; n++) {
      at = body.indexOf("\r\n\r\n", at) + 4;
      const part = body.subarray(at, at + pieceBytes);
      expect([part.length, part.every((byte) => byte === n)]).toEqual([pieceBytes, true]);
      at += pieceBytes;
    }
  }
  await expect.poll(() => counts.released).toBe(counts.lent);
  expect(counts.lent).toBeGreaterThan(counts.own);
});

test("memory comes back from an answer that is broken off", async () => {
  const { counts, port } = await numbersServer(8);
  const answer = await ask(port);
  answer.once("data", () => answer.destroy());
  await expect.poll(() => counts.lent > 0 && counts.released === counts.lent).toBe(true);
  expect(counts.read).toBeLessThan(parts);
});

const read = async (message: { body: AsyncIterable<Uint8Array> }) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message.body) chunks.push(chunk);
  return Buffer.concat(chunks);
};

async function* inPieces(...pieces: number[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.alloc(piece);
}

const part = (size: number | null, body: OutgoingPart["body"] = Buffer.alloc(size ?? 0)): OutgoingPart => ({
  contentType: "a/b",
  size,
  body,
});

test("a message says its length where that of every part is known", async () => {
  for (const known of [[], [part(7)], [part(0), part(12_345), part(9, inPieces(4, 5))]]) {
    const message = multipartMessage("a/b", known, { known });
    expect(message.size).toBe((await read(message)).length);
  }
  expect(multipartMessage("a/b", [], { known: [part(1), part(null)] }).size).toBeNull();
  expect(multipartMessage("a/b", [part(1)]).size).toBeNull();
});

test.each([
  ["shorter", part(9, Buffer.alloc(8))],
  ["longer", part(9, Buffer.alloc(10))],
  ["shorter, as it is read", part(9, inPieces(4, 4))],
  ["longer, as it is read", part(9, inPieces(4, 6))],
])("a part that is %s than was said breaks the message off", async (_, one) => {
  await expect(read(multipartMessage("a/b", [one]))).rejects.toThrow("not of the size");
});
