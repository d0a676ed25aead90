import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { giveCluster } from "./cluster.ts";

const entry = path.resolve(import.meta.dirname, "../../server/bin/isocenter.js");
export const adminPassword = "correct-horse-battery-staple";

export interface Program {
  /** `http://127.0.0.1:port` */
  url: string;
  dicomPort: number;
  hl7Port: number;
  dataDir: string;
  /** What it printed on standard output so far. */
  output(): string;
  child: ChildProcess;
  /** Signs the first administrator in. */
  login(): Promise<{ authorization: string }>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ProgramOptions {
  dataDir?: string;
  /** `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
  command?: "start" | "demo";
  /** Makes its PostgreSQL itself, as on a new machine; else it gets the run's migrated one. */
  fresh?: boolean;
  /** Writes the system calls of the program and all that it starts to the file, with these arguments of strace. */
  trace?: { file: string; args: readonly string[] };
}

export async function temporaryFolder(): Promise<string> {
  return fs.mkdtemp(path.join(tmpdir(), "isocenter-program-"));
}

/** The environment of the tests, without what a developer may have set for a server of their own. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const { PORT: _, DATABASE_URL: __, DATA_DIR: ___, ...rest } = process.env;
  return rest;
}

/** Starts the real program with an embedded PostgreSQL on free ports, and answers when it says that it is running. */
export async function startProgram(options: ProgramOptions = {}): Promise<Program> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  if (!options.fresh) await giveCluster(dataDir);
  const line = [process.execPath, entry, options.command ?? "start"];
  // Attached as a grandchild (-D), so that signals reach the program itself.
  const { trace } = options;
  if (trace) line.unshift("strace", "-D", "-f", "-o", trace.file, ...trace.args);
  const child = spawn(line[0]!, line.slice(1), {
    cwd: dataDir,
    env: {
      ...cleanEnvironment(),
      PORT: "0",
      HOST: "127.0.0.1",
      DICOM_PORT: "0",
      HL7_PORT: "0",
      DATA_DIR: dataDir,
      ADMIN_PASSWORD: adminPassword,
      LOG_LEVEL: "warn",
      DISK_RESERVE_BYTES: "0",
      // The least that is taken: most of these tests sign people in, and few are about that.
      PASSWORD_HASH_MIB: "19",
      // One process less to start; tests of DIMSE and of what the processes are to each other have the listener in its own, as it is where people work.
      DICOM_PROCESS: "shared",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  const running = Promise.withResolvers<void>();
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (/is running\.[\s\S]*Data /.test(output)) running.resolve();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  child.once("exit", (code) =>
    running.reject(new Error(`the program ended with ${code}:\n${output}\n${errors}`)),
  );
  await running.promise;
  const url = `http://127.0.0.1:${/localhost:(\d+)/.exec(output)?.[1]}`;
  return {
    url,
    dicomPort: Number(/port (\d+)/.exec(output)?.[1]),
    hl7Port: Number(/HL7 .*port (\d+)/.exec(output)?.[1]),
    dataDir,
    output: () => `${output}${errors}`,
    child,
    async login() {
      const answer = await fetch(`${url}/api/v1/users/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "admin", password: adminPassword }),
      });
      const body = (await answer.json()) as { accessToken?: string };
      if (!body.accessToken) throw new Error(`sign-in failed: ${answer.status} ${JSON.stringify(body)}`);
      return { authorization: `Bearer ${body.accessToken}` };
    },
    async stop(signal = "SIGTERM") {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
      child.kill(signal);
      return exited;
    },
  };
}

/** Asks again and again until the answer is there; fails loudly after the time. For what happens in another process. */
export async function eventually<T>(
  ask: () => Promise<T | null | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`nothing after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
