import net, { type AddressInfo } from "node:net";
import { frameOf, parseMessage, readAcknowledgement } from "@isocenter/hl7";
import { afterEach, expect, test } from "vitest";
import { type Connection, type ConnectionDeps, serveConnection } from "./connection.ts";

const limits = { maxBytes: 1000, idleMs: 60_000, stalledMs: 60_000 };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const message = (id: string) => frameOf(Buffer.from(`MSH|^~\\&|A|B|C|D|||ADT^A08|${id}|P|2.5\rPID|1`));
const idOf = (bytes: Buffer) => bytes.toString().split("|")[9]!;
const acknowledge = (bytes: Buffer) => Buffer.from(`MSH|^~\\&|C\rMSA|AA|${idOf(bytes)}\r`);

/** A server of one connection, and a client on it that collects the ids of what is answered. */
async function connected(more: Partial<ConnectionDeps> = {}) {
  const seen: string[] = [];
  const served = Promise.withResolvers<Connection>();
  const server = net.createServer((socket) =>
    served.resolve(
      serveConnection(socket, {
        limits,
        receive: async (bytes) => ({ answers: [acknowledge(bytes)], outcome: "accepted" }),
        observe: (what) => seen.push(what),
        onFault: () => {},
        ...more,
      }),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  closing.push(
    () => client.destroy(),
    () => server.close(),
  );
  const answered: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let text = "";
  client.on("data", (chunk) => {
    text += chunk.toString("latin1");
    for (let end = text.indexOf("\x1c\r"); end >= 0; end = text.indexOf("\x1c\r")) {
      answered.push(readAcknowledgement(parseMessage(Buffer.from(text.slice(1, end))))!.controlId);
      text = text.slice(end + 2);
    }
    for (const one of waiting) if (answered.length >= one.count) one.resolve();
  });
  const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
  client.on("error", () => {});
  const answers = (count: number) =>
    answered.length >= count
      ? Promise.resolve()
      : new Promise<void>((resolve) => waiting.push({ count, resolve }));
  return { client, connection: await served.promise, answered, answers, ended, seen };
}

test("messages of a connection are answered in order, one at a time, however they come", async () => {
  let atOnce = 0;
  let most = 0;
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const room = await connected({
    async receive(bytes) {
      most = Math.max(most, ++atOnce);
      begun.resolve();
      await goOn.promise;
      atOnce -= 1;
      return { answers: [acknowledge(bytes)], outcome: "accepted" };
    },
  });
  const bytes = Buffer.concat(["1", "2", "3"].map(message));
  room.client.write(bytes.subarray(0, 30));
  room.client.write(bytes.subarray(30));
  await begun.promise;
  await new Promise<void>((resolve) => room.client.write(message("4"), () => resolve()));
  // It is at the server's socket now, which would hand it over in one of these turns.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  goOn.resolve();
  await room.answers(4);
  expect([room.answered, most]).toEqual([["1", "2", "3", "4"], 1]);
});

test("a message that is too long is answered by its beginning, and the connection ends", async () => {
  const parts: boolean[] = [];
  const room = await connected({
    receive: async (bytes, _source, isWhole) => {
      parts.push(isWhole);
      return { answers: [acknowledge(bytes)], outcome: "rejected" };
    },
  });
  room.client.write(Buffer.from(`\vMSH|^~\\&|A|B|C|D|||ADT^A08|77|P|2.5\rOBX|${"x".repeat(2000)}`));
  await room.ended;
  expect([room.answered, room.seen, parts]).toEqual([["77"], ["rejected"], [false]]);
});

test("what is no MLLP ends the connection", async () => {
  const room = await connected();
  room.client.write("x".repeat(5000));
  await room.ended;
  expect(room.seen).toEqual(["junk"]);
});

test("what could not be put down is not answered: the connection ends, so that it is sent again", async () => {
  const room = await connected({
    receive: async () => {
      throw new Error("no database");
    },
  });
  room.client.write(message("1"));
  await room.ended;
  expect([room.answered, room.seen]).toEqual([[], ["unanswered"]]);
});

test("at the end the message at hand is answered, and what is behind it is not looked at", async () => {
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const room = await connected({
    async receive(bytes) {
      begun.resolve();
      await goOn.promise;
      return { answers: [acknowledge(bytes)], outcome: "accepted" };
    },
  });
  room.client.write(Buffer.concat([message("1"), message("2")]));
  await begun.promise;
  room.connection.finish();
  goOn.resolve();
  await room.ended;
  expect(room.answered).toEqual(["1"]);
});

test("a connection that is idle, or stops in the middle of a message, is closed", async () => {
  const idle = await connected({ limits: { ...limits, idleMs: 20 } });
  await idle.ended;
  const stalled = await connected({ limits: { ...limits, stalledMs: 20 } });
  stalled.client.write("\vMSH|");
  await stalled.ended;
  expect([...idle.seen, ...stalled.seen]).toEqual([]);
});
