import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pino from "pino";
import { composeHttp, composeModules } from "./compose.ts";
import {
  connect,
  createFileStore,
  createJobs,
  createMetrics,
  type Platform,
  readConfig,
  systemClock,
} from "./platform/index.ts";

/** The OpenAPI document of this program's routes, made without a database: nothing is asked of it before a request comes. */
export async function openApiDocument(): Promise<object> {
  const dataDir = await fs.mkdtemp(path.join(tmpdir(), "isocenter-openapi-"));
  const config = readConfig({ DATA_DIR: dataDir, LOG_LEVEL: "silent" });
  const log = pino({ level: "silent" });
  const connection = { url: "postgres://nobody@localhost:1/none" };
  const db = connect(connection);
  const platform: Platform = {
    config,
    clock: systemClock,
    log,
    db,
    objects: createFileStore(path.join(dataDir, "objects")),
    jobs: createJobs({ db, connection, clock: systemClock, log }),
    metrics: createMetrics(),
    tls: null,
  };
  const modules = await composeModules(platform);
  try {
    const app = await composeHttp(platform, modules, [], {
      host: "localhost",
      dicomPort: () => config.dicomPort,
    });
    await app.ready();
    const document = app.swagger();
    await app.close();
    return document;
  } finally {
    await modules.rendering.close();
    await modules.imaging.close();
    await db.end();
    await fs.rm(dataDir, { recursive: true, force: true });
  }
}
