import { useSyncExternalStore } from "react";
import { createApi } from "./api.ts";
import { createSession, type TabMessage } from "./session.ts";
import { withTabLock } from "./tab-lock.ts";

export const apiRoot = "/api/v1";
export const dicomwebRoot = "/dicomweb";

const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("isocenter.session");
const hintKey = "isocenter.signed-in";

export const session = createSession({
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
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
  baseUrl: apiRoot,
});

/** For images, the viewer and whatever else reads bytes. */
export const fetchAuthorized = session.fetchAuthorized;

export function useSession() {
  return useSyncExternalStore(session.subscribe, session.snapshot);
}

/** Every operation of the API, for the person who is signed in. */
export const api = createApi(fetchAuthorized);

/** The person who is signed in. Only for pages behind sign-in. */
export function useMe() {
  const { me } = useSession();
  return me;
}
