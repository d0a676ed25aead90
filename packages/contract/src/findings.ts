import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable, orNull } from "./lists.ts";
import { NoticeDelivery, type TellingChannel, tellingChannels } from "./notices.ts";
import { PatientSummary } from "./studies.ts";
import { findingStatuses, type Severity, severities } from "./workflow.ts";

const severityWords = `${severities.join(", ")} in any case; URGENT is HIGH, SIGNIFICANT is MODERATE`;
const text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, pattern: "\\S", ...(description ? { description } : {}) });
const version = Type.Optional(Type.Integer({ minimum: 1 }));

/** Who is told, in the order of the ladder. ALARM is every administrator and radiologist of the facility. */
const ladderTargets = [
  "ORDERING_PROVIDER",
  "ON_CALL_COLLEAGUE",
  "CARE_TEAM",
  "DEPARTMENT_HEAD",
  "ALARM",
] as const;
export type LadderTarget = (typeof ladderTargets)[number];

export const acknowledgeMethods = ["IN_APP", "PHONE", "IN_PERSON", "MESSAGE"] as const;
export type AcknowledgeMethod = (typeof acknowledgeMethods)[number];

/** What the history of a finding consists of. */
const findingEventKinds = [
  "RAISED",
  "TOLD",
  "NOBODY_FOUND",
  "NOTIFIED",
  "REACHED",
  "CHANGED",
  "CONTACT_LATE",
  "ACKNOWLEDGE_LATE",
  "ALARM_REPEATED",
  "ACKNOWLEDGED",
  "FOLLOW_UP",
  "FOLLOW_UP_DUE",
  "FOLLOW_UP_DONE",
  "CLOSED",
  "VOIDED",
] as const;
export type FindingEventKind = (typeof findingEventKinds)[number];

const Person = Type.Object({ id: Nullable(Type.String()), name: Type.String() });

export const Acknowledgement = Type.Object({
  by: Person,
  at: Type.String({ format: "date-time", description: "Of the call where one was recorded" }),
  method: Type.Enum([...acknowledgeMethods]),
  readBack: Nullable(Type.String()),
  note: Nullable(Type.String()),
  recordedBy: Type.Object({ id: Type.String(), name: Type.String() }),
  recordedAt: DateTime,
});

export const FindingRecipient = Type.Object({
  personId: Id,
  name: Type.String(),
  target: Type.Enum([...ladderTargets]),
  step: Type.Integer({ description: "Of the ladder; 0 is the first" }),
  toldAt: DateTime,
  again: Type.Boolean({ description: "Had been told by an earlier step" }),
  deliveredAt: Nullable(
    Type.String({
      format: "date-time",
      description: "When a channel's receiver first took a notice for them",
    }),
  ),
  deliveredBy: Nullable(Type.Enum([...tellingChannels])),
  reachedAt: Nullable(
    Type.String({ format: "date-time", description: "When they opened it or read a notice of it here" }),
  ),
  acknowledgedAt: Nullable(DateTime),
});

export const FindingFollowUp = Type.Object({
  id: Id,
  action: Type.String(),
  dueAt: Nullable(DateTime),
  createdBy: Person,
  createdAt: DateTime,
  doneAt: Nullable(DateTime),
});

