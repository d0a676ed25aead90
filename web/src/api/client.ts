import type { Me } from "@isocenter/contract";
import { useMemo, useSyncExternalStore } from "react";
import { keep, kept } from "../kit/kept.ts";
import { createApi } from "./api.ts";
import { createGone } from "./gone.ts";
import { createSession, type TabMessage } from "./session.ts";
import { createSlow } from "./slow.ts";
import { withTabLock } from "./tab-lock.ts";

export const apiRoot = "/api/v1";
export const dicomwebRoot = "/dicomweb";

const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("isocenter.session");
const hintKey = "isocenter.signed-in";

export const session = createSession({
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  lock: withTabLock,
  channel: {
    post: (message) => tabs?.postMessage(message),
    listen: (heard) =>
      tabs?.addEventListener("message", (event: MessageEvent<TabMessage>) => heard(event.data)),
  },
  hint: {
    read: () => {
      try {
        return localStorage.getItem(hintKey) === "yes";
      } catch {
        return true;
      }
    },
    write: (signedIn) => {
      try {
        if (signedIn) localStorage.setItem(hintKey, "yes");
        else localStorage.removeItem(hintKey);
      } catch {
        // Storage may be closed to us; then each start asks the cookie.
      }
    },
  },
  facility: chosenFacility,
  baseUrl: apiRoot,
});

const facilityKey = "facility";

/** The facility that this browser's person works at now, if it is one of theirs; null for all of them. */
export function chosenFacility(): string | null {
  const own = session.snapshot().me?.facilities ?? [];
  const chosen = kept(facilityKey);
  return own.length > 1 && own.some(({ id }) => id === chosen) ? chosen : null;
}

/** Works at one facility from now on, or at all; the app is drawn anew, for everything that it shows may be another. */
export function chooseFacility(id: string | null): void {
  if (keep(facilityKey, id)) location.reload();
}

/** What this page knows to be removed. */
export const gone = createGone(session.fetchAuthorized);
session.subscribe(() => {
  if (session.snapshot().status === "signed-out") gone.clear();
});

/** For images, the viewer and whatever else reads bytes. */
export const fetchAuthorized = gone.fetch;

export function useSession() {
  return useSyncExternalStore(session.subscribe, session.snapshot);
}

const slow = createSlow({
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
});

/** Since when the server leaves a request without its answer, once that is long; else null. */
export const useUnanswered = () => useSyncExternalStore(slow.subscribe, slow.snapshot);

/** Every operation of the API, for the person who is signed in. */
export const api = createApi((input, init) => slow.watch(init?.method, fetchAuthorized(input, init)));

/** The person who is signed in, at the facility that they chose or at all of theirs. Only for pages behind sign-in. */
export function useMe(): Me | null {
  const { me } = useSession();
  return useMemo(() => {
    const chosen = chosenFacility();
    if (me === null || chosen === null) return me;
    return { ...me, facilityIds: [chosen], facilities: me.facilities.filter(({ id }) => id === chosen) };
  }, [me]);
}
