import fs from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import {
  type Config,
  createDiskReserve,
  listMigrations,
  type OperatorPlatform,
  Refusal,
  readTlsMaterial,
  requireObjects,
  schemaVersion,
} from "../platform/index.ts";
import { megabytes } from "./progress.ts";

/** One thing that was looked at. */
export interface Finding {
  state: "ok" | "warning" | "problem";
  /** `database`. */
  what: string;
  /** What was found. */
  says: string;
  /** What to do about it. */
  remedy?: string;
}

const ok = (what: string, says: string): Finding => ({ state: "ok", what, says });
const warning = (what: string, says: string, remedy: string): Finding => ({
  state: "warning",
  what,
  says,
  remedy,
});
const problem = (what: string, says: string, remedy: string): Finding => ({
  state: "problem",
  what,
  says,
  remedy,
});

const dayMs = 86_400_000;
/** An image is acknowledged after two of them. */
const slowSyncMs = 25;
const lowMemoryBytes = 1.5e9;
const skewMs = { warning: 30_000, problem: 5 * 60_000 };
const staleJobHours = 24;

/** Looks that need nothing but the configuration and this machine. */
export async function examineMachine(config: Config, besideServer: boolean, now: Date): Promise<Finding[]> {
  return [
    ok("program", `Node ${process.version}, ${os.availableParallelism()} processors`),
    memory(),
    ...(await folder(config.dataDir)),
    ...(await secrets(config.dataDir)),
    ...(await ports(config, besideServer)),
    ...certificate(config, now),
  ];
}

function memory(): Finding {
  // A container's limit, where there is one, counts.
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < os.totalmem() ? limit : os.totalmem();
  return total < lowMemoryBytes
    ? warning(
        "memory",
        `${megabytes(total)} for everything`,
        "give it 2 GB: PostgreSQL takes 256 MB for its buffers, and pictures are made in memory",
      )
    : ok("memory", `${megabytes(total)}, ${megabytes(os.freemem())} free`);
}

/** Whether files can be written and synced, how fast, and how much room there is. */
async function folder(dataDir: string): Promise<Finding[]> {
  const what = "data folder";
  const file = path.join(dataDir, `doctor-${process.pid}`);
  try {
    const handle = await fs.open(file, "wx", 0o600);
    const times: number[] = [];
    try {
      for (let n = 0; n < 10; n += 1) {
        const began = performance.now();
        await handle.write(Buffer.alloc(65_536));
        await handle.sync();
        times.push(performance.now() - began);
      }
    } finally {
      await handle.close();
      await fs.rm(file, { force: true });
    }
    const median = times.sort((a, b) => a - b)[5]!;
    const speed = `writing 64 KB to the disk takes ${median.toFixed(1)} ms`;
    return [
      ok(what, `${dataDir} can be written`),
      median > slowSyncMs
        ? warning("disk speed", speed, "every image waits for this: use a local SSD, not a network share")
        : ok("disk speed", speed),
    ];
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return [
      problem(
        what,
        `${dataDir} cannot be written (${code})`,
        "make it, or give it to the user who runs the server (chown -R), or set DATA_DIR",
      ),
    ];
  }
}

async function secrets(dataDir: string): Promise<Finding[]> {
  const place = path.join(dataDir, "secrets");
  const names = await fs.readdir(place).catch(() => null);
  if (names === null) return [];
  const open: string[] = [];
  for (const name of names) {
    const stats = await fs.stat(path.join(place, name)).catch(() => null);
    if (stats && (stats.mode & 0o077) !== 0) open.push(name);
  }
  return open.length === 0
    ? [ok("secrets", `${names.length} files that the server's user alone reads`)]
    : [problem("secrets", `others may read ${open.join(", ")}`, `chmod 600 ${place}/*`)];
}

