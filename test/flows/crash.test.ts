import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs/promises";
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

async function started(dataDir: string): Promise<Program> {
  const program = await startProgram({ dataDir });
  programs.push(program);
  return program;
}

async function newFolder(): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  return folder;
}

const file = (n: number): Uint8Array<ArrayBuffer> =>
  ctInstance({
    StudyInstanceUID: "1.2.826.0.1.9",
    SeriesInstanceUID: "1.2.826.0.1.9.1",
    SOPInstanceUID: sopUid(n),
    InstanceNumber: n,
  }).bytes as Uint8Array<ArrayBuffer>;
const sopUid = (n: number) => `1.2.826.0.1.99.${n}`;

async function store(program: Program, headers: Record<string, string>, n: number): Promise<boolean> {
  const form = new FormData();
  form.append("file", new Blob([file(n)]), `${n}.dcm`);
  try {
    const answer = await fetch(`${program.url}/api/v1/images`, { method: "POST", headers, body: form });
    await answer.arrayBuffer();
    return answer.status === 201;
  } catch {
    return false;
  }
}

describe("after kill -9", () => {
  test("in the middle of ingest nothing acknowledged is lost, and the next start needs no hand", async () => {
    const folder = await newFolder();
    const program = await started(folder);
    const headers = await program.login();
    const acknowledged: number[] = [];
    let next = 0;
    const senders = Array.from({ length: 6 }, async () => {
      for (;;) {
        const n = next++;
        if (!(await store(program, headers, n))) return;
        acknowledged.push(n);
        if (acknowledged.length === 40) program.child.kill("SIGKILL");
      }
    });
    await Promise.all(senders);
    expect(acknowledged.length).toBeGreaterThanOrEqual(40);
    const again = await started(folder);
    const fresh = await again.login();
    for (const n of acknowledged) {
      const url = `${again.url}/dicomweb/studies/1.2.826.0.1.9/series/1.2.826.0.1.9.1/instances/${sopUid(n)}`;
      const answer = await fetch(url, {
        headers: { ...fresh, accept: "application/dicom; transfer-syntax=*" },
      });
      const back = Buffer.from(await answer.arrayBuffer());
      expect([answer.status, back.equals(Buffer.from(file(n)))]).toEqual([200, true]);
    }
    const list = (await (await fetch(`${again.url}/api/v1/studies`, { headers: fresh })).json()) as {
      data: { numberOfInstances: number }[];
    };
    const rows = (await (
      await fetch(`${again.url}/dicomweb/instances?limit=1000`, { headers: fresh })
    ).json()) as unknown[];
    expect(list.data.map((study) => study.numberOfInstances)).toEqual([rows.length]);
    expect(rows.length).toBeGreaterThanOrEqual(acknowledged.length);
  });

  test("of PostgreSQL it is started again and work goes on", async () => {
    const folder = await newFolder();
    const program = await started(folder);
    const headers = await program.login();
    expect(await store(program, headers, 1)).toBe(true);
    const pid = Number((await fs.readFile(`${folder}/pg/postmaster.pid`, "utf8")).split("\n")[0]);
    process.kill(pid, "SIGKILL");
    await eventually(() => store(program, headers, 2)).catch((error: Error) => {
      throw new Error(`${error.message}; the program said:\n${program.output().slice(-8000)}`);
    });
    const list = (await (await fetch(`${program.url}/api/v1/studies`, { headers })).json()) as {
      data: { numberOfInstances: number }[];
    };
    expect(list.data.map((study) => study.numberOfInstances)).toEqual([2]);
  });
});

test("a second program on the same folder says so and stops; the first goes on", async () => {
  const folder = await newFolder();
  const program = await started(folder);
  await expect(startProgram({ dataDir: folder })).rejects.toThrow(
    /ended with 1[\s\S]*Another Isocenter is running/,
  );
  expect((await fetch(`${program.url}/health/ready`)).status).toBe(200);
});

test("SIGTERM ends cleanly, and PostgreSQL with it", async () => {
  const folder = await newFolder();
  const program = await started(folder);
  const headers = await program.login();
  expect(await store(program, headers, 1)).toBe(true);
  expect(await program.stop()).toBe(0);
  await expect(fs.access(`${folder}/pg/postmaster.pid`)).rejects.toThrow("ENOENT");
});

test("told to end while it starts it ends of itself, as what is process 1 of a container must", async () => {
  const folder = await newFolder();
  const entry = new URL("../../server/bin/isocenter.js", import.meta.url).pathname;
  const env = { ...process.env, DATA_DIR: folder, PORT: "0", DICOM_PORT: "0", HL7_PORT: "0" };
  const child = spawn(process.execPath, [entry, "start"], { cwd: folder, env });
  const exited = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
  child.stdout.once("data", () => child.kill("SIGTERM"));
  expect(await exited).toEqual({ code: 143, signal: null });
});

test("mistakes in the configuration are one readable line each", async () => {
  await expect(
    startProgram({ env: { SETTLE_SECONDS: "soon", AE_TITLE: "MUCH TOO LONG A TITLE" } }),
  ).rejects.toThrow(/AE_TITLE: expected[^\n]*\n\s*SETTLE_SECONDS: expected/);
});

const asRoot = process.getuid?.() === 0;
if (!asRoot)
  process.stderr.write(
    "skipped: changing to an ordinary user needs root; the other tests run as one already\n",
  );

test.skipIf(!asRoot)("an ordinary user can run it", async () => {
  const folder = await newFolder();
  await fs.chmod(folder, 0o777);
  const entry = new URL("../../server/bin/isocenter.js", import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [entry, "start"], {
    uid: 65534,
    gid: 65534,
    cwd: "/",
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      DICOM_PORT: "0",
      HL7_PORT: "0",
      HOST: "127.0.0.1",
      DATA_DIR: `${folder}/data`,
      DISK_RESERVE_BYTES: "0",
      HOME: folder,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await eventually(async () => output.includes("is running.") || child.exitCode !== null);
  expect(output).toContain("First sign-in: user admin, password ");
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
});
