import type { FiguresQuery, Group } from "@isocenter/contract";
import {
  createGate,
  type Db,
  type Fragment,
  invalidAt,
  Refusal,
  requirePermission,
  type Tx,
  transact,
  type Viewer,
} from "../../platform/index.ts";

/** A group of an answer: what it is by, and for people and places the name. The columns are ours. */
export interface Dimension {
  by: string;
  name?: (value: string) => string;
}

/** The name of a row by the text of its id; null where it is none, such as a machine. */
const nameIn =
  (table: string, column: string) =>
  (value: string): string =>
    `(select ${column} from ${table} where id = case when ${value} ~ '^[0-9a-f-]{36}$' then ${value}::uuid end)`;
export const userName = nameIn("app_user", "full_name");
export const stationName = nameIn("station", "name");

const dayDimensions = (day: string): Record<"day" | "week" | "month", Dimension> => ({
  day: { by: `to_char(${day}, 'YYYY-MM-DD')` },
  week: { by: `to_char(${day}, 'IYYY"-W"IW')` },
  month: { by: `to_char(${day}, 'YYYY-MM')` },
});

export type Dimensions = Readonly<Record<string, Dimension>>;

/** `facility`, `day`, `week` and `month` of a source that has a column of the facility and one of the day. */
export const commonDimensions = (facility: string, day: string): Dimensions => ({
  facility: { by: `${facility}::text`, name: nameIn("facility", "name") },
  ...dayDimensions(day),
});

const maxGroups = 5000;
const maxDays = 3660;
const defaultDays = 30;
const dayMs = 86_400_000;

export interface Period {
  from: string;
  to: string;
}

/** The days asked for; where they are left out the last 30. @throws Refusal `invalid` (`query.invalid-period`) */
function readPeriod({ from, to }: { from?: string; to?: string }, now: Date): Period {
  const wrong = (name: "from" | "to", message: string) =>
    invalidAt("query.invalid-period", `querystring.${name}`, message);
  for (const [name, day] of [
    ["from", from],
    ["to", to],
  ] as const)
    if (day !== undefined && (day < "1900-01-01" || day > "2199-12-31"))
      throw wrong(name, "is a day from 1900 to 2199");
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  // Somewhere it is tomorrow already.
  const last = to ?? day(Math.max(now.getTime() + dayMs / 2, from ? Date.parse(from) : 0));
  const first = from ?? day(Date.parse(last) - (defaultDays - 1) * dayMs);
  if (last < first) throw wrong("to", "is before `from`");
  if ((Date.parse(last) - Date.parse(first)) / dayMs >= maxDays)
    throw wrong("to", `ends a period of more than ${maxDays} days`);
  return { from: first, to: last };
}

/** @throws Refusal `invalid` (`query.invalid-group`) */
function readGroups(text: string | undefined, known: Dimensions, fallback: readonly string[]): string[] {
  if (text === undefined) return [...fallback];
  const names = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const unknown = names.some((name) => !Object.hasOwn(known, name));
  if (!unknown && names.length <= 3 && new Set(names).size === names.length) return names;
  const message = `takes one to three of ${Object.keys(known).join(", ")}, with commas between them`;
  throw new Refusal("invalid", "query.invalid-group", `groupBy ${message}.`, {
    errors: [{ path: "querystring.groupBy", message }],
  });
}

export interface Asked {
  db: Db;
  viewer: Viewer;
  now: Date;
}

export interface Figures<Row> extends Period {
  groupBy: string[];
  asOf: string;
  data: (Row & { group: Group })[];
}

/** What a figure is made of. */
export interface Source {
  dimensions: Dimensions;
  /** Where `groupBy` is left out. */
  fallback: readonly string[];
  /** Sums and the like, each with its name. */
  figures(sql: Tx): Fragment;
  /** With joins, without `from`. */
  from(sql: Tx, period: Period): Fragment;
  where(sql: Tx, period: Period): Fragment;
  /** A further column that parts the groups, such as the currency. */
  parted?: string;
}

