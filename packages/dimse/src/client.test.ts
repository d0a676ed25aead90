import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { open, storeOf, testServer } from "../test/support.ts";
import { decodeCommandSet, encodeCommandSet } from "./command-set.ts";
import { encodeMessage } from "./data-pdu.ts";
import { decodeAssociateAccept, encodeAbort, encodeAssociateAccept } from "./pdu-codec.ts";

/** A server that does to each connection what it is told. */
async function rogue(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

const accept = (maximumLength = 16384) =>
  encodeAssociateAccept({
    protocolVersion: 1,
    calledAeTitle: "CALLED",
    callingAeTitle: "CALLING",
    applicationContextName: "1.2.840.10008.3.1.1.1",
    contexts: [
      { id: 1, result: 0, transferSyntax: "1.2.840.10008.1.2" },
      { id: 3, result: 0, transferSyntax: "1.2.840.10008.1.2.1" },
    ],
    user: {
      maximumLength,
      implementationClassUid: "2.25.3",
      implementationVersionName: "",
      asynchronousOperations: null,
      roles: [],
      extendedNegotiations: [],
      userIdentity: null,
      userIdentityResponse: null,
    },
  });

test("nobody listens: connection-failed, with the cause", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port: free } = taken.address() as { port: number };
  await new Promise((resolve) => taken.close(resolve));
  await expect(open(free)).rejects.toMatchObject({
    code: "connection-failed",
    cause: { code: "ECONNREFUSED" },
  });
});

test("titles and contexts that cannot be sent are refused before anything is", async () => {
  await expect(open(1, { callingAeTitle: "A/B" })).rejects.toMatchObject({ code: "invalid" });
  await expect(open(1, { calledAeTitle: "SEVENTEEN LETTERS" })).rejects.toMatchObject({ code: "invalid" });
  await expect(open(1, { contexts: [] })).rejects.toMatchObject({ code: "invalid" });
});

test("a peer that does not answer the request: timed-out, and the connection is closed", async () => {
  const gone = Promise.withResolvers<void>();
  const port = await rogue((socket) => {
    socket.resume();
    socket.on("close", () => gone.resolve());
  });
  await expect(open(port, { timeouts: { associateMs: 30, artimMs: 30 } })).rejects.toMatchObject({
    code: "timed-out",
  });
  await gone.promise;
});

test("a peer that answers with something else, aborts or hangs up ends the attempt", async () => {
  const answers = [Buffer.from([6, 0, 0, 0, 0, 4, 0, 0, 0, 0]), encodeAbort({ source: 2, reason: 0 }), null];
  const codes: string[] = [];
  for (const answer of answers) {
    const port = await rogue((socket) => {
      socket.once("data", () => (answer ? socket.write(answer) : socket.destroy()));
    });
    codes.push(await open(port, { timeouts: { artimMs: 30 } }).catch((error) => error.code));
  }
  expect(codes).toEqual(["protocol", "aborted", "connection-lost"]);
});

test("a peer that never responds to an operation: timed-out", async () => {
  const port = await rogue((socket) => {
    socket.once("data", () => {
      socket.write(accept());
      socket.resume();
    });
  });
  const association = await open(port, { timeouts: { responseMs: 30, artimMs: 30 } });
  await expect(association.echo()).rejects.toMatchObject({ code: "timed-out" });
  await expect(association.echo()).rejects.toMatchObject({ code: "closed" });
  await association.closed;
});

test("a peer that does not read: timed-out while sending", async () => {
  const port = await rogue((socket) => {
    socket.once("data", () => {
      socket.write(accept());
      socket.pause();
    });
  });
  const association = await open(port, { timeouts: { sendMs: 50, artimMs: 30 } });
  await expect(association.store(storeOf(Buffer.alloc(64 * 1024 * 1024)))).rejects.toMatchObject({
    code: expect.stringMatching(/timed-out|closed/),
  });
  await association.closed;
});

