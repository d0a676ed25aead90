import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { Refusal, type RefusalKind } from "../refusal.ts";
import type { App } from "./app.ts";
import { statusOf } from "./problems.ts";
import { createHttpServer } from "./server.ts";

let app: App;
const lines: string[] = [];
const metrics = createMetrics();
const toThrow = vi.fn<() => unknown>();

beforeAll(async () => {
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: ["https://viewer.example"], environment: "test" },
    log: createLog({ logLevel: "info" }, { write: (line: string) => void lines.push(line) }),
    metrics,
    authentication: () => {},
    root: [],
    api: [
      (scope) => {
        const any = Type.Object({ x: Type.Optional(Type.Integer()) });
        scope.get("/throws", { schema: { querystring: any } }, async () => {
          throw toThrow();
        });
        scope.get("/begun", async (_request, reply) => {
          reply.header("etag", '"1"').header("cache-control", "private").header("vary", "Accept");
          reply.header("content-disposition", 'attachment; filename="a.zip"').header("content-length", 7);
          throw new Refusal("invalid", "begun.broken", "It cannot be ended.");
        });
        scope.route({ method: ["GET", "POST"], url: "/bare", handler: async () => ({ bare: true }) });
        const schema = {
          querystring: Type.Object({ limit: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
          body: Type.Object(
            {
              name: Type.String(),
              n: Type.Optional(Type.Integer()),
              limit: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
            },
            { additionalProperties: false },
          ),
        };
        const id = Type.String({ format: "uuid" });
        const ids = {
          params: Type.Object({ id }),
          querystring: Type.Object({ of: Type.Optional(id) }),
          body: Type.Object({
            all: Type.Array(id),
            one: Type.Union([id, Type.Null()]),
            text: Type.String(),
          }),
        };
        scope.post("/ids/:id", { schema: ids }, async ({ params, query, body }) => ({
          ...params,
          ...query,
          ...body,
        }));
        scope.post("/things", { schema }, async (request) => ({ ...request.query, ...request.body }));
      },
    ],
  });
});
afterAll(() => app.close());

test("a route that names no parameter and no body refuses them by name", async () => {
  for (const prefix of ["/api", "/api/v1"]) {
    const asked = await app.inject({ url: `${prefix}/bare/?color=red` });
    expect([asked.statusCode, asked.json().errors]).toEqual([
      400,
      [{ path: "querystring.color", message: "This parameter is not known here." }],
    ]);
    const told = await app.inject({ method: "POST", url: `${prefix}/bare`, payload: { color: "red" } });
    expect([told.statusCode, told.json().errors]).toEqual([
      400,
      [{ path: "body.color", message: "This member is not known here." }],
    ]);
    const list = await app.inject({ method: "POST", url: `${prefix}/bare`, payload: ["red"] });
    expect(list.json().errors.map((error: { path: string }) => error.path)).toEqual(["body.0"]);
    const bare = { method: "POST" as const, url: `${prefix}/bare` };
    for (const request of [bare, { ...bare, payload: {} }])
      expect((await app.inject(request)).json()).toEqual({ bare: true });
  }
});

test.each([
  ["ten", "must be integer or null"],
  [0, "must be >= 1"],
])("of a number or nothing %j is said to be wrong in one line", async (limit, message) => {
  const payload = { name: "a", limit };
  const answer = await app.inject({ method: "POST", url: "/api/v1/things", payload });
  expect([answer.statusCode, answer.json().errors]).toEqual([400, [{ path: "body.limit", message }]]);
  const none = await app.inject({
    method: "POST",
    url: "/api/v1/things",
    payload: { ...payload, limit: null },
  });
  expect(none.json()).toEqual({ name: "a", limit: null });
});

test("ids in any case go on in one, whatever else is written as an id is as it came", async () => {
  const id = "01A21683-0BB1-7088-9BA8-6EBB06B27F60";
  const url = `/api/v1/ids/${id}?of=${id}`;
  const answer = await app.inject({ method: "POST", url, payload: { all: [id], one: id, text: id } });
  const lower = id.toLowerCase();
  expect(answer.json()).toEqual({ id: lower, of: lower, all: [lower], one: lower, text: id });
  const none = await app.inject({ method: "POST", url, payload: { all: [], one: null, text: "" } });
  expect(none.json()).toMatchObject({ one: null });
});

