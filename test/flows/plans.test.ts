import path from "node:path";
import { createSigner } from "@isocenter/server/modules/journal/signing.ts";
import { connect, type Db } from "@isocenter/server/platform/database/database.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { seedDepartment } from "../../bench/department/seed.ts";
import { testDatabase } from "../support/database.ts";
import { type PlanSubjects, planCases, planSubjects } from "../support/plan-cases.ts";
import { seedMessages } from "../support/plan-messages.ts";
import { planOf, type Statement } from "../support/plans.ts";
import { testPlatform } from "../support/platform.ts";

const database = testDatabase();
const platform = testPlatform(database);
const until = new Date("2026-01-14T12:00:00Z");
const modules = path.resolve(import.meta.dirname, "../../server/src/modules");

let watched: Db;
let statements: Statement[] = [];
let subjects: PlanSubjects;

/**
 * Statistics that are the same each time, since every row is looked at, of a department with a hundred times as many rows: plans are made for the
 * size that matters, and the rows are there in seconds.
 */
async function asIfLarge(db: Db): Promise<void> {
  await db.unsafe("set default_statistics_target = 1000; analyze");
  await db`update pg_class set reltuples = reltuples * 100 where relnamespace = 'public'::regnamespace and reltuples > 100`;
}

/** Nobody else counts the rows meanwhile. */
async function leaveStatistics(db: Db): Promise<void> {
  const tables = await db<{ name: string }[]>`select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`;
  for (const { name } of tables) await db`alter table ${db(name)} set (autovacuum_enabled = false)`;
}

beforeAll(async () => {
  const settings = { url: null, socketPath: inject("postgresSocket"), database: database.name, max: 1 };
  const db = connect(settings);
  await leaveStatistics(db);
  await seedDepartment(db, {
    orders: 12_000,
    until,
    // So many a day that there is something of everything, and findings enough that an index is worth its while.
    years: 1,
    findings: 0.4,
    signer: createSigner(platform.config),
    passwordHash: "nobody signs in",
  });
  await seedMessages(db, until);
  await asIfLarge(db);
  subjects = await planSubjects(db, until);
  await db.end();
  watched = connect({
    ...settings,
    onStatement: (text, parameters) => void statements.push({ text, parameters: [...parameters] }),
  });
  await watched`select set_config('max_parallel_workers_per_gather', '0', false)`;
});
afterAll(async () => {
  await watched?.end();
});

describe("plans: when one changed for the better, `npx vitest run test/flows/plans.test.ts -u` writes it down", () => {
  for (const [file, cases] of Object.entries(planCases))
    test(file, async () => {
      const pages: string[] = [];
      const wholeReads: string[] = [];
      for (const { name, run } of cases) {
        statements = [];
        await run(watched, subjects);
        const asked = statements.filter(
          ({ text }) => /^\s*(select|with)\b/i.test(text) && !/\bpg_catalog\b/.test(text),
        );
        expect(asked.length, name).toBeGreaterThan(0);
        for (const [index, statement] of asked.entries()) {
          const plan = await planOf(database.db, statement);
          pages.push(`# ${name}${asked.length > 1 ? `, ${index + 1}` : ""}`, ...plan.lines, "");
          wholeReads.push(...plan.wholeReads.map((table) => `${name}: ${table}`));
        }
      }
      await expect(pages.join("\n")).toMatchFileSnapshot(path.join(modules, `${file}.plans.txt`));
      expect(wholeReads, "tables that grow are read whole").toEqual([]);
    });
});

/** PostgreSQL makes up its mind after so many plans for the values of the moment, whether one for all is as good. */
const plansOfTheirOwn = 5;

describe("plans that are kept: a search that is planned anew each time costs twice as much", () => {
  for (const { name, run } of planCases["archive/find/find"] ?? [])
    test(name, async () => {
      statements = [];
      for (let n = 0; n < plansOfTheirOwn + 2; n++) await run(watched, subjects);
      const texts = [...new Set(statements.map(({ text }) => text))];
      const planned = await watched<{ anew: number }[]>`
        select custom_plans as anew from pg_prepared_statements where statement = any(${texts})`;
      expect(planned).toEqual(texts.map(() => ({ anew: plansOfTheirOwn })));
    });
});
