import type { Me, TokenAnswer } from "@isocenter/contract";
import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "./problem.ts";
import { createSession, type TabMessage } from "./session.ts";

const me = (username: string): Me => ({
  id: `0198-${username}`,
  username,
  fullName: username,
  email: null,
  roles: ["RADIOLOGIST"],
  facilityIds: [],
  active: true,
  version: 1,
  createdAt: "2026-01-05T10:00:00Z",
  permissions: ["images.read"],
  facilities: [],
  mustChangePassword: false,
  screenLockMinutes: 15,
});

const answer = (accessToken: string, username = "ada"): TokenAnswer => ({
  accessToken,
  refreshToken: null,
  tokenType: "Bearer",
  expiresIn: 600,
  user: me(username),
});

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

interface Seen {
  url: string;
  method: string;
  headers: Headers;
  body: string | null;
}

/** A session on a server that answers by the given table; `calls` has what was asked. */
function setUp(respond: (seen: Seen, nth: number) => Response | Promise<Response>) {
  const calls: Seen[] = [];
  const posted: TabMessage[] = [];
  const hint = { signedIn: true };
  let heard: (message: TabMessage) => void = () => {};
  const clock = { now: 1_000_000 };
  const place: { facility: string | null; late: Promise<void> } = {
    facility: null,
    late: new Promise(() => {}),
  };
  const locks: string[] = [];
  const session = createSession({
    fetch: async (url, init = {}) => {
      const seen = {
        url,
        method: init.method ?? "GET",
        headers: new Headers(init.headers),
        body: typeof init.body === "string" ? init.body : null,
      };
      calls.push(seen);
      const aborted = new Promise<never>((_, reject) =>
        init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
      );
      return Promise.race([respond(seen, calls.filter((call) => call.url === url).length), aborted]);
    },
    now: () => clock.now,
    wait: () => place.late,
    lock: (name, run) => {
      locks.push(name);
      return run();
    },
    channel: {
      post: (message) => void posted.push(message),
      listen: (listener) => {
        heard = listener;
      },
    },
    hint: {
      read: () => hint.signedIn,
      write: (value) => {
        hint.signedIn = value;
      },
    },
    facility: () => place.facility,
    baseUrl: "/api/v1",
  });
  return {
    place,
    session,
    calls,
    posted,
    hint,
    clock,
    locks,
    hear: (message: TabMessage) => heard(message),
  };
}

const pathsOf = (calls: Seen[]) => calls.map((call) => call.url.replace("/api/v1", ""));

