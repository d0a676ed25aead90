import { expect, test } from "vitest";
import { answerOf, createApi } from "./api.ts";
import { ApiError } from "./problem.ts";

interface Seen {
  url: string;
  init: RequestInit;
}

function setUp(answer: () => Response) {
  const calls: Seen[] = [];
  const api = createApi(async (url, init = {}) => {
    calls.push({ url, init });
    return answer();
  }, "http://archive");
  return { api, calls };
}

const json = (body: unknown, status = 200, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": type } });

test("a call goes through the session with its path, query and body, as one that can be sent twice", async () => {
  const { api, calls } = setUp(() => json({ id: "p" }, 201));
  const body = { firstName: "Ada", lastName: "Byron", birthDate: "1975-12-10", sex: "F" };
  const made = await answerOf(
    api.POST("/api/v1/patients", { body, params: { header: { "Idempotency-Key": "key-1" } } }),
  );
  expect(made.id).toBe("p");
  const [call] = calls;
  expect([call?.url, call?.init.method]).toEqual(["http://archive/api/v1/patients", "POST"]);
  expect(new Headers(call?.init.headers).get("idempotency-key")).toBe("key-1");
  for (let twice = 0; twice < 2; twice++) expect(await new Response(call?.init.body).json()).toEqual(body);

  await api.GET("/api/v1/studies/{id}/series", {
    params: { path: { id: "a/b" }, query: { limit: 200, after: undefined } },
  });
  expect(calls[1]?.url).toBe("http://archive/api/v1/studies/a%2Fb/series?limit=200");
  expect(calls[1]?.init.body).toBeUndefined();
});

test("a refusal is thrown with what the problem document says, and what is not reached as the session has it", async () => {
  const problem = {
    title: "Invalid request",
    status: 400,
    code: "validation",
    detail: "body.sex: is missing",
    errors: [{ path: "body.sex", message: "is missing" }],
  };
  const { api } = setUp(() => json(problem, 400, "application/problem+json"));
  const error = await api.GET("/api/v1/system").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 400, code: "validation", fields: problem.errors });

  const away = createApi(() => Promise.reject(new TypeError("no network")), "http://archive");
  await expect(away.GET("/api/v1/system")).rejects.toThrow("no network");
});

test("an answer without a body is none", async () => {
  const { api } = setUp(() => new Response(null, { status: 204 }));
  await expect(
    answerOf(api.DELETE("/api/v1/shares/{id}", { params: { path: { id: "s" } } })),
  ).resolves.toBeUndefined();
});
