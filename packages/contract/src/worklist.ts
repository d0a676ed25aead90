import { type Static, Type } from "typebox";
import { studyStatuses } from "./enumerations.ts";
import { closed, DateOnly, DateTime, Id, listQuery, Nullable, several } from "./lists.ts";
import { ReadingClaim } from "./reports.ts";
import { PatientSummary } from "./studies.ts";
import { priorities, reportStatuses } from "./workflow.ts";

const Person = Type.Object({ id: Id, name: Type.String() });

/** A study that waits to be read, with what decides how urgent it is. */
export const ReadingItem = Type.Object({
  id: Id,
  studyInstanceUid: Type.String(),
  facilityId: Id,
  patient: PatientSummary,
  accessionNumber: Nullable(Type.String()),
  studyDate: Nullable(DateOnly),
  studyDescription: Nullable(Type.String()),
  modalities: Type.Array(Type.String()),
  bodyPart: Nullable(Type.String()),
  numberOfInstances: Type.Integer(),
  numberOfImages: Type.Integer({ description: "Those of the instances that hold a picture" }),
  status: Type.Enum([...studyStatuses]),
  priority: Type.Enum([...priorities], { description: "Of its order; ROUTINE where it has none" }),
  subspecialty: Nullable(Type.String()),
  order: Nullable(
    Type.Object({
      id: Id,
      procedureName: Type.String(),
      clinicalIndication: Type.String(),
      provider: Person,
    }),
  ),
  readyAt: Nullable(DateTime),
  waitingMinutes: Type.Integer({
    description: "Since it was ready, or since it was begun where it is not yet",
  }),
  targetMinutes: Type.Integer({ description: "How long such a study may wait" }),
  dueAt: DateTime,
  late: Type.Boolean(),
  changedAfterReport: Type.Boolean({ description: "Images came after it was reported" }),
  priors: Type.Integer({ description: "Other studies of the patient that the viewer may open" }),
  claim: Nullable(ReadingClaim),
  report: Nullable(Type.Object({ id: Id, status: Type.Enum([...reportStatuses]), author: Person })),
  skippedUntil: Nullable(DateTime),
  version: Type.Integer(),
  actions: Type.Array(Type.String()),
});
export type ReadingItem = Static<typeof ReadingItem>;

export const readingClaims = ["MINE", "NONE", "OTHERS"] as const;

export const ReadingListQuery = Type.Object(
  {
    ...listQuery,
    facilityId: Type.Optional(Id),
    patientId: Type.Optional(Id),
    modality: several("Codes of DICOM or their aliases"),
    priority: several(priorities.join(", "), 64),
    subspecialty: Type.Optional(Type.String({ maxLength: 64 })),
    status: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "COMPLETED, PRELIMINARY, IN_PROGRESS (emergencies), FINAL (changed since)",
      }),
    ),
    claim: Type.Optional(Type.String({ maxLength: 16, description: readingClaims.join(", ") })),
    late: Type.Optional(Type.Boolean()),
    skipped: Type.Optional(Type.Boolean({ description: "Also what one has skipped" })),
    query: Type.Optional(Type.String({ maxLength: 128 })),
  },
  closed,
);
export type ReadingListQuery = Static<typeof ReadingListQuery>;

export const SkipStudy = Type.Object(
  {
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 24 * 60, default: 60 })),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
);
export type SkipStudy = Static<typeof SkipStudy>;

export const SkippedStudy = Type.Object({ studyId: Id, until: DateTime, reason: Nullable(Type.String()) });
export type SkippedStudy = Static<typeof SkippedStudy>;

/** How long a study may wait to be read, by the priority of its order. */
export const ReadingTargets = Type.Object({
  facilityId: Id,
  minutes: Type.Object({ STAT: Type.Integer(), URGENT: Type.Integer(), ROUTINE: Type.Integer() }),
  version: Type.Integer(),
  actions: Type.Array(Type.Enum(["edit"])),
});
export type ReadingTargets = Static<typeof ReadingTargets>;

const Minutes = Type.Integer({ minimum: 1, maximum: 365 * 24 * 60 });
export const ChangeReadingTargets = Type.Object(
  {
    facilityId: Type.Optional(Id),
    minutes: Type.Object({ STAT: Minutes, URGENT: Minutes, ROUTINE: Minutes }, closed),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 0, description: "Or the header If-Match" })),
  },
  closed,
);
export type ChangeReadingTargets = Static<typeof ChangeReadingTargets>;

export const timelineTypes = ["ORDER", "STUDY", "REPORT", "FINDING", "BILL"] as const;
export type TimelineType = (typeof timelineTypes)[number];

/** One thing that happened with a patient. */
export const TimelineEntry = Type.Object({
  type: Type.Enum([...timelineTypes]),
  id: Id,
  at: DateTime,
  status: Type.String(),
  title: Type.String(),
  facilityId: Id,
  studyId: Nullable(Id),
  orderId: Nullable(Id),
  accessionNumber: Nullable(Type.String()),
  detail: Nullable(Type.String({ description: "Modalities, priority, severity, or what is owed" })),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

export const TimelineQuery = Type.Object(
  {
    ...listQuery,
    type: several(timelineTypes.join(", "), 64),
  },
  closed,
);
export type TimelineQuery = Static<typeof TimelineQuery>;

export const SearchQuery = Type.Object(
  {
    query: Type.String({ minLength: 1, maxLength: 128 }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 6, description: "Of each kind" })),
  },
  closed,
);
export type SearchQuery = Static<typeof SearchQuery>;

/** What the one search field finds, the most likely of each kind first. */
export const SearchAnswer = Type.Object({
  patients: Type.Array(PatientSummary),
  orders: Type.Array(
    Type.Object({
      id: Id,
      accessionNumber: Type.String(),
      procedureName: Type.String(),
      status: Type.String(),
      scheduledAt: Nullable(DateTime),
      patient: PatientSummary,
    }),
  ),
  studies: Type.Array(
    Type.Object({
      id: Id,
      accessionNumber: Nullable(Type.String()),
      studyDescription: Nullable(Type.String()),
      studyDate: Nullable(DateOnly),
      modalities: Type.Array(Type.String()),
      status: Type.String(),
      patient: PatientSummary,
    }),
  ),
});
export type SearchAnswer = Static<typeof SearchAnswer>;
