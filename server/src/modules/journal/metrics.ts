import { Gauge, type Registry } from "prom-client";
import type { Db } from "../../platform/index.ts";

export interface JournalMetrics {
  readerFailing(name: string, failures: number): void;
}

/** What Prometheus learns of the journal: an alarm on either means that something is not protected, or not acted on. */
export function createJournalMetrics(registry: Registry, db: Db): JournalMetrics {
  const unsealed = "isocenter_journal_unsealed_entries";
  const failing = "isocenter_journal_reader_failures";
  registry.removeSingleMetric(unsealed);
  registry.removeSingleMetric(failing);
  new Gauge({
    name: unsealed,
    help: "Entries of the journal that wait for the sealer, counted to 10,000.",
    registers: [registry],
    async collect() {
      const [row] = await db<{ count: number }[]>`
        select count(*)::bigint as count from (
          (select from fact where position is null limit 10000) union all (select from access where position is null limit 10000)) e`.catch(
        () => [],
      );
      this.set(row?.count ?? Number.NaN);
    },
  });
  const readerFailures = new Gauge({
    name: failing,
    help: "How often in a row a reader of facts has failed; 0 when it works.",
    labelNames: ["reader"],
    registers: [registry],
  });
  return { readerFailing: (reader, failures) => readerFailures.set({ reader }, failures) };
}
