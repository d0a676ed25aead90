import type { Me, TokenAnswer } from "@isocenter/contract";
import { t } from "../words/words.ts";
import { ApiError, errorOf, notReached } from "./problem.ts";

export interface SessionState {
  /**
   * `unknown` until the cookie has been asked; `unreached` when the server did not answer that question; `locked` while the screen waits
   * for the person's password: the server has ended the session, the page stays as it is, and what it asks for waits.
   */
  status: "unknown" | "signed-in" | "signed-out" | "unreached" | "locked";
  me: Me | null;
  /** Of who is signed out: whether the person left, or the session ended elsewhere or ran out. */
  how?: "left" | "ended";
}

export interface SessionDependencies {
  fetch: (input: string, init?: RequestInit) => Promise<Response>;
  now: () => number;
  wait: (ms: number) => Promise<void>;
  /** One refresh at a time among all tabs. */
  lock: <T>(name: string, run: () => Promise<T>) => Promise<T>;
  /** Tells the other tabs, and hears from them. */
  channel: { post(message: TabMessage): void; listen(heard: (message: TabMessage) => void): void };
  /** Whether somebody signed in here before: saves a stranger's first page a refused request. */
  hint: { read(): boolean; write(signedIn: boolean): void };
  /** The facility that the person works at now; null for all of theirs. */
  facility: () => string | null;
  baseUrl: string;
}

export type TabMessage = { type: "signed-out" | "locked" } | { type: "signed-in"; username: string };

/** A token is renewed this long before it ends, so that a request in flight does not outlive it. */
const marginMs = 20_000;
/** Who one is, is asked so long before the page says that the server does not answer; the question stays. */
const patienceMs = 8_000;
/** Narrows what the person sees to one of their facilities. */
export const facilityHeader = "x-isocenter-facility";
const signedOut = () =>
  new ApiError({ status: 401, code: "signed-out", title: t("You are signed out"), detail: "" });
const webClient = { "x-isocenter-client": "web" };

export type Session = ReturnType<typeof createSession>;

/**
 * The session of the person at this screen. The access token lives in this closure alone; the refresh token is in an HttpOnly
 * cookie that no script sees.
 */
