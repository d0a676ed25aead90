import type { Pagination } from "@isocenter/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { countLimit } from "../database/paging.ts";
import { Refusal } from "../refusal.ts";

/** One page of a list; `next` is the key for `after`, null on the last page. */
export interface ListPage<T> {
  data: T[];
  total: number;
  totalIsExact: boolean;
  next: string | null;
  /** Of a list that is read both ways: the key for `after` of the same list sorted the other way, which leads to what stands before this page. */
  back?: string;
}

export interface ListRange {
  limit?: number;
  offset?: number;
  after?: string;
}

export const defaultLimit = 25;
export const maxLimit = 200;

/** How many items lie before the page that a key of ours names. */
const places = new WeakMap<FastifyRequest, number>();
const placed = /^(\d{1,9})~(.+)$/s;
const maxOffset = 1_000_000;

/**
 * Links by key say beside it how many items they pass over (`50~KEY`), so that a page that is reached by key knows where it is and has a page before it.
 * Queries get the key alone. Before the request is checked.
 */
export function readPlace(request: FastifyRequest): void {
  const query = request.query as { after?: unknown };
  const found = typeof query.after === "string" ? placed.exec(query.after) : null;
  if (!found) return;
  places.set(request, Number(found[1]));
  query.after = found[2];
}

/** The list as the contract has it, with the URLs of the pages beside this one, as the client would write them. */
export function listAnswer<T>(
  request: FastifyRequest,
  range: ListRange,
  page: ListPage<T>,
): { data: T[]; pagination: Pagination } {
  const { limit = defaultLimit } = range;
  const offset = places.get(request) ?? range.offset ?? 0;
  const [path = "", search = ""] = request.url.split("?", 2);
  const link = (changes: Record<string, string | null>): string => {
    const parameters = new URLSearchParams(search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) parameters.delete(name);
      else parameters.set(name, value);
    }
    return `${path}?${parameters}`;
  };
  const { total, totalIsExact, next } = page;
  const before = Math.max(0, offset - limit);
  return {
    data: page.data,
    pagination: {
      total,
      totalIsExact,
      limit,
      offset,
      next: next === null ? null : link({ after: `${offset + page.data.length}~${next}`, offset: null }),
      previous: offset > 0 && before <= maxOffset ? link({ offset: String(before), after: null }) : null,
    },
  };
}

/** A page of a list that is read whole: the key of a page is its place. */
export function wholeListAnswer<T>(request: FastifyRequest, range: ListRange, all: readonly T[]) {
  const { limit = defaultLimit, offset = 0, after } = range;
  const start = after === undefined ? offset : Number(after);
  const data = all.slice(start, start + limit);
  const next = start + data.length < all.length ? String(start + data.length) : null;
  return listAnswer(request, range, { data, total: all.length, totalIsExact: true, next });
}

/** Totals are counted to 10,000: the query counts `limit countLimit + 1` rows. */
export const countedTo = (count: number): { total: number; totalIsExact: boolean } => ({
  total: Math.min(count, countLimit),
  totalIsExact: count <= countLimit,
});

/**
 * What a list is to be sorted by, from `field` or `-field`.
 * @throws Refusal `invalid` (`query.invalid-sort`), and (`query.after-and-offset`) where the range names two places to begin
 */
export function readSort<Field extends string>(
  query: ListRange & { sort?: string },
  fields: readonly Field[],
  fallback: Field | `-${Field}`,
): { field: Field; descending: boolean } {
  if (query.after !== undefined && query.offset !== undefined)
    throw new Refusal("invalid", "query.after-and-offset", "Give either `after` or `offset`.");
  const sort = query.sort ?? fallback;
  const descending = sort.startsWith("-");
  const field = fields.find((name) => name === (descending ? sort.slice(1) : sort));
  if (field === undefined) {
    const message = `must be one of ${fields.join(", ")}, with - before it for descending order`;
    throw new Refusal("invalid", "query.invalid-sort", `sort ${message}.`, {
      errors: [{ path: "querystring.sort", message }],
    });
  }
  return { field, descending };
}

const dayMs = 24 * 60 * 60 * 1000;
/** The database is told years of four digits. */
const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");

/** The moment from which, or before which, a filter named `Moment` takes what it takes: a day is taken whole. */
export const sinceOf = (text: string): Date => new Date(text);
export const untilOf = (text: string): Date =>
  new Date(Math.min(lastMoment, Date.parse(text) + (/^\d{4}-\d{2}-\d{2}$/.test(text) ? dayMs : 0)));

/**
 * The version that the client changes, from the body or `If-Match`; undefined where it names none.
 * @throws Refusal `invalid` (`version.invalid`) where the two differ or the header is no ETag of ours
 */
export function expectedVersion(request: FastifyRequest, fromBody?: number): number | undefined {
  const header = request.headers["if-match"];
  if (header === undefined || header.trim() === "*") return fromBody;
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim());
  const version = match ? Number(match[1]) : Number.NaN;
  if (Number.isNaN(version) || (fromBody !== undefined && fromBody !== version)) {
    throw new Refusal(
      "invalid",
      "version.invalid",
      "If-Match must be the ETag of the item, and agree with expectedVersion.",
    );
  }
  return version;
}

/** The body of a change, empty where there is none, with the version that the client names in it or in `If-Match`. @throws as `expectedVersion` */
export function versionedBody<Body extends { expectedVersion?: number } | null>(
  request: FastifyRequest & { body: Body },
): NonNullable<Body> {
  const body = (request.body ?? {}) as NonNullable<Body>;
  const version = expectedVersion(request, body.expectedVersion);
  return version === undefined ? body : { ...body, expectedVersion: version };
}

/** @throws Refusal `conflict` (`version.conflict`) where the client's version is not the present one */
export function checkVersion(expected: number | undefined, version: number): void {
  if (expected !== undefined && expected !== version) {
    throw new Refusal(
      "conflict",
      "version.conflict",
      `This was changed meanwhile: it has version ${version}, the change is for version ${expected}. Read it again.`,
    );
  }
}

/** Answers with an item that has versions, and its ETag. */
export function sendVersioned<T extends { version: number }>(reply: FastifyReply, item: T): T {
  reply.header("etag", `"${item.version}"`);
  return item;
}

/** Where the item is that a request to its list, or to a path `below` the list, has made. */
export const locationOf = ({ url }: FastifyRequest, id: string, below = /\/$/): string =>
  `${url.split("?")[0]!.replace(below, "")}/${id}`;

/** Says 201 and where the new item is. */
export const created = (request: FastifyRequest, reply: FastifyReply, id: string): FastifyReply =>
  reply.code(201).header("location", locationOf(request, id));
