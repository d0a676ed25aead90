import { readdirSync } from "node:fs";
import path from "node:path";
import { answerContexts, answerRoles, createDimseServer } from "@isocenter/dimse";
import { expect, onTestFinished, test } from "vitest";
import { openWire, readConversation } from "../support/wire.ts";

const folder = path.join(import.meta.dirname, "fixtures");

async function wireServer(): Promise<{ port: number; stored: string[] }> {
  const stored: string[] = [];
  const server = createDimseServer<null>({
    acceptsCalled: (title) => title === "ISOCENTER",
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
      roles: answerRoles(request, () => ({ scu: true, scp: true })),
      data: null,
    }),
    implementation: { classUid: "2.25.12345", versionName: "WIRETEST" },
    maxAssociations: 10,
    handlers: {
      echo: () => ({ status: 0 }),
      async store(_context, chunks) {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        stored.push(Buffer.concat(parts).toString("hex"));
        return { status: 0 };
      },
      async *get({ association }) {
        await association.requests.store({
          sopClassUid: "1.2.840.10008.5.1.4.1.1.2",
          sopInstanceUid: "1.2.3",
          transferSyntax: "1.2.840.10008.1.2.1",
          chunks: [Buffer.from("10001000504e02004120", "hex")],
        });
        yield { remaining: 0, completed: 1, failed: 0, warning: 0 };
        return { status: 0, subOperations: { completed: 1, failed: 0, warning: 0 } };
      },
      nAction({ association, command }, information) {
        const { sopClassUid, sopInstanceUid } = command;
        const event = { sopClassUid, sopInstanceUid, eventTypeId: 1, information: information! };
        // After the answer to the action; what the mutated conversations make of it is of no interest.
        setImmediate(() => association.requests.nEventReport(event).catch(() => {}));
        return { status: 0 };
      },
    },
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return { port, stored };
}

for (const name of readdirSync(folder)) {
  test(`${name}: every byte is answered as written down`, async () => {
    const { port, stored } = await wireServer();
    const wire = await openWire(port);
    for (const step of await readConversation(path.join(folder, name))) {
      if (step.from === "client") wire.write(step.bytes);
      else expect((await wire.next()).toString("hex"), step.name).toBe(step.bytes.toString("hex"));
    }
    wire.end();
    await wire.closed;
    if (name === "store.wire") expect(stored).toEqual(["10001000504e02004120"]);
  });

  test(`${name}: the same, one byte at a time`, async () => {
    const { port } = await wireServer();
    const wire = await openWire(port);
    for (const step of await readConversation(path.join(folder, name))) {
      if (step.from === "client") for (const byte of step.bytes) wire.write(Buffer.from([byte]));
      else expect((await wire.next()).toString("hex"), step.name).toBe(step.bytes.toString("hex"));
    }
    wire.destroy();
  });
}

test("mutated conversations neither crash a server nor leave a connection open", async () => {
  const { port } = await wireServer();
  const conversations = await Promise.all(
    readdirSync(folder).map(async (name) =>
      Buffer.concat(
        (await readConversation(path.join(folder, name)))
          .filter(({ from }) => from === "client")
          .map(({ bytes }) => bytes),
      ),
    ),
  );
  // A small generator of our own: the same mutations on each run.
  let seed = 20260105;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 0x100000000) * below);
  };
  const attack = async () => {
    const bytes = Buffer.from(conversations[random(conversations.length)]!);
    for (let i = random(8); i >= 0; i--) bytes[random(bytes.length)] = random(256);
    const wire = await openWire(port);
    wire.write(random(10) === 0 ? bytes.subarray(random(bytes.length)) : bytes);
    wire.end();
    await wire.closed;
  };
  for (let round = 0; round < 60; round++) await Promise.all(Array.from({ length: 10 }, attack));
  const wire = await openWire(port);
  const [request, , echo] = await readConversation(path.join(folder, "echo.wire"));
  wire.write(request!.bytes);
  expect((await wire.next())[0]).toBe(2);
  wire.write(echo!.bytes);
  expect((await wire.next())[0]).toBe(4);
  wire.destroy();
});
