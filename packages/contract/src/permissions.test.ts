import { expect, test } from "vitest";
import { roles } from "./enumerations.ts";
import { type Permission, permissions, permissionTable, reachOf } from "./permissions.ts";

/** The table of the department's work, a row for each permission; `-` is denied. */
const expected = `
                        ADMINISTRATOR RADIOLOGIST RESIDENT TECHNOLOGIST PHYSICIAN     FRONT_DESK BILLING   INTEGRATION
patients.read           all           all         all      all          in-care       all        for-bills all
patients.write          all           -           -        -            -             all        -         all
patients.vip            all           -           -        -            -             -          -         -
orders.read             all           all         all      all          in-care       all        for-bills all
orders.write            all           -           -        status       own           all        -         all
studies.write           all           -           -        all          -             all        -         all
catalogue.manage        all           -           -        -            -             -          -         -
prices.manage           all           -           -        -            -             -          all       -
images.upload           all           all         all      all          -             -          -         all
images.read             all           all         all      all          in-care       -          -         all
images.correct          all           -           -        all          -             -          -         -
retention.manage        all           -           -        -            -             -          -         -
images.export           all           all         -        all          -             -          -         all
images.share            all           all         -        all          in-care       -          -         all
reports.read            all           all         all      final        final-in-care -          final     final
reports.write           -             all         all      -            -             -          -         -
reports.sign            -             all         -        -            -             -          -         -
report-templates.manage all           all         -        -            -             -          -         -
reading.claim           all           all         all      -            -             -          -         -
reading.assign          all           all         -        -            -             -          -         -
findings.read           all           all         all      all          in-care       -          -         -
findings.raise          -             all         all      all          -             -          -         -
findings.acknowledge    -             all         -        -            own           -          -         -
finding-policies.manage all           -           -        -            -             -          -         -
bills.read              all           -           -        -            -             all        all       all
bills.write             all           -           -        -            -             -          all       -
payments.take           all           -           -        -            -             all        all       -
analytics.read          all           all         own      own          -             -          for-bills -
break-glass             -             all         all      all          all           -          -         -
staff.manage            all           -           -        -            -             -          -         -
on-call.manage          all           all         -        -            -             -          -         -
webhooks.manage         all           -           -        -            -             -          -         -
remote.query            all           all         -        all          -             -          -         -
log.write               all           all         all      all          all           all        all       all
log.read                all           all         all      own          own           own        own       -
users.manage            all           -           -        -            -             -          -         -
facilities.manage       all           -           -        -            -             -          -         -
keys.manage             all           -           -        -            -             -          -         -
modalities.manage       all           -           -        -            -             -          -         -
hl7.manage              all           -           -        -            -             -          -         -
audit.read              all           own         own      own          own           own        own       -
jobs.read               all           -           -        -            -             -          -         -
jobs.manage             all           -           -        -            -             -          -         -
metrics.read            all           -           -        -            -             -          -         all
demo.manage             all           -           -        -            -             -          -         -
`
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/));
const [columns, ...rows] = expected as [string[], ...string[][]];
const cells = rows.flatMap(([permission, ...reaches]) =>
  reaches.map((reach, index) => [columns[index]!, permission!, reach] as const),
);

test("every permission and every role has a cell", () => {
  expect(columns).toEqual([...roles]);
  expect(rows.map(([permission]) => permission)).toEqual(permissions);
  expect(cells).toHaveLength(roles.length * permissions.length);
});

test.each(cells)("%s, %s: %s", (role, permission, reach) => {
  expect(reachOf([role as never], permission as Permission)).toBe(reach === "-" ? null : reach);
});

test("of several roles the one that reaches furthest counts", () => {
  expect(reachOf(["PHYSICIAN", "TECHNOLOGIST"], "images.read")).toBe("all");
  expect(reachOf(["BILLING", "PHYSICIAN"], "patients.read")).toBe("for-bills");
  expect(reachOf([], "log.write")).toBeNull();
});

test("the table names roles that exist", () => {
  for (const row of Object.values(permissionTable))
    for (const role of Object.keys(row)) expect(roles).toContain(role);
});
