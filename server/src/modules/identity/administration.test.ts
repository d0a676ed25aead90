import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPassword, testPasswordCost, testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../platform/index.ts";
import { administrationRoutes, ensureFirstStart, resetPasswordAsOperator, sessionRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity }) => [
  sessionRoutes(identity),
  administrationRoutes(identity),
  (app) => {
    app.get("/who", { config: { signedIn: true } }, async (request) => request.viewer);
  },
]);

let here: string;
let there: string;
let admin: { id: string; username: string };
let headers: { authorization: string };

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
});
beforeEach(async () => {
  platform.clock.advance(3600_000);
  admin = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here] });
  headers = await server.signIn(admin.username);
});

type Method = "GET" | "POST" | "PATCH" | "DELETE" | "PUT";
const ask = async (method: Method, url: string, payload?: object, more: Record<string, string> = {}) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...headers, ...more },
    ...(payload ? { payload } : {}),
  });
  return {
    status: answer.statusCode,
    body: answer.body === "" ? null : answer.json(),
    headers: answer.headers,
  };
};
const newUser = (more: object = {}) => ({
  username: `new-${newId(platform.clock).slice(-12)}`,
  fullName: "New Person",
  roles: ["TECHNOLOGIST"],
  ...more,
});
const lastFact = async (type: string) =>
  (await database.db`select * from fact where type = ${type} order by id desc limit 1`)[0];

