import type { Logger } from "pino";
import { type Db, type Platform, systemViewer, transact } from "../../platform/index.ts";
import { advance } from "./advance.ts";
import { type FindingContext, wakeJob } from "./context.ts";
import { lockDue, saveFinding } from "./rows.ts";

const everySeconds = 5;
/** Of one run; the next comes soon. */
const mostAtOnce = 1000;

export interface EscalateDeps {
  db: Db;
  log: Logger;
  context: FindingContext;
}

/**
 * Does everything that is due: each finding in a transaction of its own, locked so that several workers share the work. One that fails is left for the next
 * run, and holds up no other. Twice at one time does nothing the second time.
 * @returns how many findings were moved on
 */
export async function escalateDue(
  { db, log, context }: EscalateDeps,
  now: Date = context.clock.now(),
  signal?: AbortSignal,
): Promise<number> {
  const at: FindingContext = { ...context, clock: { now: () => now } };
  const failed: string[] = [];
  let moved = 0;
  while (moved + failed.length < mostAtOnce && !signal?.aborted) {
    let current: string | null = null;
    try {
      await transact(db, async (tx) => {
        const row = await lockDue(tx, now, failed);
        if (row === null) return;
        current = row.id;
        await advance(tx, at, systemViewer([row.facilityId], "findings.escalate"), row);
        await saveFinding(tx, at, row);
      });
    } catch (error) {
      // The database itself is away: everything else would fail as well.
      if (current === null) throw error;
      log.error(
        { err: error, finding: current },
        "a critical finding could not be escalated; it is tried again",
      );
      failed.push(current);
      continue;
    }
    if (current === null) break;
    moved += 1;
  }
  return moved;
}

/** Wakes `escalateDue` at the time that each finding asks for, and every few seconds for what was missed. */
export function registerFindingJobs(platform: Platform, context: FindingContext): void {
  const { db, log, jobs } = platform;
  const deps: EscalateDeps = { db, log, context };
  jobs.define({
    name: wakeJob,
    async run(_payload, signal) {
      await escalateDue(deps, context.clock.now(), signal);
    },
  });
  jobs.every("findings.escalate", everySeconds, async (signal) => {
    await escalateDue(deps, context.clock.now(), signal);
  });
}
