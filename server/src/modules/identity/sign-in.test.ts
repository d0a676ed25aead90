import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPassword, testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { SignJWT } from "jose";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { sessionRoutes } from "./index.ts";
import { secretHash } from "./tokens.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity }) => [
  sessionRoutes(identity),
  (app) => {
    app.get("/who", { config: { signedIn: true } }, async (request) => ({ id: request.viewer.id }));
    app.get("/studies", { config: { permission: "images.read" } }, async () => ({}));
    app.get("/where", { config: { signedIn: true } }, async ({ viewer, authenticated }) => ({
      facilityIds: viewer.facilityIds,
      home: viewer.homeFacilityId,
      session: authenticated.viewer.facilityIds,
    }));
    app.get("/demo", { config: { permission: "demo.manage" } }, async () => ({}));
  },
]);
let facilityId: string;
let user: { id: string; username: string };
const web = { "x-isocenter-client": "web" };

beforeAll(async () => {
  facilityId = await server.addFacility();
});
beforeEach(async () => {
  // Past every throttle and lock of the test before.
  platform.clock.advance(3600_000);
  user = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [facilityId] });
});

const post = (url: string, payload?: object, headers: Record<string, string> = {}) =>
  server.app.inject({ method: "POST", url: `/api/v1${url}`, headers, ...(payload ? { payload } : {}) });
const login = (password = testPassword, headers: Record<string, string> = {}, username = user.username) =>
  post("/users/login", { username, password }, headers);
const who = (accessToken: string) =>
  server.app.inject({ url: "/api/v1/who", headers: { authorization: `Bearer ${accessToken}` } });
const facts = async (type: string) =>
  await database.db`select type, outcome, actor_id, actor_name, data, facility_id from fact where type = ${type} order by id desc`;

test("signing in answers tokens and who one is; the access token opens what the role may do", async () => {
  const answer = await login();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["cache-control"]).toBe("no-store");
  const body = answer.json();
  expect(body).toMatchObject({
    tokenType: "Bearer",
    expiresIn: 900,
    user: {
      id: user.id,
      username: user.username,
      roles: ["RADIOLOGIST"],
      facilityIds: [facilityId],
      facilities: [{ id: facilityId, name: "Facility", timeZone: "Europe/Berlin" }],
      mustChangePassword: false,
    },
  });
  expect(body.user.permissions).toContain("images.read");
  expect(body.user.permissions).not.toContain("users.manage");
  const headers = { authorization: `Bearer ${body.accessToken}` };
  expect((await server.app.inject({ url: "/api/v1/studies", headers })).statusCode).toBe(200);
  expect((await facts("user.signed-in"))[0]).toMatchObject({ outcome: "success", actor_id: user.id });
});

test("a name is one whatever its case", async () => {
  expect((await login(testPassword, {}, ` ${user.username.toUpperCase()} `)).statusCode).toBe(200);
});

test("without a token, with a bad one and with one elsewhere the answer is 401 and says how to sign in", async () => {
  const codes = async (headers: Record<string, string>, url = "/api/v1/who") => {
    const answer = await server.app.inject({ url, headers });
    return [answer.statusCode, answer.headers["www-authenticate"], answer.json().code];
  };
  const challenge = 'Bearer realm="isocenter"';
  expect(await codes({})).toEqual([401, challenge, "auth.missing"]);
  expect(await codes({ authorization: "Basic YTpi" })).toEqual([401, challenge, "auth.invalid-token"]);
  expect(await codes({ authorization: "Bearer a.b.c" })).toEqual([401, challenge, "auth.invalid-token"]);
  expect(await codes({ authorization: "Bearer iso_unknown" })).toEqual([401, challenge, "auth.invalid-key"]);
  const { accessToken } = (await login()).json();
  expect(await codes({}, `/api/v1/who?access_token=${accessToken}`)).toEqual([
    401,
    challenge,
    "auth.missing",
  ]);
  expect(await codes({ cookie: `access_token=${accessToken}` })).toEqual([401, challenge, "auth.missing"]);
});

test("a token that another secret or no algorithm signed is refused", async () => {
  const { accessToken } = (await login()).json();
  const [header, payload] = accessToken.split(".");
  const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const other = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("another secret of 32 characters!"));
  expect(header).toBeTruthy();
  for (const token of [none, other, `${accessToken.slice(0, -2)}xx`])
    expect((await who(token)).statusCode).toBe(401);
  expect((await who(accessToken)).statusCode).toBe(200);
});

