import type { Reader } from "../platform/index.ts";

export interface TableShape {
  name: string;
  /** Those that hold data; generated ones make themselves. */
  columns: string[];
}

/** Not data: the schema's own number, and which processes live. */
const passedOver = ["migration", "job_worker"];

/** The tables of the schema by name, whichever module owns them. */
export async function listTables(db: Reader): Promise<TableShape[]> {
  return db<TableShape[]>`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and c.relname <> all(${passedOver}) and not exists (
        select 1 from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
    group by c.relname order by c.relname`;
}

/** A table that names objects: the column is called `object_key`. */
export interface ObjectTable {
  name: string;
  /** A query that gives `object_key`, `size` and `sha256` of those that should be there. */
  rows: string;
}

/** Tables whose rows do not all stand for an object, or that have its size and hash elsewhere; null: what they name is no more. */
const particular: Readonly<Record<string, string | null>> = {
  purged_instance: null,
  quarantine: "select object_key, size, sha256 from quarantine where removed_at is null",
  // The row of the instance that was replaced, as JSON writes it.
  instance_version: `select object_key, (before->>'size')::bigint as size, decode(substr(before->>'sha256', 3), 'hex') as sha256
    from instance_version where object_key is not null`,
};

export async function listObjectTables(db: Reader): Promise<ObjectTable[]> {
  const found = await db<{ name: string; columns: string[] }[]>`
    select c.relname as name, array_agg(a.attname::text) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not a.attisdropped
    group by c.relname having bool_or(a.attname = 'object_key') order by c.relname`;
  return found.flatMap(({ name, columns }) => {
    const own = particular[name];
    if (own !== undefined) return own === null ? [] : [{ name, rows: own }];
    if (!columns.includes("size") || !columns.includes("sha256"))
      throw new Error(`the table ${name} names objects without their size and sha256`);
    return [{ name, rows: `select object_key, size, sha256 from ${quoted(name)}` }];
  });
}

export interface ObjectRow {
  table: ObjectTable;
  key: string;
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

const pageRows = 2000;

/** Every object that a row names, in pages that each are one statement, so that nothing is held open in between. */
export async function* objectRows(db: Reader, tables: readonly ObjectTable[]): AsyncGenerator<ObjectRow> {
  for (const table of tables) {
    for (let after: string | null = ""; after !== null; ) {
      const rows: Omit<ObjectRow, "table">[] = await db`
        select object_key as key, size, encode(sha256, 'hex') as sha256 from (${db.unsafe(table.rows)}) named
        where object_key > ${after} order by object_key limit ${pageRows}`;
      for (const row of rows) yield { table, ...row };
      after = rows.length < pageRows ? null : rows.at(-1)!.key;
    }
  }
}

export async function countObjectRows(
  db: Reader,
  tables: readonly ObjectTable[],
): Promise<{ count: number; bytes: number }> {
  let count = 0;
  let bytes = 0;
  for (const { rows } of tables) {
    const [row] = await db<{ count: number; bytes: number }[]>`
      select count(*) as count, coalesce(sum(size), 0)::bigint as bytes from (${db.unsafe(rows)}) named`;
    count += row?.count ?? 0;
    bytes += row?.bytes ?? 0;
  }
  return { count, bytes };
}

/** Whether a row of the table still names the object. */
export async function isNamed(db: Reader, { rows }: ObjectTable, key: string): Promise<boolean> {
  return (await db`select 1 from (${db.unsafe(rows)}) named where object_key = ${key}`).length > 0;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