export const Finding = Type.Object({
  id: Id,
  facilityId: Id,
  studyId: Id,
  reportId: Nullable(Id),
  orderId: Nullable(Id),
  patientId: Id,
  patient: PatientSummary,
  studyDescription: Nullable(Type.String()),
  accessionNumber: Nullable(Type.String()),
  description: Type.String(),
  severity: Type.Enum([...severities]),
  status: Type.Enum([...findingStatuses]),
  raisedBy: Person,
  raisedAt: DateTime,
  contactDueAt: Nullable(DateTime),
  contactedAt: Nullable(
    Type.String({
      format: "date-time",
      description:
        "When the first recipient read of it here or was called; a message that was delivered is no contact",
    }),
  ),
  contactLate: Type.Boolean({ description: "Nobody was reached in time; stays for good" }),
  acknowledgeDueAt: Nullable(DateTime),
  acknowledgeLate: Type.Boolean({ description: "Not acknowledged in time; stays for good" }),
  overdue: Type.Boolean({ description: "Waits, and a limit has passed" }),
  escalationLevel: Type.Integer({ description: "Step of the ladder that it has come to; 0 is the first" }),
  nextEscalationAt: Nullable(DateTime),
  readBackRequired: Type.Boolean(),
  acknowledgement: Nullable(Acknowledgement),
  recipients: Type.Array(FindingRecipient),
  followUps: Type.Array(FindingFollowUp),
  closedAt: Nullable(DateTime),
  closeNote: Nullable(Type.String()),
  voidedAt: Nullable(DateTime),
  voidReason: Nullable(Type.String()),
  version: Type.Integer(),
  updatedAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Finding = Static<typeof Finding>;

/** What an alarm says of its finding on a screen that shows it unasked. */
export const FindingAlarm = Type.Object({
  id: Id,
  status: Type.Enum([...findingStatuses]),
  patient: Type.Pick(PatientSummary, ["name", "identifier"]),
  description: Type.String(),
});
export type FindingAlarm = Static<typeof FindingAlarm>;

export const RaiseFinding = Type.Object(
  {
    studyId: Id,
    reportId: Type.Optional(Nullable(Id)),
    description: text(4000),
    severity: Type.String({ maxLength: 32, description: severityWords }),
    recipients: orNull(
      Type.Array(Id, {
        minItems: 1,
        maxItems: 20,
        uniqueItems: true,
        description: "Users who are told first; the ordering provider when left out",
      }),
    ),
  },
  closed,
);
export type RaiseFinding = Static<typeof RaiseFinding>;

/** While nobody has acknowledged it. A severity may only become higher; its limits count from when the finding was raised. */
export const ChangeFinding = Type.Object(
  {
    description: Type.Optional(text(4000)),
    severity: Type.Optional(Type.String({ maxLength: 32, description: severityWords })),
    expectedVersion: version,
  },
  { ...closed, minProperties: 1 },
);
export type ChangeFinding = Static<typeof ChangeFinding>;

/** By a recipient, or by the radiologist who made a call and says whom they spoke to and when. */
export const AcknowledgeFinding = Type.Object(
  {
    readBack: orNull(
      text(2000, "What was understood, in the recipient's words; needed where the policy says so"),
    ),
    method: orNull(
      Type.String({
        maxLength: 16,
        description: `${acknowledgeMethods.join(", ")}; IN_APP when left out, PHONE for a call`,
      }),
    ),
    note: orNull(Type.String({ maxLength: 2000 })),
    acknowledgedBy: orNull(
      Type.Object(
        {
          userId: Type.Optional(Id),
          name: Type.Optional(text(200, "Of someone who has no account here")),
          at: Type.Optional(
            Type.String({ format: "date-time", description: "Of the call; now when left out" }),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type AcknowledgeFinding = Static<typeof AcknowledgeFinding>;

/** Either something that is to be done, or what was done of it. */
export const FollowUpFinding = Type.Object(
  {
    action: Type.Optional(text(1000)),
    dueAt: orNull(DateTime),
    done: Type.Optional(
      Type.String({ format: "uuid", description: "A follow-up that was done, in place of an action" }),
    ),
  },
  closed,
);
export type FollowUpFinding = Static<typeof FollowUpFinding>;

export const CloseFinding = Type.Object({ note: Type.Optional(Type.String({ maxLength: 2000 })) }, closed);
export type CloseFinding = Static<typeof CloseFinding>;

export const VoidFinding = Type.Object({ reason: text(1000) }, closed);
export type VoidFinding = Static<typeof VoidFinding>;

const { sort: _sort, ...paging } = listQuery;
const sort = Type.Optional(
  Type.String({ maxLength: 64, description: "raisedAt or acknowledgeDueAt, with - for descending" }),
);

/** Filters of `GET /critical-findings`. */
export const FindingListQuery = Type.Object(
  {
    ...paging,
    sort,
    status: Type.Optional(Type.String({ maxLength: 16, description: findingStatuses.join(", ") })),
    severity: Type.Optional(Type.String({ maxLength: 32, description: severityWords })),
    overdue: Type.Optional(Type.Boolean()),
    facilityId: Type.Optional(Id),
    patientId: Type.Optional(Id),
  },
  closed,
);
export type FindingListQuery = Static<typeof FindingListQuery>;

/** What every other list of findings takes. */
export const FindingPageQuery = Type.Object({ ...paging, sort }, closed);
export type FindingPageQuery = Static<typeof FindingPageQuery>;

export const FindingEvent = Type.Object({
  id: Id,
  kind: Type.Enum([...findingEventKinds]),
  at: DateTime,
  by: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  people: Type.Array(Type.Object({ id: Id, name: Type.String() }), {
    description: "Whom it concerns: who was told, reached or acknowledged",
  }),
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type FindingEvent = Static<typeof FindingEvent>;

export const FindingHistory = Type.Object({
  data: Type.Array(FindingEvent),
  deliveries: Type.Array(NoticeDelivery, {
    description: "What became of its notices by each channel, the oldest first; the newest thousand",
  }),
});

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
    expectedVersion: version,
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