test("an access token ends after 15 minutes", async () => {
  const { accessToken } = (await login()).json();
  platform.clock.advance(899_000);
  expect((await who(accessToken)).statusCode).toBe(200);
  platform.clock.advance(2_000);
  const late = await who(accessToken);
  expect([late.statusCode, late.json().code]).toEqual([401, "auth.expired-token"]);
});

test("a permission that the role lacks is 403 and recorded", async () => {
  const headers = await server.signIn(user.username);
  const refused = await server.app.inject({ url: "/api/v1/demo", headers });
  expect([refused.statusCode, refused.json().code]).toEqual([403, "forbidden"]);
  await server.journal.drain();
  const rows =
    await database.db`select action, outcome, subject_id, data from access where actor_id = ${user.id}`;
  expect(rows).toMatchObject([
    {
      action: "request.refused",
      outcome: "refused",
      subject_id: "GET /api/v1/demo",
      data: { permission: "demo.manage" },
    },
  ]);
});

test("wrong password, unknown name and deactivated user answer alike, and are recorded", async () => {
  const inactive = await server.addUser({ roles: ["BILLING"], facilityIds: [facilityId], active: false });
  const answers = [
    await login("not the password"),
    await login("not the password", {}, "nobody-has-this-name"),
    await login(testPassword, {}, inactive.username),
  ];
  for (const answer of answers) {
    expect(answer.statusCode).toBe(401);
    const { requestId: _, ...problem } = answer.json();
    expect(problem).toMatchObject({ code: "auth.wrong-credentials" });
  }
  const recorded = await facts("user.sign-in-failed");
  expect(recorded.slice(0, 3).map((row) => [row.data.reason, row.actor_name, row.facility_id])).toEqual([
    ["inactive-user", `Full ${inactive.username}`, facilityId],
    ["unknown-user", "Unknown name", null],
    ["wrong-password", `Full ${user.username}`, facilityId],
  ]);
  expect(recorded.every((row) => row.outcome === "refused")).toBe(true);
});

test.each([
  ["a user", () => user.username],
  ["nobody", () => `nobody-${user.username}`],
])(
  "five failures lock the name of %s for 15 minutes, also against the right password",
  async (_who, name) => {
    for (let i = 0; i < 4; i++) expect((await login("wrong password", {}, name())).statusCode).toBe(401);
    const fifth = await login("wrong password", {}, name());
    expect([fifth.statusCode, fifth.headers["retry-after"]]).toEqual([423, "900"]);
    platform.clock.advance(10 * 60_000);
    const locked = await login(testPassword, {}, name());
    expect([locked.statusCode, locked.json().code, locked.headers["retry-after"]]).toEqual([
      423,
      "auth.locked",
      "300",
    ]);
    platform.clock.advance(301_000);
    expect((await login(testPassword, {}, name())).statusCode).toBe(name() === user.username ? 200 : 401);
  },
);

test("a success forgets the failures before it", async () => {
  for (let i = 0; i < 4; i++) await login("wrong password");
  expect((await login()).statusCode).toBe(200);
  for (let i = 0; i < 4; i++) expect((await login("wrong password")).statusCode).toBe(401);
});

test("one address is throttled, whatever the names", async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 61; i++)
    statuses.push((await login("wrong password", {}, `n${i}-${user.username}`)).statusCode);
  expect(statuses.slice(0, 60).every((status) => status === 401)).toBe(true);
  const throttled = await login();
  expect([statuses[60], throttled.statusCode, throttled.headers["retry-after"]]).toEqual([429, 429, "60"]);
  platform.clock.advance(61_000);
  expect((await login()).statusCode).toBe(200);
});

test("refresh tokens rotate", async () => {
  const first = (await login()).json();
  platform.clock.advance(3600_000);
  const second = await post("/users/refresh", { refreshToken: first.refreshToken });
  expect(second.statusCode).toBe(200);
  expect(second.json().refreshToken).not.toBe(first.refreshToken);
  expect((await who(second.json().accessToken)).statusCode).toBe(200);
  expect(second.json().user.id).toBe(user.id);
  expect(second.json().accessToken).not.toContain(second.json().refreshToken);
});

test("a used refresh token ends its whole family, and that is recorded", async () => {
  const first = (await login()).json();
  const second = (await post("/users/refresh", { refreshToken: first.refreshToken })).json();
  const reused = await post("/users/refresh", { refreshToken: first.refreshToken });
  expect([reused.statusCode, reused.json().code]).toEqual([401, "auth.invalid-refresh-token"]);
  expect((await post("/users/refresh", { refreshToken: second.refreshToken })).statusCode).toBe(401);
  const ended = await who(second.accessToken);
  expect([ended.statusCode, ended.json().code]).toEqual([401, "auth.session-ended"]);
  expect((await facts("session.token-reused"))[0]).toMatchObject({ outcome: "refused", actor_id: user.id });
});

