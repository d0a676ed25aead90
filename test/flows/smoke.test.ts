import { expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";

const database = testDatabase();

test("the tests run on Node 24 with a real PostgreSQL", async () => {
  expect(process.version).toMatch(/^v24\./);
  const [row] =
    await database.db`select max(number)::bigint = count(*) as gapless, '2026-01-05'::date as d from migration`;
  expect(row).toEqual({ gapless: true, d: "2026-01-05" });
});
