import type { Fragment, Reader } from "../../platform/index.ts";

/** A chain of merges is no longer than this. */
export const maxChain = 32;

/** A query of one row, `id`: the patient that the chain of merges ends in. The column is ours. */
export const survivorSql = (sql: Reader, column: string): Fragment => sql`
  with recursive chain (id, merged_into, depth) as (
    select s.id, s.merged_into, 0 from patient s where s.id = ${sql.unsafe(column)}
    union all select s.id, s.merged_into, c.depth + 1 from chain c join patient s on s.id = c.merged_into where c.depth < ${maxChain}::int)
  select id from chain order by depth desc limit 1`;

/** The patient whom this one was merged into, and so on; the patient where they were not. */
export async function survivorOf(reader: Reader, patientId: string): Promise<string> {
  const [row] = await reader<{ id: string }[]>`
    select survivor.id from patient p cross join lateral (${survivorSql(reader, "p.id")}) survivor where p.id = ${patientId}`;
  return row?.id ?? patientId;
}
