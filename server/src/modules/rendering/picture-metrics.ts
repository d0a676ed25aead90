import { Counter, Histogram } from "prom-client";
import type { Metrics } from "../../platform/index.ts";

/** Previews, thumbnails and rendered images: how many were made, kept ones given, or refused, and how long making one takes. */
export function pictureMetrics({ registry }: Metrics) {
  const [total, seconds] = ["isocenter_pictures_total", "isocenter_picture_seconds"] as const;
  for (const name of [total, seconds]) registry.removeSingleMetric(name);
  const counter = new Counter({
    name: total,
    help: "Pictures that were asked for, by outcome: made, kept (given again), refused.",
    labelNames: ["outcome"] as const,
    registers: [registry],
  });
  const histogram = new Histogram({
    name: seconds,
    help: "Time to make a picture, with the reading of its frame.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return {
    kept: (): void => counter.inc({ outcome: "kept" }),
    making() {
      const end = histogram.startTimer();
      let told = false;
      return (outcome: "made" | "refused"): void => {
        // What cannot be kept was made all the same.
        if (told) return;
        told = true;
        counter.inc({ outcome });
        if (outcome === "made") end();
      };
    },
  };
}
