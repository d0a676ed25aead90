/**
 * The process that main gives the DIMSE listener (processes.ts): the same modules on the same database and store, and of the roles only `dicom`. Main
 * says when it stops; when main is gone it ends at once, since nobody would supervise it.
 */
import pino from "pino";
import { composeModules } from "./compose.ts";
import { collectAfterStart, createLog, joinPlatform } from "./platform/index.ts";
import type { FromListener, ToListener } from "./processes.ts";
import { startDimse } from "./protocols/dimse/index.ts";

const tell = (message: FromListener): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });

async function run({ config, connection }: Extract<ToListener, { kind: "start" }>): Promise<void> {
  const log = createLog(config, pino.destination({ fd: 2, sync: true }));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "uncaught exception");
    process.exit(1);
  });
  const { platform, close } = await joinPlatform(config, log, connection);
  const modules = await composeModules(platform);
  // Main reads the facts: this process has images to receive.
  await modules.journal.start({ reading: false });
  const dimse = await startDimse({ platform, ...modules });

  async function answer({ id, about }: Extract<ToListener, { kind: "ask" }>): Promise<void> {
    try {
      if (about === "metrics")
        await tell({ kind: "answer", id, ok: true, text: await platform.metrics.registry.metrics() });
      else await tell({ kind: "answer", id, ok: true, text: (await dimse.check.check()).status });
    } catch (error) {
      await tell({ kind: "answer", id, ok: false, text: (error as Error).message });
    }
  }

  async function stop(): Promise<void> {
    const steps = [
      () => dimse.close(),
      () => modules.journal.stop(),
      () => modules.rendering.close(),
      () => modules.imaging.close(),
      close,
    ];
    for (const step of steps)
      await step().catch((error: unknown) => log.error({ err: error }, "a part did not stop cleanly"));
    process.exit(0);
  }

  let stopping = false;
  process.on("message", (message: ToListener) => {
    if (message.kind === "ask") void answer(message);
    else if (message.kind === "reload") platform.tls?.reload();
    else if (message.kind === "stop" && !stopping) {
      stopping = true;
      void stop();
    }
  });
  collectAfterStart();
  await tell({ kind: "listening", port: dimse.port });
}

process.once("disconnect", () => process.exit(1));
// A terminal and a service manager signal every process: main hears it as well, and says when to stop.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.once("message", (message: ToListener) => {
  if (message.kind !== "start") return;
  run(message).catch(async (error: NodeJS.ErrnoException & { port?: number }) => {
    const { message: text, code, port } = error;
    await tell({
      kind: "failed",
      message: text,
      ...(code === undefined ? {} : { code }),
      ...(port === undefined ? {} : { port }),
    });
    process.exit(1);
  });
});
