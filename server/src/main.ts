import type { Logger } from "pino";
import { composeHealth, composeHttp, composeModules } from "./compose.ts";
import type { Demo } from "./demo/index.ts";
import { ensureFirstStart, type FirstStart } from "./modules/identity/index.ts";
import { type App, type Config, openPlatform } from "./platform/index.ts";
import { type ListenerProcess, ownListenerProcess, startListenerProcess } from "./processes.ts";
import { startDimse } from "./protocols/dimse/index.ts";
import { startHl7 } from "./protocols/hl7/index.ts";

export interface Isocenter {
  /** The port that HTTP listens on; differs from the configured one where that is 0. Null without the role `api`. */
  port: number | null;
  /** Null without the role `dicom`. */
  dicomPort: number | null;
  /** Null without the role `hl7`. */
  hl7Port: number | null;
  /** Where a process without the role `api` tells of its health; null where it does not. */
  healthPort: number | null;
  firstStart: FirstStart;
  demo: Demo;
  /** Takes a renewed certificate into use at once; it is looked for each minute anyway. */
  reload(): void;
  /** Takes nothing new, finishes what is in flight, closes. */
  stop(): Promise<void>;
}

export interface StartOptions {
  config: Config;
  log: Logger;
  /** The address that a scanner is told. */
  host: string;
  /** Told when the program cannot go on. */
  onFatal: (message: string) => void;
}

function portOf(app: App): number | null {
  const address = app.server.address();
  return typeof address === "object" && address ? address.port : null;
}

/** The composition root: opens the platform, makes every module on it, starts the roles asked for. */
export async function startIsocenter({ config, log, host, onFatal }: StartOptions): Promise<Isocenter> {
  const { platform, checks, connection, close } = await openPlatform(config, log, onFatal);
  const steps: (() => Promise<unknown>)[] = [close];
  const stop = async () => {
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      await step().catch((error: unknown) => log.error({ err: error }, "a part did not stop cleanly"));
    }
  };
  try {
    const modules = await composeModules(platform);
    const firstStart = await ensureFirstStart(platform, modules.journal);
    const beside = ownListenerProcess(config) ? startListenerProcess({ config, log, connection }) : null;
    beside?.catch(() => {});
    steps.push(async () => (await beside?.catch(() => null))?.close());
    steps.push(() => modules.imaging.close());
    steps.push(() => modules.rendering.close());
    await modules.journal.start();
    steps.push(() => modules.journal.stop());
    await modules.identity.start();
    steps.push(() => modules.identity.stop());
    if (config.roles.includes("worker")) {
      await modules.notifications.start();
      await platform.jobs.start();
      steps.push(() => platform.jobs.stop());
      await modules.sending.start();
      steps.push(() => modules.sending.stop());
      await modules.hl7Sending.start();
      steps.push(() => modules.hl7Sending.stop());
    }
    const listener: ListenerProcess | null = await beside;
    const shared =
      listener === null && config.roles.includes("dicom") ? await startDimse({ platform, ...modules }) : null;
    if (shared) steps.push(() => shared.close());
    const dimse = listener ?? shared;
    const hl7 = config.roles.includes("hl7") ? await startHl7(platform, modules.hl7) : null;
    if (hl7) steps.push(() => hl7.close());
    const listeners = [dimse, hl7].flatMap((one) => (one ? [one.check] : []));
    const allChecks = [...checks, ...listeners, modules.hl7Sending.check];
    let port: number | null = null;
    if (config.roles.includes("api") || config.roles.includes("worker")) {
      const network = {
        host,
        dicomPort: () => dimse?.port ?? config.dicomPort,
        hl7Port: () => hl7?.port ?? config.hl7Port,
        ...(listener ? { listenerMetrics: listener.metrics } : {}),
      };
      const app = await composeHttp(platform, modules, allChecks, network);
      steps.push(() => app.close());
      // A worker does what clients of other processes do not wait for by the same routes.
      if (config.roles.includes("api")) await app.listen({ port: config.port, host: config.host });
      else await app.ready();
      if (config.roles.includes("api")) port = portOf(app) ?? config.port;
    }
    let healthPort: number | null = null;
    if (config.healthPort !== null) {
      const app = await composeHealth(platform, modules.identity, allChecks);
      steps.push(() => app.close());
      await app.listen({ port: config.healthPort, host: config.host });
      healthPort = portOf(app) ?? config.healthPort;
    }
    return {
      port,
      dicomPort: dimse?.port ?? null,
      hl7Port: hl7?.port ?? null,
      healthPort,
      firstStart,
      demo: modules.demo,
      reload() {
        platform.tls?.reload();
        listener?.reload();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
