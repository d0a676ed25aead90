import fs from "node:fs/promises";
import { implementationClassUid } from "@isocenter/dicom";
import { answerContexts, createDimseServer } from "@isocenter/dimse";
import { afterEach, expect, test } from "vitest";
import { ctSeries } from "../support/instances.ts";
import { eventually, type Program, startProgram, temporaryFolder } from "../support/program.ts";

const sessions = new Map<Program, Promise<{ authorization: string }>>();
function signedIn(program: Program): Promise<{ authorization: string }> {
  const session = sessions.get(program) ?? program.login();
  sessions.set(program, session);
  return session;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(dataDir: string): Promise<Program> {
  const program = await startProgram({ dataDir });
  cleanups.push(() => program.stop("SIGKILL"));
  return program;
}

/** A receiver that keeps the UIDs in their order, and falls silent at one of them until it is told otherwise. */
async function receiver(silentAt: number) {
  const received: string[] = [];
  const state = { silent: true };
  const server = createDimseServer<null>({
    acceptsCalled: () => true,
    decide: (request) => ({
      accept: true,
      contexts: answerContexts(request, (context) => context.transferSyntaxes[0]!),
      data: null,
    }),
    handlers: {
      async store({ command }, chunks) {
        for await (const _ of chunks);
        if (state.silent && received.length === silentAt) await new Promise(() => {});
        received.push(command.affectedSopInstanceUid);
        return { status: 0 };
      },
    },
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    maxAssociations: 5,
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  cleanups.push(() => server.close({ graceMs: 0 }));
  return { port, received, state };
}

test("kill -9 in the middle of sending: what was confirmed is not sent again, and the rest arrives", async () => {
  const dataDir = await temporaryFolder();
  cleanups.push(() => fs.rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const { port, received, state } = await receiver(130);
  const made = ctSeries(150);
  const uids = made.map(({ SOPInstanceUID }) => SOPInstanceUID);

  const first = await started(dataDir);
  const call = async (program: Program, method: string, url: string, body?: object) => {
    const headers = { ...(await signedIn(program)), ...(body ? { "content-type": "application/json" } : {}) };
    const answer = await fetch(`${program.url}/api/v1${url}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await answer.json()) as Record<string, unknown> & { id: string };
  };
  const form = new FormData();
  for (const { bytes } of made) form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), "x.dcm");
  const uploaded = await fetch(`${first.url}/api/v1/images`, {
    method: "POST",
    headers: await signedIn(first),
    body: form,
  });
  expect(uploaded.status).toBe(201);
  const modality = await call(first, "POST", "/modalities", {
    aeTitle: "RX",
    host: "127.0.0.1",
    port,
    permissions: [],
  });
  const item = await call(first, "POST", `/modalities/${modality.id}/send`, {
    studies: [made[0]!.StudyInstanceUID],
  });
  // All that was confirmed is durable a second after it was.
  await eventually(async () => (await call(first, "GET", `/send-queue/${item.id}`)).sent === 130);
  await first.stop("SIGKILL");
  expect(received).toEqual(uids.slice(0, 130));
  state.silent = false;

  const second = await started(dataDir);
  await eventually(async () => (await call(second, "GET", `/send-queue/${item.id}`)).state === "SENT");
  expect(await call(second, "GET", `/send-queue/${item.id}`)).toMatchObject({
    sent: 150,
    total: 150,
    failed: 0,
  });
  expect(received).toEqual(uids);
});
