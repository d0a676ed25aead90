import { type Static, Type } from "typebox";
import { closed, DateOnly, DateTime, Id, listQuery, Nullable } from "./lists.ts";

export const sexes = ["F", "M", "O", "U"] as const;

const name = Type.String({ maxLength: 64, pattern: "^[^\\\\^=\\u0000-\\u001f]*$" });
const requiredName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: "^(?=.*\\S)[^\\\\^=\\u0000-\\u001f]*$",
});
const contact = (maxLength: number) => Type.String({ maxLength });
const email = Type.String({ maxLength: 254, pattern: "^(?:[^\\s@]+@[^\\s@]+)?$" });

export const Patient = Type.Object({
  id: Id,
  firstName: Type.String(),
  lastName: Type.String(),
  middleName: Type.String(),
  prefix: Type.String(),
  suffix: Type.String(),
  birthDate: Nullable(DateOnly),
  sex: Nullable(Type.Enum([...sexes])),
  identifiers: Type.Array(Type.Object({ value: Type.String(), issuer: Type.String() })),
  phone: Nullable(Type.String()),
  email: Nullable(Type.String()),
  address: Nullable(Type.String()),
  provisional: Type.Boolean({
    description: "The identity is in doubt and waits for a person to reconcile it.",
  }),
  vip: Type.Boolean({
    description: "The records draw the curious: who looks without caring for the patient is told of",
  }),
  mergedInto: Nullable(
    Type.String({
      format: "uuid",
      description: "Who this is, since they were merged; null where they were not",
    }),
  ),
  facilityIds: Type.Array(Id, { description: "Those of the viewer's facilities that know the patient" }),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Patient = Static<typeof Patient>;

/** An identifier is given when none comes. */
export const CreatePatient = Type.Object(
  {
    firstName: requiredName,
    lastName: requiredName,
    middleName: Type.Optional(Nullable(name)),
    prefix: Type.Optional(Nullable(name)),
    suffix: Type.Optional(Nullable(name)),
    birthDate: DateOnly,
    sex: Type.String({ description: "F, M, O or U, in any case", maxLength: 16 }),
    identifiers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            value: Type.String({
              minLength: 1,
              maxLength: 64,
              pattern: "^(?=.*\\S)[^\\\\\\u0000-\\u001f]*$",
            }),
            issuer: Type.Optional(
              Type.String({ maxLength: 64, description: "The facility's when left out" }),
            ),
          },
          closed,
        ),
        { maxItems: 16 },
      ),
    ),
    phone: Type.Optional(Nullable(contact(64))),
    email: Type.Optional(Nullable(email)),
    address: Type.Optional(Nullable(contact(1024))),
    facilityId: Type.Optional(Id),
  },
  closed,
);
export type CreatePatient = Static<typeof CreatePatient>;

/** What changes; what a person changed later images do not overwrite. `expectedVersion` here or in `If-Match`. */
export const ChangePatient = Type.Object(
  {
    firstName: Type.Optional(name),
    lastName: Type.Optional(requiredName),
    middleName: Type.Optional(Nullable(name)),
    prefix: Type.Optional(Nullable(name)),
    suffix: Type.Optional(Nullable(name)),
    birthDate: Type.Optional(Nullable(DateOnly)),
    sex: Type.Optional(Nullable(Type.String({ maxLength: 16 }))),
    identifiers: Type.Optional(
      Type.Array(CreatePatient.properties.identifiers.items, { minItems: 1, maxItems: 16 }),
    ),
    phone: Type.Optional(Nullable(contact(64))),
    email: Type.Optional(Nullable(email)),
    address: Type.Optional(Nullable(contact(1024))),
    vip: Type.Optional(Type.Boolean({ description: "Administrators alone change it" })),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangePatient = Static<typeof ChangePatient>;

/** What a front desk knows before it enters somebody. */
export const CheckDuplicates = Type.Object(
  {
    firstName: Type.Optional(name),
    lastName: requiredName,
    middleName: Type.Optional(Nullable(name)),
    birthDate: Type.Optional(Nullable(DateOnly)),
    sex: Type.Optional(Nullable(CreatePatient.properties.sex)),
  },
  closed,
);
export type CheckDuplicates = Static<typeof CheckDuplicates>;

const reason = Type.String({ minLength: 1, maxLength: 1000, pattern: "\\S" });

/** Makes one patient of two: the one of the path goes into the other. `expectedVersion`, here or in `If-Match`, is of the one who goes. */
export const MergePatients = Type.Object(
  { intoPatientId: Id, reason, expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })) },
  closed,
);
export type MergePatients = Static<typeof MergePatients>;

/** The survivor, and what undoing takes. */
export const MergedPatient = Type.Object({ ...Patient.properties, mergeId: Id });
export type MergedPatient = Static<typeof MergedPatient>;

export const PatientMerge = Type.Object({
  id: Id,
  fromPatientId: Id,
  intoPatientId: Id,
  reason: Type.String(),
  mergedBy: Type.Object({ id: Type.String(), name: Type.String() }),
  mergedAt: DateTime,
  undoneBy: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  undoneAt: Nullable(DateTime),
  actions: Type.Array(Type.String()),
});
export type PatientMerge = Static<typeof PatientMerge>;

/** Who cares for a patient at a facility by name; they see the patient. `version` counts the changes of this team. */
export const CareTeam = Type.Object({
  patientId: Id,
  facilityId: Id,
  version: Type.Integer(),
  members: Type.Array(
    Type.Object({
      user: Type.Object({ id: Id, name: Type.String() }),
      role: Type.String({ description: "What the person is on the team" }),
      since: DateTime,
    }),
  ),
  actions: Type.Array(Type.Enum(["change"])),
});
export type CareTeam = Static<typeof CareTeam>;

/** The whole team; an empty one dissolves it. `expectedVersion` here or in `If-Match`. */
export const ReplaceCareTeam = Type.Object(
  {
    facilityId: Type.Optional(Id),
    members: Type.Array(
      Type.Object({ userId: Id, role: Type.String({ minLength: 1, maxLength: 64, pattern: "\\S" }) }, closed),
      { maxItems: 50 },
    ),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
);
export type ReplaceCareTeam = Static<typeof ReplaceCareTeam>;
export const CareTeamQuery = Type.Object(
  {
    facilityId: Type.Optional({
      ...Id,
      description: "The viewer's first that knows the patient when left out",
    }),
  },
  closed,
);

/** Filters of `GET /patients`; `query` is search as you type over name and identifier. */
export const PatientListQuery = Type.Object(
  {
    ...listQuery,
    query: Type.Optional(Type.String({ maxLength: 128 })),
    identifier: Type.Optional(Type.String({ maxLength: 64 })),
    birthDate: Type.Optional(DateOnly),
    vip: Type.Optional(Type.Boolean({ description: "Those whose records are watched, or the others" })),
  },
  closed,
);
export type PatientListQuery = Static<typeof PatientListQuery>;

/** Fields that `sort` of `GET /patients` takes, each also with `-`. */
export const patientSortFields = ["name", "birthDate", "createdAt"] as const;
