import { Gauge, type Registry } from "prom-client";
import { archivedBytes } from "./modules/archive/index.ts";
import { waitingDeliveries } from "./modules/notifications/index.ts";
import { type Clock, countJobs, type Platform } from "./platform/index.ts";

/** Sums over the archive are made anew so often at most. */
const storageEveryMs = 10 * 60_000;
/** And so seldom that they take a thousandth of the time: all studies are read for one. */
const storageRest = 1000;

/** A gauge whose values are asked for when Prometheus asks; none where they cannot be had. */
function asked(
  registry: Registry,
  { name, help, label }: { name: string; help: string; label: string },
  values: () => Promise<Readonly<Record<string, number>>>,
): void {
  registry.removeSingleMetric(name);
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [value, amount] of Object.entries(await values().catch(() => ({}))))
        this.set({ [label]: value }, amount);
    },
  });
}

/**
 * A sum that takes long, made anew at most every ten minutes and at most for a thousandth of the time. Whoever asks gets the one before while it is made; only the first waits.
 * @param took the time that the work takes, in milliseconds
 */
export function restingSum(
  sum: () => Promise<number>,
  clock: Clock,
  took: () => number = () => performance.now(),
): () => Promise<number> {
  let known: number | undefined;
  let running: Promise<number> | null = null;
  let dueAt = Number.NEGATIVE_INFINITY;

  async function make(): Promise<number> {
    const began = took();
    try {
      known = await sum();
      return known;
    } finally {
      dueAt = clock.now().getTime() + Math.max(storageEveryMs, (took() - began) * storageRest);
      running = null;
    }
  }

  return async () => {
    if (running === null && (known === undefined || clock.now().getTime() >= dueAt)) {
      running = make();
      // Who waits for it is told; else the next one is tried when it is due.
      running.catch(() => {});
    }
    return known ?? running!;
  };
}

/** What Prometheus learns of the whole installation, and so from one process: storage, jobs, what waits to be told. */
export function measureDepartment({ db, objects, metrics: { registry }, clock }: Platform): void {
  const archived = restingSum(() => archivedBytes(db), clock);
  const storage = async () => {
    const [bytes, free] = await Promise.all([archived(), objects.freeBytes().catch(() => null)]);
    return { archived: bytes, ...(free === null ? {} : { free }) };
  };
  const help =
    "Bytes of the archive: those of archived instances, and what the store has free where it says so.";
  asked(registry, { name: "isocenter_storage_bytes", help, label: "what" }, storage);
  asked(
    registry,
    { name: "isocenter_jobs", help: "Background work that is not done, by state.", label: "state" },
    () => countJobs(db),
  );
  asked(
    registry,
    {
      name: "isocenter_deliveries_waiting",
      help: "Notices and webhook messages that wait to be sent, counted to 10,000.",
      label: "kind",
    },
    () => waitingDeliveries(db),
  );
}
