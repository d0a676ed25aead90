import type { Fragment, Reader } from "./database.ts";
import { countedTo, defaultLimit, type ListPage, type ListRange, readSort } from "./http-lists.ts";
import { blameCursor, countLimit, readCursor, writeCursor } from "./paging.ts";

/** A list that is paged by the value it is sorted by, and the id. */
export interface Keyset<Field extends string> {
  /** Names the list in its cursors, so that one of another list is refused. */
  name: string;
  sorts: Readonly<Record<Field, { by: Fragment; type: "text" | "timestamptz" | "date" }>>;
  fallback: Field | `-${Field}`;
  /** The unique column that settles ties, such as `u.id`. */
  id: Fragment;
  columns: Fragment;
  /** With joins, without `from`. */
  from: Fragment;
  where: Fragment;
}

/** Two statements: the page, and the total counted to its limit. Rows carry their `id`. */
export async function keysetPage<Row extends { id: string }, Field extends string>(
  db: Reader,
  query: ListRange & { sort?: string },
  { name, sorts, fallback, id, columns, from, where }: Keyset<Field>,
): Promise<ListPage<Row>> {
  const { field, descending } = readSort(query, Object.keys(sorts) as Field[], fallback);
  const { by, type } = sorts[field];
  const limit = query.limit ?? defaultLimit;
  const order = `${name} ${descending ? "-" : ""}${field}`;
  const cursor = query.after === undefined ? null : readCursor(query.after, order);
  const value = db`${cursor?.value ?? ""}::text::${db.unsafe(type)}`;
  const beyond = cursor
    ? db`and (${by}, ${id}) ${descending ? db`<` : db`>`} (${value}, ${cursor.id}::uuid)`
    : db``;
  const direction = descending ? db`desc` : db``;
  const rows = await db<(Row & { sortValue: string | Date })[]>`
    select ${columns}, ${by} as "sortValue" from ${from} where ${where} ${beyond}
    order by ${by} ${direction}, ${id} ${direction} limit ${limit + 1} offset ${query.offset ?? 0}`.catch(
    blameCursor(cursor),
  );
  const [count] = await db<{ count: number }[]>`
    select count(*)::bigint as count from (select from ${from} where ${where} limit ${countLimit + 1}) c`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const lastValue = last?.sortValue instanceof Date ? last.sortValue.toISOString() : (last?.sortValue ?? "");
  return {
    data: page.map(({ sortValue: _, ...row }) => row as unknown as Row),
    ...countedTo(count?.count ?? 0),
    next: rows.length > limit && last ? writeCursor(order, { value: lastValue, id: last.id }) : null,
  };
}

/** The page with each item made into what the client gets. */
export const mapPage = <From, To>(page: ListPage<From>, make: (item: From) => To): ListPage<To> => ({
  ...page,
  data: page.data.map(make),
});
