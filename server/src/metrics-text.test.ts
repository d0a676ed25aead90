import { Counter, Histogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { joinMetrics } from "./metrics-text.ts";

test("samples of the other process get a label, and no metric is described twice", async () => {
  const own = new Registry();
  const other = new Registry();
  const counter = (registers: Registry[]) =>
    new Counter({ name: "images_total", help: "Images", labelNames: ["door"], registers });
  counter([own]).inc({ door: "stow" }, 2);
  counter([other]).inc({ door: "c-store with {braces}" }, 3);
  new Counter({ name: "plain_total", help: "Plain", registers: [other] }).inc(7);
  new Histogram({ name: "seconds", help: "Seconds", buckets: [1], registers: [other] }).observe(0.5);
  const text = joinMetrics(await own.metrics(), await other.metrics(), "dicom");
  expect(text.split("\n").filter((line) => line !== "")).toEqual([
    "# HELP images_total Images",
    "# TYPE images_total counter",
    'images_total{door="stow"} 2',
    'images_total{process="dicom",door="c-store with {braces}"} 3',
    "# HELP plain_total Plain",
    "# TYPE plain_total counter",
    'plain_total{process="dicom"} 7',
    "# HELP seconds Seconds",
    "# TYPE seconds histogram",
    'seconds_bucket{process="dicom",le="1"} 1',
    'seconds_bucket{process="dicom",le="+Inf"} 1',
    'seconds_sum{process="dicom"} 0.5',
    'seconds_count{process="dicom"} 1',
  ]);
});