describe("users", () => {
  test("are made with a password that is shown once and has to be changed", async () => {
    const input = newUser({ email: "new@example.org", roles: ["technologist", "RESIDENT"] });
    const made = await ask("POST", "/users", input);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      username: input.username,
      roles: ["RESIDENT", "TECHNOLOGIST"],
      facilityIds: [here],
      active: true,
      mustChangePassword: true,
      version: 1,
      actions: ["edit", "deactivate", "reset-password", "sessions", "end-sessions"],
    });
    expect(made.body.temporaryPassword.length).toBeGreaterThanOrEqual(20);
    expect(made.headers.location).toBe(`/api/v1/users/${made.body.id}`);
    const read = await ask("GET", `/users/${made.body.id}`);
    expect(read.body.temporaryPassword).toBeUndefined();
    expect(read.headers.etag).toBe('"1"');
    const login = await server.app.inject({
      method: "POST",
      url: "/api/v1/users/login",
      payload: { username: input.username, password: made.body.temporaryPassword },
    });
    expect(login.json().user.mustChangePassword).toBe(true);
    expect(await lastFact("user.created")).toMatchObject({
      actor_id: admin.id,
      facility_id: here,
      subject_id: made.body.id,
      people: [made.body.id],
    });
    const text = JSON.stringify(await database.db`select data from fact`);
    expect(text).not.toContain(made.body.temporaryPassword);
  });

  test.each([
    [{ username: "has space" }, "body.username"],
    [{ fullName: " " }, "body.fullName"],
    [{ roles: [] }, "body.roles"],
    [{ roles: ["WIZARD"] }, "body.roles.0"],
    [{ email: "nonsense" }, "body.email"],
    [{ facilityIds: ["019b8d3e-29a0-7077-b765-c30b6a2cb372"] }, "body.facilityIds"],
    [{ password: "short" }, "body.password"],
    [{ colour: "red" }, "body.colour"],
  ])("with %j is a 400 that names %s", async (change, path) => {
    const answer = await ask("POST", "/users", newUser(change));
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, path]);
  });

  test("have names that differ in more than case", async () => {
    const input = newUser();
    expect((await ask("POST", "/users", input)).status).toBe(201);
    const again = await ask("POST", "/users", { ...input, username: input.username.toUpperCase() });
    expect([again.status, again.body.code]).toEqual([409, "user.username-taken"]);
    const other = (await ask("POST", "/users", newUser())).body;
    expect((await ask("PATCH", `/users/${other.id}`, { username: input.username })).status).toBe(409);
  });

  test("change with their version in the body or If-Match, or without one", async () => {
    const { id } = (await ask("POST", "/users", newUser())).body;
    const first = await ask("PATCH", `/users/${id}`, { fullName: "A", expectedVersion: 1 });
    expect([first.status, first.body.version, first.headers.etag]).toEqual([200, 2, '"2"']);
    const stale = await ask("PATCH", `/users/${id}`, { fullName: "B", expectedVersion: 1 });
    expect([stale.status, stale.body.code]).toEqual([409, "version.conflict"]);
    expect((await ask("PATCH", `/users/${id}`, { fullName: "C" }, { "if-match": '"2"' })).body.version).toBe(
      3,
    );
    expect((await ask("PATCH", `/users/${id}`, { fullName: "D" }, { "if-match": '"2"' })).status).toBe(409);
    expect((await ask("PATCH", `/users/${id}`, { fullName: "E" }, { "if-match": "x" })).status).toBe(400);
    expect((await ask("PATCH", `/users/${id}`, { email: null, roles: ["BILLING"] })).body).toMatchObject({
      version: 4,
      fullName: "C",
      email: null,
      roles: ["BILLING"],
    });
    expect((await lastFact("user.changed"))?.data).toMatchObject({
      roles: ["BILLING"],
      rolesBefore: ["TECHNOLOGIST"],
    });
  });

  test("whose roles change may at once do what the new ones say", async () => {
    const user = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here] });
    const theirs = await server.signIn(user.username);
    const list = () => server.app.inject({ url: "/api/v1/users", headers: theirs });
    expect((await list()).statusCode).toBe(200);
    await ask("PATCH", `/users/${user.id}`, { roles: ["BILLING"] });
    expect((await list()).statusCode).toBe(403);
  });

  test("that are deactivated are out at once, and come back when activated", async () => {
    const user = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [here] });
    const theirs = await server.signIn(user.username);
    const who = () => server.app.inject({ url: "/api/v1/who", headers: theirs });
    expect((await who()).statusCode).toBe(200);
    const off = await ask("POST", `/users/${user.id}/deactivate`);
    expect([off.status, off.body.active, off.body.actions]).toEqual([
      200,
      false,
      ["edit", "activate", "reset-password", "sessions", "end-sessions"],
    ]);
    expect((await who()).statusCode).toBe(401);
    await expect(server.signIn(user.username)).rejects.toThrow(/wrong/);
    expect((await ask("POST", `/users/${user.id}/activate`)).body.active).toBe(true);
    expect((await who()).statusCode).toBe(401);
    await server.signIn(user.username);
  });

  test("are active as `active` says, at creation and in a change", async () => {
    const made = await ask("POST", "/users", {
      username: "not-yet",
      fullName: "Not Yet",
      roles: ["resident"],
      password: "a long enough passphrase",
      active: false,
    });
    expect([made.status, made.body.active, made.body.version]).toEqual([201, false, 1]);
    await expect(server.signIn("not-yet", "a long enough passphrase")).rejects.toThrow(/wrong/);
    const url = `/users/${made.body.id}`;
    expect((await ask("PATCH", url, { active: true, expectedVersion: 9 })).body.code).toBe(
      "version.conflict",
    );
    expect((await ask("PATCH", url, { active: true, expectedVersion: 1 })).body).toMatchObject({
      active: true,
      version: 2,
    });
    const theirs = await server.signIn("not-yet", "a long enough passphrase");
    const change = { active: false, fullName: "Gone", expectedVersion: 2 };
    expect((await ask("PATCH", url, change)).body).toMatchObject({ active: false, fullName: "Gone" });
    expect((await server.app.inject({ url: "/api/v1/who", headers: theirs })).statusCode).toBe(401);
    expect((await ask("PATCH", `/users/${admin.id}`, { active: false })).body.code).toBe("user.is-yourself");
  });

  test("keep an administrator", async () => {
    const lonely = await server.addFacility("Lonely");
    const others = await database.db<
      { id: string }[]
    >`select user_id as id from user_role where role = 'ADMINISTRATOR' and user_id <> ${admin.id}`;
    await database.db`update app_user set active = false where id = any(${others.map((row) => row.id)}::uuid[])`;
    expect(lonely).toBeTruthy();
    const self = await ask("POST", `/users/${admin.id}/deactivate`);
    expect([self.status, self.body.code]).toEqual([409, "user.is-yourself"]);
    const demote = await ask("PATCH", `/users/${admin.id}`, { roles: ["BILLING"] });
    expect([demote.status, demote.body.code]).toEqual([409, "user.last-administrator"]);
  });

  test("that are locked out are let in by a new password", async () => {
    const user = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [here] });
    const theirs = await server.signIn(user.username);
    const login = (password: string) =>
      server.app.inject({
        method: "POST",
        url: "/api/v1/users/login",
        payload: { username: user.username, password },
      });
    for (let i = 0; i < 5; i++) await login("wrong password");
    expect((await login(testPassword)).statusCode).toBe(423);
    expect((await ask("GET", `/users/${user.id}`)).body.lockedUntil).toBe(
      new Date(platform.clock.now().getTime() + 15 * 60_000).toISOString(),
    );
    const reset = await ask("POST", `/users/${user.id}/reset-password`);
    expect([reset.status, reset.body.lockedUntil, reset.body.mustChangePassword]).toEqual([200, null, true]);
    expect((await server.app.inject({ url: "/api/v1/who", headers: theirs })).statusCode).toBe(401);
    expect((await login(testPassword)).statusCode).toBe(401);
    expect((await login(reset.body.temporaryPassword)).statusCode).toBe(200);
    const given = await ask("POST", `/users/${user.id}/reset-password`, {
      password: "a passphrase that was given",
    });
    expect([given.status, given.body.temporaryPassword]).toEqual([200, null]);
    expect((await login("a passphrase that was given")).statusCode).toBe(200);
    expect((await ask("POST", `/users/${user.id}/reset-password`, { password: "short" })).status).toBe(400);
    // In capitals it is the same user.
    for (const id of [admin.id, admin.id.toUpperCase()])
      expect((await ask("POST", `/users/${id}/reset-password`)).body.code).toBe("user.is-yourself");
  });

  test("have sessions that are shown and ended", async () => {
    const user = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [here] });
    const theirs = await server.signIn(user.username);
    await server.signIn(user.username);
    const shown = await ask("GET", `/users/${user.id}/sessions`);
    expect(shown.body.pagination.total).toBe(2);
    expect(shown.body.data[0]).toMatchObject({ client: "API", address: "127.0.0.1", current: false });
    const mine = await ask("GET", `/users/${admin.id}/sessions`);
    expect(mine.body.data.map((session: { current: boolean }) => session.current)).toEqual([true]);
    expect((await ask("DELETE", `/users/${user.id}/sessions`)).body).toEqual({ ended: 2 });
    expect(await lastFact("user.sessions-ended")).toMatchObject({
      actor_id: admin.id,
      subject_id: user.id,
      data: { sessions: 2 },
    });
    expect((await server.app.inject({ url: "/api/v1/who", headers: theirs })).statusCode).toBe(401);
    expect((await ask("GET", `/users/${user.id}/sessions`)).body.data).toEqual([]);
  });

  test("are listed, searched, sorted and paged", async () => {
    const facility = await server.addFacility("Listing");
    admin = await server.addUser({ username: "zz-admin", roles: ["ADMINISTRATOR"], facilityIds: [facility] });
    headers = await server.signIn("zz-admin");
    for (const name of ["lena", "max", "nora", "otto"])
      await server.addUser({ username: `list-${name}`, roles: ["BILLING"], facilityIds: [facility] });
    const names = (answer: { body: { data: { username: string }[] } }) =>
      answer.body.data.map((user) => user.username);
    const first = await ask("GET", "/users?limit=3");
    expect(names(first)).toEqual(["list-lena", "list-max", "list-nora"]);
    expect(first.body.pagination).toMatchObject({
      total: 5,
      totalIsExact: true,
      limit: 3,
      offset: 0,
      previous: null,
    });
    const next = await server.app.inject({ url: first.body.pagination.next, headers });
    expect(names({ body: next.json() })).toEqual(["list-otto", "zz-admin"]);
    expect(next.json().pagination.next).toBeNull();
    const created = await ask("GET", "/users?sort=-createdAt&limit=2");
    expect(names(created)).toEqual(["list-otto", "list-nora"]);
    const older = await server.app.inject({ url: created.body.pagination.next, headers });
    expect(names({ body: older.json() })).toEqual(["list-max", "list-lena"]);
    // A page that was reached by key knows where it is, and the way back.
    expect(older.json().pagination).toMatchObject({
      offset: 2,
      previous: "/api/v1/users?sort=-createdAt&limit=2&offset=0",
    });
    const last = await server.app.inject({ url: older.json().pagination.next, headers });
    expect(last.json().pagination).toMatchObject({ offset: 4, next: null });
    const back = await server.app.inject({ url: last.json().pagination.previous, headers });
    expect(names({ body: back.json() })).toEqual(["list-max", "list-lena"]);
    expect(names(await ask("GET", "/users?offset=4"))).toEqual(["zz-admin"]);
    expect((await ask("GET", "/users?offset=4&limit=2")).body.pagination.previous).toBe(
      "/api/v1/users?offset=2&limit=2",
    );
    expect(names(await ask("GET", "/users?query=NORA"))).toEqual(["list-nora"]);
    expect(names(await ask("GET", "/users?role=administrator"))).toEqual(["zz-admin"]);
    expect(names(await ask("GET", "/users?query=%25"))).toEqual([]);
    for (const bad of [
      "sort=colour",
      "limit=0",
      "limit=201",
      "colour=red",
      "after=x",
      "role=wizard",
      "after=x&offset=1",
    ])
      expect([bad, (await ask("GET", `/users?${bad}`)).status]).toEqual([bad, 400]);
  });
});

