import { workerData } from "node:worker_threads";
import { mutate } from "./mutate.ts";
import { createRandom } from "./random.ts";
import type { Target } from "./target.ts";

export interface Work {
  target: string;
  seed: number;
  from: number;
  count: number;
  /** [inputs done, milliseconds of the slowest, its number] */
  progress: SharedArrayBuffer;
}

/** The input of a number; the same each time. */
export function inputOf(target: Target, seeds: readonly Uint8Array[], seed: number, number: number) {
  const random = createRandom(seed, number);
  const { tokens, maxBytes } = target;
  return { input: mutate(random.pick(seeds), random, { tokens, seeds, maxBytes }), chance: random.below };
}

async function work({ target: name, seed, from, count, progress }: Work): Promise<void> {
  const { target } = (await import(`./targets/${name}.ts`)) as { target: Target };
  const seeds = target.seeds();
  const told = new Float64Array(progress);
  for (let number = from; number < from + count; number += 1) {
    const { input, chance } = inputOf(target, seeds, seed, number);
    const start = performance.now();
    try {
      await target.run(input, chance);
    } catch (error) {
      throw new Error(`${name}: input ${number} of seed ${seed}: ${(error as Error)?.stack ?? error}`);
    }
    const took = performance.now() - start;
    if (took > told[1]!) {
      told[1] = took;
      told[2] = number;
    }
    told[0] = number - from + 1;
  }
}

if (workerData) await work(workerData as Work);