test("refreshes of several tabs get one follower; another after that was used, or much later, ends the family", async () => {
  const cookieOf = (answer: { headers: Record<string, unknown> }) =>
    String(answer.headers["set-cookie"]).split(";")[0]!;
  const refresh = (cookie: string) => post("/users/refresh", undefined, { ...web, cookie });
  const first = cookieOf(await login(testPassword, web));
  const refreshToken = first.slice(first.indexOf("=") + 1);
  // All are let go when each of them waits for a lock, so that they truly meet.
  const gate = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holder = transact(database.db, async (tx) => {
    await tx`select from refresh_token where hash = ${secretHash(refreshToken)} for update`;
    held.resolve();
    await gate.promise;
  });
  await held.promise;
  const asked = Promise.all(Array.from({ length: 4 }, () => refresh(first)));
  const waiting = async () =>
    (
      await database.db`select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    )[0]?.n;
  await expect.poll(waiting).toBe(4);
  gate.resolve();
  await holder;
  const all = await asked;
  expect(all.map((answer) => answer.statusCode)).toEqual(Array(4).fill(200));
  expect(new Set(all.map(cookieOf)).size).toBe(1);
  const { accessToken } = all[0]!.json();
  expect((await refresh(cookieOf(all[0]!))).statusCode).toBe(200);
  expect((await refresh(first)).statusCode).toBe(401);
  expect((await who(accessToken)).statusCode).toBe(401);
  const later = cookieOf(await login(testPassword, web));
  expect((await refresh(later)).statusCode).toBe(200);
  platform.clock.advance(31_000);
  expect((await refresh(later)).statusCode).toBe(401);
});

test("a session ends when it is not used for twelve hours, and after a week", async () => {
  const idle = (await login()).json();
  platform.clock.advance(12 * 3600_000 + 1000);
  expect((await post("/users/refresh", { refreshToken: idle.refreshToken })).statusCode).toBe(401);
  let { refreshToken } = (await login()).json();
  for (let hours = 11; hours < 7 * 24; hours += 11) {
    platform.clock.advance(11 * 3600_000);
    const next = await post("/users/refresh", { refreshToken });
    expect(next.statusCode).toBe(200);
    refreshToken = next.json().refreshToken;
  }
  platform.clock.advance(11 * 3600_000);
  expect((await post("/users/refresh", { refreshToken })).statusCode).toBe(401);
});

test("signing out ends the session at once, by access token or by refresh token", async () => {
  const one = (await login()).json();
  expect(
    (await post("/users/logout", undefined, { authorization: `Bearer ${one.accessToken}` })).statusCode,
  ).toBe(204);
  expect((await who(one.accessToken)).json().code).toBe("auth.session-ended");
  expect((await post("/users/refresh", { refreshToken: one.refreshToken })).statusCode).toBe(401);
  const two = (await login()).json();
  platform.clock.advance(3600_000);
  expect((await post("/users/logout", { refreshToken: two.refreshToken })).statusCode).toBe(204);
  expect((await post("/users/refresh", { refreshToken: two.refreshToken })).statusCode).toBe(401);
  expect((await post("/users/logout")).statusCode).toBe(401);
});

test("the web app's refresh token is in a cookie that no script reads and no other site sends", async () => {
  const answer = await login(testPassword, web);
  expect(answer.json().refreshToken).toBeNull();
  const cookie = String(answer.headers["set-cookie"]);
  expect(cookie).toMatch(
    /^isocenter_refresh=[\w-]{43}; Path=\/api; Max-Age=604800; HttpOnly; SameSite=Strict$/,
  );
  const sent = cookie.split(";")[0]!;
  const token = sent.split("=")[1]!;
  // Without the header that only our own page can send, the cookie does nothing; nor does the token elsewhere.
  expect((await post("/users/refresh", undefined, { cookie: sent })).statusCode).toBe(401);
  expect((await post("/users/refresh", { refreshToken: token })).statusCode).toBe(401);
  expect((await post("/users/refresh", { refreshToken: token }, web)).statusCode).toBe(401);
  const refreshed = await post("/users/refresh", undefined, { ...web, cookie: `a=b; ${sent}` });
  expect([refreshed.statusCode, refreshed.json().refreshToken]).toEqual([200, null]);
  const next = String(refreshed.headers["set-cookie"]).split(";")[0]!;
  expect(next).not.toBe(sent);
  const out = await post("/users/logout", undefined, { ...web, cookie: next });
  expect(String(out.headers["set-cookie"])).toContain("isocenter_refresh=; Path=/api; Max-Age=0");
  const after = await post("/users/refresh", undefined, { ...web, cookie: next });
  expect([after.statusCode, String(after.headers["set-cookie"]).includes("Max-Age=0")]).toEqual([401, true]);
  expect((await post("/users/refresh", undefined, { "x-isocenter-client": "mobile" })).statusCode).toBe(400);
});

test("changing the password asks for the present one, checks the new one, and ends the other sessions", async () => {
  const here = (await login()).json();
  const elsewhere = (await login()).json();
  const headers = { authorization: `Bearer ${here.accessToken}` };
  const change = (currentPassword: string, newPassword: string) =>
    post("/users/me/password", { currentPassword, newPassword }, headers);
  const wrong = await change("not my password", "a fresh passphrase of mine");
  expect([wrong.statusCode, wrong.json().code]).toEqual([422, "password.wrong"]);
  for (const weak of [
    "short",
    "password1234",
    "aaaaaaaaaaaa",
    "123456789012",
    `${user.username}-is-my-name`,
    "Welcome2026!!",
  ]) {
    const answer = await change(testPassword, weak);
    expect([weak, answer.statusCode, answer.json().code]).toEqual([weak, 400, "password.too-weak"]);
  }
  expect((await change(testPassword, testPassword)).json().code).toBe("password.unchanged");
  expect((await change(testPassword, "a fresh passphrase of mine")).statusCode).toBe(200);
  expect((await who(here.accessToken)).statusCode).toBe(200);
  expect((await who(elsewhere.accessToken)).statusCode).toBe(401);
  expect((await login()).statusCode).toBe(401);
  expect((await login("a fresh passphrase of mine")).statusCode).toBe(200);
});

test("one sees one's own sessions, ends one of them or all others, and nobody else's", async () => {
  const here = (await login()).json();
  const there = (await login()).json();
  const third = (await login()).json();
  const other = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [facilityId] });
  const others = (await login(testPassword, {}, other.username)).json();
  const ask = (method: "GET" | "DELETE", url: string, token = here.accessToken) =>
    server.app.inject({ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${token}` } });
  const sessions = async (token = here.accessToken): Promise<{ id: string; current: boolean }[]> =>
    (await ask("GET", "/users/me/sessions", token)).json().data;
  const mine = await sessions();
  expect(mine.map(({ current }) => current).sort()).toEqual([false, false, true]);
  const theirs = (await sessions(others.accessToken))[0]!;
  expect((await ask("DELETE", `/users/me/sessions/${theirs.id}`)).json().code).toBe("session.not-found");
  expect((await who(others.accessToken)).statusCode).toBe(200);

  const thirds = (await sessions(third.accessToken)).find(({ current }) => current)!;
  expect((await ask("DELETE", `/users/me/sessions/${thirds.id}`)).statusCode).toBe(204);
  expect((await ask("DELETE", `/users/me/sessions/${thirds.id}`)).statusCode).toBe(404);
  expect((await who(third.accessToken)).statusCode).toBe(401);
  expect((await ask("DELETE", "/users/me/sessions")).json()).toEqual({ ended: 1 });
  expect((await who(there.accessToken)).statusCode).toBe(401);
  expect((await who(here.accessToken)).statusCode).toBe(200);
  expect((await facts("user.sessions-ended"))[0]).toMatchObject({ actor_id: user.id, data: { sessions: 1 } });
});

