import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pino from "pino";
import { composeHttp, composeModules, type Modules } from "./compose.ts";
import {
  type App,
  connect,
  createFileStore,
  createJobs,
  createMetrics,
  type Platform,
  readConfig,
  systemClock,
} from "./platform/index.ts";

/** The program with every route and metric, made without a database: nothing is asked of it before a request comes. Gone when `use` has ended. */
export async function withoutDatabase<T>(
  use: (program: { app: App; platform: Platform; modules: Modules }) => Promise<T> | T,
): Promise<T> {
  const dataDir = await fs.mkdtemp(path.join(tmpdir(), "isocenter-openapi-"));
  const config = readConfig({
    DATA_DIR: dataDir,
    LOG_LEVEL: "silent",
    HOST: "127.0.0.1",
    DICOM_PORT: "0",
    HL7_PORT: "0",
  });
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
      hl7Port: () => config.hl7Port,
    });
    await app.ready();
    const made = await use({ app, platform, modules });
    await app.close();
    return made;
  } finally {
    await modules.rendering.close();
    await modules.imaging.close();
    await db.end();
    await fs.rm(dataDir, { recursive: true, force: true });
  }
}

/** The OpenAPI document of this program's routes. */
export const openApiDocument = (): Promise<object> => withoutDatabase(({ app }) => app.swagger());