test("no P-DATA-TF is longer than the peer takes, and none but the last is shorter", async () => {
  const lengths: number[] = [];
  const whole = Promise.withResolvers<void>();
  const port = await rogue((socket) => {
    let pending: Buffer = Buffer.alloc(0);
    let associated = false;
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 6 && pending.length >= 6 + pending.readUInt32BE(2)) {
        const length = pending.readUInt32BE(2);
        if (!associated) {
          associated = true;
          socket.write(accept(4096));
        } else {
          lengths.push(length);
          if (pending[11] === 2) whole.resolve();
        }
        pending = pending.subarray(6 + length);
      }
    });
  });
  const association = await open(port, { timeouts: { artimMs: 30 } });
  const chunks = [Buffer.alloc(1), Buffer.alloc(10_000), Buffer.alloc(0), Buffer.alloc(3)];
  association.store({ ...storeOf(Buffer.alloc(0)), chunks, size: 10_004 }).catch(() => {});
  await whole.promise;
  expect(lengths.slice(1)).toEqual([4096, 4096, 10_004 - 2 * 4090 + 6]);
  association.abort();
  await association.closed;
});

test("a source that fails or lies about its size aborts the association: the peer keeps nothing", async () => {
  const { port, told } = await testServer();
  async function* failing() {
    yield Buffer.alloc(100);
    throw new Error("disk");
  }
  const first = await open(port);
  await expect(first.store({ ...storeOf(Buffer.alloc(0)), chunks: failing() })).rejects.toThrow("disk");
  await first.closed;
  expect(await told("ended")).toMatch(/^ended aborted/);
  for (const size of [99, 101]) {
    const association = await open(port);
    await expect(association.store(storeOf(Buffer.alloc(100), { size }))).rejects.toMatchObject({
      code: "invalid",
    });
    await association.closed;
  }
});

test("the signal ends the attempt and the association", async () => {
  const { port } = await testServer();
  const stop = new AbortController();
  const association = await open(port, { signal: stop.signal });
  stop.abort();
  await association.closed;
  await expect(association.echo()).rejects.toMatchObject({ code: "closed" });
  await expect(open(port, { signal: stop.signal })).rejects.toThrow();
  const early = new AbortController();
  const attempt = open(port, { signal: early.signal });
  early.abort();
  await expect(attempt).rejects.toMatchObject({ code: "aborted" });
});

test("as many as the peer grants are under way at once, and answers find their requests in any order", async () => {
  const messages: { messageId: number; bytes: Buffer }[] = [];
  const three = Promise.withResolvers<void>();
  let socketOf: Socket | undefined;
  const granting = decodeAssociateAccept(accept().subarray(6));
  const port = await rogue((socket) => {
    socketOf = socket;
    let pending: Buffer = Buffer.alloc(0);
    let associated = false;
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 6 && pending.length >= 6 + pending.readUInt32BE(2)) {
        const pdu = pending.subarray(0, 6 + pending.readUInt32BE(2));
        pending = pending.subarray(pdu.length);
        if (!associated) {
          associated = true;
          const user = { ...granting.user, asynchronousOperations: { invoked: 3, performed: 1 } };
          socket.write(encodeAssociateAccept({ ...granting, user }));
        } else if (pdu[11] === 3) {
          messages.push({ messageId: decodeCommandSet(pdu.subarray(12)).messageId!, bytes: pdu });
        } else if (pdu[11] === 2 && messages.length === 3) three.resolve();
      }
    });
  });
  const answer = (messageId: number, status: number) =>
    socketOf!.write(
      encodeMessage(
        3,
        encodeCommandSet({
          commandField: 0x8001,
          messageIdBeingRespondedTo: messageId,
          commandDataSetType: 0x0101,
          status,
        }),
        undefined,
        16384,
      ),
    );
  const association = await open(port, {
    asynchronousOperations: { invoked: 0, performed: 1 },
    timeouts: { artimMs: 30 },
  });
  expect(association.peer.operationsWindow).toBe(3);
  const stores = [1, 2, 3, 4].map(() => association.store(storeOf(Buffer.alloc(40_000))));
  await three.promise;
  expect(messages.map(({ messageId }) => messageId)).toEqual([1, 2, 3]);
  answer(3, 0xb000);
  answer(1, 0xb006);
  answer(2, 0);
  expect((await Promise.all(stores.slice(0, 3))).map(({ status }) => status)).toEqual([0xb006, 0, 0xb000]);
  association.abort();
  await expect(stores[3]).rejects.toMatchObject({ name: "DimseError" });
  await association.closed;
});
