import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { AzureSettings } from "@isocenter/server/platform/config/config.ts";
import { freePorts } from "./ports.ts";

const program = path.resolve(import.meta.dirname, "../foreign/node_modules/.bin/azurite-blob");
const account = "isocenter";
/** Azurite takes what it is told; the signature is checked with it. */
const accountKey = Buffer.from("a key for tests that is nobody's secret, of 64 bytes in its whole.").toString(
  "base64",
);

/** Why no Azurite can be started here. With ISOCENTER_REQUIRE_TOOLS=1 that is an error; else tests skip with the reason printed. */
export function azuriteMissing(): false | string {
  if (existsSync(program)) return false;
  const reason = "Azurite is not installed (test/foreign/install.sh)";
  if (process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

export interface Azurite {
  port: number;
  accountKey: string;
  /** @param port of a proxy before it; left out: its own */
  settings(container: string, port?: number): AzureSettings;
  /** Ends it in order: killed, it would forget the objects of the last seconds, which it writes down only then and now. */
  halt(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Microsoft's emulator of Azure Blob Storage, which checks signatures, on a free port with a folder of its own. */
export async function startAzurite(): Promise<Azurite> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-azurite-"));
  const [port] = await freePorts(1);
  let child: ChildProcess | null = null;
  const start = async () => {
    const options = ["--blobHost", "127.0.0.1", "--blobPort", String(port), "--location", folder];
    const server = spawn(
      process.execPath,
      [program, ...options, "--skipApiVersionCheck", "--disableTelemetry", "--silent"],
      {
        env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${accountKey}` },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child = server;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      for (const stream of [server.stdout, server.stderr])
        stream.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes("successfully listens")) resolve();
        });
      server.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${said}`)));
    });
  };
  const halt = async () => {
    const server = child;
    child = null;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
  };
  const kill = () => void child?.kill("SIGKILL");
  process.once("exit", kill);
  await start();
  return {
    port: port!,
    accountKey,
    settings: (container, through = port) => ({
      connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};BlobEndpoint=http://127.0.0.1:${through}/${account};`,
      publicEndpoint: null,
      container,
    }),
    halt,
    start,
    async stop() {
      process.off("exit", kill);
      await halt();
      await fs.rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
