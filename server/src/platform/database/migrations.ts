import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Db, Reader } from "./database.ts";

const folder = path.resolve(import.meta.dirname, "../../migrations");
const lockKey = 4_711_003;

/** The numbered SQL files in order; gaps and doubles are errors. */
export async function listMigrations(): Promise<{ number: number; name: string; file: string }[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return files.map((file, index) => {
    const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file);
    if (!match) throw new Error(`migration ${file}: the name must be like 0001_words.sql`);
    const number = Number(match[1]);
    if (number !== index + 1) throw new Error(`migration ${file}: expected number ${index + 1}`);
    return { number, name: match[2]!, file: path.join(folder, file) };
  });
}

/** The number of the newest migration that the database has, 0 where it is empty. */
export async function schemaVersion(db: Reader): Promise<number> {
  const [table] = await db`select to_regclass('public.migration') is not null as there`;
  if (!table?.there) return 0;
  const [row] = await db<{ newest: number | null }[]>`select max(number) as newest from public.migration`;
  return row?.newest ?? 0;
}

/**
 * Brings the schema up to date, each migration in its own transaction, under a lock so that several processes may start at once.
 * @param upTo the last migration that is applied
 * @returns the numbers applied now
 * @throws when the database is newer than this program
 */
export async function migrate(db: Db, upTo = Number.POSITIVE_INFINITY): Promise<number[]> {
  const all = await listMigrations();
  const connection = await db.reserve();
  try {
    await connection`select pg_advisory_lock(${lockKey})`;
    await connection`create table if not exists migration (number int primary key, name text not null, applied_at timestamptz not null default now())`;
    const done = new Set(
      (await connection<{ number: number }[]>`select number from migration`).map((row) => row.number),
    );
    const newest = Math.max(0, ...done);
    if (newest > all.length) {
      throw new Error(
        `The database was made by a newer Isocenter (migration ${newest}, this program knows ${all.length}).`,
      );
    }
    const applied: number[] = [];
    for (const migration of all) {
      if (done.has(migration.number) || migration.number > upTo) continue;
      const text = await readFile(migration.file, "utf8");
      await connection
        .unsafe(
          `begin;\n${text}\n;insert into migration (number, name) values (${migration.number}, '${migration.name}');\ncommit;`,
        )
        .simple()
        .catch(async (error: unknown) => {
          await connection.unsafe("rollback").simple();
          throw new Error(`migration ${migration.number}_${migration.name} failed`, { cause: error });
        });
      applied.push(migration.number);
    }
    return applied;
  } finally {
    await connection`select pg_advisory_unlock(${lockKey})`.catch(() => {});
    connection.release();
  }
}
