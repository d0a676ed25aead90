import path from "node:path";
import type { Logger } from "pino";
import { systemClock } from "./clock.ts";
import type { Config } from "./config/config.ts";
import { type ConnectionSettings, connect, type Db } from "./database/database.ts";
import { startEmbeddedPostgres } from "./database/embedded-postgres.ts";
import { migrate } from "./database/migrations.ts";
import { requireDatabase } from "./database/reached.ts";
import { lastUsedFirst } from "./database/warm-connections.ts";
import { createDiskReserve } from "./disk-reserve.ts";
import { lockFolder } from "./folder-lock.ts";
import type { HealthCheck } from "./health.ts";
import { createJobs, prepareJobs } from "./jobs-postgres.ts";
import { createMetrics } from "./metrics.ts";
import { measureDatabase, measuredStore } from "./metrics-stores.ts";
import { createFileStore } from "./objects/file.ts";
import { markObjects } from "./objects/mark.ts";
import type { ObjectStore } from "./objects/objects.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import { openServerCertificate } from "./tls.ts";

/** A process has at most 20 connections: these, and the few that the job queue opens for itself. */
const poolSize = 14;

/** Of the embedded PostgreSQL. */
export const postgresSettings = [
  "shared_buffers=256MB",
  "max_connections=100",
  "max_wal_size=2GB",
  "checkpoint_timeout=15min",
  // Statistics follow a young archive within seconds.
  "autovacuum_naptime=15s",
];

export interface OpenPlatform {
  platform: Platform;
  checks: readonly HealthCheck[];
  /** The database, for another process of this program. */
  connection: ConnectionSettings;
  close(): Promise<void>;
}

/** Undoes what was opened, newest first, each step whatever became of the others. */
export function closer(log: Logger): { push(name: string, step: () => unknown): void; run(): Promise<void> } {
  const steps: { name: string; step: () => unknown }[] = [];
  return {
    push: (name, step) => void steps.push({ name, step }),
    async run() {
      for (let next = steps.pop(); next !== undefined; next = steps.pop()) {
        try {
          await next.step();
        } catch (error) {
          log.error({ err: error, part: next.name }, "closing failed");
        }
      }
    },
  };
}

function healthChecks(config: Config, db: Db, objects: ObjectStore): HealthCheck[] {
  const reserve = createDiskReserve({ config, objects, clock: systemClock });
  return [
    {
      name: "database",
      essential: true,
      async check() {
        await db`select 1`;
        return { status: "ok" };
      },
    },
    {
      name: "objects",
      essential: true,
      async check() {
        await objects.check();
        return { status: "ok" };
      },
    },
    {
      name: "disk",
      essential: false,
      async check() {
        const least = await reserve.least();
        if (least === null || least.free >= config.diskReserveBytes) return { status: "ok" };
        return { status: "degraded", detail: "The disk reserve is reached: nothing new is taken in." };
      },
    },
    {
      name: "jobs",
      essential: false,
      async check() {
        const [row] = await db<{ failed: number }[]>`
          select count(*)::bigint as failed from graphile_worker._private_jobs where attempts >= max_attempts and locked_at is null`;
        const failed = row?.failed ?? 0;
        return failed === 0
          ? { status: "ok" }
          : { status: "degraded", detail: failed === 1 ? "1 job gave up." : `${failed} jobs gave up.` };
      },
    },
  ];
}

/**
 * The store that is configured. The clients of the others are not read: they are as much as a quarter of all that a process reads when it starts.
 * @param process names the process where it is not the only one: each has spools of its own
 */
