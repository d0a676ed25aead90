import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";

const pollMs = 1000;

/** Works as long as there is something to do, then looks again each second, until the signal. @param next tells whether there was something */
export async function poll(
  next: () => Promise<boolean>,
  signal: AbortSignal,
  log: Logger,
  trouble: string,
): Promise<void> {
  while (!signal.aborted) {
    const worked = await next().catch((error: unknown) => {
      log.error({ err: error }, trouble);
      return false;
    });
    if (!worked) await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}
