import { Gauge } from "prom-client";
import type { Archive } from "../../modules/archive/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import {
  addressOf,
  createCommitmentRequests,
  createQueueWork,
  createSentCommitments,
  type QueueWork,
} from "../../modules/peers/index.ts";
import type { Platform } from "../../platform/index.ts";
import { answerNext, askNext, type CommitmentDeps } from "./commitment.ts";
import { poll } from "./poll.ts";
import { registerRouting } from "./routing.ts";
import { type SenderDeps, sendInstances } from "./send-instances.ts";
import { createSendQueueRunner } from "./send-queue.ts";

export interface Sending {
  /** What the listener needs to answer for what others sent, and to hear about what we sent. */
  commitment: CommitmentDeps;
  /** Sends what is in the queue, answers and asks for commitment, in the processes that work. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For tests: everything that is due now. */
  drain(): Promise<void>;
}

/** What is sent is remembered so long: by then rules would send a study again. */
const keptDays = 400;
const clearEverySeconds = 3600;

export interface SendingDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "locateEach" | "openDataSet" | "readObject" | "commitment" | "routedStudy">;
  rendering: SenderDeps["rendering"];
  /** See `CommitmentDeps`. */
  answerMs?: number;
}

/** Everything that leaves by DIMSE without anybody waiting for it. Make it before the journal and the jobs start. */
export function createSending({ platform, journal, archive, rendering, answerMs }: SendingDeps): Sending {
  // The database may not be asked yet: its queries are only made when they are wanted.
  const { clock, config, log, db } = platform;
  const deps = { clock, journal };
  const work = createQueueWork(db, deps);
  const sender = { aeTitle: config.aeTitle, archive, rendering };
  const queue = createSendQueueRunner({
    platform,
    archive,
    work,
    deliver: (destination, instances, report, signal) =>
      sendInstances(sender, addressOf(config, destination), instances, report, { signal }),
  });
  const commitment: CommitmentDeps = {
    platform,
    archive,
    requests: createCommitmentRequests(db, deps),
    sent: createSentCommitments(db, deps),
    ...(answerMs === undefined ? {} : { answerMs }),
  };
  const stopping = new AbortController();
  let running: Promise<unknown> | null = null;
  const nextCommitment = async () => {
    const answered = await answerNext(commitment);
    return (await askNext(commitment)) || answered;
  };
  registerRouting(platform, journal, archive);
  platform.jobs.every("peers.clear-send-queue", clearEverySeconds, async () => {
    await work.clear(new Date(clock.now().getTime() - keptDays * 86_400_000));
  });
  return {
    commitment,
    async start() {
      measure(platform, work);
      // The folder's lock says that no other program works on this database.
      if (config.databaseUrl === null) await work.takeOver();
      queue.start();
      running = poll(nextCommitment, stopping.signal, log, "storage commitment failed; it tries again");
    },
    async stop() {
      stopping.abort();
      await queue.stop();
      await running;
    },
    async drain() {
      await queue.drain();
      while (await nextCommitment());
    },
  };
}

function measure({ metrics, log }: Platform, work: QueueWork): void {
  new Gauge({
    name: "isocenter_send_queue_items",
    help: "Items of the send queue that wait or are being sent.",
    labelNames: ["state"],
    registers: [metrics.registry],
    async collect() {
      const waiting = await work.waiting().catch((error: unknown) => {
        log.warn({ err: error }, "the send queue could not be counted");
        return null;
      });
      for (const state of waiting ? ["PENDING", "SENDING"] : [])
        this.set({ state }, waiting!.find((row) => row.state === state)?.items ?? 0);
    },
  });
}
