import { type Static, type TSchema, Type } from "typebox";
import { closed, DateTime, Id, listOf, listQuery, Nullable, orNull, several } from "./lists.ts";
import { TemplateField } from "./report-templates.ts";
import { PatientSummary } from "./studies.ts";
import { reportStatuses } from "./workflow.ts";

/** The parts of a report's text. */
export const reportSections = [
  "findings",
  "impression",
  "recommendations",
  "technique",
  "comparison",
] as const;
export type ReportSection = (typeof reportSections)[number];

/** Characters that one section takes. */
const maxSectionLength = 50_000;

const section = Type.String({ maxLength: maxSectionLength });
const sectionNames = ["findings", "impression", "recommendations", "technique", "comparison"] as const;
const sectionsAs = <T extends TSchema>(schema: T) =>
  Object.fromEntries(sectionNames.map((name) => [name, schema])) as Record<(typeof sectionNames)[number], T>;

/** What a field of a template takes: text, a number in the field's unit, one of the choices; null: nothing. */
export const FieldValue = Type.Union([Type.String({ maxLength: 4000 }), Type.Number(), Type.Null()]);
export type FieldValue = Static<typeof FieldValue>;

const fields = Type.Record(Type.String({ pattern: "^[a-z][A-Za-z0-9_]{0,63}$" }), FieldValue, {
  description: "Values of the template's fields by their keys",
  additionalProperties: false,
  maxProperties: 100,
});

/** Text that a client gives; what is left out stays. */
const givenContent = { ...sectionsAs(Type.Optional(section)), fields: Type.Optional(fields) };
const newContent = { ...sectionsAs(orNull(section)), fields: orNull(fields) };

export const ReportContent = Type.Object({
  findings: Type.String(),
  impression: Type.String(),
  recommendations: Type.String(),
  technique: Type.String(),
  comparison: Type.String(),
  fields: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});
export type ReportContent = Static<typeof ReportContent>;

const Person = Type.Object({ id: Id, name: Type.String() });

/** The template as it was when the report took it. */
export const ReportTemplateUsed = Type.Object({
  id: Id,
  name: Type.String(),
  version: Type.Integer(),
  fields: Type.Array(TemplateField),
});
export type ReportTemplateUsed = Static<typeof ReportTemplateUsed>;

export const discrepancyCategories = ["MINOR", "MAJOR"] as const;

/** Who is reading a study. */
export const ReadingClaim = Type.Object({
  studyId: Id,
  user: Person,
  since: DateTime,
  activeAt: DateTime,
  expiresAt: DateTime,
  assignedBy: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
});
export type ReadingClaim = Static<typeof ReadingClaim>;

const namesAnotherPatient = Type.Boolean({
  description:
    "The study turned out to be another patient's since: the version and its papers name whom it was thought to be of",
});

/**
 * A report. Whoever may see all of it sees the text as it is now, with what is being written over a signed text under `amendment`; others see the newest signed
 * version, and `version` is its number.
 */
