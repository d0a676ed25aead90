import type { Platform } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { deliverJob } from "../notice.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import type { ReachedFollower } from "../reached.ts";
import { type Channel, configuredChannels } from "./channels.ts";
import { createDeliveryWork, type DeliveryWork } from "./work.ts";

const mostAtOnce = 200;
/** So many failures in a row, and the channel is left alone until the next time. */
const mostFailures = 3;
const sweepSeconds = 10;

export interface Deliveries {
  work: DeliveryWork;
  /** Sends what is due now. */
  run(): Promise<void>;
  /** Says which channels are configured. */
  start(): Promise<void>;
}

/** Sends notices by their channels: at once when one is made, and what failed when it is due again. Before the jobs start. */
export function createDeliveries(
  platform: Platform,
  journal: Journal,
  reached: ReachedFollower,
  channels: readonly Channel[] = configuredChannels(platform),
): Deliveries {
  const { db, clock, log, jobs, config } = platform;
  const work = createDeliveryWork(db, { clock, journal, reached });

  async function runChannel(channel: Channel): Promise<void> {
    let failures = 0;
    for (let sent = 0; sent < mostAtOnce && failures < mostFailures; sent++) {
      const claimed = await work.claim(channel.name);
      if (claimed === null) return;
      const end = await channel.send(claimed).catch((error: unknown) => {
        log.error({ err: error, channel: channel.name }, "a notice could not be sent");
        return { outcome: "UNKNOWN", error: "Sending it failed here." } as const;
      });
      await work.finish(claimed, end);
      failures = end.outcome === "SENT" ? 0 : failures + 1;
      if (end.outcome !== "SENT")
        log.warn(
          { channel: channel.name, delivery: claimed.id, attempt: claimed.attempt },
          "a notice was not delivered",
        );
    }
  }

  /** One at a time for each channel of this process, so that a slow one does not take the places of other jobs. */
  const runs = channels.map((channel) => oneAtATime(() => runChannel(channel)));

  const run = async () => void (await Promise.all(runs.map((start) => start())));
  jobs.define({ name: deliverJob, run });
  jobs.every("notifications.deliver-again", sweepSeconds, run);
  return {
    work,
    run,
    async start() {
      await work.configure(channels.map(({ name }) => name));
      // The database of the program's own folder has no other program on it.
      if (config.databaseUrl === null) await work.takeOver();
    },
  };
}
