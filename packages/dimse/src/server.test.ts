import { createHash } from "node:crypto";
import { openWire } from "@isocenter/test/support/wire.ts";
import { describe, expect, test } from "vitest";
import {
  associateRequestBytes,
  ctStorage,
  echoRequestBytes,
  explicitLittleEndian,
  keepingStore,
  open,
  storeCommandBytes,
  storeOf,
  storeRequestBytes,
  studyRootFind,
  testServer,
} from "../test/support.ts";
import { decodeCommandSet } from "./command-set.ts";
import { encodeMessage } from "./data-pdu.ts";
import { DimseError, StatusError } from "./errors.ts";
import { answerContexts, type Handlers, Status } from "./index.ts";
import { decodeAssociateAccept } from "./pdu-codec.ts";

/** Bytes that are the same on each run and nowhere regular. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, x = 1; i < length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
}
const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const commandOf = (pdu: Buffer) => decodeCommandSet(pdu.subarray(12));

describe("C-STORE", () => {
  test("the handler gets the very bytes, with what the association and the command say", async () => {
    const { received, store } = keepingStore();
    const { port } = await testServer({ handlers: { store } });
    const association = await open(port);
    const bytes = noise(3_000_001);
    expect(await association.store(storeOf(bytes, { size: bytes.length }))).toEqual({ status: 0 });
    expect(await association.store(storeOf(Buffer.alloc(0), { sopInstanceUid: "1.2.3.5" }))).toEqual({
      status: 0,
    });
    await association.release();
    expect(received.map(({ bytes }) => digest(bytes))).toEqual([digest(bytes), digest(Buffer.alloc(0))]);
    const { context } = received[0]!;
    expect(context.command).toMatchObject({
      affectedSopClassUid: ctStorage,
      affectedSopInstanceUid: "1.2.3.4",
    });
    expect(context.presentationContext).toMatchObject({ transferSyntax: explicitLittleEndian });
    expect(context.association).toMatchObject({
      callingAeTitle: "CALLING",
      calledAeTitle: "CALLED",
      remoteAddress: "127.0.0.1",
      data: "attached",
    });
  });

  test("a handler that is behind holds the sender back: what waits stays bounded", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let got = 0;
    const { port } = await testServer({
      limits: { receiveBufferBytes: 128 * 1024 },
      handlers: {
        async store(_context, chunks) {
          begun.resolve();
          await gate.promise;
          for await (const chunk of chunks) got += chunk.length;
          return { status: 0 };
        },
      },
    });
    let sent = 0;
    const piece = noise(64 * 1024);
    const stalled = Promise.withResolvers<void>();
    let lastSent = 0;
    async function* chunks() {
      for (let i = 0; i < 512; i++) {
        sent += piece.length;
        lastSent = sent;
        // Two turns of the event loop without a request for more, many times over: the sender stands.
        let quiet = 0;
        const watch = () => {
          quiet = lastSent === sent ? quiet + 1 : 0;
          if (quiet > 200) stalled.resolve();
          else setImmediate(watch);
        };
        if (i === 0) setImmediate(watch);
        yield piece;
      }
    }
    const association = await open(port);
    const stored = association.store({ ...storeOf(piece), chunks: chunks() });
    await begun.promise;
    await stalled.promise;
    // Loopback sockets keep some megabytes; the object is 32.
    expect(sent).toBeLessThan(24 * 1024 * 1024);
    gate.resolve();
    expect(await stored).toEqual({ status: 0 });
    expect(got).toBe(512 * piece.length);
    await association.release();
  });

  test("an abort in mid-object reaches the handler as an error and aborts its signal; nothing is answered", async () => {
    const failure = Promise.withResolvers<unknown>();
    let signalled: unknown;
    const { port, told } = await testServer({
      handlers: {
        async store({ signal }, chunks) {
          try {
            for await (const _ of chunks);
          } catch (error) {
            signalled = signal.reason;
            failure.resolve(error);
            throw error;
          }
          return { status: 0 };
        },
      },
    });
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    await wire.next();
    const message = storeRequestBytes(1, noise(10_000));
    wire.write(message.subarray(0, message.length - 1));
    wire.write(Buffer.alloc(0));
    wire.destroy();
    const error = await failure.promise;
    expect(error).toBeInstanceOf(DimseError);
    expect(error).toMatchObject({ code: "connection-lost" });
    expect(signalled).toBe(error);
    expect(await told("ended")).toMatch(/^ended connection-lost/);
  });

  test("a handler that does not read is answered for when the data set has come whole", async () => {
    const { port } = await testServer({
      handlers: { store: async () => ({ status: Status.StoreOutOfResources, errorComment: "no room" }) },
    });
    const association = await open(port);
    await expect(association.store(storeOf(noise(5_000_000)))).rejects.toMatchObject({
      status: Status.StoreOutOfResources,
      errorComment: "no room",
    });
    await association.release();
  });

  test("a handler that fails is answered with 0110H without a word of why", async () => {
    const { port, log } = await testServer({
      handlers: {
        store() {
          throw new Error("secret");
        },
      },
    });
    const association = await open(port);
    const error = await association.store(storeOf(noise(100))).catch((reason) => reason);
    expect(error).toBeInstanceOf(StatusError);
    expect(error).toMatchObject({ status: Status.ProcessingFailure, errorComment: undefined });
    await association.release();
    expect(log).toContain("failed C-STORE: Error: secret");
  });

  test("requests sent without waiting are answered one by one, in order", async () => {
    const order: number[] = [];
    const { port } = await testServer({
      handlers: {
        async store({ messageId }, chunks) {
          order.push(messageId);
          for await (const _ of chunks);
          await new Promise((resolve) => setImmediate(resolve));
          order.push(-messageId);
          return { status: 0 };
        },
      },
    });
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    await wire.next();
    wire.write(Buffer.concat([1, 2, 3].map((id) => storeRequestBytes(id, noise(50_000)))));
    const answers = [await wire.next(), await wire.next(), await wire.next()].map(commandOf);
    expect(answers.map((command) => command.messageIdBeingRespondedTo)).toEqual([1, 2, 3]);
    expect(order).toEqual([1, -1, 2, -2, 3, -3]);
    wire.destroy();
  });
});

describe("what a request may get wrong", () => {
  const answerTo = async (
    command: Parameters<typeof encodeMessage>[1],
    dataSet?: Uint8Array,
    contextId = 3,
  ) => {
    const { port } = await testServer();
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    await wire.next();
    wire.write(encodeMessage(contextId, command, dataSet, 16384));
    const pdu = await wire.next();
    wire.destroy();
    return pdu;
  };
  const commandSet = (changes: Record<number, Buffer | null>) => {
    const values = new Map<number, Buffer>([
      [0x0002, Buffer.from(`${ctStorage}\0`)],
      [0x0100, Buffer.from([1, 0])],
      [0x0110, Buffer.from([7, 0])],
      [0x0800, Buffer.from([0, 0])],
      [0x1000, Buffer.from("1.2.3.4\0")],
    ]);
    for (const [element, value] of Object.entries(changes)) {
      if (value) values.set(Number(element), value);
      else values.delete(Number(element));
    }
    return Buffer.concat(
      [...values]
        .sort(([a], [b]) => a - b)
        .map(([element, value]) => {
          const header = Buffer.alloc(8);
          header.writeUInt16LE(element, 2);
          header.writeUInt32LE(value.length, 4);
          return Buffer.concat([header, value]);
        }),
    );
  };
  const statusOf = async (...request: Parameters<typeof answerTo>) =>
    commandOf(await answerTo(...request)).status;
  const abortReasonOf = async (...request: Parameters<typeof answerTo>) => {
    const pdu = await answerTo(...request);
    expect(pdu[0]).toBe(7);
    return `${pdu[8]}/${pdu[9]}`;
  };

  test("another SOP class than that of the context: 0122H", async () => {
    expect(await statusOf(commandSet({ 2: Buffer.from("1.2.840.10008.5.1.4.1.1.4\0") }), noise(10))).toBe(
      0x0122,
    );
  });
  test("no instance UID, or a path in its place: 0117H", async () => {
    expect(await statusOf(commandSet({ 4096: null }), noise(10))).toBe(0x0117);
    expect(await statusOf(commandSet({ 4096: Buffer.from("../../etc/pwd ") }), noise(10))).toBe(0x0117);
  });
  test("an instance UID with leading zeros is stored: there are many such", async () => {
    expect(await statusOf(commandSet({ 4096: Buffer.from("1.4.0104484\0") }), noise(10))).toBe(0);
  });
  test("C-STORE without a data set: 0212H", async () => {
    expect(await statusOf(commandSet({ 2048: Buffer.from([1, 1]) }))).toBe(0x0212);
  });
  test("an operation that is not offered: 0211H", async () => {
    expect(await statusOf(commandSet({ 256: Buffer.from([0x40, 1]) }), noise(10))).toBe(0x0211);
    expect(await statusOf(commandSet({ 256: Buffer.from([0x21, 0]) }), noise(10))).toBe(0x0211);
  });
  test("no message id, no command field, a number of three bytes, another group: abort", async () => {
    expect(await abortReasonOf(commandSet({ 272: null }), noise(10))).toBe("2/6");
    expect(await abortReasonOf(commandSet({ 256: null }), noise(10))).toBe("2/6");
    expect(await abortReasonOf(commandSet({ 256: Buffer.from([1, 0, 0]) }), noise(10))).toBe("2/6");
    expect(await abortReasonOf(Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]), noise(10))).toBe("2/6");
  });
  test("an element whose length lies: abort", async () => {
    expect(await abortReasonOf(Buffer.from([0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 1, 0]))).toBe("2/6");
  });
  test("a presentation context that was not accepted: abort", async () => {
    expect(await abortReasonOf(commandSet({}), noise(10), 99)).toBe("2/6");
  });
  test("a command set without end: abort at 64 KiB", async () => {
    const { port, told } = await testServer();
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    await wire.next();
    const endless = encodeMessage(3, Buffer.alloc(65 * 1024), undefined, 16384);
    // All of it but the fragment that would be the last.
    wire.write(endless.subarray(0, 4 * 16390));
    wire.write(Buffer.concat([Buffer.from([4, 0, 0, 0, 4, 6, 0, 0, 4, 2, 3, 1]), Buffer.alloc(1024)]));
    expect((await wire.next())[0]).toBe(7);
    expect(await told("ended")).toMatch(/a command set of more than 65536 bytes/);
    wire.destroy();
  });
  test("a response that nobody asked for: abort", async () => {
    expect(await abortReasonOf(commandSet({ 256: Buffer.from([1, 0x80]) }), noise(10))).toBe("2/6");
  });
});

describe("C-FIND", () => {
  test("matches are sent as they are found, then success", async () => {
    const { port } = await testServer({
      handlers: {
        async *find(_context, identifier) {
          yield { status: Status.Pending, identifier };
          yield { status: Status.PendingWithWarning, identifier: noise(40_000) };
        },
      },
    });
    const association = await open(port);
    const found: string[] = [];
    const request = { sopClassUid: studyRootFind, identifier: noise(300_000) };
    for await (const { status, identifier } of association.find(request)) {
      found.push(`${status.toString(16)} ${digest(identifier)}`);
    }
    expect(found).toEqual([`ff00 ${digest(noise(300_000))}`, `ff01 ${digest(noise(40_000))}`]);
    await association.release();
  });

  test("C-CANCEL aborts the signal, closes the iteration and is answered with FE00H", async () => {
    const cancelled = Promise.withResolvers<unknown>();
    const closed = Promise.withResolvers<void>();
    const handlers: Handlers<string> = {
      async *find({ signal }, identifier) {
        try {
          yield { status: Status.Pending, identifier };
          // Nothing more is found for as long as anyone asks.
          await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
          cancelled.resolve(signal.reason);
        } finally {
          closed.resolve();
        }
      },
      echo: () => ({ status: 0 }),
    };
    const { port } = await testServer({ handlers });
    const association = await open(port);
    const stop = new AbortController();
    let matches = 0;
    for await (const _ of association.find({
      sopClassUid: studyRootFind,
      identifier: noise(10),
      signal: stop.signal,
    })) {
      matches += 1;
      stop.abort();
    }
    expect(matches).toBe(1);
    expect(await cancelled.promise).toMatchObject({ code: "cancelled" });
    await closed.promise;
    await association.echo();
    await association.release();
  });

  test("leaving the loop cancels, and the association can be used on", async () => {
    const { port } = await testServer({
      handlers: {
        async *find(_context, identifier) {
          for (;;) yield { status: Status.Pending, identifier };
        },
        echo: () => ({ status: 0 }),
      },
    });
    const association = await open(port);
    for await (const _ of association.find({ sopClassUid: studyRootFind, identifier: noise(10) })) break;
    await association.echo();
    await association.release();
  });

  test("a peer that does not read its matches is not sent more than fits, and is cut off in time", async () => {
    let yielded = 0;
    const { port, told } = await testServer({
      timeouts: { sendMs: 50, artimMs: 50 },
      handlers: {
        async *find() {
          for (;;) {
            yielded += 1;
            yield { status: Status.Pending, identifier: noise(60_000) };
          }
        },
      },
    });
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    await wire.next();
    wire.pause();
    const command = {
      affectedSopClassUid: studyRootFind,
      commandField: 0x20,
      messageId: 1,
      commandDataSetType: 0,
    };
    const { encodeCommandSet } = await import("./command-set.ts");
    wire.write(encodeMessage(5, encodeCommandSet(command), noise(10), 16384));
    expect(await told("ended")).toMatch(/^ended timed-out: the peer does not read/);
    expect(yielded).toBeLessThan(1000);
    wire.destroy();
  });

  test("very many matches leave room for others", async () => {
    const { port } = await testServer({
      handlers: {
        async *find(_context, identifier) {
          for (let i = 0; i < 20_000; i++) yield { status: Status.Pending, identifier };
        },
        echo: () => ({ status: 0 }),
      },
    });
    const [searching, other] = await Promise.all([open(port), open(port)]);
    const order: string[] = [];
    const all = (async () => {
      let count = 0;
      for await (const _ of searching.find({ sopClassUid: studyRootFind, identifier: noise(10) })) count += 1;
      order.push("found");
      return count;
    })();
    await other.echo();
    order.push("echoed");
    expect(await all).toBe(20_000);
    expect(order).toEqual(["echoed", "found"]);
    await Promise.all([searching.release(), other.release()]);
  });

  test("a failure thrown becomes the final status; an identifier over the limit is refused", async () => {
    const { port } = await testServer({
      limits: { maxIdentifierBytes: 1000 },
      handlers: {
        async *find(_context, identifier) {
          yield { status: Status.Pending, identifier };
          throw new StatusError(Status.FindIdentifierDoesNotMatchSopClass, "bad level", [0x00080052]);
        },
      },
    });
    const association = await open(port);
    const all = async (bytes: Buffer) => {
      let count = 0;
      for await (const _ of association.find({ sopClassUid: studyRootFind, identifier: bytes })) count += 1;
      return count;
    };
    await expect(all(noise(10))).rejects.toMatchObject({ status: 0xa900, offendingElements: [0x00080052] });
    await expect(all(noise(1001))).rejects.toMatchObject({ status: 0xa700 });
    await association.release();
  });
});

describe("associations", () => {
  test("titles that are none, of others, and another application context are rejected", async () => {
    const { port } = await testServer({ acceptsCalled: (title) => title === "CALLED" });
    const rejection = async (request: Buffer) => {
      const wire = await openWire(port);
      wire.write(request);
      const pdu = await wire.next();
      wire.destroy();
      return [...pdu.subarray(0, 1), ...pdu.subarray(7, 10)].join("/");
    };
    for (const title of ["A/B", "A\\B", "..", "A\nB", " "]) {
      expect(await rejection(associateRequestBytes(title))).toBe("3/1/1/3");
    }
    const otherCalled = Buffer.from(associateRequestBytes());
    otherCalled.write("SOMEBODY", 10);
    expect(await rejection(otherCalled)).toBe("3/1/1/7");
    const otherContext = Buffer.from(associateRequestBytes());
    otherContext.write("1.2.840.10008.3.1.1.2", 78);
    expect(await rejection(otherContext)).toBe("3/1/1/2");
  });

  test("decide may reject, and one that fails rejects for now", async () => {
    const { port } = await testServer({
      decide(request) {
        if (request.callingAeTitle === "BROKEN") throw new Error("database");
        return { accept: false, rejection: { result: 1, source: 1, reason: 3 } };
      },
    });
    await expect(open(port)).rejects.toMatchObject({
      code: "rejected",
      message: "rejected for good: calling AE title not recognized",
    });
    await expect(open(port, { callingAeTitle: "BROKEN" })).rejects.toMatchObject({
      rejection: { result: 2 },
    });
  });

  test("contexts are answered one by one; what was refused cannot be used", async () => {
    const { port } = await testServer({
      decide: (request) => ({
        accept: true,
        data: "",
        contexts: answerContexts(request, (context) =>
          context.abstractSyntax === ctStorage ? { refused: 3 } : context.transferSyntaxes[0]!,
        ),
      }),
    });
    const association = await open(port);
    expect(association.contexts.map(({ id }) => id)).toEqual([1, 5]);
    await expect(association.store(storeOf(noise(1)))).rejects.toMatchObject({
      code: "context-not-accepted",
    });
    await association.echo();
    await association.release();
  });

  test("asynchronous operations are answered one and one, roles and identity as decided", async () => {
    const { port } = await testServer({
      decide: (request) => ({
        accept: true,
        data: "",
        contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
        roles: request.user.roles.map((role) => ({ ...role, scp: true })),
        userIdentityResponse: Buffer.from(request.user.userIdentity!.primary).reverse(),
      }),
    });
    const { encodeAssociateRequest, decodeAssociateRequest } = await import("./pdu-codec.ts");
    const plain = decodeAssociateRequest(associateRequestBytes().subarray(6));
    const wire = await openWire(port);
    wire.write(
      encodeAssociateRequest({
        ...plain,
        user: {
          ...plain.user,
          asynchronousOperations: { invoked: 0, performed: 0 },
          roles: [{ sopClassUid: ctStorage, scu: true, scp: true }],
          extendedNegotiations: [{ sopClassUid: ctStorage, information: Buffer.from([2, 0, 0]) }],
          userIdentity: {
            type: 2,
            positiveResponseRequested: true,
            primary: Buffer.from("ab"),
            secondary: Buffer.from("c"),
          },
        },
      }),
    );
    const { user } = decodeAssociateAccept((await wire.next()).subarray(6));
    expect(user).toMatchObject({
      maximumLength: 256 * 1024,
      asynchronousOperations: { invoked: 1, performed: 1 },
      roles: [{ sopClassUid: ctStorage, scu: true, scp: true }],
      extendedNegotiations: [],
      userIdentityResponse: Buffer.from("ba"),
    });
    wire.destroy();
  });

  test("one more than there may be is rejected for now, and taken when another has gone", async () => {
    const { port } = await testServer({ maxAssociations: 2 });
    const first = await open(port);
    const second = await open(port);
    await expect(open(port)).rejects.toMatchObject({ rejection: { result: 2, source: 3, reason: 2 } });
    await first.release();
    const third = await open(port);
    await third.echo();
    await Promise.all([second.release(), third.release()]);
  });

  test("who is rejected takes no place, however long it stays on the line", async () => {
    const { port } = await testServer({
      maxAssociations: 1,
      decide: (request) =>
        request.callingAeTitle === "NOBODY"
          ? { accept: false, rejection: { result: 1, source: 1, reason: 3 } }
          : {
              accept: true,
              contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
              data: "",
            },
    });
    const nobody = await openWire(port);
    nobody.write(associateRequestBytes("NOBODY"));
    expect((await nobody.next())[0]).toBe(3);
    const association = await open(port);
    await association.echo();
    await association.release();
    nobody.destroy();
  });

  test("many at once, each gets its own answers", async () => {
    const { received, store } = keepingStore();
    const { port } = await testServer({ handlers: { store } });
    const sizes = Array.from({ length: 30 }, (_, index) => 1000 * (index + 1) + index);
    await Promise.all(
      sizes.map(async (size) => {
        const association = await open(port);
        for (let i = 0; i < 3; i++)
          await association.store(storeOf(noise(size), { sopInstanceUid: `1.2.${size}` }));
        await association.release();
      }),
    );
    expect(received).toHaveLength(90);
    for (const { context, bytes } of received) {
      const size = Number(context.command.affectedSopInstanceUid.slice(4));
      expect(digest(bytes)).toBe(digest(noise(size)));
    }
  });
});

describe("time-outs", () => {
  test("ARTIM: who connects and says nothing is closed, and so is who sends half a request", async () => {
    const { port } = await testServer({ timeouts: { artimMs: 30 } });
    const silent = await openWire(port);
    const half = await openWire(port);
    half.write(associateRequestBytes().subarray(0, 60));
    await Promise.all([silent.closed, half.closed]);
  });

  test("an association on which nothing happens is aborted", async () => {
    const { port, told } = await testServer({ timeouts: { idleMs: 30, artimMs: 30 } });
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    expect((await wire.next())[0]).toBe(2);
    expect((await wire.next())[0]).toBe(7);
    await wire.closed;
    expect(await told("ended")).toMatch(/^ended timed-out/);
  });

  test("an object that stops coming is aborted, and its handler hears of it", async () => {
    const failure = Promise.withResolvers<unknown>();
    const { port } = await testServer({
      timeouts: { receiveMs: 40, artimMs: 30 },
      handlers: {
        async store(_context, chunks) {
          try {
            for await (const _ of chunks);
          } catch (error) {
            failure.resolve(error);
          }
          return { status: 0 };
        },
      },
    });
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    await wire.next();
    wire.write(encodeMessage(3, storeCommandBytes(1), undefined, 16384));
    expect((await wire.next())[0]).toBe(7);
    expect(await failure.promise).toMatchObject({ code: "timed-out" });
    await wire.closed;
  });

  test("the time that a handler takes is not the peer's", async () => {
    const gate = Promise.withResolvers<void>();
    const { port } = await testServer({
      timeouts: { idleMs: 20, receiveMs: 20 },
      handlers: {
        async store(_context, chunks) {
          for await (const _ of chunks);
          await gate.promise;
          return { status: 0 };
        },
      },
    });
    const association = await open(port);
    const stored = association.store(storeOf(noise(10)));
    setTimeout(gate.resolve, 80);
    expect(await stored).toEqual({ status: 0 });
    association.abort();
  });
});

describe("close", () => {
  test("lets what is in flight finish and answer, and ends the rest at once", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { port, server, told } = await testServer({
      handlers: {
        async store(_context, chunks) {
          begun.resolve();
          for await (const _ of chunks);
          await gate.promise;
          return { status: 0 };
        },
      },
    });
    const idle = await open(port);
    const busy = await open(port);
    const stored = busy.store(storeOf(noise(100_000)));
    await begun.promise;
    const closed = server.close({ graceMs: 20_000 });
    await idle.closed;
    await expect(open(port)).rejects.toMatchObject({ code: expect.stringMatching(/connection/) });
    gate.resolve();
    expect(await stored).toEqual({ status: 0 });
    await closed;
    expect(await told("ended")).toMatch(/^ended aborted: the server is closing/);
    expect(server.connections).toBe(0);
  });

  test("the grace ends: what is still in flight is cut off", async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    const { port, server } = await testServer({
      handlers: {
        async store({ signal }) {
          begun.resolve(signal);
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
          return { status: 0 };
        },
      },
    });
    const association = await open(port);
    const stored = association.store(storeOf(noise(10))).catch((error) => error);
    const signal = await begun.promise;
    await server.close({ graceMs: 10 });
    expect(await stored).toMatchObject({ code: "connection-lost" });
    expect(signal.aborted).toBe(true);
  });
});

test("a release while a request is being answered waits for the answer", async () => {
  const { port } = await testServer({
    handlers: {
      async echo() {
        await new Promise((resolve) => setImmediate(resolve));
        return { status: 0 };
      },
    },
  });
  const wire = await openWire(port);
  wire.write(associateRequestBytes());
  await wire.next();
  wire.write(Buffer.concat([echoRequestBytes(1), Buffer.from([5, 0, 0, 0, 0, 4, 0, 0, 0, 0])]));
  expect((await wire.next())[0]).toBe(4);
  expect((await wire.next())[0]).toBe(6);
  wire.destroy();
});
