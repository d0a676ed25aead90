import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { type DocumentedOperation, type JsonSchema, judge, readContract } from "../support/contract.ts";
import type { Ask, Json } from "../support/requests/house.ts";
import { requestsOf } from "../support/requests/requests.ts";
import { testHouses } from "../support/requests/server.ts";

/*
 * What a client writes wrong, out of the document: each member and each parameter of each operation, one at a time, as something else. Whatever is refused is
 * refused with a whole problem document that names the place; whatever is done was allowed by the document; nothing is an internal error.
 */
const { houses, send } = testHouses("HERE");
const contract = readContract();
const ajv = new Ajv({ strict: false, validateFormats: true });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);

/** Written from right to left, beyond the first plane, of no width, put together: a text like another. */
const strange = "\u202e\u05d0\u05dc \u{1f642}\u200b e\u0301 \ufeff";

const kinds: Readonly<Record<string, readonly Json[]>> = {
  string: [5, {}, strange],
  integer: ["5", 1.5, -1, 2 ** 53],
  number: ["5", 1e308],
  boolean: ["true", 1],
  array: ["x", [null], [strange]],
  object: [[], "x", 5],
};
const formats: Readonly<Record<string, readonly string[]>> = {
  uuid: ["nonsense", "00000000-0000-0000-0000-000000000000"],
  date: ["2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31"],
  "date-time": [
    "2026-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "2016-12-31T23:59:60Z",
  ],
};

/** The schema without the null that it may be. */
const inner = (schema: JsonSchema): JsonSchema => schema.anyOf?.find((one) => one.type !== "null") ?? schema;

function bent(schema: JsonSchema): Json[] {
  const { type, format, maxLength } = inner(schema);
  const known = kinds[String(type)] ?? [5];
  const ofFormat = formats[format ?? ""] ?? [];
  const tooLong = maxLength !== undefined && maxLength < 10_000 ? ["x".repeat(maxLength + 1)] : [];
  return [...known, ...ofFormat, ...tooLong, schema === inner(schema) ? null : ""];
}

interface Spot {
  at: readonly string[];
  schema: JsonSchema;
}
function spotsOf(schema: JsonSchema, at: readonly string[] = []): Spot[] {
  const { properties = {}, items } = inner(schema);
  return [
    ...(at.length > 0 ? [{ at, schema }] : []),
    ...Object.entries(properties).flatMap(([name, one]) => spotsOf(one, [...at, name])),
    ...(items ? spotsOf(items, [...at, "0"]) : []),
  ];
}

function withValue(whole: Json, [key, ...rest]: readonly string[], value: Json): Json {
  if (key === undefined) return value;
  if (key === "0" && (whole === undefined || Array.isArray(whole)))
    return [withValue(whole?.[0], rest, value), ...(whole ?? []).slice(1)];
  return { ...whole, [key]: withValue(whole?.[key], rest, value) };
}

interface Bend {
  what: string;
  of(own: Ask): Ask;
  /** Whether the document has nothing against the body. */
  allows?(ask: Ask): boolean;
}

const ofQuery = [
  "",
  "x",
  "-1",
  "1.5",
  strange,
  "0000-01-01",
  "9999-12-31",
  "0001-01-01T00:00:00Z",
  "a,b",
  "%\\",
];
const ofPath = ["x", "0", "00000000-0000-0000-0000-000000000000", strange, "x".repeat(2000)];

function* bendsOf({ body, parameters }: DocumentedOperation): Generator<Bend> {
  const validate = body && ajv.compile(body);
  const named = (at: readonly string[], value: Json) =>
    `${at.join(".")}=${JSON.stringify(value).slice(0, 40)}`;
  // Wrong passwords lock; they have tests of their own.
  for (const { at, schema } of body ? spotsOf(body).filter((one) => !/assword/.test(`${one.at}`)) : [])
    for (const value of bent(schema))
      yield {
        what: named(["body", ...at], value),
        of: (own) => ({ ...own, body: withValue(own.body, at, value) }),
        allows: (ask) => validate!(ask.body) as boolean,
      };
  for (const { in: where, name } of parameters)
    if (where === "query" || where === "path")
      for (const value of where === "query" ? ofQuery : ofPath)
        yield {
          what: named([where, name], value),
          of: (own) => ({ ...own, [where]: { ...own[where], [name]: value } }),
        };
}

/** 400s of the whole request: no one place of it is wrong. */
const ofTheWhole = new Set(["query.nothing", "send.nothing", "query.invalid-key", "correction.empty"]);

type Answer = Awaited<ReturnType<typeof send>>;

function complaints(operation: DocumentedOperation, allowed: boolean, answer: Answer): string[] {
  const { statusCode: status, body, headers } = answer;
  const type = String(headers["content-type"] ?? "").split(";")[0]!;
  const found = judge(contract, operation, { status, type, body: type.endsWith("json") ? body : null });
  if (status >= 500 && !(status === 503 && operation.path.includes("/modalities/")))
    found.push(`${status} ${body}`);
  if (status < 400) {
    if (!allowed) found.push(`${status}, which the document does not allow`);
    return found;
  }
  const problem = answer.json();
  const whole =
    problem.status === status &&
    problem.detail !== "" &&
    problem.detail === problem.message &&
    problem.requestId === headers["x-request-id"] &&
    problem.instance.startsWith("/api/v1/");
  if (!whole) found.push(`not a whole problem: ${body}`);
  if (status === 400 && !problem.errors?.length && !ofTheWhole.has(problem.code))
    found.push(`names no place: ${body}`);
  return found;
}

/** Following lasts, and the demonstration is no request to bend. */
const leftOut = new Set(["followEvents", "loadDemonstration", "deleteDemo"]);

test("nothing that is bent breaks anything, and what is refused is refused by its place", async () => {
  const wrong: string[] = [];
  let count = 0;
  const here = houses.HERE;
  for (const operation of contract.operations) {
    if (!operation.path.startsWith("/api/v1/") || leftOut.has(operation.id)) continue;
    const [build] = requestsOf(operation.id);
    if (!build && operation.parameters.some((one) => one.in === "path")) continue;
    let own: Ask = build ? await build(here) : {};
    for (const bend of bendsOf(operation)) {
      const ask = bend.of(own);
      const answer = await send(operation, { headers: here.me.headers, ...ask });
      count += 1;
      for (const complaint of complaints(operation, bend.allows?.(ask) ?? true, answer))
        wrong.push(`${operation.id} ${bend.what}: ${complaint.slice(0, 400)}`);
      // What was done is made anew for what comes next.
      if (answer.statusCode < 300 && operation.method !== "GET" && build) own = await build(here);
    }
  }
  expect(wrong).toEqual([]);
  expect(count).toBeGreaterThan(4000);
}, 900_000);
