import fs from "node:fs/promises";
import { implementationClassUid, readPart10, SopClasses, TransferSyntaxes } from "@isocenter/dicom";
import { type ClientAssociation, openAssociation } from "@isocenter/dimse";
import { afterEach, describe, expect, test } from "vitest";
import { ctInstance } from "../support/instances.ts";
import { eventually, type Program, startProgram, temporaryFolder } from "../support/program.ts";

const programs: Program[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop("SIGKILL");
  for (const folder of folders.splice(0))
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function started(dataDir?: string, env: Record<string, string> = {}): Promise<Program> {
  const folder = dataDir ?? (await temporaryFolder());
  if (dataDir === undefined) folders.push(folder);
  const program = await startProgram({ dataDir: folder, env: { DICOM_PROCESS: "own", ...env } });
  programs.push(program);
  return program;
}

/** The process id of the listener; null while there is none. */
async function listenerOf(program: Program): Promise<number | null> {
  const { pid } = program.child;
  const children = await fs.readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  for (const child of children.split(" ").filter(Boolean).map(Number)) {
    const command = await fs.readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "");
    if (command.includes("listener.ts")) return child;
  }
  return null;
}

/** Gone, or a zombie that only waits to be reaped. */
const isGone = async (pid: number): Promise<boolean> =>
  fs.readFile(`/proc/${pid}/stat`, "utf8").then(
    (stat) => stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z"),
    () => true,
  );

const open = (program: Program): Promise<ClientAssociation> =>
  openAssociation({
    host: "127.0.0.1",
    port: program.dicomPort,
    callingAeTitle: "SCANNER",
    calledAeTitle: "ISOCENTER",
    implementation: { classUid: implementationClassUid, versionName: "TEST" },
    contexts: [
      {
        abstractSyntax: SopClasses.CTImageStorage,
        transferSyntaxes: [TransferSyntaxes.ExplicitVRLittleEndian],
      },
    ],
  });

const study = "1.2.826.0.1.7";
const sopUid = (n: number) => `1.2.826.0.1.77.${n}`;

async function send(association: ClientAssociation, n: number): Promise<void> {
  const { bytes } = ctInstance({
    StudyInstanceUID: study,
    SeriesInstanceUID: `${study}.1`,
    SOPInstanceUID: sopUid(n),
    InstanceNumber: n,
  });
  await association.store({
    sopClassUid: SopClasses.CTImageStorage,
    sopInstanceUid: sopUid(n),
    transferSyntax: TransferSyntaxes.ExplicitVRLittleEndian,
    chunks: [bytes.subarray(readPart10(bytes).dataSetOffset)],
  });
}

async function archived(program: Program): Promise<string[]> {
  const answer = await fetch(`${program.url}/dicomweb/studies/${study}/instances?limit=5000`, {
    headers: await program.login(),
  });
  if (answer.status === 204) return [];
  const rows = (await answer.json()) as Record<string, { Value: string[] }>[];
  return rows.map((row) => row["00080018"]!.Value[0]!);
}

/** Sends on three associations until the listener is gone. @returns what was acknowledged */
async function sendUntilKilled(program: Program, kill: (sent: number) => void): Promise<number[]> {
  const acknowledged: number[] = [];
  let next = 0;
  const senders = Array.from({ length: 3 }, async () => {
    const association = await open(program);
    for (;;) {
      const n = next++;
      await send(association, n);
      acknowledged.push(n);
      kill(acknowledged.length);
    }
  });
  const ended = await Promise.allSettled(senders);
  expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  return acknowledged;
}

const dimseHealth = async (program: Program): Promise<string> => {
  const body = (await (await fetch(`${program.url}/health`)).json()) as {
    dependencies: Record<string, { status: string }>;
  };
  return body.dependencies.dimse!.status;
};

