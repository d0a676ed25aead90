import type { Patient } from "@isocenter/contract";
import { foldLetters } from "@isocenter/dicom";
import {
  type Fragment,
  inSpans,
  isAmong,
  keysetPage,
  type ListPage,
  type ListRange,
  type LocalSpan,
  listKey,
  mapPage,
  type Reader,
  type Span,
  type Viewer,
} from "../../platform/index.ts";
import { allOf, anyOf } from "./name-search.ts";
import type { Sex } from "./patient.ts";
import { type PatientRow, patientColumns, toPatient, visible } from "./queries.ts";
import { amongInCareOf } from "./sql.ts";

/** How a text is compared: without case and accents where it begins or is found anywhere, else as it is written. */
export type TextMatch = "starts" | "contains" | "exact";

/** One of its values must fit. */
export type PatientCondition =
  | { by: "ids"; values: readonly string[] }
  | { by: "identifier"; values: readonly { value: string | null; issuer: string | null }[] }
  | { by: "name" | "family" | "given"; values: readonly string[]; how: TextMatch }
  | { by: "birthDate"; spans: readonly LocalSpan[] }
  /** `absent`: also where none is known. */
  | { by: "sex"; values: readonly Sex[]; absent: boolean }
  | { by: "facilities"; values: readonly string[] }
  | { by: "any" }
  | { by: "updatedAt"; spans: readonly Span[] }
  | { by: "none" };

export type PatientSort = "name" | "birthDate" | "updatedAt";

/** All of the conditions; by name when `sort` is left out. Whom another patient was merged into is found by what both are known by. @throws Refusal `invalid` */
export async function searchPatients(
  reader: Reader,
  viewer: Viewer,
  conditions: readonly PatientCondition[],
  range: ListRange & { sort?: string },
): Promise<ListPage<Patient>> {
  const page = await keysetPage<PatientRow, PatientSort>(reader, range, {
    name: "patient-search",
    sorts: {
      name: { by: reader`p.name_folded`, type: "text" },
      birthDate: { by: reader`coalesce(p.birth_date, '0001-01-01')`, type: "date" },
      updatedAt: { by: reader`p.updated_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: reader`p.id`,
    columns: patientColumns(reader, viewer),
    from: reader`patient p`,
    where: allOf(reader, [
      reader`p.merged_into is null`,
      visible(reader, viewer, amongInCareOf),
      ...conditions.map((condition) => sqlOf(reader, viewer, condition)),
    ]),
    key: listKey(viewer, conditions),
    bothWays: true,
  });
  return mapPage(page, (row) => toPatient(viewer, row));
}

function sqlOf(sql: Reader, viewer: Viewer, condition: PatientCondition): Fragment {
  switch (condition.by) {
    case "ids":
      return isAmong(sql, sql`p.id`, condition.values, "uuid");
    case "identifier":
      return sql`p.id in (select coalesce(i.survivor_id, i.patient_id) from patient_identifier i where ${anyOf(
        sql,
        condition.values.map(({ value, issuer }) =>
          allOf(sql, [
            ...(value === null ? [] : [sql`i.value = ${value}`]),
            ...(issuer === null ? [] : [sql`i.issuer = ${issuer}`]),
          ]),
        ),
      )})`;
    case "name":
    case "family":
    case "given":
      return anyOf(
        sql,
        condition.values.map((text) => named(sql, condition.by, text, condition.how)),
      );
    case "birthDate":
      return inSpans(sql, sql`p.birth_date`, condition.spans, "date");
    case "sex":
      return sql`(p.sex = any(${[...condition.values]}::text[]) ${condition.absent ? sql`or p.sex is null` : sql``})`;
    case "facilities":
      return sql`exists (select from patient_facility f where f.patient_id = p.id and f.facility_id = any(${condition.values.filter((id) => viewer.facilityIds.includes(id))}::uuid[]))`;
    case "any":
      return sql`true`;
    case "updatedAt":
      return inSpans(sql, sql`p.updated_at`, condition.spans);
    case "none":
      return sql`false`;
  }
}

const parts = { family: [1], given: [2, 3], name: [1, 2, 3, 4, 5] } as const;
const columnsOf = {
  family: ["p.family"],
  given: ["p.given", "p.middle"],
  name: ["p.family", "p.given", "p.middle", "p.prefix", "p.suffix"],
} as const;

/** The index of letters finds whoever has them anywhere in the name; the part that they stand in settles it. */
function named(sql: Reader, part: keyof typeof parts, text: string, how: TextMatch): Fragment {
  const folded = foldLetters(text)
    .replace(/[\s,^=]+/g, " ")
    .trim();
  if (folded === "") return sql`false`;
  const escaped = folded.replace(/[\\%_]/g, "\\$&");
  const anywhere = sql`p.name_folded like ${`%${escaped}%`}`;
  if (how === "exact")
    return sql`(${anywhere} and ${anyOf(
      sql,
      columnsOf[part].map((column) => sql`${sql.unsafe(column)} = ${text}`),
    )})`;
  const like = how === "contains" ? `%${escaped}%` : `${escaped}%`;
  const inPart = anyOf(
    sql,
    parts[part].map(
      (position) => sql`split_part(p.name_folded, '^', ${sql.unsafe(String(position))}) like ${like}`,
    ),
  );
  const spelled = sql`(${anywhere} and ${inPart})`;
  // Names in other letters stand each between equals signs.
  const other = how === "contains" ? `%${escaped}%` : `%=${escaped}%`;
  return part === "given" ? spelled : sql`(${spelled} or p.other_names_folded like ${other})`;
}
