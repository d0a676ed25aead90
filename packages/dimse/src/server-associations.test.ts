import { openWire } from "@isocenter/test/support/wire.ts";
import { describe, expect, test } from "vitest";
import {
  associateRequestBytes,
  brokenStore,
  ctStorage,
  digest,
  echoRequestBytes,
  keepingStore,
  noise,
  open,
  storeCommandBytes,
  storeOf,
  testServer,
} from "../test/support.ts";
import { encodeMessage } from "./data-pdu.ts";
import { answerContexts } from "./index.ts";
import { decodeAssociateAccept } from "./pdu-codec.ts";

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

  test("where every place is taken, the longest idle one of who leaves most lying is ended for who comes", async () => {
    const { port, told } = await testServer({ maxAssociations: 3, timeouts: { yieldMs: 0 } });
    const honest = await open(port, { callingAeTitle: "HONEST" });
    const leaking = [];
    for (let n = 0; n < 2; n += 1) {
      const wire = await openWire(port);
      wire.write(associateRequestBytes("LEAKING"));
      expect((await wire.next())[0]).toBe(2);
      leaking.push(wire);
    }
    const newcomer = await open(port, { callingAeTitle: "NEWCOMER" });
    expect(await told("ended")).toBe("ended aborted: idle, and another caller needed its place");
    expect((await leaking[0]!.next())[0]).toBe(7);
    leaking[1]!.write(echoRequestBytes(1));
    expect((await leaking[1]!.next())[0]).toBe(4);
    await Promise.all([newcomer.echo(), honest.echo()]);
    await Promise.all([newcomer.release(), honest.release()]);
    for (const wire of leaking) wire.destroy();
  });

  test("an association on which something goes on gives way to nobody", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { port } = await testServer({
      maxAssociations: 1,
      timeouts: { yieldMs: 0 },
      handlers: {
        async echo() {
          begun.resolve();
          await gate.promise;
          return { status: 0 };
        },
      },
    });
    const busy = await open(port);
    const echoed = busy.echo();
    await begun.promise;
    await expect(open(port)).rejects.toMatchObject({ rejection: { result: 2, source: 3, reason: 2 } });
    gate.resolve();
    await echoed;
    await busy.release();
  });

  test("connections that ask for nothing keep nobody out", async () => {
    const { port } = await testServer({ maxAssociations: 1 });
    const silent = await Promise.all(Array.from({ length: 66 }, () => openWire(port)));
    const association = await open(port);
    await association.echo();
    await association.release();
    for (const wire of silent) wire.destroy();
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
    const { failed, store } = brokenStore();
    const { port } = await testServer({ timeouts: { receiveMs: 40, artimMs: 30 }, handlers: { store } });
    const wire = await openWire(port);
    wire.write(associateRequestBytes());
    await wire.next();
    wire.write(encodeMessage(3, storeCommandBytes(1), undefined, 16384));
    expect((await wire.next())[0]).toBe(7);
    expect(await failed).toMatchObject({ code: "timed-out" });
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

test("a release in the middle of a message is answered with an abort at once", async () => {
  const { failed, store } = brokenStore();
  const { port, told } = await testServer({ handlers: { store } });
  const wire = await openWire(port);
  wire.write(associateRequestBytes());
  await wire.next();
  const half = encodeMessage(3, storeCommandBytes(1), undefined, 16384);
  wire.write(Buffer.concat([half, Buffer.from([5, 0, 0, 0, 0, 4, 0, 0, 0, 0])]));
  expect((await wire.next()).toString("hex")).toBe("07000000000400000202");
  expect(await failed).toMatchObject({ code: "protocol" });
  expect(await told("ended")).toBe("ended protocol: a release in the middle of a message");
  wire.destroy();
});