describe("facilities are apart", () => {
  test("who is only elsewhere does not exist, in any route", async () => {
    const stranger = await server.addUser({ roles: ["BILLING"], facilityIds: [there] });
    const list = await ask("GET", "/users?limit=200");
    expect(list.body.data.some((user: { id: string }) => user.id === stranger.id)).toBe(false);
    const tries: [Method, string, object?][] = [
      ["GET", ""],
      ["PATCH", "", { fullName: "X" }],
      ["POST", "/activate"],
      ["POST", "/deactivate"],
      ["POST", "/reset-password"],
      ["GET", "/sessions"],
      ["DELETE", "/sessions"],
    ];
    for (const [method, path, body] of tries)
      expect([method, path, (await ask(method, `/users/${stranger.id}${path}`, body)).status]).toEqual([
        method,
        path,
        404,
      ]);
    expect((await ask("GET", `/users?facilityId=${there}`)).body.data).toEqual([]);
    expect((await ask("GET", `/facilities/${there}`)).status).toBe(404);
    expect((await ask("PATCH", `/facilities/${there}`, { name: "X" })).status).toBe(404);
    expect((await ask("POST", "/users", newUser({ facilityIds: [there] }))).status).toBe(400);
    expect(
      (await ask("POST", "/api-keys", { name: "k", roles: ["INTEGRATION"], facilityIds: [there] })).status,
    ).toBe(400);
  });

  test("who also belongs elsewhere is shown without that, and changed only by who does too", async () => {
    const both = await server.addUser({ roles: ["BILLING"], facilityIds: [there, here] });
    const shown = await ask("GET", `/users/${both.id}`);
    expect([shown.body.facilityIds, shown.body.actions]).toEqual([[here], ["sessions"]]);
    for (const [method, path, body] of [
      ["PATCH", "", { roles: ["ADMINISTRATOR"] }],
      ["POST", "/deactivate"],
      ["POST", "/reset-password"],
      ["DELETE", "/sessions"],
    ] as [Method, string, object?][]) {
      const answer = await ask(method, `/users/${both.id}${path}`, body);
      expect([answer.status, answer.body.code]).toEqual([403, "user.beyond-your-facilities"]);
    }
    admin = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here, there] });
    headers = await server.signIn(admin.username);
    expect((await ask("PATCH", `/users/${both.id}`, { fullName: "Y" })).body.facilityIds).toEqual([
      there,
      here,
    ]);
  });
});

