import { Counter, Histogram } from "prom-client";
import type { Metrics } from "../../../platform/index.ts";
import type { IngestDoor } from "../types.ts";

const register = <T>(metrics: Metrics, name: string, make: () => T): T =>
  (metrics.registry.getSingleMetric(name) as T | undefined) ?? make();

/** Uploads by door and outcome, bytes taken, and how long each phase takes. */
export function ingestMetrics(metrics: Metrics) {
  const registers = [metrics.registry];
  const instances = register(
    metrics,
    "isocenter_ingest_instances_total",
    () =>
      new Counter({
        name: "isocenter_ingest_instances_total",
        help: "Instances that came in, by door and outcome",
        labelNames: ["door", "outcome"] as const,
        registers,
      }),
  );
  const bytes = register(
    metrics,
    "isocenter_ingest_bytes_total",
    () =>
      new Counter({
        name: "isocenter_ingest_bytes_total",
        help: "Bytes of instances that came in",
        labelNames: ["door"] as const,
        registers,
      }),
  );
  const seconds = register(
    metrics,
    "isocenter_ingest_seconds",
    () =>
      new Histogram({
        name: "isocenter_ingest_seconds",
        help: "Time of an instance's way in, by phase: receive (bytes to the store), commit (rows)",
        labelNames: ["phase"] as const,
        buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
        registers,
      }),
  );
  return {
    count(door: IngestDoor, outcome: string, size: number): void {
      instances.inc({ door, outcome });
      bytes.inc({ door }, size);
    },
    phase: (phase: "receive" | "commit") => seconds.startTimer({ phase }),
  };
}
