import { useSyncExternalStore } from "react";
import { errorOf } from "./problem.ts";
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

/** The person who is signed in. Only for pages behind sign-in. */
export function useMe() {
  const { me } = useSession();
  return me;
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A path of the API with its query; members that are null, undefined or empty are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `${apiRoot}${path}${text ? `?${text}` : ""}`;
}

/** One call of the API. Rejects with an ApiError unless the answer is a success. */
export async function call<T>(
  path: string,
  { method = "GET", query, body, idempotencyKey, signal }: CallOptions = {},
): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
  const response = await fetchAuthorized(apiUrl(path, query), {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw await errorOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export interface CallOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Query;
  body?: unknown;
  /** The same key with the same body gives the first answer again. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}