test("a body that says a member twice is refused: who checks it on its way may take the other one", async () => {
  const send = (payload: string) =>
    app.inject({
      method: "POST",
      url: "/api/v1/things",
      payload,
      headers: { "content-type": "application/json" },
    });
  const twice = await send('{"name":"a","n":1,"n":100}');
  expect([twice.statusCode, twice.json().code, twice.json().errors]).toEqual([
    400,
    "json.repeated",
    [{ path: "body.n", message: "This member is said twice." }],
  ]);
  expect((await send('{"name":"a","n":1}')).json()).toEqual({ name: "a", n: 1 });
  expect((await send("{")).json().code).toBe("ctp-invalid-json-body");
  expect((await send("")).json().code).toBe("ctp-empty-json-body");
});

test.each(Object.entries(statusOf))("the refusal %s has its status", async (kind, words) => {
  toThrow.mockReturnValue(new Refusal(kind as RefusalKind, "some.code", "What went wrong."));
  const answer = await app.inject({ url: "/api/v1/throws?x=1", headers: { "x-request-id": "client-id-1" } });
  expect(answer.statusCode).toBe(words.status);
  expect(answer.headers["content-type"]).toContain("application/problem+json");
  expect(answer.headers["retry-after"]).toBe(words.status === 503 ? "10" : undefined);
  expect(answer.json()).toEqual({
    type: "about:blank",
    title: words.title,
    status: words.status,
    code: "some.code",
    detail: "What went wrong.",
    message: "What went wrong.",
    instance: "/api/v1/throws",
    requestId: "client-id-1",
  });
});

test("an unexpected error is logged with the request id and shown without detail", async () => {
  toThrow.mockReturnValue(new Error("secret detail"));
  const answer = await app.inject({ url: "/api/throws" });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain("secret detail");
  const line = lines.find((text) => text.includes("secret detail"));
  expect(line).toContain(answer.json().requestId);
});

test("what was said of the answer is not said of the problem that comes in its place", async () => {
  const { statusCode, headers, body } = await app.inject("/api/v1/begun");
  expect([statusCode, JSON.parse(body).code]).toEqual([400, "begun.broken"]);
  expect(headers).not.toHaveProperty("etag");
  expect(headers["cache-control"]).toBe("private, no-store");
  expect(headers).not.toHaveProperty("content-disposition");
  expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
  expect(headers.vary).toContain("Accept");
});

test.each(["ECONNREFUSED", "ECONNRESET", "EPIPE", "57P03"])(
  "a database that is away (%s) is 503 with Retry-After",
  async (code) => {
    toThrow.mockReturnValue(Object.assign(new Error("x"), { code }));
    const answer = await app.inject({ url: "/api/throws" });
    expect([answer.statusCode, answer.headers["retry-after"], answer.json().code]).toEqual([
      503,
      "5",
      "database.unavailable",
    ]);
  },
);

test("a file that is not there is not taken for an absent database", async () => {
  const failed = async (syscall: string) => {
    toThrow.mockReturnValue(Object.assign(new Error("x"), { code: "ENOENT", syscall }));
    return (await app.inject({ url: "/api/throws" })).statusCode;
  };
  expect([await failed("open"), await failed("connect")]).toEqual([500, 503]);
});

test("both prefixes answer, with and without a trailing slash", async () => {
  for (const url of ["/api/v1/things", "/api/things", "/api/v1/things/", "/api/things/"]) {
    const answer = await app.inject({ method: "POST", url: `${url}?limit=3`, payload: { name: "a" } });
    expect([answer.statusCode, answer.json()]).toEqual([200, { limit: 3, name: "a" }]);
  }
});

