import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type Config,
  createFileStore,
  createJobs,
  createLog,
  createMetrics,
  type Db,
  type ManualClock,
  manualClock,
  type Platform,
  readConfig,
} from "@isocenter/server/platform/index.ts";
import { afterAll, inject } from "vitest";

export interface TestPlatform extends Platform {
  readonly clock: ManualClock;
}

/**
 * A platform for tests on the file's own database: a clock that stands still, a data folder that goes away, a silent log. Call at
 * the top of the file with what `testDatabase()` gave.
 */
export function testPlatform(
  database: { readonly db: Db; readonly name: string },
  config: Partial<Config> = {},
): TestPlatform {
  const dataDir = mkdtempSync(path.join(tmpdir(), "isocenter-platform-"));
  const clock = manualClock();
  const log = createLog({ logLevel: "silent" });
  const objects = createFileStore(path.join(dataDir, "objects"));
  afterAll(async () => {
    await objects.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  let jobs: Platform["jobs"] | undefined;
  return {
    config: { ...readConfig({ NODE_ENV: "test", DATA_DIR: dataDir }), ...config },
    clock,
    log,
    metrics: createMetrics(),
    tls: null,
    objects,
    get db() {
      return database.db;
    },
    get jobs() {
      jobs ??= createJobs({
        db: database.db,
        connection: { url: null, socketPath: inject("postgresSocket"), database: database.name },
        clock,
        log,
      });
      return jobs;
    },
  };
}
