import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { DemoExamination } from "./catalogue.ts";
import type { StudyIdentity } from "./headers.ts";

/** Something to draw, in the order in which it will be asked for. */
export interface DrawingOrder {
  key: string;
  examination: DemoExamination;
  seed: number;
  /** Few pictures, which may be written for several studies. */
  coarse?: boolean;
}

export interface WriteRequest {
  id: number;
  key: string;
  as: StudyIdentity;
}

export interface Drawing {
  /** The pictures of what was drawn under the key as Part 10 files of this study. */
  write(key: string, as: StudyIdentity): Promise<Uint8Array[]>;
  close(): Promise<void>;
}

const mostThreads = 2;

/** Draws in threads of their own, ahead of what is asked for, because drawing keeps a processor busy for most of a minute. */
export function createDrawing(orders: readonly DrawingOrder[]): Drawing {
  const count = Math.min(mostThreads, availableParallelism());
  const threads = Array.from({ length: count }, (_, thread) =>
    createThread(orders.filter((_order, at) => at % count === thread)),
  );
  const threadOf = (key: string) => threads[orders.findIndex((order) => order.key === key) % count]!;
  return {
    write: (key, as) => threadOf(key).write(key, as),
    close: async () => void (await Promise.all(threads.map((thread) => thread.close()))),
  };
}

function createThread(orders: readonly DrawingOrder[]): Drawing {
  const worker = new Worker(new URL("./drawing-worker.ts", import.meta.url), { workerData: orders });
  const waiting = new Map<number, PromiseWithResolvers<Uint8Array[]>>();
  let last = 0;
  let failure: Error | null = null;
  function fail(error: Error): void {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }
  worker.on("message", ({ id, files }: { id: number; files: Uint8Array[] }) => {
    waiting.get(id)?.resolve(files);
    waiting.delete(id);
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the drawing thread ended")));
  return {
    write(key, as) {
      if (failure) return Promise.reject(failure);
      const answer = Promise.withResolvers<Uint8Array[]>();
      last += 1;
      waiting.set(last, answer);
      worker.postMessage({ id: last, key, as } satisfies WriteRequest);
      return answer.promise;
    },
    close: async () => void (await worker.terminate()),
  };
}