/** Figures read much: so many at once in this process, the others wait. */
const gate = createGate({
  atOnce: 2,
  maxWaiting: 20,
  refusal: () =>
    new Refusal("too-many", "analytics.busy", "Many figures are being made at this moment. Try again.", {
      retryAfter: 10,
    }),
});
const longestMs = 60_000;

/**
 * Figures of the period by their groups, in the order of the groups.
 * @throws Refusal `invalid` (`query.invalid-period`, `query.invalid-group`), `unprocessable` (`analytics.too-many-groups`, `analytics.too-long`)
 */
export function figuresBy<Row extends object>(
  { db, now }: Asked,
  query: Pick<FiguresQuery, "from" | "to" | "groupBy">,
  source: Source,
): Promise<Figures<Row>> {
  const period = readPeriod(query, now);
  const groupBy = readGroups(query.groupBy, source.dimensions, source.fallback);
  return gate(async () => {
    const rows = await transact(db, async (tx) => {
      await tx`select set_config('statement_timeout', ${String(longestMs)}, true), set_config('work_mem', '64MB', true)`;
      return grouped<Row>(tx, period, groupBy, source);
    }).catch(tooLong);
    if (rows.length > maxGroups)
      throw new Refusal(
        "unprocessable",
        "analytics.too-many-groups",
        `The answer has more than ${maxGroups} groups: take a shorter period or fewer groups.`,
      );
    return { ...period, groupBy, asOf: now.toISOString(), data: rows };
  });
}

async function grouped<Row extends object>(
  tx: Tx,
  period: Period,
  groupBy: readonly string[],
  source: Source,
): Promise<(Row & { group: Group })[]> {
  const dimensions = groupBy.map((name) => source.dimensions[name] as Dimension);
  const keys = dimensions.map(({ by }, index) => `${by} as g${index}`);
  if (source.parted) keys.push(`${source.parted} as part`);
  const count = keys.length;
  const ordinals = keys.map((_, index) => index + 1).join(", ");
  // Names are looked up once for a group, not for each row.
  const names = dimensions.flatMap(({ name }, index) =>
    name ? [`${name(`q.g${index}`)} as n${index}`] : [],
  );
  const rows = await tx<Record<string, unknown>[]>`
    select q.* ${tx.unsafe(names.map((name) => `, ${name}`).join(""))} from (
      select ${tx.unsafe(keys.map((key) => `${key}, `).join(""))} ${source.figures(tx)}
      from ${source.from(tx, period)} where ${source.where(tx, period)}
      ${tx.unsafe(count > 0 ? `group by ${ordinals} order by ${ordinals} limit ${maxGroups + 1}` : "")}) q`;
  return rows.map((row) => {
    const group: Group = {};
    const figures: Record<string, unknown> = { ...row };
    for (const [index, name] of groupBy.entries()) {
      group[name] = text(row[`g${index}`]);
      if (dimensions[index]?.name) group[`${name}Name`] = text(row[`n${index}`]);
      delete figures[`g${index}`];
      delete figures[`n${index}`];
    }
    return { group, ...figures } as Row & { group: Group };
  });
}

const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** SQLSTATE 57014: the statement took longer than it may. */
function tooLong(error: unknown): never {
  if ((error as { code?: unknown }).code === "57014")
    throw new Refusal(
      "unprocessable",
      "analytics.too-long",
      "These figures take too long to make: take a shorter period.",
      { cause: error as Error },
    );
  throw error;
}

/** Whose figures the viewer gets. @throws Refusal `forbidden` */
export function reachOfFigures(
  viewer: Viewer,
  allowed: readonly ("all" | "own" | "for-bills")[],
): "all" | "own" | "for-bills" {
  const reach = requirePermission(viewer, "analytics.read") as "all" | "own" | "for-bills";
  if (allowed.includes(reach)) return reach;
  throw new Refusal(
    "forbidden",
    "analytics.out-of-reach",
    reach === "own"
      ? "These figures are nobody's own; you may see your own alone."
      : "You may see the figures of money alone.",
  );
}

/** The id of the viewer as a person; null where it is none, which matches nothing. */
export const selfOf = (viewer: Viewer): string | null => (viewer.kind === "user" ? viewer.id : null);
