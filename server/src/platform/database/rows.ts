import type postgres from "postgres";

type Shape = Readonly<Record<string, unknown>>;

/** By the columns of a prepared statement, which are the same list each time. */
const shapes = new WeakMap<object, Shape>();

/** Parsed, because V8 gives what is parsed one hidden class, as it does to what a program writes out. */
function shapeOf(columns: postgres.ColumnList<string>): Shape {
  const known = shapes.get(columns);
  if (known) return known;
  const shape = JSON.parse(
    JSON.stringify(Object.fromEntries(columns.map(({ name }) => [name, null]))),
  ) as Shape;
  shapes.set(columns, shape);
  return shape;
}

/**
 * The query's rows, as objects whose copies are cheap. The driver builds rows member by member, and what has grown beyond some sixteen members in that way V8 keeps as a
 * dictionary: a copy of one with 36 members takes 6 µs, and the lists copy each row two or three times on its way out. A copy of one of these takes 0.1 to 1 µs.
 */
export async function shapedRows<Row extends object>(query: postgres.PendingQuery<Row[]>): Promise<Row[]> {
  const result = await query.values();
  const columns = result.columns as unknown as postgres.ColumnList<string>;
  const shape = shapeOf(columns);
  const names = columns.map(({ name }) => name);
  // Not `map`, which would make another result of the driver's kind.
  return Array.from(result as unknown as readonly unknown[][], (values) => {
    const row: Record<string, unknown> = { ...shape };
    for (let at = 0; at < names.length; at++) row[names[at]!] = values[at];
    return row as Row;
  });
}
