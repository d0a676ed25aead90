import { formatTag, Tags } from "@isocenter/dicom";
import { type Fragment, invalidAt, type Reader, Refusal } from "../../../platform/index.ts";
import type { ArchiveQuery, QueryLevel, Tag } from "../types.ts";
import { keyAt } from "./keys.ts";

/** One expression that results are ordered by; never null. */
interface OrderTerm {
  expression: string;
  type: "text" | "int" | "date" | "time" | "timestamp" | "uuid";
}

/** A total order: its last term is an id. All terms go the same way, so a page's key is one row comparison. */
export interface Order {
  name: string;
  terms: readonly OrderTerm[];
  descending: boolean;
}

const idOf: Readonly<Record<QueryLevel, string>> = {
  PATIENT: "p.id",
  STUDY: "st.id",
  SERIES: "se.id",
  INSTANCE: "i.id",
};
const id = (level: QueryLevel): OrderTerm => ({ expression: idOf[level], type: "uuid" });
const seriesNumber: OrderTerm = { expression: "coalesce(se.series_number, 2147483647)", type: "int" };
const instanceNumber: OrderTerm = { expression: "coalesce(i.instance_number, 2147483647)", type: "int" };

export const pins = (query: ArchiveQuery, tag: Tag): boolean =>
  query.matches.some((match) => match.tag === tag && match.match.kind === "uids");

/** The order of a query's results. @throws Refusal `invalid` (`query.invalid-sort`) */
export function orderOf(query: ArchiveQuery): Order {
  const { level, sort } = query;
  if (sort) {
    const term = sortTerm(level, sort.tag);
    return {
      name: `${level} ${sort.tag} ${sort.descending === true}`,
      terms: [term, id(level)],
      descending: sort.descending === true,
    };
  }
  const pinned = pins(query, Tags.StudyInstanceUID) || pins(query, Tags.SeriesInstanceUID);
  const ascending = (terms: readonly OrderTerm[]): Order => ({
    name: `${level} ${pinned}`,
    terms,
    descending: false,
  });
  const newest = (terms: readonly OrderTerm[]): Order => ({ name: level, terms, descending: true });
  switch (level) {
    case "PATIENT":
      return ascending([{ expression: "p.name_folded", type: "text" }, id(level)]);
    case "STUDY":
      return newest([{ expression: "st.study_at", type: "timestamp" }, id(level)]);
    case "SERIES":
      return pinned ? ascending([seriesNumber, id(level)]) : newest([id(level)]);
    case "INSTANCE":
      return pinned
        ? ascending([seriesNumber, id("SERIES"), instanceNumber, id(level)])
        : newest([id(level)]);
  }
}

function sortTerm(level: QueryLevel, tag: Tag): OrderTerm {
  if (tag === Tags.StudyDate && level !== "PATIENT") return { expression: "st.study_at", type: "timestamp" };
  const matching = keyAt(level, tag)?.matching;
  switch (matching?.by) {
    case "name":
      return { expression: `coalesce(${matching.columns.folded}, '')`, type: "text" };
    case "text":
    case "folded":
      return { expression: `coalesce(${matching.column}, '')`, type: "text" };
    case "date":
      return { expression: `coalesce(${matching.column}, '0001-01-01')`, type: "date" };
    case "time":
      return { expression: `coalesce(${matching.column}, '00:00:00')`, type: "time" };
    case "number":
      return { expression: `coalesce(${matching.column}, -2147483648)`, type: "int" };
    case "uid":
    case "code":
      if (!matching.array) return { expression: `coalesce(${matching.column}, '')`, type: "text" };
  }
  throw new Refusal("invalid", "query.invalid-sort", `Results cannot be sorted by ${formatTag(tag)}.`);
}

const shapes: Readonly<Record<OrderTerm["type"], RegExp>> = {
  text: /^[^\0]*$/s,
  int: /^-?\d{1,10}$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  time: /^\d{2}:\d{2}:\d{2}(\.\d+)?$/,
  timestamp: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

/** `o0, o1 ...`: the values of the order, as text, for the next page's key. */
export function orderColumns(sql: Reader, order: Order): Fragment {
  return sql.unsafe(
    order.terms.map(({ expression }, index) => `${expression} as o${index}`).join(", "),
  ) as never;
}

export const orderBy = (order: Order, columnOf: (term: OrderTerm, index: number) => string): string =>
  order.terms
    .map((term, index) => `${columnOf(term, index)} ${order.descending ? "desc" : "asc"}`)
    .join(", ");

export function writeKey(order: Order, values: readonly string[]): string {
  return Buffer.from(JSON.stringify([order.name, ...values])).toString("base64url");
}

/** Only what comes after the key. @throws Refusal `invalid` (`query.invalid-after`) */
export function beyond(sql: Reader, order: Order, after: string): Fragment {
  const values = readKey(order, after);
  const left = sql.unsafe(order.terms.map(({ expression }) => expression).join(", "));
  const right = order.terms.flatMap(({ type }, index) => [
    ...(index === 0 ? [] : [sql`, `]),
    sql`${values[index]!}::text::${sql.unsafe(type)}`,
  ]);
  return sql`(${left}) ${order.descending ? sql`<` : sql`>`} (${right})`;
}

function readKey(order: Order, after: string): string[] {
  try {
    const [name, ...values] = JSON.parse(Buffer.from(after, "base64url").toString()) as unknown[];
    const fits = order.terms.every(({ type }, index) => {
      const value = values[index];
      return typeof value === "string" && shapes[type].test(value);
    });
    if (name === order.name && values.length === order.terms.length && fits) return values as string[];
  } catch {
    // Answered below, as any other text that is not ours.
  }
  throw invalidAt("query.invalid-after", "querystring.after", "is not the key of a page in this order");
}