test("one's own sessions come in the order that is asked for, and page by page in it", async () => {
  const tokens: string[] = [];
  for (let count = 0; count < 3; count++) {
    tokens.push((await login()).json().accessToken);
    platform.clock.advance(60_000);
  }
  // Used last though it was made first.
  const authorization = `Bearer ${tokens[0]}`;
  const ask = (query: string) =>
    server.app.inject({ url: `/api/v1/users/me/sessions${query}`, headers: { authorization } });
  const list = async (query: string): Promise<{ id: string; createdAt: string }[]> =>
    (await ask(query)).json().data;
  const made = await list("?sort=createdAt");
  expect(made.map(({ createdAt }) => createdAt)).toEqual(made.map(({ createdAt }) => createdAt).sort());
  expect(new Set(made.map(({ createdAt }) => createdAt)).size).toBe(3);
  expect(await list("?sort=-createdAt")).toEqual(made.toReversed());
  await platform.db`update session set last_used_at = ${platform.clock.now()} where id = ${made[0]!.id}`;
  const used = [made[0]!.id, made[2]!.id, made[1]!.id];
  const idsOf = (all: { id: string }[]) => all.map(({ id }) => id);
  expect(idsOf(await list(""))).toEqual(used);
  expect(idsOf(await list("?sort=lastUsedAt"))).toEqual(used.toReversed());
  const paged: { id: string }[] = [];
  let next: string | null = "/api/v1/users/me/sessions?limit=1&sort=createdAt";
  while (next !== null) {
    const page: { data: { id: string }[]; pagination: { next: string | null } } = (
      await server.app.inject({ url: next, headers: { authorization } })
    ).json();
    paged.push(...page.data);
    next = page.pagination.next;
  }
  expect(idsOf(paged)).toEqual(idsOf(made));
  expect((await ask("?sort=address")).json().code).toBe("query.invalid-sort");
});

