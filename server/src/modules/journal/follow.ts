import type { Logger } from "pino";
import type { Db } from "../../platform/index.ts";
import { readFacts } from "./readers.ts";
import type { SealedFact } from "./types.ts";

const batchSize = 500;

export interface Followers {
  add(listener: (facts: readonly SealedFact[]) => void): () => void;
  /** Facts were sealed, up to this position. */
  advance(position: number): void;
  /** Waits for what is under way. */
  settled(): Promise<void>;
}

/** Hands sealed facts to whoever listens in this process; the database is asked once, however many listen. */
export function createFollowers(db: Db, log: Logger): Followers {
  const listeners = new Set<(facts: readonly SealedFact[]) => void>();
  let told = -1;
  let target = -1;
  let running: Promise<void> | null = null;

  async function catchUp(): Promise<void> {
    while (told < target) {
      if (listeners.size === 0) {
        told = target;
        return;
      }
      const facts = await readFacts(db, told, batchSize);
      for (const listener of listeners) {
        if (facts.length > 0) listener(facts);
      }
      told =
        facts.length === batchSize ? facts.at(-1)!.position : Math.max(target, facts.at(-1)?.position ?? 0);
    }
  }

  return {
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    advance(position) {
      if (told < 0) told = position;
      target = Math.max(target, position);
      running ??= catchUp()
        .catch((error: unknown) => log.error({ err: error }, "facts could not be read for those who follow"))
        .finally(() => {
          running = null;
        });
    },
    async settled() {
      await running;
    },
  };
}