export function createSession({
  fetch,
  now,
  wait,
  lock,
  channel,
  hint,
  facility,
  baseUrl,
}: SessionDependencies) {
  let state: SessionState = { status: "unknown", me: null };
  let token: string | null = null;
  let expiresAt = 0;
  let refreshing: Promise<void> | null = null;
  let restoring: Promise<void> | null = null;
  /** Of what is asked while the session lasts: stopped when it ends here, for the server would refuse what it has not answered yet. */
  let asking = new AbortController();
  let leaving: Promise<void> | null = null;
  const listeners = new Set<() => void>();

  function change(next: SessionState) {
    state = next;
    for (const listener of listeners) listener();
  }

  function take(answer: TokenAnswer) {
    token = answer.accessToken;
    expiresAt = now() + answer.expiresIn * 1000;
    hint.write(true);
    change({ status: "signed-in", me: answer.user });
  }

  function forget(how: "left" | "ended") {
    token = null;
    expiresAt = 0;
    hint.write(false);
    if (state.status !== "signed-out") change({ status: "signed-out", me: null, how });
  }

  /** Ends when the screen is locked no more, whether its person came back or left. */
  async function unlocked(): Promise<void> {
    while (state.status === "locked") {
      await new Promise<void>((resolve) => {
        const heard = () => {
          listeners.delete(heard);
          resolve();
        };
        listeners.add(heard);
      });
    }
  }

  function stopAsking() {
    token = null;
    expiresAt = 0;
    asking.abort();
    asking = new AbortController();
  }

  function cover() {
    stopAsking();
    // A page that is loaded anew asks who one is.
    hint.write(false);
    change({ status: "locked", me: state.me });
  }

  channel.listen((message) => {
    if (message.type === "locked" && state.status === "signed-in") cover();
    if (message.type === "signed-out" && state.status === "locked") forget("left");
    if (message.type === "signed-in" && state.status === "locked") void renewOnce().catch(() => {});
    if (message.type === "signed-out" && state.status === "signed-in") forget("left");
    // The cookie now belongs to somebody else: this tab must not go on showing the first person's patients.
    if (message.type === "signed-in" && state.me && state.me.username !== message.username) {
      token = null;
      void refresh().catch(() => {});
    }
  });

  async function post(path: string, body?: unknown): Promise<Response> {
    const headers: Record<string, string> = { ...webClient, accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    return fetch(baseUrl + path, {
      method: "POST",
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw notReached();
    });
  }

  async function renew() {
    const response = await lock("isocenter.refresh", () => post("/users/refresh"));
    if (response.ok) return take((await response.json()) as TokenAnswer);
    const error = await errorOf(response);
    if (error.status === 401 || error.status === 403 || error.status === 400) forget("ended");
    throw error;
  }

  function renewOnce(): Promise<void> {
    refreshing ??= renew().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  /** Renews the access token by the cookie; callers at the same moment share one request. On a locked screen it waits. */
  async function refresh(): Promise<void> {
    if (state.status !== "locked") return await renewOnce();
    await unlocked();
    if (!token) throw signedOut();
  }

  /** Asks the cookie who one is. What is answered late counts as well. */
  async function ask(): Promise<void> {
    const answered = refresh().catch((error: unknown) => {
      if (state.status !== "signed-out") change({ status: "unreached", me: null });
      if (!(error instanceof ApiError)) throw error;
    });
    await Promise.race([answered, wait(patienceMs)]);
    if (state.status === "unknown") change({ status: "unreached", me: null });
  }

  /** Asks the cookie once, when the app starts. Afterwards the state says who is signed in. */
  function restore(): Promise<void> {
    if (state.status !== "unknown" && state.status !== "unreached") return Promise.resolve();
    if (!hint.read()) {
      change({ status: "signed-out", me: null });
      return Promise.resolve();
    }
    restoring ??= ask().finally(() => {
      restoring = null;
    });
    return restoring;
  }

  async function signIn(username: string, password: string): Promise<void> {
    const response = await post("/users/login", { username, password });
    if (!response.ok) throw await errorOf(response);
    take((await response.json()) as TokenAnswer);
    channel.post({ type: "signed-in", username: state.me?.username ?? username });
  }

  async function logOut(bearer: string | null): Promise<void> {
    const headers: Record<string, string> = { ...webClient };
    if (bearer) headers.authorization = `Bearer ${bearer}`;
    await fetch(`${baseUrl}/users/logout`, { method: "POST", headers, credentials: "same-origin" }).catch(
      () => {},
    );
  }

  /** Ends the session here and on the server; when the server is not reached, the person is signed out here all the same. */
  async function signOut(): Promise<void> {
    leaving ??= logOut(token).then(() => {
      channel.post({ type: "signed-out" });
      forget("left");
      leaving = null;
    });
    stopAsking();
    await leaving;
  }

  /** Covers the page in every tab until `signIn` of the same person, and ends the session on the server. */
  async function lockScreen(): Promise<void> {
    if (state.status !== "signed-in") return;
    const bearer = token;
    cover();
    channel.post({ type: "locked" });
    await logOut(bearer);
  }

  /** A token that is good for the next seconds. Throws an ApiError with status 401 when nobody is signed in. */
  async function accessToken(): Promise<string> {
    await unlocked();
    await leaving;
    if (state.status === "signed-out") throw signedOut();
    if (!token || expiresAt - marginMs < now()) {
      try {
        await refresh();
      } catch (error) {
        // The old token may still be good when only the renewal failed to arrive.
        if (!(token && expiresAt > now() && error instanceof ApiError && error.status !== 401)) throw error;
      }
    }
    if (!token) throw signedOut();
    return token;
  }

  /** What stops a request before its answer begins: whoever asks, and of what only reads, the end of the session. */
  function reading({ method = "GET", signal = null }: RequestInit): {
    signal: AbortSignal | null;
    end: () => void;
  } {
    if (method !== "GET" && method !== "HEAD") return { signal, end: () => {} };
    const session = asking.signal;
    const both = new AbortController();
    const stop = () => both.abort(signal?.reason);
    signal?.addEventListener("abort", stop);
    session.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    // Its body may be read to the end.
    return { signal: both.signal, end: () => session.removeEventListener("abort", stop) };
  }

  /**
   * `fetch` with the token of the person signed in. On 401 the token is renewed and the request is sent once more; a body must
   * therefore be one that can be sent twice (no stream). Rejects with an ApiError when the server is not reached.
   */
  async function fetchAuthorized(input: string, init: RequestInit = {}): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const bearer = await accessToken();
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${bearer}`);
      const at = facility();
      if (at) headers.set(facilityHeader, at);
      const asked = reading(init);
      const response = await fetch(input, { ...init, headers, signal: asked.signal })
        .catch((error: unknown) => {
          if (init.signal?.aborted) throw error;
          if (asked.signal?.aborted) return null;
          throw notReached();
        })
        .finally(asked.end);
      if (response === null) {
        attempt--;
        continue;
      }
      if (response.status !== 401 || attempt > 0) return response;
      if (token === bearer) await refresh();
    }
  }

  return {
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => state,
    restore,
    refresh,
    signIn,
    signOut,
    lock: lockScreen,
    accessToken,
    fetchAuthorized,
  };
}
