import fs from "node:fs";
import path from "node:path";
import type { Logger } from "pino";
import { systemClock } from "./clock.ts";
import type { Config } from "./config/config.ts";
import { type ConnectionSettings, connect, type Db } from "./database/database.ts";
import { embeddedSocketPath, startEmbeddedPostgres } from "./database/embedded-postgres.ts";
import { listMigrations, migrate, schemaVersion } from "./database/migrations.ts";
import { requireDatabase } from "./database/reached.ts";
import { FolderInUse, lockFolder } from "./folder-lock.ts";
import { createJobs, prepareJobs } from "./jobs-postgres.ts";
import { createMetrics } from "./metrics.ts";
import { closer, openObjects, postgresSettings } from "./open.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";

/** For commands beside the server: a few connections are enough, and the server needs the others. */
const operatorPoolSize = 6;

export interface OperatorPlatform {
  platform: Platform;
  connection: ConnectionSettings;
  /** The embedded PostgreSQL belongs to a server that runs; with DATABASE_URL nobody knows. */
  besideServer: boolean;
  close(): Promise<void>;
}

export interface OperatorNeeds {
  /**
   * `current`: the schema must be the one of this program. `any`: whatever there is. `alone`: whatever there is, made where there is none, and no
   * server may run on the data folder.
   */
  database: "current" | "any" | "alone";
}

/**
 * Opens the platform for a command: beside a running server through the socket of its PostgreSQL, else with the PostgreSQL started for the time of
 * the command. Nothing is migrated.
 * @throws FolderInUse (`alone`), Refusal `conflict` (`database.version`), `not-found` (`database.none`), `unavailable` (`database.unreachable`)
 */
export async function openForOperator(
  config: Config,
  log: Logger,
  needs: OperatorNeeds,
): Promise<OperatorPlatform> {
  const closing = closer(log);
  try {
    const { connection, besideServer } = await reachDatabase(config, log, needs, closing.push);
    const db = connect(connection);
    closing.push("database", () => db.end({ timeout: 5 }));
    await requireDatabase(db, config.databaseUrl);
    if (needs.database === "current") await requireCurrent(db);
    const objects = await openObjects(config, closing.push, "-command");
    const platform: Platform = {
      config,
      clock: systemClock,
      log,
      db,
      objects,
      jobs: createJobs({ db, connection, clock: systemClock, log }),
      metrics: createMetrics(),
      tls: null,
    };
    return { platform, connection, besideServer, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function reachDatabase(
  config: Config,
  log: Logger,
  needs: OperatorNeeds,
  onClose: (name: string, step: () => unknown) => void,
): Promise<{ connection: ConnectionSettings; besideServer: boolean }> {
  const common = { max: operatorPoolSize, applicationName: "isocenter command" };
  if (config.databaseUrl !== null)
    return { connection: { url: config.databaseUrl, ...common }, besideServer: false };
  const data = path.join(config.dataDir, "pg");
  if (needs.database !== "alone" && !fs.existsSync(path.join(data, "PG_VERSION")))
    throw new Refusal(
      "not-found",
      "database.none",
      `There is no database under ${config.dataDir}. Is DATA_DIR the one of the server?`,
    );
  try {
    const lock = lockFolder(config.dataDir);
    onClose("lock", () => lock.release());
  } catch (error) {
    if (!(error instanceof FolderInUse) || needs.database === "alone") throw error;
    return { connection: { url: null, socketPath: embeddedSocketPath(data), ...common }, besideServer: true };
  }
  const server = await startEmbeddedPostgres(data, {
    settings: postgresSettings,
    onTrouble: (message) => log.error(message),
  });
  onClose("postgres", () => server.stop());
  return { connection: { url: null, socketPath: server.socketPath, ...common }, besideServer: false };
}

async function requireCurrent(db: Db): Promise<void> {
  const found = await schemaVersion(db);
  const known = (await listMigrations()).length;
  if (found === known) return;
  const detail =
    found < known
      ? `The database is of an older version (migration ${found} of ${known}): start the server of this version once.`
      : `The database is of a newer version (migration ${found}, this program knows ${known}): use the program of the server.`;
  throw new Refusal("conflict", "database.version", detail);
}

/** Brings a database that a command has filled up to what this program's server expects. */
export async function finishSchema({ platform, connection }: OperatorPlatform): Promise<void> {
  await migrate(platform.db);
  await prepareJobs(connection);
}
