import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable, orNull } from "./lists.ts";
import { NoticeDelivery, tellingChannels } from "./notices.ts";
import { PatientSummary } from "./studies.ts";
import { findingStatuses, severities } from "./workflow.ts";

const severityWords = `${severities.join(", ")} in any case; URGENT is HIGH, SIGNIFICANT is MODERATE`;
const text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, pattern: "\\S", ...(description ? { description } : {}) });
const version = Type.Optional(Type.Integer({ minimum: 1 }));

/** Who is told, in the order of the ladder. ALARM is every administrator and radiologist of the facility. */
export const ladderTargets = [
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
