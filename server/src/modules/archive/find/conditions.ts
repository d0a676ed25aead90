import { formatTag } from "@isocenter/dicom";
import { escapeLike, type Fragment, type Reader, Refusal } from "../../../platform/index.ts";
import {
  allOf,
  anyOf,
  foldPattern,
  hasIdentifierLike,
  hasIssuerLike,
  nameMatches,
} from "../../patients/index.ts";
import type { ArchiveQuery, AttributeMatch, Match } from "../types.ts";
import { type Key, keyAt, type Matching, takes } from "./keys.ts";

/** A pattern with `*` and `?` for LIKE. */
export function likeOf(pattern: string): string {
  return [...pattern].map((char) => (char === "*" ? "%" : char === "?" ? "_" : escapeLike(char))).join("");
}

const hasWildcard = (pattern: string): boolean => /[*?]/.test(pattern);

/**
 * The conditions that a query's matches make, on columns of `p`, `st`, `se`, `i`.
 * @throws Refusal `invalid` (`query.unsupported-key`, `query.unsupported-match`)
 */
export function conditionsOf(sql: Reader, query: ArchiveQuery): Fragment[] {
  const combined = query.combineDateTime ? combinedStudyDateTime(sql, query) : null;
  return [
    ...(combined ? [combined] : []),
    ...query.matches.flatMap((match) => {
      const key = supportedKey(query, match);
      if (match.match.kind === "universal" || (combined && isStudyDateOrTime(key))) return [];
      return [condition(sql, key.matching!, match.match)];
    }),
  ];
}

function supportedKey(query: ArchiveQuery, { tag, within, match }: AttributeMatch): Key {
  const key = keyAt(query.level, tag, within);
  if (!key)
    throw new Refusal("invalid", "query.unsupported-key", `${formatTag(tag)} is not a key at this level.`);
  if (!takes(key, match.kind)) {
    throw new Refusal(
      "invalid",
      "query.unsupported-match",
      `${formatTag(tag)} cannot be matched by ${match.kind}.`,
    );
  }
  return key;
}

function condition(sql: Reader, matching: Matching, match: Match): Fragment {
  if (match.kind === "name" && matching.by === "name")
    return nameMatches(sql, matching.columns, match.pattern, match.fuzzy);
  if (match.kind === "text" && matching.by === "identifier")
    return hasIdentifierLike(sql, "p.id", likeOf(match.pattern));
  if (match.kind === "text" && matching.by === "issuer")
    return hasIssuerLike(sql, "p.id", likeOf(match.pattern));
  if (!("column" in matching)) throw new Error(`no way to match ${match.kind} by ${matching.by}`);
  const column = sql.unsafe(matching.column);
  const array = "array" in matching && matching.array === true;
  switch (match.kind) {
    case "text":
      if (matching.by === "code") return codesMatch(sql, column, array, [match.pattern]);
      return textMatch(
        sql,
        column,
        matching.by === "folded" ? foldPattern(match.pattern, "text") : match.pattern,
      );
    case "date":
      return matching.column === "st.study_date" ? studyDates(sql, match) : range(sql, column, "date", match);
    case "time":
      return range(sql, column, "time", match);
    case "uids":
      return anyValue(sql, column, array, match.values);
    case "codes":
      return codesMatch(sql, column, array, match.values);
    case "number":
      return sql`${column} = ${match.value}`;
    default:
      throw new Error(`no way to match ${match.kind} by ${matching.by}`);
  }
}

function textMatch(sql: Reader, column: Fragment, pattern: string): Fragment {
  return hasWildcard(pattern) ? sql`${column} like ${likeOf(pattern)}` : sql`${column} = ${pattern}`;
}

function anyValue(sql: Reader, column: Fragment, array: boolean, values: readonly string[]): Fragment {
  if (array) return sql`${column} && ${[...values]}::text[]`;
  return values.length === 1 ? sql`${column} = ${values[0]!}` : sql`${column} = any(${[...values]}::text[])`;
}

function codesMatch(sql: Reader, column: Fragment, array: boolean, values: readonly string[]): Fragment {
  const plain = values.filter((value) => !hasWildcard(value));
  const conditions = values
    .filter(hasWildcard)
    .map((pattern) =>
      array
        ? sql`exists (select 1 from unnest(${column}) code where code like ${likeOf(pattern)})`
        : sql`${column} like ${likeOf(pattern)}`,
    );
  if (plain.length > 0) conditions.push(anyValue(sql, column, array, plain));
  return anyOf(sql, conditions);
}

type Range = { from: string | null; to: string | null };

/** Range matching (PS3.4 C.2.2.2.5), both ends included; an open end is null. */
function range(
  sql: Reader,
  column: Fragment,
  type: "date" | "time" | "timestamp",
  { from, to }: Range,
): Fragment {
  const cast = sql.unsafe(type);
  if (from !== null && from === to) return sql`${column} = ${from}::text::${cast}`;
  return allOf(sql, [
    ...(from === null ? [] : [sql`${column} >= ${from}::text::${cast}`]),
    ...(to === null ? [] : [sql`${column} <= ${to}::text::${cast}`]),
  ]);
}

/** Study dates by the index that also gives the order; a study without date matches no range. */
const studyDates = (sql: Reader, { from, to }: Range): Fragment =>
  allOf(sql, [
    sql`st.study_date is not null`,
    ...(from === null ? [] : [sql`st.study_at >= ${from}::text::date`]),
    ...(to === null ? [] : [sql`st.study_at < ${to}::text::date + 1`]),
  ]);

const isStudyDateOrTime = ({ matching }: Key): boolean =>
  matching !== null &&
  "column" in matching &&
  (matching.column === "st.study_date" || matching.column === "st.study_time");

/** Study date and time as one range from the first point to the last (PS3.4 C.2.2.2.5.4); null where not both are given. */
function combinedStudyDateTime(sql: Reader, query: ArchiveQuery): Fragment | null {
  const ours = query.matches
    .filter(({ tag, within }) => {
      const key = keyAt(query.level, tag, within);
      return key !== undefined && isStudyDateOrTime(key);
    })
    .map(({ match }) => match);
  const date = ours.find((match) => match.kind === "date");
  const time = ours.find((match) => match.kind === "time");
  if (!date || !time) return null;
  return range(sql, sql.unsafe("st.study_at"), "timestamp", {
    from: date.from === null ? null : `${date.from}T${time.from ?? "00:00:00"}`,
    to: date.to === null ? null : `${date.to}T${time.to ?? "23:59:59.999999"}`,
  });
}
