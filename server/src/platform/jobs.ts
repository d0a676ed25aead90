import type { Reader } from "./database/database.ts";

/**
 * Work that survives a crash: rows of PostgreSQL, added in the transaction of the command that wants them done. A task runs at
 * least once, so it must stand being run twice.
 */
export interface JobTask<Payload = unknown> {
  /** Words with dots: `archive.settle-study`. */
  name: string;
  /** Throws to be tried again with growing delays; after `maxAttempts` the job gives up and raises an alarm. */
  run(payload: Payload, signal: AbortSignal): Promise<void>;
  maxAttempts?: number;
}

export interface AddJob {
  /** Not before; now when left out. */
  runAt?: Date;
  /** At most one waiting job has the key; adding again replaces its payload and time. */
  key?: string;
}

export interface Jobs {
  define<Payload>(task: JobTask<Payload>): void;
  add(reader: Reader, name: string, payload: object, options?: AddJob): Promise<void>;
  /** Runs `run` every so often on one process of all. */
  every(name: string, intervalSeconds: number, run: (signal: AbortSignal) => Promise<void>): void;
  start(): Promise<void>;
  /** Takes no new job and waits for those in flight. */
  stop(): Promise<void>;
  /** For tests: runs everything that is due now, and returns when nothing is. */
  drain(): Promise<void>;
}
