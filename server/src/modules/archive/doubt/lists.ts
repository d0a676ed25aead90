import { type DoubtListQuery, doubtStatuses } from "@isocenter/contract";
import {
  type Fragment,
  keysetPage,
  type ListPage,
  type ListRange,
  type Reader,
  Refusal,
  type Viewer,
} from "../../../platform/index.ts";
import { atFacilities } from "../find/find.ts";
import { readStatus } from "./summaries.ts";

/** A list of what people decide: its rows by time, at the viewer's facilities. Names of tables and columns are ours. */
export interface DecisionList {
  /** Of the table in `from`, which has `id` and `facility_id`. */
  alias: string;
  /** What it is sorted by: the column, and its name in `sort`. */
  at: { column: string; field: string };
  columns: (sql: Reader) => Fragment;
  from: (sql: Reader) => Fragment;
}

/** A page of the list. @param name with what is asked of it, for its cursors */
export function listDecisions<Row extends { id: string }>(
  reader: Reader,
  viewer: Viewer,
  query: ListRange,
  { alias, at, columns, from }: DecisionList,
  { name, newestFirst, where }: { name: string; newestFirst: boolean; where: Fragment },
): Promise<ListPage<Row>> {
  return keysetPage<Row, string>(reader, query, {
    name,
    sorts: { [at.field]: { by: reader.unsafe(`${alias}.${at.column}`), type: "timestamptz" } },
    fallback: newestFirst ? `-${at.field}` : at.field,
    id: reader.unsafe(`${alias}.id`),
    columns: columns(reader),
    from: from(reader),
    where: reader`${atFacilities(reader, viewer, alias)} and ${where}`,
  });
}

/** One of the list. @throws Refusal `not-found` with the code */
export async function getDecision<Row extends { id: string }>(
  reader: Reader,
  viewer: Viewer,
  id: string,
  { alias, columns, from }: DecisionList,
  { code, what }: { code: string; what: string },
): Promise<Row> {
  const [row] = await reader<Row[]>`
    select ${columns(reader)} from ${from(reader)}
    where ${reader.unsafe(`${alias}.id`)} = ${id} and ${atFacilities(reader, viewer, alias)}`;
  if (!row) throw new Refusal("not-found", code, `There is no such ${what}.`);
  return row;
}

/** What waits for a decision, the oldest first; decided ones the newest first. The table has `created_at` and `resolved_at`. */
export function listDoubts<Row extends { id: string }>(
  reader: Reader,
  viewer: Viewer,
  query: DoubtListQuery,
  list: DecisionList,
  { name, where }: { name: string; where: Fragment },
): Promise<ListPage<Row>> {
  const open = readStatus(doubtStatuses, query.status, "OPEN") === "OPEN";
  const resolvedAt = reader.unsafe(`${list.alias}.resolved_at`);
  return listDecisions<Row>(reader, viewer, query, list, {
    name: `${name} ${open}`,
    newestFirst: !open,
    where: reader`(${resolvedAt} is null) = ${open} ${where}`,
  });
}

/** What was decided of a row that was in doubt; nulls while it is open. */
export interface DecisionRow {
  action: string | null;
  resolutionReason: string | null;
  resolvedBy: string | null;
  resolvedByName: string | null;
  resolvedAt: Date | null;
}

/** @param reason the column that has it */
export function decisionColumns(sql: Reader, alias: string, reason: string): Fragment {
  const column = (name: string) => sql.unsafe(`${alias}.${name}`);
  return sql`${column("action")}, ${column(reason)} as "resolutionReason", ${column("resolved_by")} as "resolvedBy",
    ${column("resolved_by_name")} as "resolvedByName", ${column("resolved_at")} as "resolvedAt"`;
}

export const toDecision = ({
  action,
  resolutionReason,
  resolvedBy,
  resolvedByName,
  resolvedAt,
}: DecisionRow) =>
  resolvedAt && {
    action: action ?? "",
    reason: resolutionReason,
    by: { id: resolvedBy ?? "", name: resolvedByName ?? "" },
    at: resolvedAt.toISOString(),
  };
