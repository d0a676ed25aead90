import { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { apiRoot, fetchAuthorized, gone, session } from "./client.ts";
import { readWhenBack } from "./comeback.ts";
import { createLiveFeed } from "./live-feed.ts";
import { ApiError } from "./problem.ts";

declare module "@tanstack/react-query" {
  interface Register {
    /** `live`: the nouns of facts (the part of a fact's type before the dot) upon which the query is read again. */
    queryMeta: { live?: readonly string[] };
  }
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      // What the server refused it will refuse again; what it did not answer is worth another try.
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
    },
  },
});

readWhenBack(queryClient, {
  // The program answers without its store of images, whose lists and reports do not need it.
  isReady: async () => {
    const answer = await fetch("/health", { cache: "no-store" }).catch(() => null);
    const health: { dependencies?: { database?: { status?: string } } } | null | undefined = await answer
      ?.json()
      .catch(() => null);
    return health?.dependencies?.database?.status === "ok";
  },
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

/** Studies that came or changed in the last seconds, by id, with the time they did. */
const recent = new Map<string, number>();
const recentMs = 8_000;
const recentListeners = new Set<() => void>();
let recentVersion = 0;

export function isRecent(studyId: string): boolean {
  const at = recent.get(studyId);
  return at !== undefined && Date.now() - at < recentMs;
}

/** Renders again whenever something came or changed. */
export function useRecent(): number {
  return useSyncExternalStore(
    (listener) => {
      recentListeners.add(listener);
      return () => void recentListeners.delete(listener);
    },
    () => recentVersion,
  );
}

const throttleMs = 800;
let timer: ReturnType<typeof setTimeout> | null = null;
/** The nouns of what happened since the lists were read again; null for anything may have. */
let waiting: Set<string> | null = new Set();

function readAgain() {
  const nouns = waiting;
  waiting = new Set();
  void queryClient.invalidateQueries({
    predicate: ({ meta }) =>
      meta?.live !== undefined && (nouns === null || meta.live.some((noun) => nouns.has(noun))),
  });
  timer = setTimeout(() => {
    timer = null;
    if (waiting === null || waiting.size > 0) readAgain();
  }, throttleMs);
}

/**
 * Reads again what lives by one of these nouns, or everything that lives. Many events in one moment, a scanner sending a study for
 * instance, become one reading.
 */
export function refreshLists(...nouns: string[]) {
  if (nouns.length === 0) waiting = null;
  else for (const noun of nouns) waiting?.add(noun);
  if (!timer) readAgain();
}

function noteRecent(studyId: string) {
  const now = Date.now();
  for (const [id, at] of recent) if (now - at > recentMs) recent.delete(id);
  if (recent.size < 500) recent.set(studyId, now);
  recentVersion++;
  for (const listener of recentListeners) listener();
}

const sleepers = new Set<() => void>();

const feed = createLiveFeed({
  open: (lastEventId, signal) =>
    fetchAuthorized(`${apiRoot}/events`, {
      signal,
      cache: "no-store",
      headers: { accept: "text/event-stream", ...(lastEventId ? { "last-event-id": lastEventId } : {}) },
    }),
  onEvent: (event) => {
    gone.hear(event.type, event.subject.id);
    // With other roles or facilities there are other pages and other lists.
    if (event.type === "user.changed" && event.subject.id === session.snapshot().me?.id)
      void session.refresh().then(
        () => refreshLists(),
        () => {},
      );
    if (event.subject.type === "study") {
      noteRecent(event.subject.id);
      // What lay in a study that is gone is not asked for any more, also where it is still looked at for a moment.
      if (event.type !== "study.deleted")
        void queryClient.invalidateQueries({ queryKey: ["series", event.subject.id] });
    }
    refreshLists(event.type.slice(0, Math.max(0, event.type.indexOf("."))));
  },
  onGap: () => {
    gone.clear();
    refreshLists();
  },
  now: () => Date.now(),
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timeout);
        sleepers.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timeout = setTimeout(end, ms);
      sleepers.add(end);
      signal.addEventListener("abort", end);
    }),
});

/** Tries to connect at once, for instance when the network is back. */
export function wakeFeed() {
  for (const end of [...sleepers]) end();
}

export const useLive = () => useSyncExternalStore(feed.subscribe, feed.snapshot);

/** Follows the feed while somebody is signed in, and forgets what that person saw when they leave. */
export function followSession() {
  let following: string | null = null;
  const check = () => {
    const { me } = session.snapshot();
    // Until a given password is changed the server opens nothing else.
    const id = me && !me.mustChangePassword ? me.id : null;
    if (id === following) return;
    if (following) {
      feed.stop();
      queryClient.clear();
      recent.clear();
    }
    following = id;
    if (id) feed.start();
  };
  session.subscribe(check);
  check();
  globalThis.addEventListener?.("online", wakeFeed);
  globalThis.addEventListener?.("offline", feed.lost);
}
