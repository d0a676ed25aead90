import { phoneticKeys } from "@isocenter/dicom";
import { type Fragment, likePrefix, type Reader } from "../../platform/index.ts";
import { foldPattern } from "./names.ts";
import { patientNameColumns } from "./sql.ts";

/**
 * Where folded names stand. `alone`: one column with the alphabetic group and one with the other groups, as `nameKeys` makes them.
 * `wrapped`: all groups of all names in one column, each between equals signs. Columns are ours, never what a client wrote.
 */
export type NameColumns =
  | { form: "alone"; folded: string; others: string; sounds: string }
  | { form: "wrapped"; folded: string; sounds?: string };

/** One group of a pattern for LIKE; a blank also stands for the caret where the client wrote no carets. */
function groupLike(group: string): string {
  const carets = group.includes("^");
  const trimmed = group
    .replace(/[\s^]+$/, "")
    .replace(/\s*\^\s*/g, "^")
    .trim();
  return [...trimmed]
    .map((char) => {
      if (char === "*") return "%";
      if (char === "?" || (char === " " && !carets)) return "_";
      return char === "%" || char === "_" || char === "\\" ? `\\${char}` : char;
    })
    .join("")
    .replace(/%{2,}/g, "%");
}

/**
 * Person name matching (PS3.4 C.2.2.2.1, C.2.2.2.4): without case and accents, by components, wildcards anywhere; a pattern without equals
 * signs matches any of the groups. Fuzzy: each word begins a word of the name, or sounds like one.
 */
export function nameMatches(sql: Reader, columns: NameColumns, pattern: string, fuzzy = false): Fragment {
  if (fuzzy) return fuzzyMatches(sql, columns, pattern);
  const folded = sql.unsafe(columns.folded);
  const groups = foldPattern(pattern, "name").split("=");
  if (columns.form === "wrapped") {
    const conditions = groups
      .map(groupLike)
      .filter((like) => like !== "")
      .map((like) => sql`${folded} like ${`%=${like}=%`}`);
    return allOf(sql, conditions);
  }
  const others = sql.unsafe(columns.others);
  const [alphabetic = "", ...rest] = groups.map(groupLike);
  if (rest.length === 0) return sql`(${folded} like ${alphabetic} or ${others} like ${`%=${alphabetic}=%`})`;
  return allOf(sql, [
    ...(alphabetic === "" ? [] : [sql`${folded} like ${alphabetic}`]),
    ...rest.filter((like) => like !== "").map((like) => sql`${others} like ${`%=${like}=%`}`),
  ]);
}

function fuzzyMatches(sql: Reader, columns: NameColumns, pattern: string): Fragment {
  const words = foldPattern(pattern, "name")
    .split(/[\s*?^=,]+/)
    .filter((word) => word !== "")
    .slice(0, 16);
  const folded = sql.unsafe(columns.folded);
  return allOf(
    sql,
    words.map((word) => {
      const begins = `(^|[ ^=-])${word.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&")}`;
      const alternatives = [sql`${folded} ~ ${begins}`];
      if (columns.form === "alone") alternatives.push(sql`${sql.unsafe(columns.others)} ~ ${begins}`);
      const [sound] = phoneticKeys(word);
      if (columns.sounds && sound)
        alternatives.push(sql`${sql.unsafe(columns.sounds)} @> ${[sound]}::text[]`);
      return anyOf(sql, alternatives);
    }),
  );
}

/** Conditions joined by `and`; true where there are none. */
export function allOf(sql: Reader, conditions: readonly Fragment[]): Fragment {
  if (conditions.length === 0) return sql`true`;
  return sql`(${conditions.flatMap((condition, index) => (index === 0 ? [condition] : [sql` and `, condition]))})`;
}

/** Conditions joined by `or`; false where there are none. */
export function anyOf(sql: Reader, conditions: readonly Fragment[]): Fragment {
  if (conditions.length === 0) return sql`false`;
  return sql`(${conditions.flatMap((condition, index) => (index === 0 ? [condition] : [sql` or `, condition]))})`;
}

/**
 * True where the patient that the column names has the word in their name, or an identifier that begins with it. The few who are meant are found first,
 * each alternative from its own index.
 */
export function hasWord(sql: Reader, column: string, word: string): Fragment {
  const inName = nameMatches(sql, patientNameColumns, `*${word.replaceAll(/[*?=]/g, " ")}*`);
  return sql`${sql.unsafe(column)} in (
    select p.id from patient p where ${inName}
    union all select coalesce(i.survivor_id, i.patient_id) from patient_identifier i
      where upper(i.value) like ${likePrefix(word.toUpperCase())})`;
}
