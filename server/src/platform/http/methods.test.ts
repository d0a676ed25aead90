import { type AddressInfo, connect } from "node:net";
import { orNull } from "@isocenter/contract";
import { Type } from "typebox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import type { App } from "./app.ts";
import { createHttpServer } from "./server.ts";

let app: App;
let port: number;

beforeAll(async () => {
  app = await createHttpServer({
    config: { trustProxy: false, corsOrigins: ["https://viewer.example"], environment: "test" },
    log: createLog({ logLevel: "silent" }),
    metrics: createMetrics(),
    authentication: () => {},
    root: [],
    api: [
      (scope) => {
        const params = Type.Object({ id: Type.String() });
        scope.get("/things", async () => ({}));
        scope.post("/things", async () => ({}));
        scope.delete("/things/:id", { schema: { params } }, async () => ({}));
        scope.get("/things/of.one", async () => ({}));
        const item = { schema: { params: Type.Object({ id: Type.String({ format: "uuid" }) }) } };
        scope.patch("/items/:id", item, async () => ({}));
        scope.get("/items/aging", async () => ({}));
        const querystring = Type.Object(
          {
            status: Type.Optional(Type.String({ "x-several": true })),
            id: Type.Optional(Type.String()),
            level: Type.Optional(Type.Enum(["HIGH", "FOLLOW_UP"])),
            day: Type.Optional(Type.String({ format: "date" })),
            count: Type.Optional(Type.Integer({ minimum: -1 })),
            part: Type.Optional(Type.Number()),
            at: Type.Optional(Type.String({ format: "date-time" })),
          },
          { additionalProperties: false },
        );
        scope.get("/filtered", { schema: { querystring } }, async ({ query }) => query);
        const levels = Type.Array(Type.Union([Type.Enum(["HIGH", "FOLLOW_UP"]), Type.Null()]));
        scope.post("/levels", { schema: { body: Type.Object({ levels }) } }, async ({ body }) => body);
        const note = orNull(Type.String());
        const body = Type.Object({ name: Type.String(), note, day: Type.Optional(Type.String()) });
        const maybe = Type.Union([Type.Object({}), Type.Null()]);
        scope.post("/closed", { schema: { body: maybe } }, async () => ({}));
        scope.post("/made", { schema: { body } }, async ({ body: told }) => told);
        scope.get("/cached", async (_request, reply) => reply.header("cache-control", "no-cache").send({}));
        scope.get("/nul", async () => {
          throw Object.assign(new Error("invalid byte sequence"), { code: "22021" });
        });
      },
    ],
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(() => app.close());

test.each([
  ["DELETE", "/api/v1/things", "GET, HEAD, OPTIONS, POST"],
  ["PATCH", "/api/things/", "GET, HEAD, OPTIONS, POST"],
  ["GET", "/api/things/7", "DELETE, OPTIONS"],
  ["POST", "/api/things/of.one", "DELETE, GET, HEAD, OPTIONS"],
  // An id is none that is no UUID, so the route of the ids does not answer for it.
  ["PATCH", "/api/v1/items/aging", "GET, HEAD, OPTIONS"],
  ["PATCH", "/api/items/aging/?x=1", "GET, HEAD, OPTIONS"],
  ["PUT", "/api/items/0198b1c9-f720-7396-b25f-728f6379ED19", "OPTIONS, PATCH"],
] as const)("%s %s is a 405 that names what the path does", async (method, url, allow) => {
  const answer = await app.inject({ method, url });
  expect([answer.statusCode, answer.headers.allow, answer.json().code]).toEqual([
    405,
    allow,
    "method.not-allowed",
  ]);
  expect(answer.headers["content-type"]).toContain("application/problem+json");
  const asked = await app.inject({ method: "OPTIONS", url });
  expect([asked.statusCode, asked.headers.allow, asked.body]).toEqual([204, allow, ""]);
});

test("where there is nothing, no method is there either", async () => {
  for (const method of ["DELETE", "GET", "OPTIONS"] as const)
    for (const url of ["/api/v1/thingsof", "/api/v1/things/ofXone/more"]) {
      const answer = await app.inject({ method, url });
      expect([answer.statusCode, answer.json().code, answer.headers.allow]).toEqual([
        404,
        "path.not-found",
        undefined,
      ]);
    }
});

test("what a browser asks ahead of a request from elsewhere is answered for every method of the API", async () => {
  const answer = await app.inject({
    method: "OPTIONS",
    url: "/api/v1/things/7",
    headers: { origin: "https://viewer.example", "access-control-request-method": "DELETE" },
  });
  expect([answer.statusCode, answer.headers["access-control-allow-methods"]]).toEqual([
    204,
    "GET, HEAD, POST, PUT, PATCH, DELETE",
  ]);
});

test("answers are kept by nobody unless the route says so", async () => {
  expect((await app.inject("/api/v1/things")).headers["cache-control"]).toBe("private, no-store");
  expect((await app.inject("/api/v1/cached")).headers["cache-control"]).toBe("no-cache");
});

test("a body of JSON that is empty is none where none is needed", async () => {
  const headers = { "content-type": "application/json" };
  const send = async (method: "POST" | "DELETE", url: string) => {
    const answer = await app.inject({ method, url: `/api/v1${url}`, headers, payload: "" });
    return answer.json().code ?? answer.statusCode;
  };
  expect(await send("DELETE", "/things/7")).toBe(200);
  expect(await send("POST", "/things")).toBe(200);
  expect(await send("POST", "/closed")).toBe(200);
  expect(await send("POST", "/made")).toBe("ctp-empty-json-body");
});

test("text, encoded bodies and texts that no database keeps are refused by their names", async () => {
  const post = (headers: Record<string, string>) =>
    app.inject({ method: "POST", url: "/api/v1/things", payload: "{}", headers });
  expect((await post({ "content-type": "text/plain" })).statusCode).toBe(415);
  const encoded = await post({ "content-type": "application/json", "content-encoding": "gzip" });
  expect([encoded.statusCode, encoded.json().code, encoded.headers["accept-encoding"]]).toEqual([
    415,
    "body.encoding",
    "identity",
  ]);
  expect(
    (await post({ "content-type": "application/json", "content-encoding": "identity" })).statusCode,
  ).toBe(200);
  expect((await app.inject("/api/v1/nul")).json()).toMatchObject({ status: 400, code: "text.invalid" });
});

test.each([
  ["a body", { payload: { list: ["fine", { name: "a\0b" }] } }, "body.list.1.name"],
  ["half a surrogate pair", { payload: { name: "\ud83d" } }, "body.name"],
  ["the name of a member", { payload: { "a\0": 1 } }, "body"],
  ["a parameter", { url: "/api/v1/things?name=%00" }, "querystring.name"],
  ["a path", { url: "/api/v1/things/%00", method: "DELETE" as const }, "params.id"],
])("what no database keeps in %s is refused by its place", async (_what, request, path) => {
  const answer = await app.inject({ method: "POST", url: "/api/v1/things", ...request });
  expect([answer.statusCode, answer.json().code, answer.json().errors[0].path]).toEqual([
    400,
    "text.invalid",
    path,
  ]);
});

test("a body that is nested deeper than a stack goes is refused as any other", async () => {
  const payload = `{"deep":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const headers = { "content-type": "application/json" };
  const answer = await app.inject({ method: "POST", url: "/api/v1/things", payload, headers });
  expect([answer.statusCode, answer.json().errors]).toEqual([
    400,
    [{ path: "body.deep", message: "This member is not known here." }],
  ]);
});

test("a filter of several values may come once for each, another parameter may not come twice", async () => {
  const asked = async (query: string) => {
    const answer = await app.inject(`/api/v1/filtered?${query}`);
    return [answer.statusCode, answer.json().code ?? answer.json().status];
  };
  expect(await asked("status=A&status=B,C")).toEqual([200, "A,B,C"]);
  expect(await asked("status=A")).toEqual([200, "A"]);
  expect(await asked("id=A&id=B")).toEqual([400, "validation"]);
});

test("enumerations are read in any case, and go on as they are written", async () => {
  expect((await app.inject("/api/v1/filtered?level=follow_up")).json()).toEqual({ level: "FOLLOW_UP" });
  const post = (levels: unknown[]) =>
    app.inject({ method: "POST", url: "/api/v1/levels", payload: { levels } });
  expect((await post(["high", "FOLLOW_UP", null])).json()).toEqual({ levels: ["HIGH", "FOLLOW_UP", null] });
  const refused = await post(["HIGH", "LOUD"]);
  expect([refused.statusCode, refused.json().errors[0]]).toEqual([
    400,
    { path: "body.levels.1", message: "must be one of HIGH, FOLLOW_UP" },
  ]);
});

test.each([
  ["day", "0000-01-01", 400],
  ["day", "0001-01-01", 200],
  ["day", "9999-12-31", 200],
  ["day", "2026-02-29", 400],
  ["at", "0000-12-31T23:00:00Z", 400],
  ["at", "0001-01-01T00:00:00%2B14:00", 400],
  ["at", "9999-12-31T23:59:59-01:00", 400],
  ["at", "2016-12-31T23:59:60Z", 400],
  ["at", "2016-12-31T23:59:59.999%2B05:30", 200],
])("%s=%s is %d, because what is taken can be kept", async (name, value, status) => {
  expect((await app.inject(`/api/v1/filtered?${name}=${value}`)).statusCode).toBe(status);
});

/** What comes back for bytes as they are. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (bytes) => (answer += bytes.toString()));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text);
  });

test.each([
  ["a path that is no URL", "GET /api/v1/things/%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 400],
  ["no HTTP", "GET / HTTP/9.9\r\n\r\n", 400],
  ["a method that there is not", "BREW /api/v1/things HTTP/1.1\r\nhost: x\r\n\r\n", 400],
  [
    "two lengths",
    "POST /api HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["a head that is too long", `GET /api HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431],
])("%s is answered with a problem document", async (_what, text, status) => {
  const answer = await raw(text);
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  expect(head.split("\r\n")[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head.toLowerCase()).toContain("content-type: application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ status, code: expect.any(String), requestId: expect.any(String) });
});

test.each([
  ["count=5", { count: 5 }],
  ["count=-1", { count: -1 }],
  ["part=0.5", { part: 0.5 }],
  ["count=0x10", null],
  ["count=1e2", null],
  ["count=%205", null],
  ["count=1.5", null],
  ["count=", null],
  ["part=1e-3", null],
])("a number in the address is one that people write: %s", async (query, read) => {
  const answer = await app.inject(`/api/v1/filtered?${query}`);
  if (read) return expect(answer.json()).toEqual(read);
  const [name] = query.split("=");
  expect(answer.json()).toMatchObject({
    status: 400,
    code: "validation",
    errors: [{ path: `querystring.${name}`, message: expect.stringMatching(/^must be (integer|number)$/) }],
  });
});

test("a member that may be null in place of being left out is left out; no other is", async () => {
  const send = async (payload: object) => {
    const answer = await app.inject({ method: "POST", url: "/api/v1/made", payload });
    return answer.statusCode === 200 ? answer.json() : answer.json().errors[0].path;
  };
  expect(await send({ name: "a", note: null })).toEqual({ name: "a" });
  expect(await send({ name: "a", note: "b" })).toEqual({ name: "a", note: "b" });
  expect(await send({ name: "a", note: 5 })).toBe("body.note");
  expect(await send({ name: "a", day: null })).toBe("body.day");
  expect(await send({ name: null })).toBe("body.name");
});
