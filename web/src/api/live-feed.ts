import type { LiveEvent } from "@isocenter/contract";
import { createEventStreamParser } from "./event-stream.ts";
import { ApiError } from "./problem.ts";

export interface LiveState {
  status: "connecting" | "live" | "down";
  /** When the last change was heard, in milliseconds since 1970; null before the first. */
  lastEventAt: number | null;
  /** Since when there is no connection; null while there is one. */
  downSince: number | null;
  /** While there is no connection: the server answered, and refused. */
  refused: boolean;
}

const fresh: LiveState = { status: "connecting", lastEventAt: null, downSince: null, refused: false };

export interface LiveFeedDependencies {
  open: (lastEventId: string | null, signal: AbortSignal) => Promise<Response>;
  onEvent: (event: LiveEvent) => void;
  /** Called when a connection comes back after a gap that `Last-Event-ID` may not have bridged. */
  onGap: () => void;
  now: () => number;
  /** Waits, and returns early when `wake` is called. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
}

class FeedRefused extends Error {}

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** The server sends a comment every 15 seconds or so; silence of three times that is a dead connection. */
const silenceMs = 50_000;

/** The delay before attempt n (from 0): doubling, at most 30 s, with half of it random so that screens do not come back together. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random);
}

/** Follows the live feed until stopped: reconnects by itself, and resumes where it was. */
export function createLiveFeed(dependencies: LiveFeedDependencies) {
  const { open, onEvent, onGap, now, sleep, random } = dependencies;
  let state = fresh;
  const listeners = new Set<() => void>();
  let stop = new AbortController();
  let lastEventId: string | null = null;
  let connectedBefore = false;
  let connection: AbortController | null = null;

  function change(next: Partial<LiveState>) {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  function connected() {
    change({ status: "live", downSince: null, refused: false });
    if (connectedBefore) onGap();
    connectedBefore = true;
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const current = new AbortController();
    connection = current;
    const end = () => current.abort();
    signal.addEventListener("abort", end, { once: true });
    let silence = setTimeout(end, silenceMs);
    try {
      const response = await open(lastEventId, current.signal);
      if (!response.ok || !response.body) throw new FeedRefused(`live feed: ${response.status}`);
      connected();
      const parser = createEventStreamParser((event) => {
        if (event.id !== null) lastEventId = event.id;
        const read = readEvent(event.data);
        if (!read) return;
        change({ lastEventAt: now() });
        onEvent(read);
      });
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(end, silenceMs);
        parser.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(silence);
      signal.removeEventListener("abort", end);
      current.abort();
    }
  }

  async function run(signal: AbortSignal) {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const before = connectedBefore;
      let refused = false;
      try {
        await follow(signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return;
        refused = error instanceof FeedRefused || (error instanceof ApiError && error.status > 0);
      }
      if (signal.aborted) return;
      if (state.status === "live" || connectedBefore !== before) attempt = 0;
      change({ status: "down", downSince: state.downSince ?? now(), refused });
      await sleep(backoffMs(attempt, random()), signal);
    }
  }

  return {
    start() {
      stop = new AbortController();
      void run(stop.signal);
    },
    stop() {
      stop.abort();
      lastEventId = null;
      connectedBefore = false;
      change(fresh);
    },
    /** The network is away: what is open hears nothing any more, long before its silence would tell. */
    lost() {
      connection?.abort();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => state,
  };
}

/** The event that the text holds, or null where it is none. */
export function readEvent(text: string): LiveEvent | null {
  try {
    const value = JSON.parse(text) as LiveEvent;
    return typeof value?.type === "string" && typeof value.subject?.id === "string" ? value : null;
  } catch {
    return null;
  }
}
