import type { Fragment, Reader } from "./database/database.ts";

/** From a moment until before another; null is open. */
export interface Span {
  from: Date | null;
  to: Date | null;
}

/** The same of days, or of dates and times without a zone, as text that PostgreSQL reads. */
export interface LocalSpan {
  from: string | null;
  to: string | null;
}

/** True where the column's value lies in one of the spans. @param type what the ends are read as */
export function inSpans(
  sql: Reader,
  column: Fragment,
  spans: readonly (Span | LocalSpan)[],
  type: "timestamptz" | "timestamp" | "date" = "timestamptz",
): Fragment {
  const end = (at: Date | string) =>
    sql`${at instanceof Date ? at.toISOString() : at}::text::${sql.unsafe(type)}`;
  const one = ({ from, to }: Span | LocalSpan): Fragment => {
    if (from !== null && to !== null) return sql`(${column} >= ${end(from)} and ${column} < ${end(to)})`;
    if (from !== null) return sql`${column} >= ${end(from)}`;
    return to === null ? sql`${column} is not null` : sql`${column} < ${end(to)}`;
  };
  const [first, ...rest] = spans.map(one);
  if (!first) return sql`false`;
  return rest.length === 0 ? first : sql`(${rest.reduce((all, next) => sql`${all} or ${next}`, first)})`;
}

/** True where the column's value is one of the values. */
export const isAmong = (
  sql: Reader,
  column: Fragment,
  values: readonly string[],
  type: "uuid" | "text",
): Fragment => sql`${column} = any(${[...values]}::${sql.unsafe(type)}[])`;
