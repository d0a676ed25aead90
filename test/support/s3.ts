import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { S3Settings } from "@isocenter/server/platform/config/config.ts";
import { freePorts } from "./ports.ts";

const script = path.join(import.meta.dirname, "s3-server.py");
const programs = [
  "swift-proxy-server",
  "swift-account-server",
  "swift-container-server",
  "swift-object-server",
];

/** Why no S3 store can be started here. With ISOCENTER_REQUIRE_TOOLS=1 that is an error; else tests skip with the reason printed. */
export function s3ServerMissing(): false | string {
  const missing = programs.filter((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0);
  const reason =
    missing.length > 0
      ? `OpenStack Swift's ${missing.join(", ")} not installed`
      : process.getuid?.() === 0
        ? false
        : "OpenStack Swift's S3 API is started as root only";
  if (reason === false) return false;
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

export interface S3Server {
  port: number;
  settings(bucket: string): S3Settings;
  /** Kills it where it stands; what it had confirmed is there when it comes back. */
  halt(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A real S3 store that checks signatures, on free ports; it ends with this process. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-s3-"));
  const ports = await freePorts(4);
  let child: ChildProcess | null = null;
  const start = async () => {
    const server = spawn(script, [folder, ...ports.map(String)], { stdio: ["pipe", "pipe", "pipe"] });
    child = server;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      server.stdout.on("data", () => resolve());
      server.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
      server.once("exit", (code) => reject(new Error(`the S3 server ended with ${code}: ${said}`)));
    });
  };
  const halt = async () => {
    const server = child;
    child = null;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.stdin?.end();
    await ended;
  };
  await start();
  return {
    port: ports[0]!,
    settings: (bucket) => ({
      endpoint: `http://127.0.0.1:${ports[0]}`,
      publicEndpoint: null,
      region: "us-east-1",
      bucket,
      accessKeyId: "test:tester",
      secretAccessKey: "testing",
    }),
    halt,
    start,
    async stop() {
      await halt();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}
