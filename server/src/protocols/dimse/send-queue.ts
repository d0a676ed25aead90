import { DimseError } from "@isocenter/dimse";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import {
  type AttemptCounts,
  type AttemptEnd,
  type Claimed,
  type Confirmed,
  type Failure,
  type ModalityRow,
  type QueueWork,
  troubleOf,
} from "../../modules/peers/index.ts";
import { asRefusal, type Platform, systemViewer } from "../../platform/index.ts";
import { poll } from "./poll.ts";
import type { DeliveryReport } from "./send-instances.ts";

/**
 * Sends instances to a modality.
 * @throws DimseError where the destination is not reached, or leaves in the middle; what was not reported was not taken
 */
export type Deliver = (
  destination: ModalityRow,
  instances: readonly StoredInstance[],
  report: DeliveryReport,
  signal: AbortSignal,
) => Promise<void>;

export interface SendQueueRunner {
  start(): void;
  /** What is under way is broken off and goes on where it was, after the next start. */
  stop(): Promise<void>;
  /** For tests: sends everything that is due, and returns when nothing is. */
  drain(): Promise<void>;
}

/** Destinations at a time in this process. */
const lanes = 4;
const heartbeatMs = 5000;
/** Confirmations are written together: so many at most, or what there is after this time, are sent again after a crash. */
const flushAt = 100;
const flushMs = 1000;
const failuresKept = 20;

export interface SendQueueDeps {
  platform: Pick<Platform, "log">;
  archive: Pick<Archive, "locateEach">;
  work: QueueWork;
  deliver: Deliver;
}

/** Sends what is in the queue. */
export function createSendQueueRunner(deps: SendQueueDeps): SendQueueRunner {
  const { platform, work } = deps;
  const stopping = new AbortController();
  let running: Promise<unknown> | null = null;

  /** @returns whether there was something to do */
  async function next(): Promise<boolean> {
    const claimed = await work.claim();
    if (!claimed) return false;
    await attempt(deps, claimed, stopping.signal);
    return true;
  }

  return {
    start() {
      const lane = () => poll(next, stopping.signal, platform.log, "the send queue failed; it tries again");
      running ??= Promise.all(Array.from({ length: lanes }, lane));
    },
    async stop() {
      stopping.abort();
      await running;
    },
    async drain() {
      while (await next());
    },
  };
}

async function attempt(deps: SendQueueDeps, claimed: Claimed, stopping: AbortSignal): Promise<void> {
  const { work, platform } = deps;
  const taken = new AbortController();
  const signal = AbortSignal.any([stopping, taken.signal]);
  const beat = setInterval(() => {
    work.heartbeat(claimed).then(
      (on) => on || taken.abort(),
      (error: unknown) => platform.log.warn({ err: error }, "the send queue's heartbeat failed"),
    );
  }, heartbeatMs);
  const sending = createSending(deps, claimed, signal, () => taken.abort());
  try {
    const end = await sending.run();
    await work.finish(
      claimed,
      stopping.aborted && end.kind !== "sent" ? { kind: "stopped" } : end,
      {
        ...sending.counts,
      },
      sending.failures,
    );
  } finally {
    clearInterval(beat);
    await sending.close();
  }
}

