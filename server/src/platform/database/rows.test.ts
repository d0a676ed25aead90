import { setFlagsFromString } from "node:v8";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { expect, test } from "vitest";
import { shapedRows } from "./rows.ts";

const database = testDatabase();

const wide = (rows: number) => database.db<Record<string, unknown>[]>`
  select n, 'text ' || n as a1, null::text as a2, timestamptz '2026-01-05 10:11:12.345+00' as a3, date '2026-01-05' as a4, n::bigint as a5, 1.5::float8 as a6, array['x', 'y'] as a7,
    json_build_object('n', n) as a8, true as a9, '\\x0102'::bytea as b1, case when n % 2 = 0 then n end as b2, n as b3, n as b4, n as b5, n as b6, n as b7,
    n as b8, n as b9, n as c1, n as c2, n as c3, n as c4, n as c5
  from generate_series(1, ${rows}) n order by n`;

/** Whether V8 keeps the object as it keeps those that a program writes out, and not as a dictionary. */
function isFast(row: object): boolean {
  setFlagsFromString("--allow-natives-syntax");
  return new Function("row", "return %HasFastProperties(row)")(row) as boolean;
}

test("are those that the driver gives, and cheap to copy", async () => {
  const [plain, shaped] = [await wide(5), await shapedRows(wide(5))];
  expect(shaped).toEqual([...plain]);
  expect(Object.keys(shaped[0]!)).toEqual(Object.keys(plain[0]!));
  expect(isFast(plain[0]!)).toBe(false);
  for (const row of shaped) expect(isFast(row)).toBe(true);
});

test("of nothing are none, and an error stays one", async () => {
  expect(await shapedRows(wide(0))).toEqual([]);
  await expect(shapedRows(database.db<{ x: number }[]>`select 1 / ${0}::int as x`)).rejects.toMatchObject({
    code: "22012",
  });
});
