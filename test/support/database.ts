import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Db } from "@isocenter/server/platform/database/database.ts";
import { afterAll, beforeAll, inject } from "vitest";

/** Of who still has the database open, a hundredth of a second apart; whoever stays longer is thrown out. */
const mostAsks = 100;

/** A database of its own for the test file, with the whole schema and no rows. Call at the top of the file. */
export function testDatabase(): { readonly db: Db; readonly name: string } {
  let db: Db | undefined;
  const name = `t_${randomBytes(6).toString("hex")}`;
  const admin = () =>
    connect({ url: null, socketPath: inject("postgresSocket"), database: "postgres", max: 1 });
  beforeAll(async () => {
    const sql = admin();
    await sql.unsafe(`create database ${name} template isocenter`);
    await sql.end();
    db = connect({ url: null, socketPath: inject("postgresSocket"), database: name, max: 10 });
  });
  afterAll(async () => {
    await db?.end({ timeout: 5 });
    const sql = admin();
    // A client that is just saying goodbye would take it for an error of the file to be thrown out.
    for (let n = 0; n < mostAsks; n++) {
      const [row] = await sql`select count(*)::int as open from pg_stat_activity where datname = ${name}`;
      if (row?.open === 0) break;
      await sleep(10);
    }
    await sql.unsafe(`drop database if exists ${name} with (force)`);
    await sql.end();
  });
  return {
    name,
    get db() {
      if (!db) throw new Error("the test database opens in beforeAll");
      return db;
    },
  };
}
