import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { S3Settings } from "@isocenter/server/platform/config.ts";

const script = path.join(import.meta.dirname, "s3-server.sh");
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

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const { port } = server.address() as net.AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      return port;
    }),
  );
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

/** What the proxy does with the next connections. */
export interface Fault {
  /** Only so many connections meet it; left out: all. */
  times?: number;
  /** Cut when so many bytes have gone towards the store. */
  cutAfterSent?: number;
  /** Turn a bit of the byte that goes to the store after so many, on the first connection that comes so far. */
  damageAfterSent?: number;
  /** Cut when so many bytes have come from the store. */
  cutAfterReceived?: number;
  /** Stop passing bytes from the store after so many, and keep the connection. */
  silentAfterReceived?: number;
  /** Answer each request with this status instead of asking the store. */
  status?: number;
}

export interface FaultyProxy {
  port: number;
  /** Closes what is open, so that the fault meets the next connection. */
  use(fault: Fault | null): void;
  /** Connections since the last `use`. */
  connections(): number;
  stop(): Promise<void>;
}

/** A TCP proxy in front of the store that breaks in the ways that networks do. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  let fault: Fault | null = null;
  let connections = 0;
  const open = new Set<net.Socket>();
  const server = net.createServer((client) => {
    connections += 1;
    const here = connections <= (fault?.times ?? Number.POSITIVE_INFINITY) ? fault : null;
    open.add(client);
    client.on("error", () => {});
    client.on("close", () => open.delete(client));
    if (here?.status !== undefined) {
      client.once("data", () =>
        client.end(`HTTP/1.1 ${here.status} Fault\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`),
      );
      client.resume();
      return;
    }
    const store = net.connect(targetPort, "127.0.0.1");
    const cut = () => {
      client.resetAndDestroy();
      store.destroy();
    };
    store.on("error", cut);
    client.on("close", () => store.destroy());
    store.on("close", () => client.end());
    let sent = 0;
    let received = 0;
    client.on("data", (chunk: Buffer) => {
      const damaged = (here?.damageAfterSent ?? -1) - sent;
      if (here && damaged >= 0 && damaged < chunk.length) {
        chunk[damaged]! ^= 1;
        delete here.damageAfterSent;
      }
      sent += chunk.length;
      if (here?.cutAfterSent !== undefined && sent > here.cutAfterSent) return cut();
      if (!store.write(chunk)) {
        client.pause();
        store.once("drain", () => client.resume());
      }
    });
    store.on("data", (chunk: Buffer) => {
      const room = (limit: number | undefined) => Math.max(0, (limit ?? Number.POSITIVE_INFINITY) - received);
      const passed = chunk.subarray(
        0,
        Math.min(chunk.length, room(here?.cutAfterReceived), room(here?.silentAfterReceived)),
      );
      received += chunk.length;
      if (here?.cutAfterReceived !== undefined && received > here.cutAfterReceived)
        return void client.write(passed, () => client.destroy());
      if (passed.length > 0) client.write(passed);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    use(next) {
      fault = next;
      connections = 0;
      drop();
    },
    connections: () => connections,
    async stop() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
