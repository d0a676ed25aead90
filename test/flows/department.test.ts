import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { invariants } from "../support/department/invariants.ts";
import { simulate } from "../support/department/simulate.ts";
import { openWorld, type World } from "../support/department/world.ts";
import { testPlatform } from "../support/platform.ts";

/*
 * That the invariants see what they are for was tried by breaking the code, one thing at a time, for two days of work:
 * - the report does not complete its order (orders/automatic.ts): "no order is stuck", which names the order and its study;
 * - a refund adds one less than it gave back (billing/payments.ts): "every bill has its examination, and the sums agree";
 * - a version of a report is written without the hash of the one before (reports/versions.ts): "every submitted and signed report's chain of versions
 *   verifies";
 * - one in sixteen objects is deleted after its image was acknowledged (archive/ingest/ingest.ts): "every image that was acknowledged has its bytes".
 */

/** A month: `ISOCENTER_DEPARTMENT_DAYS=30`. What people decide comes from the seed; who of several is first does not. */
const days = Number(process.env.ISOCENTER_DEPARTMENT_DAYS ?? 4);
const ordersPerDay = Number(process.env.ISOCENTER_DEPARTMENT_ORDERS ?? 6);
const seed = Number(process.env.ISOCENTER_DEPARTMENT_SEED ?? 1);

const database = testDatabase();
const platform = testPlatform(database, { adminPassword: "a long test passphrase of the administrator" });
let world: World;

beforeAll(async () => {
  world = await openWorld(platform, database.name, { seed, days });
  await simulate(world, { days, ordersPerDay });
}, 600_000);
afterAll(async () => {
  await world?.close();
});

describe(`a department of two facilities for ${days} days`, () => {
  test("whatever its people do at once is done, or refused because another was first", () => {
    expect(world.surprises.slice(0, 20)).toEqual([]);
  });

  test("it has lived: orders ended in many ways, people met, money came", async () => {
    const [lived] = await platform.db<Record<string, number>[]>`
      select (select count(*) from imaging_order where status = 'COMPLETED') as orders,
        (select count(*) from report where signed_number is not null) as reports, (select count(*) from finding) as findings,
        (select count(*) from payment) as payments, (select count(*) from study where order_id is null) as "withoutOrder"`;
    expect(Math.min(...Object.values(lived!))).toBeGreaterThan(0);
    expect(lived!.orders).toBeGreaterThan((days * ordersPerDay * world.departments.length) / 2);
    expect([...world.conflicts.keys()].sort()).toEqual(
      expect.arrayContaining(["study.claimed", "schedule.conflict", "version.conflict"]),
    );
  });

  test.each(Object.keys(invariants))("%s", async (name) => {
    expect(await invariants[name]!(world)).toEqual([]);
  });
});
