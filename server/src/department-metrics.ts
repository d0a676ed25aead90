import { Gauge, type Registry } from "prom-client";
import { archivedBytes } from "./modules/archive/index.ts";
import { waitingDeliveries } from "./modules/notifications/index.ts";
import { countJobs, type Platform } from "./platform/index.ts";

/** Sums over a large archive are made anew so often at most. */
const storageEveryMs = 10 * 60_000;

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

/** What Prometheus learns of the whole installation, and so from one process: storage, jobs, what waits to be told. */
export function measureDepartment({ db, objects, metrics: { registry }, clock }: Platform): void {
  let archived = { bytes: 0, atMs: Number.NEGATIVE_INFINITY };
  const storage = async () => {
    const now = clock.now().getTime();
    if (now - archived.atMs >= storageEveryMs) archived = { bytes: await archivedBytes(db), atMs: now };
    const free = await objects.freeBytes().catch(() => null);
    return { archived: archived.bytes, ...(free === null ? {} : { free }) };
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
