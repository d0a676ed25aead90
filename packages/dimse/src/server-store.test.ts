import { openWire } from "@isocenter/test/support/wire.ts";
import { describe, expect, test } from "vitest";
import {
  associateRequestBytes,
  commandOf,
  ctStorage,
  digest,
  explicitLittleEndian,
  keepingStore,
  noise,
  open,
  storeOf,
  storeRequestBytes,
  testServer,
} from "../test/support.ts";
import { encodeMessage } from "./data-pdu.ts";
import { DimseError, StatusError } from "./errors.ts";
import { Status } from "./index.ts";

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
