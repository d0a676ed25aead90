/** An answer that takes longer is waited for aloud. Asking another system or making a file takes its time; reading and saving do not. */
export const slowMs = 10_000;
const quick = new Set(["GET", "PUT", "PATCH"]);

export interface SlowDependencies {
  now: () => number;
  /** Calls after so many milliseconds. @returns what stops it */
  after: (ms: number, call: () => void) => () => void;
}

/** Keeps account of what the server has not answered yet, for a server that hangs stays connected and says nothing. */
export function createSlow({ now, after }: SlowDependencies) {
  const waiting = new Map<object, number>();
  const listeners = new Set<() => void>();
  let since: number | null = null;
  let stop = () => {};

  function look() {
    stop();
    const oldest = waiting.values().next().value;
    const late = oldest !== undefined && now() - oldest >= slowMs;
    if (oldest !== undefined && !late) stop = after(slowMs - (now() - oldest), look);
    const next = late ? oldest : null;
    if (next === since) return;
    since = next;
    for (const listener of listeners) listener();
  }

  return {
    /** Since when the oldest request waits, in milliseconds since 1970; null while none is late. */
    snapshot: () => since,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async watch<T>(method: string | undefined, answer: Promise<T>): Promise<T> {
      if (!quick.has(method ?? "GET")) return await answer;
      const request = {};
      waiting.set(request, now());
      look();
      try {
        return await answer;
      } finally {
        waiting.delete(request);
        look();
      }
    },
  };
}