describe("the DIMSE listener in a process of its own", () => {
  test("killed, it is started again on its port; nothing acknowledged is lost; health and metrics tell", async () => {
    const program = await started();
    expect(program.output()).not.toContain("connections in turn");
    const first = (await listenerOf(program))!;
    expect(first).not.toBeNull();
    expect(await dimseHealth(program)).toBe("ok");
    const acknowledged = await sendUntilKilled(program, (sent) => {
      if (sent === 30) process.kill(first, "SIGKILL");
    });
    expect(acknowledged.length).toBeGreaterThanOrEqual(30);
    expect((await fetch(`${program.url}/health/ready`)).status).toBe(200);
    const association = await eventually(() => open(program).catch(() => null));
    await send(association, 9999);
    await association.release();
    expect(await listenerOf(program)).not.toBe(first);
    expect(await dimseHealth(program)).toBe("ok");
    const found = await archived(program);
    expect(found).toEqual(expect.arrayContaining([...acknowledged, 9999].map(sopUid)));
    const metrics = await fetch(`${program.url}/metrics`, { headers: await program.login() });
    const text = await metrics.text();
    expect(text).toContain(
      'isocenter_ingest_instances_total{process="dicom",door="c-store",outcome="stored"} 1\n',
    );
    expect(text.match(/^# TYPE isocenter_ingest_instances_total /gm)).toHaveLength(1);
    // All that the contract promises of it, of each process or of the whole.
    for (const line of [
      'isocenter_http_request_seconds_count{method="POST",route="/api/v1/users/login",status="200"} ',
      'isocenter_database_transaction_seconds_count{outcome="committed"} ',
      "isocenter_database_answer_seconds 0.",
      'isocenter_object_store_seconds_count{process="dicom",operation="put",outcome="ok"} ',
      'isocenter_ingest_seconds_count{process="dicom",phase="commit"} ',
      'isocenter_storage_bytes{what="archived"} ',
      'isocenter_jobs{state="waiting"} ',
      'isocenter_send_queue_items{state="PENDING"} 0',
      'isocenter_deliveries_waiting{kind="notice"} 0',
    ])
      expect(text).toContain(`\n${line}`);
    for (const name of ["isocenter_pictures_total", "isocenter_critical_finding_response_seconds"])
      expect(text).toContain(`# TYPE ${name} `);
  });

  test("when main is killed it ends as well, and the next start has everything that was acknowledged", async () => {
    const program = await started();
    const listener = (await listenerOf(program))!;
    const acknowledged = await sendUntilKilled(program, (sent) => {
      if (sent === 30) program.child.kill("SIGKILL");
    });
    await eventually(() => isGone(listener));
    const again = await started(program.dataDir, { DICOM_PORT: String(program.dicomPort) });
    expect(again.dicomPort).toBe(program.dicomPort);
    expect(await archived(again)).toEqual(expect.arrayContaining(acknowledged.map(sopUid)));
  });

  test("what it receives reaches the live feed and settles in main; its port is its own; SIGTERM ends both", async () => {
    const program = await started(undefined, { SETTLE_SECONDS: "1" });
    const headers = await program.login();
    const feed = await fetch(`${program.url}/api/v1/events`, { headers });
    expect(feed.status).toBe(200);
    const association = await open(program);
    await send(association, 1);
    await association.release();
    let heard = "";
    for await (const chunk of feed.body!.pipeThrough(new TextDecoderStream())) {
      heard += chunk;
      if (heard.includes('"study.settled"')) break;
    }
    expect(heard).toContain('"study.received"');
    await expect(
      startProgram({ env: { DICOM_PROCESS: "own", DICOM_PORT: String(program.dicomPort) } }),
    ).rejects.toThrow(new RegExp(`The port ${program.dicomPort} is taken by another program`));
    const listener = (await listenerOf(program))!;
    expect(await program.stop()).toBe(0);
    expect(await isGone(listener)).toBe(true);
  });

  test("one that offers no API tells of its health where it is told to, and its metrics to who may read them", async () => {
    const program = await started(undefined, { ROLES: "dicom,worker", HEALTH_PORT: "0" });
    const port = /Health +port (\d+)/.exec(program.output())?.[1];
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect(await (await get("/health/ready")).json()).toEqual({ status: "ok" });
    const health = (await (await get("/health")).json()) as { dependencies: object };
    expect(Object.keys(health.dependencies).sort()).toEqual([
      "database",
      "dimse",
      "disk",
      "hl7-queue",
      "jobs",
      "objects",
    ]);
    expect((await get("/metrics")).status).toBe(401);
    expect((await get("/api/v1/system")).status).toBe(404);
  });

  test("with one role, and where it is said, there is one process", async () => {
    const program = await started(undefined, { DICOM_PROCESS: "shared" });
    expect(await listenerOf(program)).toBeNull();
    expect(await dimseHealth(program)).toBe("ok");
  });
});