describe("facilities", () => {
  test("are made with their time zone, belong to their creator at once, and change", async () => {
    const made = await ask("POST", "/facilities", { name: "North", timeZone: "america/new_york" });
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        name: "North",
        timeZone: "America/New_York",
        patientIdIssuer: "North",
        version: 1,
        actions: ["edit"],
      },
    ]);
    const url = `/facilities/${made.body.id}`;
    expect((await ask("GET", url)).headers.etag).toBe('"1"');
    expect((await ask("GET", "/facilities")).body.data.map((each: { name: string }) => each.name)).toEqual([
      "Here",
      "North",
    ]);
    const changed = await ask("PATCH", url, { patientIdIssuer: "NORTH", expectedVersion: 1 });
    expect(changed.body).toMatchObject({ patientIdIssuer: "NORTH", version: 2 });
    expect((await ask("PATCH", url, { name: "X", expectedVersion: 1 })).status).toBe(409);
    for (const zone of ["Mars/Olympus", "+02:00", "nonsense"])
      expect((await ask("PATCH", url, { timeZone: zone })).body.code).toBe("facility.unknown-time-zone");
    expect((await ask("POST", "/facilities", { name: "South" })).body.timeZone).toBe("Europe/Berlin");
    expect((await ask("POST", "/facilities", { name: "S", patientIdIssuer: "a\\b" })).status).toBe(400);
  });

  test("say what their letters and e-mails are written in, as their creator's own where nothing is said", async () => {
    const made = await ask("POST", "/facilities", { name: "Québec", language: "FR" });
    expect(made.body.language).toBe("fr");
    const url = `/facilities/${made.body.id}`;
    expect((await ask("PATCH", url, { name: "Lévis" })).body.language).toBe("fr");
    const refused = await ask("PATCH", url, { language: "tlh" });
    expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([
      400,
      "facility.unknown-language",
      "body.language",
    ]);
    expect((await ask("PATCH", url, { language: "en" })).body.language).toBe("en");
    expect((await ask("POST", "/facilities", { name: "East" })).body.language).toBe("en");
  });

  test("have an address and a phone for their letters, which a change of something else leaves", async () => {
    const made = await ask("POST", "/facilities", { name: "West", address: " Quai 1 \r\n\n 75001 Paris " });
    expect(made.body).toMatchObject({ address: "Quai 1\n75001 Paris", phone: "" });
    const url = `/facilities/${made.body.id}`;
    expect((await ask("PATCH", url, { phone: " +33 1 23 " })).body).toMatchObject({
      address: "Quai 1\n75001 Paris",
      phone: "+33 1 23",
    });
    expect((await ask("PATCH", url, { name: "Far west" })).body).toMatchObject({
      address: "Quai 1\n75001 Paris",
      phone: "+33 1 23",
    });
    expect((await ask("PATCH", url, { address: "" })).body.address).toBe("");
    expect((await ask("PATCH", url, { address: "x".repeat(513) })).status).toBe(400);
  });

  test("are shown to everybody in them, and made by administrators", async () => {
    const nurse = await server.addUser({ roles: ["TECHNOLOGIST"], facilityIds: [here] });
    headers = await server.signIn(nurse.username);
    expect((await ask("GET", `/facilities/${here}`)).body.actions).toEqual([]);
    expect((await ask("POST", "/facilities", { name: "X" })).status).toBe(403);
    expect((await ask("PATCH", `/facilities/${here}`, { name: "X" })).status).toBe(403);
  });
});