export async function openObjects(
  config: Config,
  onClose: (name: string, step: () => unknown) => void,
  process: string,
): Promise<ObjectStore> {
  if (config.azure) {
    const { createAzureStore } = await import("./objects/azure.ts");
    return createAzureStore({
      settings: config.azure,
      spoolFolder: path.join(config.dataDir, `spool-azure${process}`),
      clock: systemClock,
    });
  }
  if (config.s3 === null) {
    const store = createFileStore(path.join(config.dataDir, "objects"));
    onClose("objects", () => store.close());
    return store;
  }
  const { createS3Store } = await import("./objects/s3.ts");
  const store = createS3Store({
    settings: config.s3,
    spoolFolder: path.join(config.dataDir, `spool-s3${process}`),
    clock: systemClock,
  });
  onClose("objects", () => store.close());
  return store;
}

/**
 * A store that is away may come back, and until then the program says so: machines that start together start in any order. One that refuses
 * is a mistake in the configuration.
 */
async function checkAtStart(objects: ObjectStore, log: Logger): Promise<void> {
  try {
    await objects.check();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "store.unavailable") throw error;
    log.error(`${error.message} Nothing is taken in and no image is shown until it is back.`);
  }
}

/**
 * Opens the database (the embedded one where none is named), brings its schema up to date, and opens the object store.
 * @throws FolderInUse where another program holds the data folder, Refusal `unavailable` (`database.unreachable`)
 */
export async function openPlatform(
  config: Config,
  log: Logger,
  onFatal: (message: string) => void,
): Promise<OpenPlatform> {
  const closing = closer(log);
  try {
    let connection: ConnectionSettings = { url: config.databaseUrl, max: poolSize };
    if (config.databaseUrl === null) {
      const lock = lockFolder(config.dataDir);
      closing.push("lock", () => lock.release());
      const server = await startEmbeddedPostgres(path.join(config.dataDir, "pg"), {
        settings: postgresSettings,
        onTrouble: (message, fatal) => (fatal ? onFatal(message) : log.error(message)),
      });
      closing.push("postgres", () => server.stop());
      connection = { url: null, socketPath: server.socketPath, max: poolSize };
    }
    const db = connect(connection);
    closing.push("database", () => db.end({ timeout: 5 }));
    await requireDatabase(db, config.databaseUrl);
    await keepWarm(db, log);
    const applied = await migrate(db);
    if (applied.length > 0) log.info({ migrations: applied }, "schema brought up to date");
    await prepareJobs(connection);
    const objects = await openObjects(config, closing.push, "");
    await checkAtStart(objects, log);
    if (config.storage === "file") {
      await markObjects(path.join(config.dataDir, "objects"), db);
      await objects.check();
    }
    const platform = assemble(config, log, { db, objects, connection });
    closing.push("tls", () => platform.tls?.close());
    return { platform, checks: healthChecks(config, db, objects), connection, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function keepWarm(db: Db, log: Logger): Promise<void> {
  if (await lastUsedFirst(db)) return;
  log.warn(
    "statements go to the connections in turn, and each has to plan them anew: small reads are slower",
  );
}

/** The platform of another process of this program, on the database that the first one has opened and brought up to date. */
export async function joinPlatform(
  config: Config,
  log: Logger,
  connection: ConnectionSettings,
): Promise<Pick<OpenPlatform, "platform" | "close">> {
  const closing = closer(log);
  const db = connect(connection);
  closing.push("database", () => db.end({ timeout: 5 }));
  // Where the database is away at this moment the pool stays as it is.
  await keepWarm(db, log).catch(() => {});
  const objects = await openObjects(config, closing.push, "-dicom");
  const platform = assemble(config, log, { db, objects, connection });
  closing.push("tls", () => platform.tls?.close());
  return { platform, close: () => closing.run() };
}

function assemble(
  config: Config,
  log: Logger,
  { db, objects, connection }: { db: Db; objects: ObjectStore; connection: ConnectionSettings },
): Platform {
  const metrics = createMetrics();
  measureDatabase(db, metrics.registry);
  return {
    config,
    clock: systemClock,
    log,
    db,
    objects: measuredStore(objects, metrics.registry),
    jobs: createJobs({ db, connection, clock: systemClock, log, alone: config.databaseUrl === null }),
    metrics,
    tls: config.tls && openServerCertificate(config.tls, log),
  };
}
