import { openWire } from "@isocenter/test/support/wire.ts";
import { describe, expect, test } from "vitest";
import { associateRequestBytes, digest, noise, open, studyRootFind, testServer } from "../test/support.ts";
import { encodeMessage } from "./data-pdu.ts";
import { StatusError } from "./errors.ts";
import { type Handlers, Status } from "./index.ts";

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