test("unknown parameters and members are a 400 that names them; bodies are not coerced", async () => {
  const post = (url: string, payload: object) =>
    app.inject({ method: "POST", url, payload }).then((answer) => answer.json());
  expect(await post("/api/things?colour=red", { name: "a" })).toMatchObject({
    status: 400,
    errors: [{ path: "querystring.colour", message: "This parameter is not known here." }],
  });
  expect(await post("/api/things", { name: "a", colour: "red" })).toMatchObject({
    status: 400,
    errors: [{ path: "body.colour" }],
  });
  expect(await post("/api/things", { name: "a", n: "1" })).toMatchObject({
    status: 400,
    errors: [{ path: "body.n" }],
  });
  expect(await post("/api/things", {})).toMatchObject({ status: 400, errors: [{ path: "body.name" }] });
});

test("what HTTP itself gets wrong", async () => {
  const broken = await app.inject({
    method: "POST",
    url: "/api/things",
    payload: "{",
    headers: { "content-type": "application/json" },
  });
  expect([broken.statusCode, broken.json().status]).toEqual([400, 400]);
  const media = await app.inject({
    method: "POST",
    url: "/api/things",
    payload: "x",
    headers: { "content-type": "text/csv" },
  });
  expect(media.statusCode).toBe(415);
  const large = await app.inject({
    method: "POST",
    url: "/api/things",
    payload: { name: "x".repeat(2 << 20) },
  });
  expect(large.statusCode).toBe(413);
  const nowhere = await app.inject({ url: "/api/v1/nowhere" });
  expect([nowhere.statusCode, nowhere.json().code]).toEqual([404, "path.not-found"]);
});

test("a request id that is not sane is replaced", async () => {
  const answer = await app.inject({ url: "/api/v1/nowhere", headers: { "x-request-id": "a b\tc<script>" } });
  expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
});

test("only the origins named may read answers", async () => {
  const from = async (origin: string) =>
    (await app.inject({ url: "/api/v1/nowhere", headers: { origin } })).headers[
      "access-control-allow-origin"
    ];
  expect([await from("https://viewer.example"), await from("https://evil.example")]).toEqual([
    "https://viewer.example",
    undefined,
  ]);
});

test("secrets and patients do not reach the log", async () => {
  const log: string[] = [];
  const logger = createLog({ logLevel: "info" }, { write: (line: string) => void log.push(line) });
  logger.info(
    {
      password: "p1",
      user: { refreshToken: "p2" },
      a: { b: { patientName: "p3" } },
      headers: { authorization: "p4" },
    },
    "x",
  );
  expect(log.join("")).not.toMatch(/p[1-4]/);
  expect(log.join("").match(/\[redacted\]/g)).toHaveLength(4);
});

test("requests are counted by route, not by address", async () => {
  await app.inject({ url: "/api/v1/throws" });
  expect(await metrics.registry.metrics()).toMatch(
    /isocenter_http_request_seconds_count\{method="GET",route="\/api\/v1\/throws",status="\d+"\}/,
  );
});

test("a stop does not wait for connections that never asked for anything", async () => {
  const server = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication: () => {},
    root: [],
    api: [],
  });
  await server.listen({ port: 0, host: "127.0.0.1" });
  const socket = connect((server.server.address() as AddressInfo).port, "127.0.0.1");
  await once(server.server, "connection");
  await server.close();
  socket.destroy();
});

test("a stop waits for the answer under way, and not for its connection", async () => {
  let goOn = () => {};
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const server = await createHttpServer({
    config: { trustProxy: false, corsOrigins: [], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication: () => {},
    root: [
      (scope) => {
        scope.get("/slow", (_request, reply) => {
          async function* pieces() {
            yield "all of it";
            await waiting;
          }
          // The client has everything before the server knows that it was all.
          return reply.header("content-length", 9).send(Readable.from(pieces()));
        });
      },
    ],
    api: [],
  });
  await server.listen({ port: 0, host: "127.0.0.1" });
  const agent = new Agent({ keepAlive: true });
  const request = get({
    port: (server.server.address() as AddressInfo).port,
    host: "127.0.0.1",
    path: "/slow",
    agent,
  });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  expect(await text(answer)).toBe("all of it");
  const begun = performance.now();
  const closed = server.close();
  setImmediate(goOn);
  await closed;
  expect(performance.now() - begun).toBeLessThan(5000);
  agent.destroy();
});
