import { finished } from "node:stream/promises";
import type { Db } from "@isocenter/server/platform/database/database.ts";

/** What a cell may be; an array is one of texts or ids, an object JSON. */
export type Cell = string | number | boolean | null | Date | Buffer | readonly string[] | object;

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const escaped = (text: string): string =>
  /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (one) => escapes[one]!) : text;

/** As COPY's text format writes it (PostgreSQL, COPY, "Text Format"). */
function written(cell: Cell): string {
  if (cell === null) return "\\N";
  if (typeof cell === "string") return escaped(cell);
  if (typeof cell === "number") return String(cell);
  if (typeof cell === "boolean") return cell ? "t" : "f";
  if (cell instanceof Date) return cell.toISOString();
  if (Buffer.isBuffer(cell)) return `\\\\x${cell.toString("hex")}`;
  if (Array.isArray(cell)) {
    const quoted = cell.map((one: string) => `"${one.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`);
    return escaped(`{${quoted.join(",")}}`);
  }
  return escaped(JSON.stringify(cell));
}

/** Rows of several tables that wait to be written, table by table in the order in which the tables were first named. */
export interface Rows {
  add(table: string, row: Readonly<Record<string, Cell>>): void;
  /** Sends what has gathered; rows may be added meanwhile. */
  write(db: Db): Promise<void>;
  counts(): Readonly<Record<string, number>>;
}

export function gatherRows(order: readonly string[]): Rows {
  const tables = new Map<string, { columns: string[]; lines: string[]; count: number }>(
    order.map((name) => [name, { columns: [], lines: [], count: 0 }]),
  );
  return {
    add(name, row) {
      const table = tables.get(name);
      if (!table) throw new Error(`the order of tables lacks ${name}`);
      if (table.columns.length === 0) table.columns = Object.keys(row);
      let line = "";
      for (const column of table.columns) line += (line === "" ? "" : "\t") + written(row[column]!);
      table.lines.push(line);
      table.count += 1;
    },
    async write(db) {
      const batches = [...tables].map(([name, table]) => {
        const lines = table.lines;
        table.lines = [];
        return { name, columns: table.columns, lines };
      });
      for (const { name, columns, lines } of batches) {
        if (lines.length === 0) continue;
        const stream = await db
          .unsafe(`copy ${name} (${columns.map((one) => `"${one}"`).join(", ")}) from stdin`)
          .writable();
        const done = finished(stream);
        for (let from = 0; from < lines.length; from += 500) {
          const more = stream.write(`${lines.slice(from, from + 500).join("\n")}\n`);
          if (!more) await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), done]);
        }
        stream.end();
        await done;
      }
    },
    counts: () => Object.fromEntries([...tables].map(([name, { count }]) => [name, count])),
  };
}

/** Takes away the indexes of the tables that no constraint needs, and gives what makes them again. */
export async function dropIndexes(db: Db, tables: readonly string[]): Promise<string[]> {
  const found = await db<{ name: string; definition: string }[]>`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = 'public' and t.relname = any(${[...tables]}::text[])
      and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
    order by t.relname, name`;
  for (const { name } of found) await db.unsafe(`drop index ${name}`);
  return found.map(({ definition }) => definition);
}