describe("API keys", () => {
  const make = (more: object = {}) =>
    ask("POST", "/api-keys", { name: "Scanner", roles: ["integration"], ...more });
  const withKey = (key: string, url = "/who") =>
    server.app.inject({ url: `/api/v1${url}`, headers: { authorization: `Bearer ${key}` } });

  test("are shown once, stored hashed, act in their roles and facilities, and end when revoked", async () => {
    const made = await make();
    expect(made.status).toBe(201);
    const { key, id } = made.body;
    expect(key).toMatch(/^iso_[\w-]{43}$/);
    expect(made.body).toMatchObject({
      hint: key.slice(0, 10),
      roles: ["INTEGRATION"],
      createdBy: { id: admin.id },
    });
    expect((await withKey(key)).json()).toMatchObject({
      kind: "api-key",
      id,
      name: "Scanner",
      roles: ["INTEGRATION"],
      facilityIds: [here],
      homeFacilityId: here,
    });
    const listed = (await ask("GET", "/api-keys")).body.data.find((each: { id: string }) => each.id === id);
    expect([listed.key, listed.lastUsedAt]).toEqual([undefined, platform.clock.now().toISOString()]);
    const stored = JSON.stringify(await database.db`select * from api_key`);
    expect(stored).not.toContain(key);
    expect((await withKey(key, "/users/me")).json()).toMatchObject({
      username: "Scanner",
      roles: ["INTEGRATION"],
    });
    expect((await ask("DELETE", `/api-keys/${id}`)).status).toBe(204);
    expect((await withKey(key)).statusCode).toBe(401);
    expect((await ask("DELETE", `/api-keys/${id}`)).status).toBe(404);
    expect(await lastFact("api-key.revoked")).toMatchObject({ subject_id: id });
  });

  test("expire", async () => {
    const expiresAt = new Date(platform.clock.now().getTime() + 60_000).toISOString();
    const { key } = (await make({ expiresAt })).body;
    expect((await withKey(key)).statusCode).toBe(200);
    platform.clock.advance(59_000);
    expect((await withKey(key)).statusCode).toBe(200);
    platform.clock.advance(1_000);
    expect((await withKey(key)).statusCode).toBe(401);
    expect((await make({ expiresAt: "2020-01-01T00:00:00Z" })).body.code).toBe("api-key.expired");
  });

  test("administer nobody, even with an administrator's role, and have no password and no preferences", async () => {
    const { key } = (await make({ roles: ["ADMINISTRATOR"] })).body;
    headers = { authorization: `Bearer ${key}` };
    expect((await ask("GET", "/users")).status).toBe(200);
    for (const [method, url, body] of [
      ["POST", "/users", newUser()],
      ["POST", "/api-keys", { name: "k", roles: ["INTEGRATION"] }],
      ["POST", "/facilities", { name: "F" }],
      ["POST", `/users/${admin.id}/deactivate`],
      ["POST", "/users/me/password", { currentPassword: "x", newPassword: "a fresh passphrase" }],
      ["PUT", "/users/me/preferences", {}],
    ] as [Method, string, object?][])
      expect([url, (await ask(method, url, body)).status]).toEqual([url, 403]);
  });

  test("that reach beyond the viewer's facilities are not the viewer's to see or end", async () => {
    const wide = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here, there] });
    const mine = headers;
    headers = await server.signIn(wide.username);
    const { id } = (await make({ facilityIds: [here, there] })).body;
    headers = mine;
    expect(
      (await ask("GET", "/api-keys?limit=200")).body.data.some((each: { id: string }) => each.id === id),
    ).toBe(false);
    expect((await ask("DELETE", `/api-keys/${id}`)).status).toBe(404);
  });
});

