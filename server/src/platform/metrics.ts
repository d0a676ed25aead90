import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What Prometheus reads at /metrics. Modules add theirs to the registry. */
export interface Metrics {
  readonly registry: Registry;
  readonly httpSeconds: Histogram<"method" | "route" | "status">;
  /** Whether each dependency answered when it was last asked: 1 or 0. */
  readonly dependencyUp: Gauge<"dependency">;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "isocenter_" });
  return {
    registry,
    httpSeconds: new Histogram({
      name: "isocenter_http_request_seconds",
      help: "Time to answer an HTTP request, by route.",
      labelNames: ["method", "route", "status"],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
      registers: [registry],
    }),
    dependencyUp: new Gauge({
      name: "isocenter_dependency_up",
      help: "Whether the dependency answered when it was last asked.",
      labelNames: ["dependency"],
      registers: [registry],
    }),
  };
}
