import { NoQuery } from "@isocenter/contract";
import type { FastifyRequest } from "fastify";
import { Refusal, type RefusalDetail } from "../refusal.ts";
import type { App } from "./app.ts";
import { readPlace } from "./lists.ts";

const mostErrors = 50;
const longestPath = 256;

/** NUL and halves of surrogate pairs: JSON can say them, no database keeps them. */
const isText = (value: string): boolean => !value.includes("\0") && value.isWellFormed();

/** Where a text is none, names of members as well. What is nested deeper than a stack goes is looked at too. */
function notText(part: unknown, name: string): RefusalDetail[] {
  const errors: RefusalDetail[] = [];
  const left: { path: string; value: unknown }[] = [{ path: name, value: part }];
  for (let next = left.pop(); next && errors.length < mostErrors; next = left.pop()) {
    const { path, value } = next;
    if (typeof value === "string" && !isText(value))
      errors.push({ path, message: "holds a character that no text has, such as NUL" });
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) continue;
    for (const [key, one] of Object.entries(value)) {
      if (!isText(key)) errors.push({ path, message: "has a member whose name no text can be" });
      // Paths of what is nested deeper are for nobody.
      else left.push({ path: path.length < longestPath ? `${path}.${key}` : path, value: one });
    }
  }
  return errors;
}

/** @throws Refusal `invalid` (`text.invalid`) */
function refuseNoText({ body, query, params }: FastifyRequest): void {
  const errors = [
    ...notText(body, "body"),
    ...notText(query, "querystring"),
    ...notText(params, "params"),
  ].slice(0, mostErrors);
  const [first] = errors;
  if (first) throw new Refusal("invalid", "text.invalid", `${first.path} ${first.message}.`, { errors });
}

interface QuerySchema {
  properties?: Record<string, { type?: string; "x-several"?: true }>;
}

/** What `Number` reads beside these is none that anybody means: `0x10`, `1e2`, ` 5`. */
const numbers: Readonly<Record<string, RegExp>> = {
  integer: /^-?\d{1,15}$/,
  number: /^-?\d{1,15}(?:\.\d{1,15})?$/,
};

/** @throws Refusal `invalid` (`validation`) */
function refuseNoNumbers({ query, routeOptions }: FastifyRequest): void {
  const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as QuerySchema;
  const errors = Object.entries(query as Record<string, unknown>).flatMap(([name, value]) => {
    const type = Object.hasOwn(properties, name) ? (properties[name]?.type ?? "") : "";
    return typeof value !== "string" || numbers[type]?.test(value) !== false
      ? []
      : [{ path: `querystring.${name}`, message: `must be ${type}` }];
  });
  const [first] = errors;
  if (first) throw new Refusal("invalid", "validation", `${first.path}: ${first.message}`, { errors });
}

interface BodySchema {
  properties?: Record<string, { "x-null-is-absent"?: true }>;
}

/** A member that may be `null` where it may be left out as well is left out. */
function leaveOutNulls({ body, routeOptions }: FastifyRequest): void {
  const { properties = {} } = (routeOptions.schema?.body ?? {}) as BodySchema;
  const members = (body ?? {}) as Record<string, unknown>;
  for (const [name, property] of Object.entries(properties))
    if (property["x-null-is-absent"] && Object.hasOwn(members, name) && members[name] === null)
      delete members[name];
}

/** A filter of several values that comes once for each is the list of them. */
function joinRepeated({ query, routeOptions }: FastifyRequest): void {
  const values = query as Record<string, unknown>;
  const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as QuerySchema;
  for (const [name, value] of Object.entries(values))
    if (Array.isArray(value) && properties[name]?.["x-several"]) values[name] = value.join(",");
}

/**
 * What a route does not name it does not take: query parameters of routes without any, and members of bodies where none is read, are a
 * 400 that names them, as are texts that can be kept nowhere; a body with a Content-Encoding is a 415. Answers are kept by nobody on their way. Before the routes of the API are registered, in their scope.
 */
export function refuseUnknown(app: App): void {
  app.addHook("onRoute", (route) => {
    if (!route.schema?.querystring) route.schema = { ...route.schema, querystring: NoQuery };
  });
  // Encoded bodies are read by nobody here; what reads its body itself says so itself.
  app.addHook("preParsing", async (request, reply, payload) => {
    const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
    if (encoding === "identity" || encoding === "") return payload;
    reply.header("accept-encoding", "identity");
    throw new Refusal("unsupported-type", "body.encoding", "Send the body without a Content-Encoding.");
  });
  app.addHook("onSend", async (_request, reply, payload) => {
    // Records of patients stay in no cache, and on no disk, unless the route knows better.
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "private, no-store");
    return payload;
  });
  app.addHook("preValidation", async (request) => {
    refuseNoText(request);
    joinRepeated(request);
    readPlace(request);
    leaveOutNulls(request);
    refuseNoNumbers(request);
    const { body } = request;
    if (request.routeOptions.schema?.body !== undefined || typeof body !== "object" || body === null) return;
    const names = Object.keys(body);
    if (names.length === 0) return;
    const errors = names
      .slice(0, mostErrors)
      .map((name) => ({ path: `body.${name}`, message: "This member is not known here." }));
    throw new Refusal("invalid", "validation", `${errors[0]?.path}: This member is not known here.`, {
      errors,
    });
  });
}
