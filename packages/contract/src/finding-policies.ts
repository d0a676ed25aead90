import { type Static, Type } from "typebox";
import { type LadderTarget, ladderTargets } from "./findings.ts";
import { closed, Id, Nullable } from "./lists.ts";
import { type TellingChannel, tellingChannels } from "./notices.ts";
import { type Severity, severities } from "./workflow.ts";

/** What is to be read in the app stands there always; the other channels only knock. */
const channels = Type.Array(Type.Enum([...tellingChannels]), {
  minItems: 1,
  maxItems: tellingChannels.length,
  uniqueItems: true,
  description: "By which the step tells, whatever its people chose for themselves; always IN_APP",
});

const minutes = (maximum: number, description: string) => Type.Integer({ minimum: 1, maximum, description });

const step = {
  to: Type.Enum([...ladderTargets]),
  afterMinutes: Nullable(
    Type.Integer({
      minimum: 0,
      maximum: 129_600,
      description: "After the raise; null: only where no step before found anybody",
    }),
  ),
};
export const LadderStep = Type.Object({ ...step, channels }, closed);
export type LadderStep = Static<typeof LadderStep>;

const policy = {
  severity: Type.Enum([...severities]),
  contactMinutes: Nullable(minutes(43_200, "Within which somebody is reached; null: no limit")),
  acknowledgeMinutes: Nullable(minutes(129_600, "Within which it is acknowledged; null: no limit")),
  readBackRequired: Type.Boolean(),
  repeatMinutes: Nullable(
    minutes(10_080, "Between alarms when the ladder is exhausted, until it is acknowledged"),
  ),
};
const mostSteps = { minItems: 1, maxItems: 5 };
/** How a severity is handled at a facility. */
export const FindingPolicy = Type.Object({ ...policy, ladder: Type.Array(LadderStep, mostSteps) }, closed);
export type FindingPolicy = Static<typeof FindingPolicy>;

export const FindingPolicies = Type.Object({
  facilityId: Id,
  policies: Type.Array(FindingPolicy),
  version: Type.Integer(),
  updatedAt: Nullable(Type.String({ format: "date-time", description: "Null: the defaults" })),
  channels: Type.Array(
    Type.Object({
      channel: Type.Enum([...tellingChannels]),
      available: Type.Boolean({ description: "Whether it is set up here; what is not delivers nothing" }),
    }),
  ),
  actions: Type.Array(Type.String()),
});
export type FindingPolicies = Static<typeof FindingPolicies>;

/** As it is put: a step that names no channels goes by those of its severity's defaults. */
export const PutFindingPolicy = Type.Object(
  {
    ...policy,
    ladder: Type.Array(Type.Object({ ...step, channels: Type.Optional(channels) }, closed), mostSteps),
  },
  closed,
);
export type PutFindingPolicy = Static<typeof PutFindingPolicy>;

/** Severities that are left out stay as they are. Findings that were raised keep the policy of their time. */
export const PutFindingPolicies = Type.Object(
  {
    facilityId: Type.Optional(Id),
    policies: Type.Array(PutFindingPolicy, { minItems: 1, maxItems: severities.length }),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type PutFindingPolicies = Static<typeof PutFindingPolicies>;

export const FindingPoliciesQuery = Type.Object({ facilityId: Type.Optional(Id) }, closed);

const minute = 1;
const hour = 60 * minute;
const day = 24 * hour;

/** What must be answered goes by every channel; what is for awareness waits in the app. */
export const defaultChannels: Readonly<Record<Severity, readonly TellingChannel[]>> = {
  CRITICAL: tellingChannels,
  HIGH: tellingChannels,
  MODERATE: tellingChannels,
  LOW: ["IN_APP"],
};
const told = (severity: Severity, to: LadderTarget, afterMinutes: number | null): LadderStep => ({
  to,
  afterMinutes,
  channels: [...defaultChannels[severity]],
});

/** What the field does where a site says nothing else (ACR categories 1 to 3). */
export const defaultFindingPolicies: Readonly<Record<Severity, FindingPolicy>> = {
  CRITICAL: {
    severity: "CRITICAL",
    contactMinutes: 15,
    acknowledgeMinutes: hour,
    readBackRequired: true,
    repeatMinutes: 15,
    ladder: [
      told("CRITICAL", "ORDERING_PROVIDER", 0),
      told("CRITICAL", "ON_CALL_COLLEAGUE", 15),
      told("CRITICAL", "CARE_TEAM", 30),
      told("CRITICAL", "DEPARTMENT_HEAD", 45),
      told("CRITICAL", "ALARM", hour),
    ],
  },
  HIGH: {
    severity: "HIGH",
    contactMinutes: hour,
    acknowledgeMinutes: 3 * hour,
    readBackRequired: true,
    repeatMinutes: 30,
    ladder: [
      told("HIGH", "ORDERING_PROVIDER", 0),
      told("HIGH", "ON_CALL_COLLEAGUE", hour),
      told("HIGH", "CARE_TEAM", 105),
      told("HIGH", "DEPARTMENT_HEAD", 150),
      told("HIGH", "ALARM", 3 * hour),
    ],
  },
  MODERATE: {
    severity: "MODERATE",
    contactMinutes: day,
    acknowledgeMinutes: 15 * day,
    readBackRequired: false,
    repeatMinutes: day,
    ladder: [
      told("MODERATE", "ORDERING_PROVIDER", 0),
      told("MODERATE", "ON_CALL_COLLEAGUE", day),
      told("MODERATE", "CARE_TEAM", 5 * day),
      told("MODERATE", "DEPARTMENT_HEAD", 10 * day),
      told("MODERATE", "ALARM", 15 * day),
    ],
  },
  LOW: {
    severity: "LOW",
    contactMinutes: null,
    acknowledgeMinutes: null,
    readBackRequired: false,
    repeatMinutes: null,
    ladder: [told("LOW", "ORDERING_PROVIDER", 0), told("LOW", "CARE_TEAM", null), told("LOW", "ALARM", null)],
  },
};
