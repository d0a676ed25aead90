import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveCluster } from "../support/cluster.ts";
import { ctInstance, type MadeInstance } from "../support/instances.ts";
import {
  adminPassword,
  cleanEnvironment,
  eventually,
  type Program,
  startProgram,
  temporaryFolder,
} from "../support/program.ts";

const entry = path.resolve(import.meta.dirname, "../../server/bin/isocenter.js");
const uids = { StudyInstanceUID: "1.2.826.0.1.70", SeriesInstanceUID: "1.2.826.0.1.70.1" };
const made = (n: number): MadeInstance =>
  ctInstance({ ...uids, SOPInstanceUID: `1.2.826.0.1.70.1.${n}`, InstanceNumber: n });

interface Ran {
  code: number;
  out: string;
  errors: string;
}

/** Runs a command of the program beside or instead of the server. */
function isocenter(dataDir: string, ...args: string[]): Promise<Ran> {
  const env = {
    ...cleanEnvironment(),
    DATA_DIR: dataDir,
    PORT: "0",
    DICOM_PORT: "0",
    HL7_PORT: "0",
    DISK_RESERVE_BYTES: "0",
  } as NodeJS.ProcessEnv;
  return new Promise((resolve) => {
    execFile(process.execPath, [entry, ...args], { env, cwd: dataDir }, (error, out, errors) =>
      resolve({ code: error ? Number(error.code) : 0, out, errors }),
    );
  });
}

