import { countedTo, defaultLimit, type ListPage, type ListRange, maxLimit, readSort } from "../http/lists.ts";
import type { Fragment, Reader } from "./database.ts";
import { blameCursor, countLimit, readCursor, writeCursor } from "./paging.ts";
import { shapedRows } from "./rows.ts";
import { knownTotal, noteTotal } from "./totals.ts";

/** A list that is paged by the value it is sorted by, and the id. */
export interface Keyset<Field extends string> {
  /** Names the list in its cursors, so that one of another list is refused. */
  name: string;
  sorts: Readonly<Record<Field, { by: Fragment; type: "text" | "timestamptz" | "timestamp" | "date" }>>;
  fallback: Field | `-${Field}`;
  /** The unique column that settles ties, such as `u.id`. */
  id: Fragment;
  columns: Fragment;
  /** With joins, without `from`. */
  from: Fragment;
  where: Fragment;
  /**
   * Whose rows: each facility is asked by itself, by equality, so that an index that begins with it gives the order, and the pages of several are
   * merged.
   */
  facility?: { column: Fragment; ids: readonly string[] };
  /** For the total, where it takes less than the page: the same rows, in no order. */
  counted?: { from: Fragment; where: Fragment };
  /**
   * Asked by something of which there are few rows whatever its value, such as a patient. Such a list has one plan that PostgreSQL may keep: making it
   * takes longer than following it.
   */
  keyed?: boolean;
  /** What `listKey` says of who asks for what; left out: always counted. */
  key?: string;
  /** The page says where the one before it begins. */
  bothWays?: true;
}

/** The page and, where it does not show the end of the list itself, the total, counted to its limit; in the same statement unless the list is `keyed`. Rows carry their `id`. */
export async function keysetPage<Row extends { id: string }, Field extends string>(
  db: Reader,
  query: ListRange & { sort?: string },
  list: Keyset<Field>,
): Promise<ListPage<Row>> {
  const { name, sorts, fallback, id, columns, from, counted: lighter, keyed = false } = list;
  const facility = keyed ? undefined : list.facility;
  const where =
    keyed && list.facility
      ? db`${list.facility.column} = any(${[...list.facility.ids]}::uuid[]) and ${list.where}`
      : list.where;
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
  const offset = query.offset ?? 0;
  // Without a zone it is no moment: as text it comes back as it is, and in the same order.
  const shown = type === "timestamp" ? db`(${by})::text collate "C"` : by;
  const some = (most: number) => db`
    select ${columns}, ${shown} as "sortValue", ${id} as "sortId" from ${from}
    where ${facility ? db`${facility.column} = here.id and` : db``} ${where} ${beyond}
    order by ${by} ${direction}, ${id} ${direction} limit ${keyed ? writtenOut(db, most) : db`${most}`}`;
  const found = facility
    ? db`
        select k.* from unnest(${[...facility.ids]}::uuid[]) as here (id) cross join lateral (${some(limit + 1 + offset)}) k
        order by k."sortValue" ${direction}, k."sortId" ${direction} limit ${limit + 1} offset ${offset}`
    : db`${some(limit + 1)} ${offset > 0 ? db`offset ${offset}` : db``}`;
  const counting = db`
      select count(*)::bigint as count from (${
        lighter
          ? db`select from ${lighter.from} where ${lighter.where} limit ${countLimit + 1}`
          : facility
            ? db`select from unnest(${[...facility.ids]}::uuid[]) as here (id) cross join lateral (
              select from ${from} where ${facility.column} = here.id and ${where} limit ${countLimit + 1}) k limit ${countLimit + 1}`
            : db`select from ${from} where ${where} order by ${by} ${direction}, ${id} ${direction} limit ${countLimit + 1}`
      }) c`;
  const key = list.key && `${name} ${list.key}`;
  const known = knownTotal(key);
  type Sorted = Row & { sortValue: string | Date; sortId: string; rowsInAll?: number | null };
  // A list of few rows seldom fills its page: its statement stays the short one.
  const mayBeLong = known === undefined && !keyed;
  const rows = await (mayBeLong
    ? // Counted on the way where there is more than the page: a question of its own would be another way there and back.
      shapedRows(db<Sorted[]>`
        select page.*, ${cursor ? db`(${counting})` : db`case when count(*) over () > ${limit} then (${counting}) end`} as "rowsInAll"
        from (${found}) page order by page."sortValue" ${direction}, page."sortId" ${direction}`)
    : shapedRows(db<Sorted[]>`${found}`)
  ).catch(blameCursor(cursor));
  // The last page, reached by its offset, has as many before it as were passed over: nothing is to be counted.
  const isEnd = cursor === null && rows.length <= limit && (rows.length > 0 || offset === 0);
  const total = async () => {
    const onTheWay = rows[0]?.rowsInAll ?? undefined;
    if (onTheWay !== undefined) return onTheWay;
    const [count] = await db<{ count: number }[]>`${counting}`;
    return count?.count ?? 0;
  };
  const counted = isEnd ? offset + rows.length : (known ?? noteTotal(key, await total()));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const lastValue = last ? textOf(last.sortValue) : "";
  return {
    data: page.map(({ sortValue: _, sortId: __, rowsInAll: ___, ...row }) => row as unknown as Row),
    ...countedTo(counted),
    next: rows.length > limit && last ? writeCursor(order, { value: lastValue, id: last.id }) : null,
    ...(list.bothWays && page[0]
      ? {
          back: writeCursor(`${name} ${descending ? "" : "-"}${field}`, {
            value: textOf(page[0].sortValue),
            id: page[0].id,
          }),
        }
      : {}),
  };
}

/** A value of the order as cursors have it. */
const textOf = (value: string | Date): string => (value instanceof Date ? value.toISOString() : value);

/** The next of a few numbers: what a plan is kept for says how many rows there are at most, and there are few such statements. */
function writtenOut(db: Reader, most: number): Fragment {
  const enough = [11, 26, 51, 101].find((number) => number >= most) ?? maxLimit + 1;
  return db.unsafe(String(Math.max(enough, most)));
}

/** The page with each item made into what the client gets. */
export const mapPage = <From, To>(page: ListPage<From>, make: (item: From) => To): ListPage<To> => ({
  ...page,
  data: page.data.map(make),
});
