import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPasswordCost } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, createHttpServer } from "../../platform/index.ts";
import { createJournal } from "../journal/index.ts";
import { createIdentity, type IdentityWithDeps } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const userId = "019b8d3e-29a0-7077-b765-c30b6a2cb371";
const sessionId = "019b8d3e-29a0-7077-b765-c30b6a2cb372";
let identity: IdentityWithDeps;
let app: App;

beforeAll(async () => {
  identity = createIdentity(platform, createJournal(platform), { passwordCost: testPasswordCost });
  app = await createHttpServer({
    config: platform.config,
    log: platform.log,
    metrics: platform.metrics,
    authentication: (one) => identity.installAuthentication(one),
    root: [],
    api: [
      (one) => {
        for (const path of ["/film/:id", "/other"] as const)
          one.get(
            path,
            { config: path === "/other" ? { signedIn: true } : { signedIn: true, playsFilms: true } },
            async (request, reply) => {
              if (request.headers["x-give"]) await request.giveFilmPass?.(reply);
              return { who: request.viewer.id, facilities: request.viewer.facilityIds };
            },
          );
      },
    ],
  });
  const { db } = database;
  await db`insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, created_at)
    values (${userId}, 'u', 'u', 'U', '', now(), now())`;
  const end = new Date(platform.clock.now().getTime() + 86_400_000).toISOString();
  await db`insert into session (id, user_id, client, created_at, last_used_at, expires_at)
    values (${sessionId}, ${userId}, 'web', now(), now(), ${end})`;
});
afterAll(() => app?.close());

const ask = (path: string, headers: Record<string, string>) => app.inject({ url: `/api/v1${path}`, headers });
const bearer = async () => ({
  authorization: `Bearer ${await identity.deps.tokens.signAccess({ userId, sessionId })}`,
});
const passFor = async (path: string): Promise<string> => {
  const answer = await ask(path, { ...(await bearer()), "x-give": "yes" });
  expect(answer.statusCode).toBe(200);
  return String(answer.headers["set-cookie"]);
};

test("whoever has read a film by their token may play that one by a cookie, and nothing else", async () => {
  const cookie = await passFor("/film/1");
  expect(cookie).toMatch(
    /^isocenter_film=[\w.-]+; Path=\/api\/v1\/film\/1; Max-Age=900; HttpOnly; SameSite=Strict$/,
  );
  const pair = cookie.split(";")[0]!;
  const played = await ask("/film/1", { cookie: `a=b; ${pair}` });
  expect([played.statusCode, played.json().who]).toEqual([200, userId]);
  // A pass gives no other, and opens no other address; one that was tampered with opens nothing.
  expect((await ask("/film/1", { cookie: pair, "x-give": "yes" })).headers["set-cookie"]).toBeUndefined();
  const refused = await Promise.all([
    ask("/film/2", { cookie: pair }),
    ask("/other", { cookie: pair }),
    ask("/film/1", { cookie: `${pair}x` }),
    ask("/film/1", {}),
    // An access token is no pass.
    ask("/film/1", { cookie: `isocenter_film=${(await bearer()).authorization.slice(7)}` }),
    // And a pass no access token.
    ask("/other", { authorization: `Bearer ${pair.slice("isocenter_film=".length)}` }),
  ]);
  expect(refused.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401, 401, 401]);
});

test("a pass ends with the session", async () => {
  const pair = (await passFor("/film/1")).split(";")[0]!;
  await database.db`update session set ended_at = now(), end_reason = 'signed-out' where id = ${sessionId}`;
  identity.deps.forget();
  expect((await ask("/film/1", { cookie: pair })).statusCode).toBe(401);
  await database.db`update session set ended_at = null, end_reason = null where id = ${sessionId}`;
  identity.deps.forget();
  expect((await ask("/film/1", { cookie: pair })).statusCode).toBe(200);
});
