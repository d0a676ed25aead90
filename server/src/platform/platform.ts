import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { Config } from "./config/config.ts";
import type { Db } from "./database/database.ts";
import type { Jobs } from "./jobs.ts";
import type { Metrics } from "./metrics.ts";
import type { ObjectStore } from "./objects/objects.ts";
import type { ServerCertificate } from "./tls.ts";

/** What every module stands on; made once by `main`, passed to whoever needs it. */
export interface Platform {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly db: Db;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly metrics: Metrics;
  /** What HTTPS and DICOM TLS present; null without TLS_CERT. */
  readonly tls: ServerCertificate | null;
}