/** Beside a running server its ports are taken, and by it. */
async function ports(config: Config, besideServer: boolean): Promise<Finding[]> {
  const wanted = [
    ...(config.roles.includes("api") ? [{ name: "PORT", port: config.port }] : []),
    ...(config.healthPort !== null ? [{ name: "HEALTH_PORT", port: config.healthPort }] : []),
    ...(config.roles.includes("dicom") ? [{ name: "DICOM_PORT", port: config.dicomPort }] : []),
    ...(config.roles.includes("hl7") ? [{ name: "HL7_PORT", port: config.hl7Port }] : []),
  ].filter(({ port }) => port !== 0);
  const findings: Finding[] = [];
  for (const { name, port } of wanted) {
    const what = `port ${port}`;
    const code = await listenOnce(config.host, port);
    if (besideServer)
      findings.push(
        code === "EADDRINUSE"
          ? ok(what, `${name} is answered`)
          : problem(what, `the server runs, and nothing listens on ${name}`, "look at the server's log"),
      );
    else if (code === null) findings.push(ok(what, `${name} is free`));
    else if (code === "EADDRINUSE")
      findings.push(
        warning(what, `${name} is taken`, `by the server itself it is well; else choose another ${name}`),
      );
    else
      findings.push(
        problem(
          what,
          `${name} cannot be opened (${code})`,
          `ports below 1024 need a right; choose another ${name}, or check HOST`,
        ),
      );
  }
  return findings;
}

