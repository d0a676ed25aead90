import { Worker } from "node:worker_threads";
import type { Work } from "./fuzz-worker.ts";

export const targets = ["dicom-file", "text", "pdu", "http", "frames", "hl7", "fhir", "xml"] as const;
export type TargetName = (typeof targets)[number];

export interface Outcome {
  target: TargetName;
  inputs: number;
  seconds: number;
  slowestMs: number;
  slowestInput: number;
  /** Null: nothing was found. */
  fault: string | null;
}

/** An input that takes so long is a hang. */
const hangMs = 10_000;

/**
 * Gives the inputs `from` to `from + count` of a seed to a target, in a thread of its own with a bounded heap. It ends at the first input that
 * crashes it, hangs, or makes it outgrow its memory.
 */
export async function fuzz(
  target: TargetName,
  options: { seed: number; from: number; count: number; heapMegabytes?: number },
): Promise<Outcome> {
  const { seed, from, count } = options;
  const progress = new SharedArrayBuffer(24);
  const told = new Float64Array(progress);
  const work: Work = { target, seed, from, count, progress };
  const start = performance.now();
  const worker = new Worker(new URL("./fuzz-worker.ts", import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: options.heapMegabytes ?? 512 },
  });
  let done = 0;
  let since = performance.now();
  const fault = await new Promise<string | null>((resolve) => {
    const watch = setInterval(() => {
      if (told[0] !== done) {
        done = told[0]!;
        since = performance.now();
      } else if (done > 0 && performance.now() - since > hangMs) {
        resolve(`${target}: input ${from + done} of seed ${seed} takes over ${hangMs} ms`);
      }
    }, 250);
    worker.once("error", (error) => resolve(String((error as Error).stack ?? error)));
    worker.once("exit", (code) =>
      resolve(code === 0 ? null : `${target}: the thread ended with ${code} near input ${from + told[0]!}`),
    );
    worker.once("exit", () => clearInterval(watch));
  });
  await worker.terminate();
  return {
    target,
    inputs: told[0]!,
    seconds: (performance.now() - start) / 1000,
    slowestMs: told[1]!,
    slowestInput: told[2]!,
    fault,
  };
}