/** One attempt to send an item. */
function createSending(
  { archive, work, deliver, platform }: SendQueueDeps,
  claimed: Claimed,
  signal: AbortSignal,
  giveUp: () => void,
) {
  const { item, destination } = claimed;
  const counts: AttemptCounts = { total: 0, whole: false, skipped: 0, failed: 0 };
  const failures: Failure[] = [];
  let confirmed: StoredInstance[] = [];
  let warnings = 0;
  let lastProblem = "";
  /** Of the counts, what was written last. */
  let told = 0;
  let timer: NodeJS.Timeout | null = null;
  /** Writes happen one after the other; the first that fails ends the attempt. */
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    const { skipped, failed } = counts;
    if (confirmed.length === 0 && skipped + failed === told) return writing;
    told = skipped + failed;
    const now = { ...counts };
    const batch = together(confirmed);
    const warned = warnings;
    confirmed = [];
    warnings = 0;
    writing = writing.then(async () => {
      if (!(await work.progress(claimed, batch, warned, now))) giveUp();
    });
    writing.catch(() => giveUp());
    return writing;
  }

  const report: DeliveryReport = {
    taken(instance, warning) {
      confirmed.push(instance);
      if (warning !== null) warnings += 1;
      soon();
    },
    refused({ SOPInstanceUID }, problem) {
      counts.failed += 1;
      lastProblem = problem;
      if (failures.length < failuresKept) failures.push({ sopInstanceUid: SOPInstanceUID, problem });
      soon();
    },
  };

  function soon(): void {
    if (confirmed.length >= flushAt) void flush();
    else timer ??= setTimeout(flush, flushMs);
  }

  async function sendAll(): Promise<void> {
    const viewer = systemViewer([item.facility_id], `send-${item.id}`);
    for (const selection of item.selection) {
      // Who asked in person was put down when they asked.
      for await (const batch of archive.locateEach(viewer, selection, item.by_rule ? "export" : "none")) {
        signal.throwIfAborted();
        const series = [...new Set(batch.map(({ SeriesInstanceUID }) => SeriesInstanceUID))];
        const { own, others } = await work.confirmedOf(item, series);
        const cameFromIt = ({ sourceAeTitle }: StoredInstance) =>
          !item.send_back && sourceAeTitle === destination.ae_title;
        const left = batch.filter(({ SOPInstanceUID }) => !own.has(SOPInstanceUID));
        const due = left.filter((one) => !others.has(one.SOPInstanceUID) && !cameFromIt(one));
        counts.total += batch.length;
        counts.skipped += left.length - due.length;
        if (due.length > 0) await deliver(destination, due, report, signal);
        await flush();
      }
    }
  }

  return {
    counts,
    failures,
    async run(): Promise<AttemptEnd> {
      try {
        await sendAll();
        signal.throwIfAborted();
        counts.whole = true;
        if (counts.total === 0) return { kind: "hopeless", error: "None of it is in the archive any more." };
        if (counts.failed > 0)
          return { kind: "incomplete", error: `${counts.failed} not taken: ${lastProblem}` };
        return { kind: "sent" };
      } catch (error) {
        await flush();
        if (signal.aborted) return { kind: "cancelled" };
        if (error instanceof DimseError) return { kind: "unreachable", error: sentenceOf(error) };
        const refusal = asRefusal(error);
        if (refusal) return { kind: "unreachable", error: refusal.message };
        platform.log.error({ err: error, item: item.id }, "sending failed");
        return { kind: "incomplete", error: "It failed here; the log says why." };
      }
    },
    async close() {
      if (timer) clearTimeout(timer);
      await writing.catch(() => {});
    },
  };
}

const sentences: Readonly<Partial<Record<DimseError["code"], string>>> = {
  "connection-failed": "Nothing answers at its host and port.",
  "connection-lost": "It closed the connection.",
  "timed-out": "It did not answer in time.",
};

export const sentenceOf = (error: DimseError): string =>
  troubleOf(error) ?? sentences[error.code] ?? `It did not work: ${error.message}.`;

/** By series and SOP class. */
function together(instances: readonly StoredInstance[]): Confirmed[] {
  const groups = Map.groupBy(
    instances,
    ({ SeriesInstanceUID, SOPClassUID }) => `${SeriesInstanceUID} ${SOPClassUID}`,
  );
  return [...groups.values()].map((group) => ({
    SeriesInstanceUID: group[0]!.SeriesInstanceUID,
    SOPClassUID: group[0]!.SOPClassUID,
    SOPInstanceUIDs: group.map(({ SOPInstanceUID }) => SOPInstanceUID),
  }));
}
