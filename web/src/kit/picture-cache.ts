export interface PictureCacheDependencies {
  load: (url: string, signal: AbortSignal) => Promise<Blob>;
  createUrl: (blob: Blob) => string;
  revokeUrl: (url: string) => void;
  /** How many load at a time. */
  parallel: number;
  /** How many that nobody shows are kept. */
  keep: number;
}

interface Entry {
  users: number;
  objectUrl: string | null;
  promise: Promise<string>;
  abort: AbortController;
}

/**
 * Pictures that need a token, as object URLs. `acquire` gives the URL and counts a user, `release` counts it away: a picture still in
 * the queue is then given up, a loaded one is kept a while.
 */
export function createPictureCache({ load, createUrl, revokeUrl, parallel, keep }: PictureCacheDependencies) {
  const entries = new Map<string, Entry>();
  const waiting: Array<{ start: () => void; signal: AbortSignal }> = [];
  let running = 0;

  function next() {
    while (running < parallel) {
      const job = waiting.shift();
      if (!job) return;
      if (job.signal.aborted) continue;
      running++;
      job.start();
    }
  }

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      waiting.push({ start: resolve, signal });
      next();
    });
  }

  async function fill(url: string, entry: Entry): Promise<string> {
    await turn(entry.abort.signal);
    try {
      const blob = await load(url, entry.abort.signal);
      entry.objectUrl = createUrl(blob);
      return entry.objectUrl;
    } finally {
      running--;
      next();
    }
  }

  function trim() {
    let idle = 0;
    for (const entry of entries.values()) if (entry.users === 0) idle++;
    for (const [key, entry] of entries) {
      if (idle <= keep) return;
      if (entry.users > 0) continue;
      entries.delete(key);
      if (entry.objectUrl) revokeUrl(entry.objectUrl);
      idle--;
    }
  }

  return {
    acquire(key: string, url: string): Promise<string> {
      let entry = entries.get(key);
      if (!entry) {
        entry = { users: 0, objectUrl: null, abort: new AbortController(), promise: Promise.resolve("") };
        entries.set(key, entry);
        entry.promise = fill(url, entry);
        const mine = entry;
        // A failure is not kept: the next one who asks tries again.
        entry.promise.catch(() => {
          if (entries.get(key) === mine) entries.delete(key);
        });
      } else {
        // Used last, given up last.
        entries.delete(key);
        entries.set(key, entry);
      }
      entry.users++;
      return entry.promise;
    },
    release(key: string): void {
      const entry = entries.get(key);
      if (!entry) return;
      entry.users = Math.max(0, entry.users - 1);
      if (entry.users === 0 && entry.objectUrl === null) {
        entries.delete(key);
        entry.abort.abort();
      }
      trim();
    },
    /** Forgets everything, as when another person signs in. */
    clear(): void {
      for (const entry of entries.values()) {
        entry.abort.abort();
        if (entry.objectUrl) revokeUrl(entry.objectUrl);
      }
      entries.clear();
    },
    size: () => entries.size,
  };
}