export const Report = Type.Object({
  id: Id,
  studyId: Id,
  studyInstanceUid: Type.String(),
  accessionNumber: Nullable(Type.String()),
  orderId: Nullable(Id),
  patientId: Id,
  patient: PatientSummary,
  facilityId: Id,
  status: Type.Enum([...reportStatuses]),
  ...ReportContent.properties,
  template: Nullable(ReportTemplateUsed),
  author: Person,
  submittedBy: Nullable(Person),
  submittedAt: Nullable(DateTime),
  signer: Nullable(Person),
  signedAt: Nullable(DateTime),
  versionNumber: Nullable(
    Type.Integer({ description: "Of the newest version that was submitted or signed" }),
  ),
  reason: Nullable(
    Type.String({ description: "Why it was amended, cancelled or marked as entered in error" }),
  ),
  namesAnotherPatient,
  amendment: Nullable(
    Type.Object({
      ...ReportContent.properties,
      by: Type.Object({ id: Type.String(), name: Type.String() }),
      at: DateTime,
    }),
  ),
  discrepancy: Nullable(
    Type.Object({
      category: Type.Enum([...discrepancyCategories]),
      note: Type.String(),
      by: Person,
      at: DateTime,
    }),
  ),
  claim: Nullable(ReadingClaim),
  imagesAfterReportAt: Nullable(DateTime),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Report = Static<typeof Report>;

const version = Type.Optional(Type.Integer({ minimum: 1 }));
const password = Type.String({ minLength: 1, maxLength: 1024 });
const reason = Type.String({ minLength: 1, maxLength: 1000, pattern: "\\S" });

/** The procedure's default template when `templateId` is left out; null: none. */
export const CreateReport = Type.Object(
  { studyId: Id, templateId: Type.Optional(Nullable(Id)), ...newContent },
  closed,
);
export type CreateReport = Static<typeof CreateReport>;

/** `expectedVersion` here or in `If-Match`. */
export const ChangeReport = Type.Object(
  { templateId: Type.Optional(Nullable(Id)), ...givenContent, expectedVersion: version },
  closed,
);
export type ChangeReport = Static<typeof ChangeReport>;

export const CancelReport = Type.Object({ reason: Type.Optional(reason), expectedVersion: version }, closed);
export type CancelReport = Static<typeof CancelReport>;

export const SubmitReport = Type.Object({ expectedVersion: version }, closed);
export type SubmitReport = Static<typeof SubmitReport>;

const signedFor = Type.Optional(
  Type.String({
    format: "uuid",
    description: "The patient whom the signer sees; refused where the study has become another's meanwhile",
  }),
);

/** `expectedVersion`, here or in `If-Match`, is needed: nobody signs what they have not seen. */
export const SignReport = Type.Object({ expectedVersion: version, patientId: signedFor, password }, closed);
export type SignReport = Static<typeof SignReport>;

/** What is left out stays as it is in the amendment under way, else as it is signed. */
export const AmendReport = Type.Object(
  {
    kind: Type.String({ description: "AMENDED, CORRECTED or APPENDED, in any case", maxLength: 16 }),
    reason,
    expectedVersion: version,
    patientId: signedFor,
    password,
    ...givenContent,
  },
  closed,
);
export type AmendReport = Static<typeof AmendReport>;

export const WithdrawReport = Type.Object({ reason, password, expectedVersion: version }, closed);
export type WithdrawReport = Static<typeof WithdrawReport>;

/** A final report says other than the preliminary one that went before. */
export const MarkDiscrepancy = Type.Object(
  {
    category: Type.String({
      description: "MINOR or MAJOR (it changes what is done for the patient), in any case",
      maxLength: 16,
    }),
    note: reason,
    expectedVersion: version,
  },
  closed,
);
export type MarkDiscrepancy = Static<typeof MarkDiscrepancy>;

/** Filters of the lists of reports. */
export const ReportListQuery = Type.Object(
  { ...listQuery, status: several(reportStatuses.join(", ")) },
  closed,
);
export type ReportListQuery = Static<typeof ReportListQuery>;

/** What was submitted or signed; never changed. */
export const ReportVersion = Type.Object({
  id: Id,
  reportId: Id,
  number: Type.Integer({ description: "From 1 without a gap" }),
  status: Type.Enum([...reportStatuses]),
  ...ReportContent.properties,
  template: Nullable(ReportTemplateUsed),
  reason: Nullable(Type.String()),
  changed: Type.Array(Type.String(), {
    description: "Sections, and fields as `fields.key`, in which it differs from the version before",
  }),
  signer: Person,
  signedAt: DateTime,
  patient: Type.Object(
    {
      id: Id,
      name: Type.String(),
      identifier: Type.String(),
      issuer: Type.String(),
      birthDate: Nullable(Type.String()),
      sex: Nullable(Type.String()),
    },
    { description: "As they were known when it was signed" },
  ),
  namesAnotherPatient,
  orderId: Nullable(Id),
  studyInstanceUid: Type.String(),
  accessionNumber: Nullable(Type.String()),
  imageSetHash: Type.String({
    description: "SHA-256 in hexadecimal over the UIDs of the images there were and the hashes of their data",
  }),
  images: Type.Integer({ description: "How many images there were" }),
  previousHash: Nullable(Type.String()),
  hash: Type.String({ description: "SHA-256 in hexadecimal over all of this and the hash before" }),
});
export type ReportVersion = Static<typeof ReportVersion>;

export const reportVersionSortFields = ["number"] as const;
export const ReportVersions = listOf(ReportVersion);

const reportBreachKinds = ["changed", "removed", "added", "reordered", "state"] as const;

/** What the chain of a report's versions says of itself. */
export const ReportVerification = Type.Object({
  reportId: Id,
  intact: Type.Boolean(),
  versions: Type.Integer({ description: "How many were compared" }),
  breaches: Type.Array(
    Type.Object({
      number: Nullable(Type.Integer({ description: "Of the version" })),
      kind: Type.Enum([...reportBreachKinds]),
      detail: Type.String(),
    }),
  ),
});
export type ReportVerification = Static<typeof ReportVerification>;

/** Gives a study to somebody to read, also when another has it. */
export const AssignReading = Type.Object({ userId: Id }, closed);
export type AssignReading = Static<typeof AssignReading>;

/** Who may be given a study to read. */
export const Reader = Type.Object({
  id: Id,
  name: Type.String(),
  claims: Type.Integer({ description: "Studies that they have at its facility now" }),
});
export type Reader = Static<typeof Reader>;
