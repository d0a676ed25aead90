import type { Jobs, JobTask, Reader } from "@isocenter/server/platform/index.ts";
import type { TestPlatform } from "../platform.ts";

interface Held {
  name: string;
  payload: object;
  key: string | null;
  at: number;
}
interface Periodic {
  everyMs: number;
  next: number;
  run: (signal: AbortSignal) => Promise<void>;
}

/**
 * The platform whose jobs wait by the clock that is passed in: a job for later is kept until `advance` has brought the clock there, what is periodic runs when
 * its time has passed, once for each advance.
 */
export function virtualTime(platform: TestPlatform) {
  const held: Held[] = [];
  const periodic: Periodic[] = [];
  const now = () => platform.clock.now().getTime();
  const { jobs: real } = platform;
  const jobs: Jobs = {
    ...real,
    define: <Payload>(task: JobTask<Payload>) => real.define(task),
    async add(reader: Reader, name, payload, { runAt, key = undefined } = {}) {
      if (key !== undefined) {
        const waiting = held.findIndex((one) => one.key === key);
        if (waiting >= 0) held.splice(waiting, 1);
      }
      if (runAt && runAt.getTime() > now())
        held.push({ name, payload, key: key ?? null, at: runAt.getTime() });
      else await real.add(reader, name, payload, key === undefined ? {} : { key });
    },
    every(_name, intervalSeconds, run) {
      periodic.push({ everyMs: intervalSeconds * 1000, next: 0, run });
    },
  };
  const signal = new AbortController().signal;
  return {
    platform: Object.create(platform, { jobs: { value: jobs } }) as TestPlatform,
    /** Lets time pass, and does what it brings about, until nothing is due. */
    async advance(ms: number, drainFacts: () => Promise<void>): Promise<void> {
      platform.clock.advance(ms);
      await drainFacts();
      for (const task of periodic) {
        if (task.next > now()) continue;
        task.next = now() + task.everyMs;
        await task.run(signal);
      }
      for (let round = 0; round < 5; round++) {
        for (
          let at = held.findIndex((one) => one.at <= now());
          at >= 0;
          at = held.findIndex((one) => one.at <= now())
        ) {
          const { name, payload, key } = held.splice(at, 1)[0]!;
          await real.add(platform.db, name, payload, key === null ? {} : { key });
        }
        await real.drain();
        await drainFacts();
        if (!held.some((one) => one.at <= now())) return;
      }
    },
  };
}