test.each([
  "RADIOLOGIST",
  "RESIDENT",
  "TECHNOLOGIST",
  "PHYSICIAN",
  "FRONT_DESK",
  "BILLING",
  "INTEGRATION",
] as const)("a %s administers nobody", async (role) => {
  const user = await server.addUser({ roles: [role], facilityIds: [here] });
  headers = await server.signIn(user.username);
  for (const [method, url, body] of [
    ["GET", "/users"],
    ["POST", "/users", newUser()],
    ["GET", `/users/${user.id}`],
    ["PATCH", `/users/${user.id}`, { roles: ["ADMINISTRATOR"] }],
    ["POST", `/users/${user.id}/activate`],
    ["POST", `/users/${admin.id}/deactivate`],
    ["POST", `/users/${admin.id}/reset-password`],
    ["GET", `/users/${user.id}/sessions`],
    ["DELETE", `/users/${admin.id}/sessions`],
    ["GET", "/api-keys"],
    ["POST", "/api-keys", { name: "k", roles: ["ADMINISTRATOR"] }],
    ["POST", "/facilities", { name: "F" }],
    ["PATCH", `/facilities/${here}`, { name: "F" }],
  ] as [Method, string, object?][])
    expect([method, url, (await ask(method, url, body)).status]).toEqual([method, url, 403]);
});

test("who holds the machine lets a locked-out user in again", async () => {
  const user = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here], active: false });
  const password = await resetPasswordAsOperator(server.identity, user.username.toUpperCase());
  const login = await server.app.inject({
    method: "POST",
    url: "/api/v1/users/login",
    payload: { username: user.username, password },
  });
  expect(login.json().user.mustChangePassword).toBe(true);
  await expect(resetPasswordAsOperator(server.identity, "nobody")).rejects.toThrow(/no user/);
});

describe("the first start", () => {
  const empty = testDatabase();
  const unconfigured = testPlatform(empty, { adminUsername: "root", adminPassword: null });
  const configured = testPlatform(empty, { adminPassword: "the configured passphrase" });

  test("makes a facility and an administrator with a password that is answered once", async () => {
    const start = () => ensureFirstStart(unconfigured, server.journal, testPasswordCost);
    const [one, two] = await Promise.all([start(), start()]);
    const made = one.created ? one : two;
    const other = one.created ? two : one;
    expect(made.created && made.username === "root" && made.password!.length >= 16).toBe(true);
    expect(other).toEqual({ created: false, username: "root", password: null });
    const [user] =
      await empty.db`select username, must_change_password as must, array(select role from user_role where user_id = id) as roles,
      (select count(*)::int from user_facility where user_id = id) as facilities from app_user`;
    expect(user).toEqual({ username: "root", must: true, roles: ["ADMINISTRATOR"], facilities: 1 });
    expect(await empty.db`select name, patient_id_issuer as issuer from facility`).toEqual([
      { name: "Main facility", issuer: "Main facility" },
    ]);
    expect((await start()).created).toBe(false);
  });

  test("with a password that was configured answers none and asks for no other", async () => {
    await empty.db`truncate facility, app_user cascade`;
    const made = await ensureFirstStart(configured, server.journal, testPasswordCost);
    expect(made).toEqual({ created: true, username: "admin", password: null });
    expect(await empty.db`select must_change_password as must from app_user`).toEqual([{ must: false }]);
  });
});
