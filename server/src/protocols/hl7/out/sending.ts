import { Gauge } from "prom-client";
import type { Journal } from "../../../modules/journal/index.ts";
import { notify } from "../../../modules/notifications/index.ts";
import {
  connectTo,
  createOutWork,
  type Hl7Alarm,
  type OutWork,
  type QueueLength,
  stuckAfterMs,
} from "../../../modules/peers/index.ts";
import type { CriticalFindings } from "../../../modules/reports/index.ts";
import type { Clock, HealthCheck, Platform } from "../../../platform/index.ts";
import { createBuilder } from "./build.ts";
import { createLink, type Patience, usualPatience } from "./link.ts";
import { outboxReader } from "./reader.ts";
import { createRunner } from "./runner.ts";

/** HL7 messages that go out. */
export interface Hl7Sending {
  /** Whether somebody should look after a queue. */
  readonly check: HealthCheck;
  /** Sends what waits, in the processes that work. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For tests: everything that is due now. */
  drain(): Promise<void>;
}

export interface Hl7SendingDeps {
  platform: Platform;
  journal: Journal;
  criticalFindings: CriticalFindings;
  patience?: Patience;
}

const connectMs = 10_000;

/** Make it before the journal starts. */
export function createHl7Sending({
  platform,
  journal,
  criticalFindings,
  patience = usualPatience,
}: Hl7SendingDeps): Hl7Sending {
  const { clock, config, db, log } = platform;
  journal.registerReader(outboxReader({ clock }));
  const work = createOutWork(db, { clock, journal }, tellAdministrators(clock));
  const builder = createBuilder({ db, application: config.aeTitle, criticalFindings });
  const runner = createRunner({
    clock,
    log,
    work,
    builder,
    link: (system) => createLink(() => connectTo(config, system, connectMs), patience),
  });
  return {
    check: {
      name: "hl7-queue",
      essential: false,
      async check() {
        const stuck = (await work.queues()).filter((queue) => isStuck(queue, clock));
        if (stuck.length === 0) return { status: "ok" };
        const names = stuck.map(({ name, queued }) => `${queued} messages wait for ${name}`);
        return { status: "degraded", detail: `${names.slice(0, 5).join("; ")}.` };
      },
    },
    async start() {
      measure(platform, work);
      // The folder's lock says that no other program works on this database.
      if (config.databaseUrl === null) await work.takeOver();
      runner.start();
    },
    stop: () => runner.stop(),
    drain: () => runner.drain(),
  };
}

const isStuck = ({ oldestAt }: QueueLength, clock: Clock): boolean =>
  clock.now().getTime() - oldestAt.getTime() > stuckAfterMs;

/** Administrators of the facility: once a day for each system that refuses, once for each time that one stays away. */
const tellAdministrators =
  (clock: Clock): Hl7Alarm =>
  async (tx, { kind, id, facilityId, patientId, data, key }) => {
    const subject = { type: kind === "hl7-message.failed" ? "hl7-message" : "hl7-system", id };
    const to = { roles: ["ADMINISTRATOR" as const] };
    await notify(tx, clock, [{ kind, level: "ALARM", facilityId, patientId, subject, to, data, key }]);
  };

function measure({ metrics, clock, log }: Platform, work: OutWork): void {
  const queues = async () =>
    await work.queues().catch((error: unknown) => {
      log.warn({ err: error }, "the HL7 queues could not be counted");
      return [];
    });
  new Gauge({
    name: "isocenter_hl7_queue_messages",
    help: "HL7 messages that wait for a system.",
    labelNames: ["system"],
    registers: [metrics.registry],
    async collect() {
      this.reset();
      for (const { name, queued } of await queues()) this.set({ system: name }, queued);
    },
  });
  new Gauge({
    name: "isocenter_hl7_queue_oldest_seconds",
    help: "For how long the oldest HL7 message has waited for a system.",
    labelNames: ["system"],
    registers: [metrics.registry],
    async collect() {
      this.reset();
      for (const { name, oldestAt } of await queues())
        this.set({ system: name }, Math.max(0, (clock.now().getTime() - oldestAt.getTime()) / 1000));
    },
  });
}
