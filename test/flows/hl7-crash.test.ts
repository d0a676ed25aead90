import fs from "node:fs/promises";
import net from "node:net";
import { createFrameReader, frameOf, parseMessage, readAcknowledgement } from "@isocenter/hl7";
import { afterEach, expect, test } from "vitest";
import { type Program, startProgram, temporaryFolder } from "../support/program.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(dataDir: string): Promise<Program> {
  const program = await startProgram({ dataDir });
  cleanups.push(() => program.stop("SIGKILL"));
  return program;
}

/** A patient who is new, in a message of its own. */
const message = (n: number) =>
  Buffer.from(
    [
      `MSH|^~\\&|HIS||ISOCENTER||20260301101500||ADT^A04^ADT_A01|C${n}|P|2.5.1`,
      "EVN|",
      `PID|1||H-${n}^^^HIS^MR||DOE^NUMBER${n}||19700203|F`,
    ].join("\r"),
  );

/** A sender with one connection. `send` answers MSA-1 and MSA-2, or null where the connection ended before. */
async function sender(port: number) {
  const socket = net.connect(port, "127.0.0.1");
  cleanups.push(async () => socket.destroy());
  const reader = createFrameReader({ maxLength: 100_000 });
  let answered: (answer: string | null) => void = () => {};
  let ended = false;
  socket.on("error", () => {});
  socket.on("close", () => {
    ended = true;
    answered(null);
  });
  socket.on("data", (chunk) => {
    for (const event of reader.push(chunk)) {
      if (event.kind !== "message") continue;
      const { code, controlId } = readAcknowledgement(parseMessage(event.bytes))!;
      answered(`${code} ${controlId}`);
    }
  });
  return {
    send: (bytes: Buffer) =>
      new Promise<string | null>((resolve) => {
        answered = resolve;
        if (ended) resolve(null);
        else socket.write(frameOf(bytes));
      }),
  };
}

test("kill -9 in the middle of HL7 messages: what was acknowledged is done, the rest is sent again, and all is done once", async () => {
  const dataDir = await temporaryFolder();
  cleanups.push(() => fs.rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const first = await started(dataDir);
  const system = await fetch(`${first.url}/api/v1/hl7/systems`, {
    method: "POST",
    headers: { ...(await first.login()), "content-type": "application/json" },
    body: JSON.stringify({ name: "Hospital", application: "HIS", receives: ["ADT"] }),
  });
  expect(system.status).toBe(201);

  const acknowledged: number[] = [];
  const unanswered: number[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      const { send } = await sender(first.hl7Port);
      for (;;) {
        const n = next++;
        const answer = await send(message(n));
        if (answer === null) return unanswered.push(n);
        expect(answer).toBe(`AA C${n}`);
        if (acknowledged.push(n) === 40) first.child.kill("SIGKILL");
      }
    }),
  );
  expect(acknowledged.length).toBeGreaterThanOrEqual(40);
  expect(unanswered).toHaveLength(6);

  const second = await started(dataDir);
  const headers = await second.login();
  const read = async (path: string) =>
    (await (await fetch(`${second.url}/api/v1${path}`, { headers })).json()) as {
      data: { lastName: string; firstName: string; status: string; attempts: number }[];
    };
  const numbers = async () =>
    (await read("/patients?limit=100")).data.map(({ firstName }) => Number(firstName.replace("NUMBER", "")));
  expect(await numbers()).toEqual(expect.arrayContaining(acknowledged));

  const { send } = await sender(second.hl7Port);
  const all = [...acknowledged, ...unanswered];
  for (const n of all) expect(await send(message(n))).toBe(`AA C${n}`);
  expect((await numbers()).sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b));
  const kept = (await read("/hl7/messages?limit=100")).data;
  expect(kept.map(({ status, attempts }) => [status, attempts])).toEqual(all.map(() => ["ACCEPTED", 1]));
});
