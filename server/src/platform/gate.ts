import type { Refusal } from "./refusal.ts";

/** Lets so many in at once; those after wait in their order, and when too many wait, one more is refused. */
export function createGate(options: {
  atOnce: number;
  maxWaiting: number;
  /** What is said to whoever may not even wait. */
  refusal(): Refusal;
}): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= options.atOnce) {
      if (waiting.length >= options.maxWaiting) throw options.refusal();
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
