import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Moment, Nullable, orNull } from "./lists.ts";

export const outcomes = ["SUCCESS", "REFUSED", "FAILED"] as const;
export const auditKinds = ["FACT", "ACCESS"] as const;

export const Actor = Type.Object({
  kind: Type.String({ description: "user, api-key, peer, link, system" }),
  id: Type.String(),
  name: Type.String(),
});
export const Subject = Type.Object({ type: Type.String(), id: Type.String() });

/** One entry of the workflow log: what was done, by whom, with what. */
export const LogEntry = Type.Object({
  id: Id,
  action: Type.String({ description: "What was written, or the name of the fact, such as study.received" }),
  actor: Actor,
  subject: Subject,
  patientId: Nullable(Id),
  facilityId: Nullable(Id),
  outcome: Type.Enum([...outcomes]),
  note: Nullable(Type.String()),
  at: DateTime,
});
export type LogEntry = Static<typeof LogEntry>;

const ActionName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^[A-Za-z0-9][A-Za-z0-9 ._:-]*$",
});
const SubjectType = Type.String({ minLength: 1, maxLength: 64, pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$" });
const SubjectId = Type.String({ minLength: 1, maxLength: 128 });

export const CreateLogRequest = Type.Object(
  {
    action: ActionName,
    subject: orNull(Type.Object({ type: SubjectType, id: SubjectId }, closed)),
    note: orNull(Type.String({ maxLength: 1000 })),
  },
  closed,
);
export type CreateLogRequest = Static<typeof CreateLogRequest>;

const entryFilters = {
  actorId: Type.Optional(Type.String({ maxLength: 128 })),
  action: Type.Optional(Type.String({ maxLength: 64 })),
  subjectType: Type.Optional(Type.String({ maxLength: 64 })),
  subjectId: Type.Optional(Type.String({ maxLength: 128 })),
  patientId: Type.Optional(Id),
  from: Type.Optional(Moment),
  to: Type.Optional(Moment),
} as const;

export const LogListQuery = Type.Object({ ...listQuery, ...entryFilters }, closed);
export type LogListQuery = Static<typeof LogListQuery>;

export const entrySortFields = ["at"] as const;

/** What people call what an entry is about; null where the viewer may not see it, where it is gone, or where it has no name. */
export const EntryNames = Type.Object({
  subject: Nullable(
    Type.String({
      description: "Of a person the name, of a patient the number, of a study the accession number",
    }),
  ),
  patient: Nullable(Type.String({ description: "Number of the patient" })),
  studyId: Nullable(
    Type.String({ format: "uuid", description: "Where a report, finding, series or image is looked at" }),
  ),
});
export type EntryNames = Static<typeof EntryNames>;

/** One entry of the audit trail. */
export const AuditEntry = Type.Object({
  id: Id,
  kind: Type.Enum([...auditKinds], { description: "Something happened, or somebody looked" }),
  action: Type.String(),
  actor: Actor,
  address: Nullable(Type.String()),
  requestId: Type.String(),
  subject: Subject,
  patientId: Nullable(Id),
  facilityId: Nullable(Id),
  outcome: Type.Enum([...outcomes]),
  data: Type.Record(Type.String(), Type.Unknown()),
  names: EntryNames,
  at: DateTime,
  position: Nullable(Type.Integer({ description: "In the chain of its kind; null until it is sealed" })),
  hash: Nullable(Type.String({ description: "SHA-256, in hexadecimal" })),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditListQuery = Type.Object(
  {
    ...listQuery,
    ...entryFilters,
    kind: Type.Optional(Type.String({ maxLength: 16 })),
    outcome: Type.Optional(Type.String({ maxLength: 16 })),
  },
  closed,
);
export type AuditListQuery = Static<typeof AuditListQuery>;

export const AuditVerification = Type.Object({
  intact: Type.Boolean(),
  facts: Type.Integer(),
  accesses: Type.Integer(),
  seals: Type.Integer(),
  unsealed: Type.Integer({ description: "Entries that wait to be sealed" }),
  breaches: Type.Array(
    Type.Object({
      chain: Type.String(),
      position: Nullable(Type.Integer()),
      entryId: Nullable(Type.String()),
      kind: Type.String({
        description: "changed, removed, added, reordered, cut, forged-seal, missing-copy",
      }),
      detail: Type.String(),
    }),
    { description: "At most 100" },
  ),
});
export type AuditVerification = Static<typeof AuditVerification>;
