import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Config, ConnectionSettings, HealthCheck } from "./platform/index.ts";

/** What main says to the listener's process: how to start, first of all. */
export type ToListener =
  | { kind: "start"; config: Config; connection: ConnectionSettings }
  | { kind: "ask"; id: number; about: "health" | "metrics" }
  | { kind: "reload" }
  | { kind: "stop" };

/** What the listener's process says to main. */
export type FromListener =
  | { kind: "listening"; port: number }
  | { kind: "failed"; message: string; code?: string; port?: number }
  | { kind: "answer"; id: number; text: string; ok: boolean };

export interface ListenerProcess {
  /** The port it listens on, the same after every start. */
  readonly port: number;
  readonly check: HealthCheck;
  /** Prometheus text of that process; empty while it is started again. */
  metrics(): Promise<string>;
  /** Takes a renewed certificate into use. */
  reload(): void;
  /** Lets what is in flight finish, then ends the process. */
  close(): Promise<void>;
}

export interface ListenerOptions {
  config: Config;
  log: Logger;
  /** The database that main has opened. */
  connection: ConnectionSettings;
}

const entry = path.join(import.meta.dirname, "listener.ts");
const startTimeoutMs = 60_000;
const answerTimeoutMs = 3000;
/** Longer than the listener's own grace for associations. */
const stopTimeoutMs = 20_000;
const firstRetryMs = 200;
const longestRetryMs = 15_000;
/** One that ran for so long begins a new row of failures. */
const forgivenAfterMs = 60_000;

/** Whether the DIMSE listener gets a process of its own: where there are two cores, unless this process has no other role. */
export function ownListenerProcess({ roles, dicomProcess }: Config): boolean {
  if (!roles.includes("dicom") || roles.length === 1) return false;
  return dicomProcess === "auto" ? availableParallelism() > 1 : dicomProcess === "own";
}

/**
 * Starts the DIMSE listener in a process of its own, and starts it again, on the same port, whenever it ends by itself. It ends with this one however
 * that ends: the channel between them is its life line.
 * @throws where the first start fails, with the `code` and `port` of a port that is taken
 */
export async function startListenerProcess({
  config,
  log,
  connection,
}: ListenerOptions): Promise<ListenerProcess> {
  const questions = new Map<number, (answer: { text: string; ok: boolean } | null) => void>();
  let lastQuestion = 0;
  let child: ChildProcess | null = null;
  let stopping = false;

  function launch(port: number): Promise<number> {
    const listening = Promise.withResolvers<number>();
    const started = fork(entry, [], { serialization: "advanced" });
    const late = setTimeout(() => started.kill("SIGKILL"), startTimeoutMs).unref();
    started.on("message", (message: FromListener) => {
      if (message.kind === "listening") {
        child = started;
        listening.resolve(message.port);
      } else if (message.kind === "failed") {
        const { code, port: taken } = message;
        listening.reject(Object.assign(new Error(message.message), { code, port: taken }));
      } else if (message.kind === "answer") questions.get(message.id)?.(message);
    });
    // A message to a process that has just ended: its exit tells.
    started.on("error", (error) => log.debug({ err: error }, "the DIMSE listener's process was not reached"));
    started.once("exit", (code, signal) => {
      clearTimeout(late);
      if (child === started) child = null;
      for (const answer of questions.values()) answer(null);
      listening.reject(new Error(`The DIMSE listener's process ended with ${signal ?? code}.`));
    });
    started.send({ kind: "start", config: { ...config, dicomPort: port }, connection } satisfies ToListener);
    return listening.promise.finally(() => clearTimeout(late));
  }

  const exited = (one: ChildProcess): Promise<void> =>
    one.exitCode !== null || one.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => one.once("exit", () => resolve()));

  const port = await launch(config.dicomPort);

  async function supervise(): Promise<void> {
    for (let failures = 0; !stopping; ) {
      const since = performance.now();
      if (child) await exited(child);
      if (stopping) return;
      failures = performance.now() - since > forgivenAfterMs ? 1 : failures + 1;
      const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1));
      log.error({ failures, delayMs }, "the DIMSE listener's process ended; it is started again");
      await sleep(delayMs, undefined, { ref: false });
      if (stopping) return;
      await launch(port).then(
        () => log.info({ port }, "the DIMSE listener is back"),
        (error: unknown) => log.error({ err: error }, "the DIMSE listener's process did not start"),
      );
    }
  }
  const supervised = supervise();

  function ask(about: "health" | "metrics"): Promise<{ text: string; ok: boolean } | null> {
    const current = child;
    if (!current?.connected) return Promise.resolve(null);
    const id = ++lastQuestion;
    const { promise, resolve } = Promise.withResolvers<{ text: string; ok: boolean } | null>();
    questions.set(id, resolve);
    const late = setTimeout(() => resolve(null), answerTimeoutMs).unref();
    current.send({ kind: "ask", id, about } satisfies ToListener, (error) => error && resolve(null));
    return promise.finally(() => {
      clearTimeout(late);
      questions.delete(id);
    });
  }

  return {
    port,
    check: {
      name: "dimse",
      essential: false,
      async check() {
        const answer = await ask("health");
        if (!answer?.ok) throw new Error(answer?.text ?? "The DIMSE listener's process does not answer.");
        return { status: "ok" };
      },
    },
    metrics: async () => (await ask("metrics"))?.text ?? "",
    reload: () => void child?.send({ kind: "reload" } satisfies ToListener, () => {}),
    async close() {
      stopping = true;
      const current = child;
      if (current) {
        const late = setTimeout(() => current.kill("SIGKILL"), stopTimeoutMs).unref();
        current.send({ kind: "stop" } satisfies ToListener, () => {});
        await exited(current);
        clearTimeout(late);
      }
      await supervised;
    },
  };
}
