import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { Type } from "typebox";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sessionRoutes } from "../modules/identity/index.ts";
import { type App, createIdempotency, Refusal, transact } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
/** What the route does beside its effect, for the test at hand. */
let before: () => Promise<void>;
let inside: () => Promise<void>;
let after: () => Promise<void>;

const server = testServer(platform, ({ identity }) => [
  sessionRoutes(identity),
  (app: App) => {
    app.post(
      "/things/:place",
      {
        config: { signedIn: true, idempotent: true },
        schema: {
          params: Type.Object({ place: Type.String() }),
          querystring: Type.Object({ x: Type.Optional(Type.Integer()) }),
          body: Type.Object({ n: Type.Number(), text: Type.Optional(Type.String()) }),
        },
      },
      async (request, reply) => {
        await before();
        const id = await transact(platform.db, async (tx) => {
          const [made] = await tx<
            { id: number }[]
          >`insert into thing (n) values (${request.body.n}) returning id`;
          await inside();
          return made!.id;
        });
        await after();
        return reply
          .code(201)
          .headers({ location: `/things/${id}`, etag: '"1"' })
          .send({ id, place: request.params.place });
      },
    );
  },
]);
let headers: { authorization: string };
let others: { authorization: string };

beforeAll(async () => {
  await database.db`create table thing (id int generated always as identity, n int not null)`;
  const facility = await server.addFacility();
  const sign = async () =>
    server.signIn((await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [facility] })).username);
  headers = await sign();
  others = await sign();
});
beforeEach(async () => {
  before = inside = after = async () => {};
  await database.db`delete from thing`;
});

const post = (key: string | undefined, payload: object, more: { who?: typeof headers; url?: string } = {}) =>
  server.app.inject({
    method: "POST",
    url: more.url ?? "/api/v1/things/here",
    headers: { ...(more.who ?? headers), ...(key === undefined ? {} : { "idempotency-key": key }) },
    payload,
  });
const things = async () => (await database.db`select from thing`).length;
const codeOf = (answer: { json(): { code?: string } }) => answer.json().code;

describe("the same key", () => {
  test("gives the first answer again: status, body, Location, ETag; without a key each request counts", async () => {
    const first = await post("again", { n: 1, text: "a" });
    const second = await post("again", { text: "a", n: 1 }, { url: "/api/things/here/" });
    expect([first.statusCode, second.statusCode]).toEqual([201, 201]);
    expect(second.body).toBe(first.body);
    for (const name of ["location", "etag", "content-type"] as const)
      expect(second.headers[name]).toBe(first.headers[name]);
    expect([first.headers["idempotency-replayed"], second.headers["idempotency-replayed"]]).toEqual([
      undefined,
      "true",
    ]);
    expect(await things()).toBe(1);
    await post(undefined, { n: 1 });
    await post(undefined, { n: 1 });
    expect(await things()).toBe(3);
  });

  test("with another body, or at another place, is refused", async () => {
    await post("reused", { n: 1 });
    for (const answer of [
      await post("reused", { n: 2 }),
      await post("reused", { n: 1 }, { url: "/api/v1/things/there" }),
      await post("reused", { n: 1 }, { url: "/api/v1/things/here?x=1" }),
    ])
      expect([answer.statusCode, codeOf(answer)]).toEqual([422, "idempotency.key-reused"]);
    expect(await things()).toBe(1);
  });

  test("of another viewer is another key", async () => {
    await post("mine", { n: 1 });
    expect((await post("mine", { n: 2 }, { who: others })).statusCode).toBe(201);
    expect(await things()).toBe(2);
  });

  test("is refused while the first request works: of two at once one has an effect", async () => {
    const started = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    before = async () => {
      started.resolve();
      await go.promise;
    };
    const first = post("race", { n: 1 });
    await started.promise;
    const second = await post("race", { n: 1 });
    expect([second.statusCode, codeOf(second), second.headers["retry-after"]]).toEqual([
      409,
      "idempotency.running",
      "1",
    ]);
    go.resolve();
    expect((await first).statusCode).toBe(201);
    before = async () => {};
    const many = await Promise.all(Array.from({ length: 20 }, () => post("many", { n: 1 })));
    expect(many.filter(({ statusCode }) => statusCode !== 201 && statusCode !== 409)).toEqual([]);
    expect(await things()).toBe(2);
  });

  test("may be used again after a refusal and after an error: nothing was done", async () => {
    inside = async () => {
      throw new Refusal("conflict", "thing.no", "No.");
    };
    expect(codeOf(await post("mended", { n: 1 }))).toBe("thing.no");
    inside = async () => {
      throw new Error("a bug");
    };
    expect((await post("mended", { n: 1 })).statusCode).toBe(500);
    inside = async () => {};
    expect((await post("mended", { n: 2 })).statusCode).toBe(201);
    expect(await things()).toBe(1);
  });

  test.each(["", "two words", "ä".repeat(2), "x".repeat(256)])("must be sane: %s", async (key) => {
    const answer = await post(key, { n: 1 });
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, "idempotency.invalid-key"]);
    expect(await things()).toBe(0);
  });
});

describe("after a crash", () => {
  test("between the effect and its answer the key says so, and nothing is done twice", async () => {
    const never = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    after = () => {
      reached.resolve();
      return never.promise;
    };
    const lost = post("lost", { n: 1 });
    await reached.promise;
    after = async () => {};
    expect(codeOf(await post("lost", { n: 1 }))).toBe("idempotency.running");
    platform.clock.advance(3 * 60_000);
    const again = await post("lost", { n: 1 });
    expect([again.statusCode, codeOf(again)]).toEqual([409, "idempotency.unknown-outcome"]);
    expect(await things()).toBe(1);
    never.reject(new Error("the end"));
    expect((await lost).statusCode).toBe(500);
    expect(codeOf(await post("lost", { n: 1 }))).toBe("idempotency.unknown-outcome");
  });

  test("before the effect the next request does it; the first, should it live, is rolled back", async () => {
    const go = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    inside = () => {
      reached.resolve();
      return go.promise;
    };
    const slow = post("slow", { n: 1 });
    await reached.promise;
    inside = async () => {};
    platform.clock.advance(3 * 60_000);
    const second = await post("slow", { n: 1 });
    expect(second.statusCode).toBe(201);
    go.resolve();
    const first = await slow;
    expect([first.statusCode, codeOf(first)]).toEqual([409, "idempotency.running"]);
    expect(await things()).toBe(1);
    expect((await post("slow", { n: 1 })).body).toBe(second.body);
  });
});

test("the answer is kept from who lost a facility since", async () => {
  const facility = await server.addFacility();
  const user = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [facility] });
  const who = await server.signIn(user.username);
  await post("moved", { n: 1 }, { who });
  const elsewhere = await server.addFacility();
  await database.db`update user_facility set facility_id = ${elsewhere} where user_id = ${user.id}`;
  const fresh = await server.signIn(user.username);
  server.identity.deps.forget();
  expect(codeOf(await post("moved", { n: 1 }, { who: fresh }))).toBe("idempotency.unknown-outcome");
});

test("a key is forgotten after a day", async () => {
  await post("old", { n: 1 });
  platform.clock.advance(24 * 3600_000 + 1);
  const fresh = await server.signIn((await database.db`select username from app_user limit 1`)[0]!.username);
  expect((await post("old", { n: 2 }, { who: fresh })).statusCode).toBe(201);
  platform.clock.advance(24 * 3600_000 + 1);
  await createIdempotency(platform).prune();
  expect(await database.db`select from idempotency_key`).toHaveLength(0);
});
