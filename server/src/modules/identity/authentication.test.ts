import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPasswordCost } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, expect, test } from "vitest";
import { createHttpServer, type Routes } from "../../platform/index.ts";
import { createJournal } from "../journal/index.ts";
import { cleanIdentity } from "./clean.ts";
import { createIdentity, type IdentityWithDeps } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
let identity: IdentityWithDeps;
beforeAll(() => {
  identity = createIdentity(platform, createJournal(platform), { passwordCost: testPasswordCost });
});

const serverWith = (routes: Routes) =>
  createHttpServer({
    config: platform.config,
    log: platform.log,
    metrics: platform.metrics,
    authentication: (app) => identity.installAuthentication(app),
    root: [],
    api: [routes],
  });

test("a server with a route that names no guard does not start", async () => {
  const open = await serverWith((app) => {
    app.get("/open", async () => ({}));
  });
  await expect(open.ready()).rejects.toThrow(/GET \/api\/v1\/open/);
  const misspelt = await serverWith((app) => {
    app.get("/open", { config: { signedIn: false as never } }, async () => ({}));
  });
  await expect(misspelt.ready()).rejects.toThrow(/names? neither|neither a permission/);
  const guarded = await serverWith((app) => {
    app.get("/a", { config: { permission: "images.read" } }, async () => ({}));
    app.get("/b", { config: { signedIn: true } }, async () => ({}));
    app.get("/c", { config: { public: true } }, async () => ({}));
  });
  await guarded.ready();
  const statuses = await Promise.all(
    ["a", "b", "c", "nowhere"].map(
      async (name) => (await guarded.inject({ url: `/api/v1/${name}` })).statusCode,
    ),
  );
  expect(statuses).toEqual([401, 401, 200, 404]);
  expect((await guarded.inject({ method: "HEAD", url: "/api/v1/a" })).statusCode).toBe(401);
  await guarded.close();
});

test("what says nothing any more is removed; what still counts is kept", async () => {
  const { db } = database;
  const at = (days: number) => new Date(platform.clock.now().getTime() + days * 86_400_000).toISOString();
  await db`insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, created_at)
    values ('019b8d3e-29a0-7077-b765-c30b6a2cb372', 'u', 'u', 'U', '', now(), now())`;
  const session = (id: number, ended: string | null, expires: string) => db`
    insert into session (id, user_id, client, created_at, last_used_at, expires_at, ended_at, end_reason)
    values (${`019b8d3e-29a0-7077-b765-c30b6a2cb37${id}`}, '019b8d3e-29a0-7077-b765-c30b6a2cb372', 'api', now(), now(), ${expires}, ${ended},
      ${ended === null ? null : "signed-out"})`;
  await session(1, null, at(1));
  await session(2, at(-1), at(1));
  await session(3, at(-31), at(-25));
  await session(4, null, at(-31));
  await db`insert into refresh_token (hash, session_id, issued_at) values ('\\x01', '019b8d3e-29a0-7077-b765-c30b6a2cb373', now())`;
  await db`insert into sign_in_failure (username_folded, failures, last_failed_at, locked_until)
    values ('old', 1, ${at(-1)}, null), ('new', 1, ${at(0)}, null), ('locked', 0, ${at(-1)}, ${at(1)})`;
  await cleanIdentity(db, platform.clock);
  expect((await db`select right(id::text, 1) as n from session order by id`).map(({ n }) => n)).toEqual([
    "1",
    "2",
  ]);
  expect((await db`select username_folded as n from sign_in_failure order by 1`).map(({ n }) => n)).toEqual([
    "locked",
    "new",
  ]);
});

test("a hash says what it cost, and one of another cost still fits and is known as dated", async () => {
  const { hasher } = identity.deps;
  const hash = await hasher.hash("a passphrase");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await hasher.hash("a passphrase")).not.toBe(hash);
  expect([await hasher.verify(hash, "a passphrase"), await hasher.verify(hash, "a passphrasf")]).toEqual([
    true,
    false,
  ]);
  expect([await hasher.verify(null, "x"), await hasher.verify("nonsense", "x")]).toEqual([false, false]);
  const { createPasswordHasher } = await import("./passwords.ts");
  const costlier = createPasswordHasher({ memoryKiB: 128, passes: 2 });
  expect([await costlier.verify(hash, "a passphrase"), costlier.isDated(hash), hasher.isDated(hash)]).toEqual(
    [true, true, false],
  );
});