describe("a session", () => {
  let tokens = 0;
  beforeEach(() => {
    tokens = 0;
  });
  const grants = (seen: Seen) =>
    seen.url.includes("/users/") ? json(answer(`t${++tokens}`)) : json({ ok: true });

  it("signs in as the web app, and sends the token from then on", async () => {
    const { session, calls, posted } = setUp(grants);
    await session.signIn("ada", "correct horse");
    expect(session.snapshot()).toMatchObject({ status: "signed-in", me: { username: "ada" } });
    expect(calls[0]?.headers.get("x-isocenter-client")).toBe("web");
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({ username: "ada", password: "correct horse" });
    await session.fetchAuthorized("/api/v1/studies");
    expect(calls[1]?.headers.get("authorization")).toBe("Bearer t1");
    expect(posted).toEqual([{ type: "signed-in", username: "ada" }]);
  });

  it("tells the problem document when the sign-in is refused", async () => {
    const { session } = setUp(() =>
      json({ title: "Locked", code: "locked", detail: "Too many", requestId: "r1" }, 423, {
        "retry-after": "90",
      }),
    );
    const error = await session.signIn("ada", "wrong").catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 423, code: "locked", requestId: "r1", retryAfterSeconds: 90 });
  });

  it("restores from the cookie, once for all who ask", async () => {
    const { session, calls, locks } = setUp(grants);
    await Promise.all([session.restore(), session.restore(), session.accessToken()]);
    await session.restore();
    expect(pathsOf(calls)).toEqual(["/users/refresh"]);
    expect(locks).toEqual(["isocenter.refresh"]);
    expect(session.snapshot().status).toBe("signed-in");
  });

  it("asks nothing where nobody signed in before", async () => {
    const { session, calls, hint } = setUp(grants);
    hint.signedIn = false;
    await session.restore();
    expect(calls).toEqual([]);
    expect(session.snapshot().status).toBe("signed-out");
  });

  it("says that the server was not reached, and keeps the person signed in", async () => {
    let down = true;
    const { session, hint } = setUp((seen) => {
      if (down) throw new TypeError("fetch failed");
      return grants(seen);
    });
    await session.restore();
    expect(session.snapshot().status).toBe("unreached");
    expect(hint.signedIn).toBe(true);
    down = false;
    await session.restore();
    expect(session.snapshot().status).toBe("signed-in");
  });

  it("says that the server does not answer, and goes on when it does", async () => {
    const answered = Promise.withResolvers<Response>();
    const late = Promise.withResolvers<void>();
    const { session, place, calls } = setUp(() => answered.promise);
    place.late = late.promise;
    const restored = session.restore();
    expect(session.snapshot().status).toBe("unknown");
    late.resolve();
    await restored;
    expect(session.snapshot().status).toBe("unreached");
    place.late = new Promise(() => {});
    const again = session.restore();
    answered.resolve(grants(calls[0]!));
    await again;
    expect(calls).toHaveLength(1);
    expect(session.snapshot().status).toBe("signed-in");
  });

  it("renews once for many requests that meet 401, and sends each again", async () => {
    const { session, calls } = setUp((seen) => {
      if (seen.url.includes("/users/")) return json(answer(`t${++tokens}`));
      return seen.headers.get("authorization") === "Bearer t1" ? json({}, 401) : json({ ok: true });
    });
    await session.signIn("ada", "x");
    const answers = await Promise.all([1, 2, 3].map((n) => session.fetchAuthorized(`/api/v1/images/${n}`)));
    expect(answers.map((response) => response.status)).toEqual([200, 200, 200]);
    expect(pathsOf(calls).filter((path) => path === "/users/refresh")).toHaveLength(1);
  });

  it("does not renew again for a 401 that comes late, to a request sent with the token before", async () => {
    let answerLate = (_response: Response) => {};
    const { session, calls } = setUp((seen, nth) => {
      if (seen.url.includes("/users/")) return json(answer(`t${++tokens}`));
      if (seen.headers.get("authorization") !== "Bearer t1") return json({ ok: true });
      if (!seen.url.endsWith("/slow") || nth > 1) return json({}, 401);
      return new Promise<Response>((resolve) => {
        answerLate = resolve;
      });
    });
    await session.signIn("ada", "x");
    const slow = session.fetchAuthorized("/slow");
    await session.fetchAuthorized("/quick");
    answerLate(json({}, 401));
    expect((await slow).status).toBe(200);
    expect(pathsOf(calls).filter((path) => path === "/users/refresh")).toHaveLength(1);
  });

  it("tries a request twice at most", async () => {
    const { session, calls } = setUp((seen) =>
      seen.url.includes("/users/") ? json(answer(`t${++tokens}`)) : json({}, 401),
    );
    await session.signIn("ada", "x");
    expect((await session.fetchAuthorized("/api/v1/studies")).status).toBe(401);
    expect(pathsOf(calls).filter((path) => path === "/studies")).toHaveLength(2);
  });

  it("renews before the token ends, and not earlier", async () => {
    const { session, calls, clock } = setUp(grants);
    await session.signIn("ada", "x");
    clock.now += 570_000;
    await session.accessToken();
    expect(pathsOf(calls)).toEqual(["/users/login"]);
    clock.now += 15_000;
    expect(await session.accessToken()).toBe("t2");
  });

  it("uses a token that is still good when the renewal does not get through", async () => {
    const { session, clock } = setUp((seen) => {
      if (seen.url.endsWith("/refresh")) throw new TypeError("fetch failed");
      return grants(seen);
    });
    await session.signIn("ada", "x");
    clock.now += 590_000;
    expect(await session.accessToken()).toBe("t1");
    clock.now += 20_000;
    await expect(session.accessToken()).rejects.toMatchObject({ status: 0 });
    expect(session.snapshot().status).toBe("signed-in");
  });

  it("is over when the cookie is refused", async () => {
    const { session, clock, hint } = setUp((seen) =>
      seen.url.endsWith("/refresh") ? json({ code: "reused" }, 401) : grants(seen),
    );
    await session.signIn("ada", "x");
    clock.now += 700_000;
    await expect(session.fetchAuthorized("/api/v1/studies")).rejects.toMatchObject({ status: 401 });
    expect(session.snapshot()).toEqual({ status: "signed-out", me: null, how: "ended" });
    expect(hint.signedIn).toBe(false);
  });

  it("signs out here even when the server is away, and tells the other tabs", async () => {
    const { session, posted } = setUp((seen) => {
      if (seen.url.endsWith("/logout")) throw new TypeError("fetch failed");
      return grants(seen);
    });
    await session.signIn("ada", "x");
    await session.signOut();
    expect(session.snapshot()).toMatchObject({ status: "signed-out", how: "left" });
    expect(posted.at(-1)).toEqual({ type: "signed-out" });
  });

  it("follows the other tabs: out when they sign out, another person when they change", async () => {
    const { session, hear } = setUp((seen) =>
      seen.url.endsWith("/refresh") ? json(answer("other", "grace")) : grants(seen),
    );
    await session.signIn("ada", "x");
    hear({ type: "signed-in", username: "grace" });
    await expect.poll(() => session.snapshot().me?.username).toBe("grace");
    hear({ type: "signed-out" });
    expect(session.snapshot().status).toBe("signed-out");
  });

  it("locks: the server ends the session, what is asked for waits, and goes on for the same person", async () => {
    const { session, calls, posted, hint } = setUp(grants);
    await session.signIn("ada", "x");
    await session.lock();
    expect(session.snapshot()).toMatchObject({ status: "locked", me: { username: "ada" } });
    expect([pathsOf(calls).at(-1), calls.at(-1)?.headers.get("authorization")]).toEqual([
      "/users/logout",
      "Bearer t1",
    ]);
    expect([posted.at(-1), hint.signedIn]).toEqual([{ type: "locked" }, false]);
    const waiting = session.fetchAuthorized("/api/v1/studies");
    await session.restore();
    expect(pathsOf(calls).at(-1)).toBe("/users/logout");
    await session.signIn("ada", "x");
    await waiting;
    expect(calls.at(-1)?.headers.get("authorization")).toBe("Bearer t3");
  });

  it("locks and opens with the other tabs, and what waits is refused when the person leaves", async () => {
    let ended = false;
    const { session, hear } = setUp((seen) =>
      ended && seen.url.endsWith("/refresh") ? json({ code: "ended" }, 401) : grants(seen),
    );
    await session.signIn("ada", "x");
    hear({ type: "locked" });
    expect(session.snapshot().status).toBe("locked");
    hear({ type: "signed-in", username: "ada" });
    await expect.poll(() => session.snapshot().status).toBe("signed-in");
    hear({ type: "locked" });
    const waiting = session.accessToken();
    ended = true;
    hear({ type: "signed-out" });
    await expect(waiting).rejects.toMatchObject({ status: 401 });
  });

  /** A server that answers what is read only when the session is over, as one under load does. */
  const never = (seen: Seen) =>
    seen.url.includes("/users/") ? grants(seen) : new Promise<Response>(() => {});

  it("stops what reads as it signs out, for the server would refuse it, and asks nothing more", async () => {
    const { session, calls } = setUp(never);
    await session.signIn("ada", "x");
    const reading = session.fetchAuthorized("/api/v1/studies");
    await expect.poll(() => calls.length).toBe(2);
    const leaving = session.signOut();
    const late = session.fetchAuthorized("/api/v1/orders");
    const [read, asked] = await Promise.allSettled([reading, late, leaving]);
    expect([read, asked]).toMatchObject([{ reason: { status: 401 } }, { reason: { status: 401 } }]);
    expect(pathsOf(calls)).toEqual(["/users/login", "/studies", "/users/logout"]);
  });

  it("asks again when the screen opens what it had not answered when it locked; what is written goes on", async () => {
    let busy = true;
    const { session, calls } = setUp((seen) => (busy && seen.method === "GET" ? never(seen) : grants(seen)));
    await session.signIn("ada", "x");
    const reading = session.fetchAuthorized("/api/v1/studies");
    const writing = session.fetchAuthorized("/api/v1/orders", { method: "POST" });
    await expect.poll(() => calls.length).toBe(3);
    await session.lock();
    expect((await writing).status).toBe(200);
    busy = false;
    await session.signIn("ada", "x");
    expect((await reading).status).toBe(200);
    expect(pathsOf(calls).filter((path) => path === "/studies")).toHaveLength(2);
  });

  it("names the facility that the person works at", async () => {
    const { session, calls, place } = setUp(grants);
    await session.signIn("ada", "x");
    await session.fetchAuthorized("/api/v1/studies");
    place.facility = "f1";
    await session.fetchAuthorized("/api/v1/studies");
    expect(calls.slice(1).map(({ headers }) => headers.get("x-isocenter-facility"))).toEqual([null, "f1"]);
  });

  it("hands on the abort of whoever asked", async () => {
    const { session } = setUp((seen) => {
      if (seen.url.includes("/users/")) return json(answer("t1"));
      throw new DOMException("aborted", "AbortError");
    });
    await session.signIn("ada", "x");
    const abort = new AbortController();
    abort.abort();
    const error = await session.fetchAuthorized("/x", { signal: abort.signal }).catch((e: unknown) => e);
    expect((error as Error).name).toBe("AbortError");
  });
});
