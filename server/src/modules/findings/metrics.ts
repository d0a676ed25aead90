import type { Severity } from "@isocenter/contract";
import { Gauge, Histogram, type Registry } from "prom-client";
import type { Clock, Db } from "../../platform/index.ts";

export interface FindingMetrics {
  acknowledged(severity: Severity, seconds: number): void;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** How long findings wait for an answer, and how many wait now. Made anew where the registry has them already. */
export function createFindingMetrics(registry: Registry, db: Db, clock: Clock): FindingMetrics {
  const response = "isocenter_critical_finding_response_seconds";
  const waiting = "isocenter_critical_findings_waiting";
  const overdue = "isocenter_critical_findings_overdue";
  for (const name of [response, waiting, overdue]) registry.removeSingleMetric(name);
  const histogram = new Histogram({
    name: response,
    help: "From raising a critical finding to its acknowledgement, by severity.",
    labelNames: ["severity"] as const,
    buckets: [
      minute,
      5 * minute,
      15 * minute,
      30 * minute,
      hour,
      3 * hour,
      8 * hour,
      day,
      3 * day,
      7 * day,
      15 * day,
    ],
    registers: [registry],
  });
  const overdueGauge = new Gauge({
    name: overdue,
    help: "Critical findings that wait although a limit has passed, by severity.",
    labelNames: ["severity"] as const,
    registers: [registry],
  });
  new Gauge({
    name: waiting,
    help: "Critical findings that nobody has acknowledged yet, by severity.",
    labelNames: ["severity"] as const,
    registers: [registry],
    async collect() {
      this.reset();
      overdueGauge.reset();
      const rows = await db<{ severity: Severity; waiting: number; overdue: number }[]>`
        select severity, count(*)::bigint as waiting, count(*) filter (where acknowledge_due_at < ${clock.now()}
          or (contacted_at is null and contact_due_at < ${clock.now()}))::bigint as overdue
        from finding where status in ('OPEN', 'NOTIFIED') group by severity`.catch(() => []);
      for (const row of rows) {
        this.set({ severity: row.severity }, row.waiting);
        overdueGauge.set({ severity: row.severity }, row.overdue);
      }
    },
  });
  return { acknowledged: (severity, seconds) => histogram.observe({ severity }, seconds) };
}