const folders: string[] = [];
const newFolder = async () => {
  const folder = await temporaryFolder();
  folders.push(folder);
  return folder;
};
const programs: Program[] = [];
const started = async (dataDir: string) => {
  const program = await startProgram({ dataDir });
  programs.push(program);
  return program;
};
afterAll(async () => {
  for (const program of programs) await program.stop("SIGKILL");
  for (const folder of folders)
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function store(program: Program, headers: Record<string, string>, n: number): Promise<void> {
  const form = new FormData();
  form.append("file", new Blob([made(n).bytes as Uint8Array<ArrayBuffer>]), `${n}.dcm`);
  const answer = await fetch(`${program.url}/api/v1/images`, { method: "POST", headers, body: form });
  expect([answer.status, await answer.text()]).toEqual([201, expect.any(String)]);
}

async function comesBack(program: Program, headers: Record<string, string>, n: number): Promise<void> {
  const url = `${program.url}/dicomweb/studies/${uids.StudyInstanceUID}/series/${uids.SeriesInstanceUID}/instances/${made(n).SOPInstanceUID}`;
  const answer = await fetch(url, {
    headers: { ...headers, accept: "application/dicom; transfer-syntax=*" },
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect([answer.status, bytes.equals(Buffer.from(made(n).bytes))]).toEqual([200, true]);
}

async function objectFiles(folder: string): Promise<string[]> {
  const entries = await fs.readdir(path.join(folder, "objects", "instances"), {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

describe("back-up, restore and verification", { timeout: 240_000 }, () => {
  let dataDir: string;
  let target: string;
  let program: Program;
  let headers: Record<string, string>;
  beforeAll(async () => {
    dataDir = await newFolder();
    target = path.join(await newFolder(), "backup");
    program = await started(dataDir);
    headers = await program.login();
    for (const n of [1, 2, 3]) await store(program, headers, n);
    // The first seal of the audit trail, which a back-up counts.
    await eventually(() => fs.readdir(path.join(dataDir, "objects", "seals")).catch(() => null));
  });

  test("a back-up beside the running server comes back in a fresh folder, bit for bit, and verifies", async () => {
    // Three images and the first seal of the audit trail.
    const first = await isocenter(dataDir, "backup", target);
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringMatching(/is whole: \d+ tables, 4 objects \(4 new/),
    });
    await store(program, headers, 4);
    const second = await isocenter(dataDir, "backup", target, "--quiet");
    expect(second).toMatchObject({ code: 0, errors: "", out: expect.stringMatching(/5 objects \(1 new/) });

    const fresh = await newFolder();
    const listed = await isocenter(fresh, "restore", target, "--list");
    expect(listed.out.trim().split("\n")).toHaveLength(2);
    const restored = await isocenter(fresh, "restore", target);
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining("5 objects") });
    const verified = await isocenter(fresh, "verify");
    expect(verified).toMatchObject({
      code: 0,
      out: expect.stringMatching(/4 objects: 0 missing, 0 damaged.*intact/),
    });

    const again = await started(fresh);
    const fetched = await fetch(`${again.url}/api/v1/studies`, { headers });
    expect(fetched.status).toBe(401);
    const anew = await again.login();
    for (const n of [1, 2, 3, 4]) await comesBack(again, anew, n);
    await store(again, anew, 5);
    await comesBack(again, anew, 5);
    const audit = await fetch(`${again.url}/api/v1/audit/verify`, { headers: anew });
    expect(await audit.json()).toMatchObject({ intact: true });
    const metadata = await fetch(`${again.url}/dicomweb/studies/${uids.StudyInstanceUID}/metadata`, {
      headers: anew,
    });
    expect(((await metadata.json()) as unknown[]).length).toBe(5);
    await again.stop();

    const refused = await isocenter(fresh, "restore", target);
    expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining("This system is not empty") });
    const name = listed.out.split(" ")[0]!;
    const replaced = await isocenter(fresh, "restore", target, "--replace", "--backup", name);
    expect(replaced).toMatchObject({ code: 0, out: expect.stringContaining(`Back-up ${name} is back`) });
    expect((await isocenter(fresh, "verify", "--fast")).code).toBe(0);
  });

  test("rebuild makes the table of analytics anew beside the running server", async () => {
    const volumes = async () => {
      const answer = await fetch(`${program.url}/api/v1/analytics/volumes`, {
        headers: await program.login(),
      });
      return ((await answer.json()) as { data: unknown[] }).data;
    };
    const rebuilt = await isocenter(dataDir, "rebuild", "analytics", "--quiet");
    expect(rebuilt).toMatchObject({
      code: 0,
      errors: "",
      out: expect.stringMatching(/^Analytics is made anew from 1 orders and studies without one\.\s*$/),
    });
    expect(await volumes()).toHaveLength(1);
    const help = await isocenter(dataDir, "help");
    expect(help.out).toMatch(/isocenter rebuild\s+make anew/);
    expect((await isocenter(dataDir, "rebuild", "nothing")).code).toBe(2);
  });

  test("verify names what is damaged, missing and miscounted", async () => {
    // A migrated database without a row is as empty as none, and quicker.
    const broken = await newFolder();
    await giveCluster(broken);
    expect((await isocenter(broken, "restore", target, "--quiet")).code).toBe(0);
    const [first, second] = await objectFiles(broken);
    const bytes = await fs.readFile(first!);
    bytes[bytes.length - 1]! ^= 1;
    await fs.writeFile(first!, bytes);
    await fs.rm(second!);
    expect((await isocenter(broken, "verify", "--fast")).out).toContain("1 missing, 0 damaged");
    const found = await isocenter(broken, "verify");
    expect(found.code).toBe(1);
    expect(found.out).toContain(`damaged  instances/${path.basename(first!)} (instance`);
    expect(found.out).toContain(`missing  instances/${path.basename(second!)} (instance`);
    expect(found.out).toContain("1 missing, 1 damaged, 0 orphaned");
    expect(found.errors).toContain("find TARGET/objects -name NAME");
    // A back-up of it says so, and keeps what is whole.
    const partial = path.join(await newFolder(), "backup");
    const backup = await isocenter(broken, "backup", partial, "--quiet");
    expect(backup).toMatchObject({
      code: 1,
      errors: expect.stringContaining("1 objects were missing and 1 damaged"),
    });
    // What it says to do mends it.
    for (const file of [first!, second!])
      await fs.copyFile(
        path.join(target, "objects", path.relative(path.join(broken, "objects"), file)),
        file,
      );
    expect((await isocenter(broken, "verify")).out).toContain("0 missing, 0 damaged");
  });

  test("a damaged back-up is noticed before anything is touched", async () => {
    const copy = path.join(await newFolder(), "copy");
    await fs.cp(target, copy, { recursive: true });
    const [name] = (await fs.readdir(path.join(copy, "backups"))).sort().reverse();
    const file = path.join(copy, "backups", name!, "study.copy.gz");
    const bytes = await fs.readFile(file);
    bytes[12]! ^= 1;
    await fs.writeFile(file, bytes);
    const fresh = await newFolder();
    await giveCluster(fresh);
    const refused = await isocenter(fresh, "restore", copy);
    expect(refused).toMatchObject({
      code: 1,
      errors: expect.stringContaining("study.copy.gz is missing or damaged"),
    });
    expect((await isocenter(fresh, "restore", copy, "--backup", "none")).errors).toContain(
      "There is no back-up none",
    );
    expect((await isocenter(dataDir, "restore", target)).errors).toContain("Another Isocenter is running");
    expect((await isocenter(dataDir, "backup", path.join(dataDir, "backup"))).errors).toContain(
      "lies with DATA_DIR",
    );
  });

  test("who is locked out is let in by whoever holds the machine", async () => {
    for (let n = 0; n < 5; n++)
      await fetch(`${program.url}/api/v1/users/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "admin", password: "wrong" }),
      });
    expect((await isocenter(dataDir, "user", "list")).out).toMatch(/^admin +locked +ADMINISTRATOR/m);
    expect(await isocenter(dataDir, "user", "unlock", "admin")).toMatchObject({
      code: 0,
      out: "admin may sign in again.\n",
    });
    expect((await isocenter(dataDir, "user", "unlock", "admin")).out).toBe("admin was not locked.\n");
    const reset = await isocenter(dataDir, "user", "reset-password", "admin");
    const password = /password of admin is (\S+)/.exec(reset.out)?.[1];
    expect(reset).toMatchObject({ code: 0, errors: "" });
    expect((await fetch(`${program.url}/api/v1/studies`, { headers })).status).toBe(401);
    const login = (secret: string) =>
      fetch(`${program.url}/api/v1/users/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "admin", password: secret }),
      });
    expect((await login(adminPassword)).status).toBe(401);
    expect((await login(password!)).status).toBe(200);
    expect(await isocenter(dataDir, "user", "reset-password", "nobody")).toMatchObject({
      code: 1,
      errors: "There is no user nobody; isocenter user list says who there is.\n",
    });
  });

  test("doctor looks at what a running server stands on, and says what to do where there is none", async () => {
    const well = await isocenter(dataDir, "doctor");
    expect(well).toMatchObject({ code: 0, errors: "" });
    for (const what of ["data folder", "database", "schema", "object store", "store clock", "disk space"])
      expect(well.out).toMatch(new RegExp(`^(ok|warning) +${what} `, "m"));
    await fs.chmod(path.join(dataDir, "secrets", "jwt"), 0o644);
    const open = await isocenter(dataDir, "doctor");
    expect(open).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^problem +secrets +others may read jwt\n +→ chmod/m),
    });
    const none = await isocenter(await newFolder(), "doctor");
    expect(none.out).toMatch(/^warning +database +there is none under [^\n]+\n +→ the first start makes it/m);
  });
});
