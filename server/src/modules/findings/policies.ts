import {
  defaultChannels,
  defaultFindingPolicies,
  type FindingPolicies,
  type FindingPolicy,
  type PutFindingPolicies,
  type PutFindingPolicy,
  type Severity,
  severities,
  tellingChannels,
} from "@isocenter/contract";
import {
  type Clock,
  checkVersion,
  type Reader,
  Refusal,
  type RefusalDetail,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { channelsSetUp } from "../notifications/index.ts";

interface PolicyRow extends FindingPolicy {
  version: number;
  updatedAt: Date;
}

const rowsOf = (reader: Reader, facilityId: string): Promise<PolicyRow[]> => reader<PolicyRow[]>`
  select severity, contact_minutes as "contactMinutes", acknowledge_minutes as "acknowledgeMinutes",
    read_back_required as "readBackRequired", repeat_minutes as "repeatMinutes", ladder, version, updated_at as "updatedAt"
  from finding_policy where facility_id = ${facilityId}`;

const withDefaults = (rows: readonly PolicyRow[]): FindingPolicy[] =>
  severities.map((severity) => {
    const row = rows.find((one) => one.severity === severity);
    if (!row) return defaultFindingPolicies[severity];
    const { version: _, updatedAt: __, ...policy } = row;
    return policy;
  });

/** How the severity is handled at the facility now. */
export async function policyOf(
  reader: Reader,
  facilityId: string,
  severity: Severity,
): Promise<FindingPolicy> {
  const policies = withDefaults(await rowsOf(reader, facilityId));
  return policies.find((policy) => policy.severity === severity) ?? defaultFindingPolicies[severity];
}

/** A facility that is not the viewer's does not exist for them. */
function readFacility(viewer: Viewer, facilityId = viewer.homeFacilityId): string {
  if (viewer.facilityIds.includes(facilityId)) return facilityId;
  throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
}

/** The defaults are version 1. @throws Refusal `forbidden`, `not-found` (`facility.not-found`) */
export async function getPolicies(
  reader: Reader,
  viewer: Viewer,
  facilityIdAsked?: string,
): Promise<FindingPolicies> {
  requirePermission(viewer, "findings.read");
  const facilityId = readFacility(viewer, facilityIdAsked);
  const rows = await rowsOf(reader, facilityId);
  return {
    facilityId,
    policies: withDefaults(rows),
    version: rows[0]?.version ?? 1,
    updatedAt: rows[0]?.updatedAt.toISOString() ?? null,
    channels: await channelsSetUp(reader),
    actions: reach(viewer, "finding-policies.manage") ? ["change"] : [],
  };
}

/** What is wrong with a policy, with the path of each mistake below it. */
export function policyMistakes(policy: PutFindingPolicy): RefusalDetail[] {
  const { severity, contactMinutes, acknowledgeMinutes, repeatMinutes, readBackRequired, ladder } = policy;
  const mistakes: RefusalDetail[] = [];
  const wrong = (path: string, message: string) => void mistakes.push({ path, message });
  const limited = acknowledgeMinutes !== null;
  if (!limited && (severity === "CRITICAL" || severity === "HIGH"))
    wrong("acknowledgeMinutes", `is needed for ${severity}`);
  if (contactMinutes === null && limited)
    wrong("contactMinutes", "is needed where acknowledgeMinutes is given");
  if (contactMinutes !== null && (!limited || contactMinutes > acknowledgeMinutes))
    wrong("contactMinutes", "must not be more than acknowledgeMinutes");
  if (severity === "CRITICAL" && !readBackRequired)
    wrong("readBackRequired", "is always required for CRITICAL");
  if (limited !== (repeatMinutes !== null))
    wrong(
      "repeatMinutes",
      limited ? "is needed where there is a limit" : "must be null where there is no limit",
    );
  if (new Set(ladder.map(({ to }) => to)).size < ladder.length) wrong("ladder", "names someone twice");
  if (ladder[0]?.afterMinutes !== 0)
    wrong("ladder.0.afterMinutes", "must be 0: the first step is taken at once");
  const last = ladder.at(-1);
  if (last?.to !== "ALARM")
    wrong(`ladder.${ladder.length - 1}.to`, "must be ALARM: no ladder ends in silence");
  else if (limited && (last.afterMinutes === null || last.afterMinutes > acknowledgeMinutes))
    wrong(`ladder.${ladder.length - 1}.afterMinutes`, "must not be more than acknowledgeMinutes");
  let latest = 0;
  for (const [index, { afterMinutes, channels }] of ladder.entries()) {
    if (channels !== undefined && !channels.includes("IN_APP"))
      wrong(`ladder.${index}.channels`, "must have IN_APP among them: what is told is read in the app");
    if (afterMinutes === null) continue;
    if (afterMinutes < latest)
      wrong(`ladder.${index}.afterMinutes`, "must not be less than that of a step before");
    latest = afterMinutes;
  }
  return mistakes;
}

const withChannels = ({ ladder, ...policy }: PutFindingPolicy): FindingPolicy => ({
  ...policy,
  ladder: ladder.map((step) => ({
    ...step,
    channels: tellingChannels.filter((one) =>
      (step.channels ?? defaultChannels[policy.severity]).includes(one),
    ),
  })),
});

/**
 * Changes how severities are handled at a facility from now on.
 * @throws Refusal `forbidden`, `not-found` (`facility.not-found`), `conflict` (`version.conflict`), `invalid` (`finding.invalid-policy`)
 */
export async function putPolicies(
  tx: Tx,
  viewer: Viewer,
  input: PutFindingPolicies,
  { clock, journal }: { clock: Clock; journal: Journal },
): Promise<FindingPolicies> {
  requirePermission(viewer, "finding-policies.manage");
  const facilityId = readFacility(viewer, input.facilityId);
  const errors = input.policies.flatMap((policy, index) => [
    ...(input.policies.findIndex(({ severity }) => severity === policy.severity) < index
      ? [{ path: `body.policies.${index}.severity`, message: "is there twice" }]
      : []),
    ...policyMistakes(policy).map(({ path, message }) => ({
      path: `body.policies.${index}.${path}`,
      message,
    })),
  ]);
  if (errors[0])
    throw new Refusal("invalid", "finding.invalid-policy", `${errors[0].path} ${errors[0].message}.`, {
      errors,
    });
  // One at a time for a facility, which may have no row yet.
  await tx`select 1 from facility where id = ${facilityId} for no key update`;
  const rows = await rowsOf(tx, facilityId);
  const version = rows[0]?.version ?? 1;
  checkVersion(input.expectedVersion, version);
  const policies = withDefaults(rows).map((policy) => {
    const put = input.policies.find(({ severity }) => severity === policy.severity);
    return put ? withChannels(put) : policy;
  });
  await tx`delete from finding_policy where facility_id = ${facilityId}`;
  await tx`insert into finding_policy ${tx(
    policies.map((policy) => ({
      facility_id: facilityId,
      severity: policy.severity,
      contact_minutes: policy.contactMinutes,
      acknowledge_minutes: policy.acknowledgeMinutes,
      read_back_required: policy.readBackRequired,
      repeat_minutes: policy.repeatMinutes,
      ladder: tx.json(policy.ladder),
      version: version + 1,
      updated_by: viewer.id,
      updated_at: clock.now(),
    })),
  )}`;
  await journal.record(tx, viewer, {
    type: "finding-policy.changed",
    subject: { type: "facility", id: facilityId },
    facilityId,
    data: {
      severities: input.policies.map(({ severity }) => severity),
      before: rows.length === 0 ? "defaults" : version,
    },
  });
  return getPolicies(tx, viewer, facilityId);
}