/** @returns why the port cannot be listened on, or null */
function listenOnce(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

function certificate(config: Config, now: Date): Finding[] {
  if (config.tls === null) return [];
  const material = readTlsMaterial(config.tls);
  if ("mistake" in material) return [problem("certificate", material.mistake, "mend TLS_CERT and TLS_KEY")];
  const days = Math.floor((material.validTo.getTime() - now.getTime()) / dayMs);
  const until = material.validTo.toISOString().slice(0, 10);
  if (days < 0)
    return [problem("certificate", `it ended on ${until}`, "renew it: browsers and scanners refuse it")];
  if (days < 21)
    return [
      warning(
        "certificate",
        `it ends on ${until}, in ${days} days`,
        "renew it; the server takes the new file by itself",
      ),
    ];
  return [ok("certificate", `until ${until}`)];
}

/** Looks that need the database and the object store. */
export async function examineSystem({ platform }: OperatorPlatform): Promise<Finding[]> {
  return [
    ...(await database(platform)),
    ...(await jobs(platform)),
    ...(await store(platform)),
    ...(await space(platform)),
  ];
}

type Of = OperatorPlatform["platform"];

async function database({ db, clock }: Of): Promise<Finding[]> {
  const [row] = await db<
    {
      version: string;
      number: number;
      at: Date;
      fsync: string;
      full: string;
      connections: number;
      most: number;
    }[]
  >`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number, clock_timestamp() as at,
      current_setting('fsync') as fsync, current_setting('full_page_writes') as full,
      (select count(*)::int from pg_stat_activity) as connections, current_setting('max_connections')::int as most`;
  if (!row) return [];
  const findings = [
    row.number < 150_000
      ? problem("database", `PostgreSQL ${row.version}`, "use PostgreSQL 15 or newer")
      : ok("database", `PostgreSQL ${row.version}`),
  ];
  if (row.fsync !== "on" || row.full !== "on")
    findings.push(
      problem(
        "database",
        `fsync is ${row.fsync}, full_page_writes ${row.full}`,
        "set both on: without them a loss of power loses what was acknowledged",
      ),
    );
  if (row.connections > row.most * 0.8)
    findings.push(
      warning(
        "connections",
        `${row.connections} of ${row.most} are in use`,
        "raise max_connections: each process takes up to 20",
      ),
    );
  findings.push(skew("database clock", row.at.getTime() - clock.now().getTime()));
  const version = await schemaVersion(db);
  const known = (await listMigrations()).length;
  findings.push(
    version === known
      ? ok("schema", `migration ${version}`)
      : version < known
        ? warning(
            "schema",
            `migration ${version} of ${known}`,
            "start the server of this version: it brings it up to date",
          )
        : problem("schema", `migration ${version}, this program knows ${known}`, "use the newer program"),
  );
  return findings;
}

function skew(what: string, ms: number): Finding {
  const says = `${(Math.abs(ms) / 1000).toFixed(1)} s from this machine's`;
  const remedy = "set both clocks by NTP: signed links and sessions go by them";
  if (Math.abs(ms) > skewMs.problem) return problem(what, says, remedy);
  return Math.abs(ms) > skewMs.warning ? warning(what, says, remedy) : ok(what, says);
}

async function jobs({ db }: Of): Promise<Finding[]> {
  const [there] = await db`select to_regclass('graphile_worker._private_jobs') is not null as there`;
  if (!there?.there) return [];
  const [row] = await db<{ waiting: number; failed: number; stale: number }[]>`
    select count(*) filter (where attempts < max_attempts)::int as waiting,
      count(*) filter (where attempts >= max_attempts and locked_at is null)::int as failed,
      count(*) filter (where attempts < max_attempts and run_at < now() - ${staleJobHours} * interval '1 hour' and locked_at is null)::int as stale
    from graphile_worker._private_jobs`;
  const findings = [ok("jobs", `${row?.waiting ?? 0} wait`)];
  if ((row?.failed ?? 0) > 0)
    findings.push(
      warning("jobs", `${row?.failed} gave up`, "the server's log says why; GET /health shows them"),
    );
  if ((row?.stale ?? 0) > 0)
    findings.push(
      warning("jobs", `${row?.stale} are overdue by a day`, "is a process with the role worker running?"),
    );
  return findings;
}

/** Puts, reads and takes back an object of its own. */
async function store({ objects, config, clock, db }: Of): Promise<Finding[]> {
  const what = "object store";
  const key = `doctor/${process.pid}-${clock.now().getTime()}`;
  const bytes = Buffer.alloc(1 << 20, 0x69);
  async function* once() {
    yield bytes;
  }
  try {
    if (config.storage === "file") await requireObjects(path.join(config.dataDir, "objects"), db);
    const began = performance.now();
    await objects.check();
    await objects.put(key, once());
    const same = (await objects.read(key)).equals(bytes);
    const took = performance.now() - began;
    let modifiedAt: Date | null = null;
    for await (const entry of objects.list("doctor", new Date(8.64e15)))
      if (entry.key === key) modifiedAt = entry.modifiedAt;
    await objects.delete(key);
    if (!same)
      return [
        problem(what, "1 MB came back as other bytes", "trust nothing of this store until it is mended"),
      ];
    const findings = [ok(what, `${config.storage}: 1 MB there and back in ${Math.round(took)} ms`)];
    if (modifiedAt === null)
      findings.push(
        problem(
          what,
          "an object that was put is not in its list",
          "this store does not keep to what is needed",
        ),
      );
    else findings.push(skew("store clock", modifiedAt.getTime() - clock.now().getTime()));
    return findings;
  } catch (error) {
    if (error instanceof Refusal && error.code === "store.empty")
      return [problem(what, error.message, "mount it, then start the server anew")];
    await objects.delete(key).catch(() => {});
    return [
      problem(what, (error as Error).message, "check its address, its keys, and whether it runs; then again"),
    ];
  }
}

async function space(platform: Of): Promise<Finding[]> {
  const { config } = platform;
  const least = await createDiskReserve(platform)
    .least()
    .catch(() => null);
  if (least === null) return [];
  const { disk, free } = least;
  const says = `${megabytes(free)} free (${disk}); the last ${megabytes(config.diskReserveBytes)} are the reserve`;
  if (free < config.diskReserveBytes)
    return [problem("disk space", says, "nothing is taken in: make room, or move DATA_DIR to a larger disk")];
  return free < 5 * config.diskReserveBytes || free < 5e9
    ? [warning("disk space", says, "make room before the reserve is reached")]
    : [ok("disk space", says)];
}
