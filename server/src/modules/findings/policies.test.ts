import {
  defaultFindingPolicies,
  type LadderTarget,
  type PutFindingPolicy,
  severities,
} from "@isocenter/contract";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { makeStudy, makeUser } from "@isocenter/test/support/findings.ts";
import { makePatient } from "@isocenter/test/support/orders.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, expect, inject, test } from "vitest";
import { prepareJobs, transact, type Viewer } from "../../platform/index.ts";
import { createJournal } from "../journal/index.ts";
import { createFindings, type FindingContext } from "./index.ts";
import { getPolicies, policyMistakes, putPolicies } from "./policies.ts";
import { getFinding } from "./queries.ts";
import { raiseFinding } from "./raise.ts";

const database = testDatabase();
const platform = testPlatform(database);
let context: FindingContext;
let admin: Viewer;
let facilityId: string;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  context = createFindings(platform, createJournal(platform)).context;
});
beforeEach(async () => {
  facilityId = await makeFacility(database.db);
  admin = viewerAt([facilityId]);
});

const put = (policies: PutFindingPolicy[], more: object = {}) =>
  transact(database.db, (tx) => putPolicies(tx, admin, { policies, ...more }, context));
const { CRITICAL, HIGH, MODERATE, LOW } = defaultFindingPolicies;

test("the defaults are there, as version 1, and are themselves without mistakes", async () => {
  const policies = await getPolicies(database.db, admin);
  expect(policies).toMatchObject({ facilityId, version: 1, updatedAt: null, actions: ["change"] });
  expect(policies.policies.map(({ severity }) => severity)).toEqual([...severities]);
  for (const policy of policies.policies) expect(policyMistakes(policy)).toEqual([]);
});

test("what is changed counts for findings raised from then on; the other severities stay", async () => {
  const radiologist = viewerAt([facilityId], {
    id: await makeUser(database.db, facilityId, "RADIOLOGIST"),
    roles: ["RADIOLOGIST"],
  });
  const patientId = await makePatient(database.db, facilityId);
  const studyId = await makeStudy(database.db, { facilityId, patientId });
  const raise = async () => {
    const id = await transact(database.db, (tx) =>
      raiseFinding(tx, radiologist, { studyId, description: "x", severity: "MODERATE" }, context),
    );
    return getFinding(database.db, radiologist, platform.clock, id);
  };
  const before = await raise();
  const changed = await put([
    { ...MODERATE, contactMinutes: 60, acknowledgeMinutes: 21_600, readBackRequired: true },
  ]);
  expect(changed.version).toBe(2);
  expect(changed.policies).toEqual([
    CRITICAL,
    HIGH,
    expect.objectContaining({ contactMinutes: 60, readBackRequired: true }),
    LOW,
  ]);
  const after = await raise();
  expect([before.readBackRequired, after.readBackRequired]).toEqual([false, true]);
  expect(Date.parse(after.contactDueAt!) - Date.parse(after.raisedAt)).toBe(60 * 60_000);
  const again = await getFinding(database.db, radiologist, platform.clock, before.id);
  expect([again.readBackRequired, again.contactDueAt]).toEqual([false, before.contactDueAt]);
});

test("an old version, and another facility, are refused", async () => {
  await put([LOW], { expectedVersion: 1 });
  await expect(put([LOW], { expectedVersion: 1 })).rejects.toMatchObject({ code: "version.conflict" });
  const elsewhere = await makeFacility(database.db);
  await expect(put([LOW], { facilityId: elsewhere })).rejects.toMatchObject({ code: "facility.not-found" });
  await expect(getPolicies(database.db, admin, elsewhere)).rejects.toMatchObject({
    code: "facility.not-found",
  });
});

const step = (to: LadderTarget, afterMinutes: number | null) => ({
  to,
  afterMinutes,
});
test.each<[string, PutFindingPolicy, string]>([
  [
    "a step that stands in no app",
    { ...HIGH, ladder: [{ ...step("CARE_TEAM", 0), channels: ["EMAIL"] }, step("ALARM", 9)] },
    "ladder.0.channels",
  ],
  [
    "no limit",
    { ...CRITICAL, contactMinutes: null, acknowledgeMinutes: null, repeatMinutes: null },
    "acknowledgeMinutes",
  ],
  ["contact after acknowledgement", { ...HIGH, contactMinutes: 181 }, "contactMinutes"],
  ["no contact", { ...HIGH, contactMinutes: null }, "contactMinutes"],
  ["no read-back", { ...CRITICAL, readBackRequired: false }, "readBackRequired"],
  ["an alarm once", { ...HIGH, repeatMinutes: null }, "repeatMinutes"],
  ["an alarm repeated without a limit", { ...LOW, repeatMinutes: 5 }, "repeatMinutes"],
  ["silence at the end", { ...HIGH, ladder: HIGH.ladder.slice(0, 4) }, "ladder.3.to"],
  ["a late alarm", { ...HIGH, acknowledgeMinutes: 179 }, "ladder.4.afterMinutes"],
  [
    "an alarm that never comes",
    { ...HIGH, ladder: [step("CARE_TEAM", 0), step("ALARM", null)] },
    "ladder.1.afterMinutes",
  ],
  [
    "a first step that waits",
    { ...HIGH, ladder: [step("CARE_TEAM", 5), step("ALARM", 9)] },
    "ladder.0.afterMinutes",
  ],
  [
    "somebody twice",
    { ...HIGH, ladder: [step("CARE_TEAM", 0), step("CARE_TEAM", 5), step("ALARM", 9)] },
    "ladder",
  ],
  [
    "steps out of order",
    { ...HIGH, ladder: [step("CARE_TEAM", 0), step("DEPARTMENT_HEAD", 9), step("ALARM", 5)] },
    "ladder.2.afterMinutes",
  ],
])("refuses %s, with its path", async (_what, policy, path) => {
  await expect(put([policy])).rejects.toMatchObject({
    kind: "invalid",
    code: "finding.invalid-policy",
    errors: [{ path: `body.policies.0.${path}` }],
  });
  expect((await getPolicies(database.db, admin)).version).toBe(1);
});

test("a step that names no channels goes by those of its severity; the app is always among them", async () => {
  const ladder = [
    step("CARE_TEAM", 0),
    { ...step("ALARM", 9), channels: ["SERVICE" as const, "IN_APP" as const] },
  ];
  const { policies, channels } = await put([{ ...HIGH, ladder }]);
  expect(policies[1]!.ladder.map((one) => one.channels)).toEqual([
    ["IN_APP", "EMAIL", "SERVICE"],
    ["IN_APP", "SERVICE"],
  ]);
  expect(channels).toEqual([
    { channel: "IN_APP", available: true },
    { channel: "EMAIL", available: false },
    { channel: "SERVICE", available: false },
  ]);
});

test("refuses a severity twice", async () => {
  await expect(put([LOW, LOW])).rejects.toMatchObject({ errors: [{ path: "body.policies.1.severity" }] });
});