test("a request may name one of the viewer's facilities, and is answered as at that one alone", async () => {
  const second = await server.addFacility();
  const foreign = await server.addFacility();
  user = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [facilityId, second] });
  const { accessToken } = (await login()).json();
  const at = async (facility?: string) => {
    const headers = {
      authorization: `Bearer ${accessToken}`,
      ...(facility ? { "x-isocenter-facility": facility } : {}),
    };
    const answer = await server.app.inject({ url: "/api/v1/where", headers });
    return [answer.statusCode, answer.json().code ?? answer.json()];
  };
  expect(await at()).toEqual([
    200,
    { facilityIds: [facilityId, second], home: facilityId, session: [facilityId, second] },
  ]);
  expect(await at(second.toUpperCase())).toEqual([
    200,
    { facilityIds: [second], home: second, session: [second] },
  ]);
  expect(await at(foreign)).toEqual([403, "facility.not-yours"]);
  expect(await at("all of them")).toEqual([400, "facility.bad-header"]);
  // The next request without the header has all of them again.
  expect(await at()).toEqual([
    200,
    { facilityIds: [facilityId, second], home: facilityId, session: [facilityId, second] },
  ]);
});

test("who must change the password may do nothing else before", async () => {
  user = await server.addUser({
    roles: ["RADIOLOGIST"],
    facilityIds: [facilityId],
    mustChangePassword: true,
  });
  const { accessToken, user: me } = (await login()).json();
  expect(me.mustChangePassword).toBe(true);
  const refused = await who(accessToken);
  expect([refused.statusCode, refused.json().code]).toEqual([403, "password.must-change"]);
  const headers = { authorization: `Bearer ${accessToken}` };
  expect((await server.app.inject({ url: "/api/v1/users/me", headers })).statusCode).toBe(200);
  const payload = { currentPassword: testPassword, newPassword: "a fresh passphrase of mine" };
  const changed = await post("/users/me/password", payload, headers);
  expect([changed.statusCode, changed.json().mustChangePassword]).toEqual([200, false]);
  expect((await who(accessToken)).statusCode).toBe(200);
});

test("preferences are kept as they are", async () => {
  const headers = await server.signIn(user.username);
  const put = (payload: object) =>
    server.app.inject({ method: "PUT", url: "/api/v1/users/me/preferences", headers, payload });
  const preferences = { theme: "dark", columns: ["a", { b: null }] };
  expect((await put(preferences)).json()).toEqual(preferences);
  const read = await server.app.inject({ url: "/api/v1/users/me/preferences", headers });
  expect(read.json()).toEqual(preferences);
  expect((await put({ big: "x".repeat(70_000) })).statusCode).toBe(413);
});

test("a session that another process ended is refused here too", async () => {
  const { accessToken } = (await login()).json();
  expect((await who(accessToken)).statusCode).toBe(200);
  await database.db`update session set ended_at = now(), end_reason = 'signed-out' where user_id = ${user.id}`;
  await database.db`select pg_notify('identity_changed', '')`;
  await expect.poll(async () => (await who(accessToken)).statusCode).toBe(401);
});

test("with the connection for such words lost, what is known is trusted for three seconds only", async () => {
  const { accessToken } = (await login()).json();
  expect((await who(accessToken)).statusCode).toBe(200);
  await database.db`update app_user set active = false where id = ${user.id}`;
  platform.clock.advance(3001);
  expect((await who(accessToken)).statusCode).toBe(401);
});
