import { t } from "../words/words.ts";
import { ApiError } from "./problem.ts";

type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** What nobody can ask for once it is deleted, by its place in the API; a report that is given up, for instance, can still be read. */
const collections = new Set([
  "api-keys",
  "exports",
  "images",
  "modalities",
  "report-macros",
  "routing-rules",
  "series",
  "studies",
  "webhooks",
]);

const isGone = () =>
  new ApiError({
    status: 404,
    code: "gone",
    title: t("It is not there any more"),
    detail: t("It was removed a moment ago."),
  });

interface Read {
  parts: ReadonlySet<string>;
  stop: AbortController;
}

/**
 * `fetch` that asks for nothing of what was removed. Lists and pictures below a thing are still on the page while it goes, and any fact
 * may have them read again: they wait for how the removal ends, and are not sent when it succeeded.
 */
export function createGone(fetch: Fetch) {
  const gone = new Set<string>();
  const leaving = new Map<string, Promise<unknown>>();
  const reads = new Set<Read>();

  const partsOf = (input: string) => new Set(new URL(input, "http://here").pathname.split("/"));
  const anyOf = (known: { has(id: string): boolean }, parts: ReadonlySet<string>) =>
    [...parts].some((part) => known.has(part));
  const stopReads = (id: string) => {
    for (const { parts, stop } of reads) if (parts.has(id)) stop.abort();
  };

  async function read(input: string, init: RequestInit): Promise<Response> {
    const parts = partsOf(input);
    for (;;) {
      for (const id of parts) await leaving.get(id);
      if (anyOf(gone, parts)) throw isGone();
      const one = { parts, stop: new AbortController() };
      const { signal } = init;
      const end = () => one.stop.abort(signal?.reason);
      signal?.addEventListener("abort", end);
      if (signal?.aborted) end();
      reads.add(one);
      try {
        return await fetch(input, { ...init, signal: one.stop.signal });
      } catch (error) {
        // Stopped by a removal: it is asked again when that failed.
        if (!one.stop.signal.aborted || signal?.aborted) throw error;
      } finally {
        reads.delete(one);
      }
    }
  }

  async function remove(input: string, init: RequestInit): Promise<Response> {
    const [id = "", collection = ""] = new URL(input, "http://here").pathname.split("/").reverse();
    if (!collections.has(collection)) return fetch(input, init);
    const { promise, resolve } = Promise.withResolvers<void>();
    leaving.set(id, promise);
    stopReads(id);
    try {
      const answer = await fetch(input, init);
      if (answer.ok || answer.status === 404) gone.add(id);
      return answer;
    } finally {
      leaving.delete(id);
      resolve();
    }
  }

  return {
    /** As `fetch`; rejects with an ApiError with status 404 where what is asked for is known to be gone. */
    async fetch(input: string, init: RequestInit = {}): Promise<Response> {
      const { method = "GET" } = init;
      if (method === "GET" || method === "HEAD") return read(input, init);
      if (method === "DELETE") return remove(input, init);
      const answer = await fetch(input, init);
      // What comes back by its deletion does not say what it is; asking for what is not there does no more than answer so.
      if (answer.ok && input.endsWith("/restore")) gone.clear();
      return answer;
    },
    /** @param type of a fact about the thing with this id, such as `study.deleted` */
    hear(type: string, id: string): void {
      if (/\.(deleted|removed|revoked|purged)$/.test(type)) {
        gone.add(id);
        stopReads(id);
      } else gone.delete(id);
    },
    clear(): void {
      gone.clear();
    },
  };
}
