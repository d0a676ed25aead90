import { type Static, Type } from "typebox";
import { studyStatuses } from "./enumerations.ts";
import { closed, DateOnly, DateTime, Id, listQuery, Nullable } from "./lists.ts";
import { PatientSummary } from "./studies.ts";
import { orderStatuses } from "./workflow.ts";

const reconciliationKinds = [
  "CONFLICTING_IDENTITY",
  "NO_IDENTIFIER",
  "RESENT_AFTER_DELETION",
  "ORDER_CONFLICT",
  "SEVERAL_REGISTERED",
] as const;
export type ReconciliationKind = (typeof reconciliationKinds)[number];
export const reconciliationActions = ["ACCEPT", "ATTACH", "MOVE", "REJECT", "MATCH"] as const;
export type ReconciliationAction = (typeof reconciliationActions)[number];

/**
 * What may be decided of each kind. ACCEPT: the provisional patient is one of their own, or what was deleted comes back; ATTACH: it is the known patient
 * after all; MOVE: it is another patient; REJECT: the study is set aside, or what was deleted stays so. Of a study whose order is in doubt MATCH says which
 * of its patient's orders it answers, ATTACH that it is the patient's whose order its numbers name, and ACCEPT that it answers none. Where several
 * registered studies wait under the number of what came, MATCH says which of them it is: it takes that one's place and order, and that one is cancelled;
 * ACCEPT says that it is a study beside them.
 */
export const actionsOfReconciliation: Readonly<Record<ReconciliationKind, readonly ReconciliationAction[]>> =
  {
    CONFLICTING_IDENTITY: ["ACCEPT", "ATTACH", "MOVE", "REJECT"],
    NO_IDENTIFIER: ["ACCEPT", "MOVE", "REJECT"],
    RESENT_AFTER_DELETION: ["ACCEPT", "REJECT"],
    ORDER_CONFLICT: ["MATCH", "ATTACH", "ACCEPT"],
    SEVERAL_REGISTERED: ["MATCH", "ACCEPT"],
  };

export const doubtStatuses = ["OPEN", "RESOLVED"] as const;

/** What images say of their patient. */
export const ClaimedIdentity = Type.Object({
  name: Type.String({ description: "Family, Given Middle" }),
  identifier: Type.String(),
  issuer: Type.String(),
  birthDate: Nullable(DateOnly),
  sex: Nullable(Type.Enum(["F", "M", "O", "U"])),
});
export type ClaimedIdentity = Static<typeof ClaimedIdentity>;

const Decision = Type.Object({
  action: Type.String(),
  reason: Nullable(Type.String()),
  by: Type.Object({ id: Type.String(), name: Type.String() }),
  at: DateTime,
});

export const ReconciliationItem = Type.Object({
  id: Id,
  kind: Type.Enum([...reconciliationKinds]),
  status: Type.Enum([...doubtStatuses]),
  facilityId: Id,
  study: Type.Object({
    id: Id,
    studyInstanceUid: Type.String(),
    studyDate: Nullable(DateOnly),
    studyDescription: Nullable(Type.String()),
    accessionNumber: Nullable(Type.String()),
    modalities: Type.Array(Type.String()),
    numberOfInstances: Type.Integer(),
    numberOfImages: Type.Integer({ description: "Those of the instances that hold a picture" }),
    deleted: Type.Boolean(),
  }),
  claimed: ClaimedIdentity,
  /** Whose the study is now. */
  patient: PatientSummary,
  knownPatient: Nullable(PatientSummary),
  /** Of ORDER_CONFLICT: the other patient's order that the study's numbers lead to; null where no order has them. */
  order: Nullable(
    Type.Object({
      id: Id,
      accessionNumber: Type.String(),
      procedureName: Type.String(),
      status: Type.Enum([...orderStatuses]),
    }),
  ),
  registered: Type.Array(
    Type.Object({
      id: Id,
      studyDescription: Nullable(Type.String()),
      modalities: Type.Array(Type.String()),
      bodyPart: Nullable(Type.String()),
      status: Type.Enum([...studyStatuses]),
      orderId: Nullable(Id),
    }),
    { description: "Of SEVERAL_REGISTERED: the studies that wait for images under the number; at most 100" },
  ),
  imageIds: Type.Array(Id, { description: "Images that came again after they were deleted; at most 100" }),
  resolution: Nullable(
    Type.Object({
      ...Decision.properties,
      patientId: Nullable(Id),
      orderId: Nullable(Id),
      studyId: Nullable(Id),
    }),
  ),
  createdAt: DateTime,
  version: Type.Integer(),
  actions: Type.Array(Type.String()),
});
export type ReconciliationItem = Static<typeof ReconciliationItem>;

export const DoubtListQuery = Type.Object(
  {
    ...listQuery,
    status: Type.Optional(
      Type.String({ maxLength: 16, description: "OPEN (when left out) or RESOLVED, in any case" }),
    ),
    studyId: Type.Optional(Id),
    patientId: Type.Optional(Id),
  },
  closed,
);
export type DoubtListQuery = Static<typeof DoubtListQuery>;

const version = Type.Optional(Type.Integer({ minimum: 1 }));
const reason = Type.String({ minLength: 1, maxLength: 1000, pattern: "\\S" });

export const ResolveReconciliation = Type.Object(
  {
    action: Type.String({ maxLength: 16, description: "accept, attach, move, reject or match, in any case" }),
    orderId: Type.Optional(
      Type.String({ format: "uuid", description: "Of match: the order that the study answers" }),
    ),
    studyId: Type.Optional(
      Type.String({ format: "uuid", description: "Of match: the registered study that it is" }),
    ),
    patientId: Type.Optional(Type.String({ format: "uuid", description: "Of move: whose it is" })),
    identifier: Type.Optional(
      Type.Object(
        {
          value: Type.String({ minLength: 1, maxLength: 64, pattern: "^(?=.*\\S)[^\\\\\\u0000-\\u001f]*$" }),
          issuer: Type.Optional(Type.String({ maxLength: 64 })),
        },
        { ...closed, description: "Of accept: the patient's; one is given when none comes" },
      ),
    ),
    reason: Type.Optional(reason),
    expectedVersion: version,
  },
  closed,
);
export type ResolveReconciliation = Static<typeof ResolveReconciliation>;

export const quarantineActions = ["KEEP", "REPLACE", "ADD", "DISCARD"] as const;
export type QuarantineAction = (typeof quarantineActions)[number];

/** What is kept because it could not be archived as it came. */
export const QuarantineItem = Type.Object({
  id: Id,
  status: Type.Enum([...doubtStatuses]),
  reason: Type.String({ description: "same-uid-other-data, or unreadable" }),
  detail: Nullable(Type.String({ description: "Why it could not be read" })),
  facilityId: Id,
  image: Nullable(
    Type.Object(
      { id: Id, studyId: Id, patientId: Id, size: Type.Integer(), sha256: Type.String() },
      { description: "The archived one of the same UID" },
    ),
  ),
  studyInstanceUid: Nullable(Type.String()),
  seriesInstanceUid: Nullable(Type.String()),
  sopInstanceUid: Nullable(Type.String()),
  sopClassUid: Nullable(Type.String()),
  transferSyntaxUid: Nullable(Type.String()),
  claimed: Nullable(ClaimedIdentity),
  size: Type.Integer(),
  sha256: Type.String(),
  door: Type.String(),
  sender: Type.String(),
  resolution: Nullable(Decision),
  createdAt: DateTime,
  version: Type.Integer(),
  actions: Type.Array(Type.String()),
});
export type QuarantineItem = Static<typeof QuarantineItem>;

export const ResolveQuarantine = Type.Object(
  {
    action: Type.String({
      maxLength: 16,
      description:
        "keep (the archived one stays), replace (what came becomes the image, the archived one a version before it), add (what came is archived under a new UID) or discard, in any case",
    }),
    reason: Type.Optional(reason),
    expectedVersion: version,
  },
  closed,
);
export type ResolveQuarantine = Static<typeof ResolveQuarantine>;

/** Why something is taken away. */
export const DeleteQuery = Type.Object({ reason: Type.Optional(reason) }, closed);
export const DeleteBody = Type.Object({ reason: Type.Optional(reason), expectedVersion: version }, closed);
export const ReasonBody = Type.Object({ reason }, closed);

export const Deletion = Type.Object({
  id: Id,
  kind: Type.Enum(["IMAGE", "SERIES", "STUDY"]),
  subjectId: Id,
  status: Type.Enum(["DELETED", "RESTORED", "PURGED"]),
  facilityId: Id,
  studyId: Id,
  studyInstanceUid: Type.String(),
  studyDate: Nullable(DateOnly),
  studyDescription: Nullable(Type.String()),
  patient: PatientSummary,
  reason: Type.String(),
  numberOfInstances: Type.Integer(),
  numberOfImages: Type.Integer({ description: "Those of the instances that hold a picture" }),
  size: Type.Integer(),
  deletedBy: Type.Object({ id: Type.String(), name: Type.String() }),
  deletedAt: DateTime,
  /** The first day on which it may be purged. */
  retainedUntil: DateOnly,
  onHold: Type.Boolean(),
  actions: Type.Array(Type.String()),
});
export type Deletion = Static<typeof Deletion>;

export const DeletionListQuery = Type.Object(
  {
    ...listQuery,
    status: Type.Optional(
      Type.String({ maxLength: 16, description: "DELETED (when left out), RESTORED or PURGED, in any case" }),
    ),
    studyId: Type.Optional(Id),
    patientId: Type.Optional(Id),
  },
  closed,
);
export type DeletionListQuery = Static<typeof DeletionListQuery>;

export const RetentionRule = Type.Object(
  {
    modality: Type.String({ maxLength: 16, description: '"" for every modality without a rule of its own' }),
    years: Type.Integer({ minimum: 0, maximum: 150, description: "After the study date" }),
    untilAge: Nullable(Type.Integer({ minimum: 0, maximum: 150, description: "At least to this age" })),
  },
  closed,
);
export const RetentionRules = Type.Object({ data: Type.Array(RetentionRule, { maxItems: 100 }) }, closed);

export const PlaceHold = Type.Object(
  { patientId: Type.Optional(Id), studyId: Type.Optional(Id), reason },
  closed,
);
export type PlaceHold = Static<typeof PlaceHold>;

export const LegalHold = Type.Object({
  id: Id,
  facilityId: Id,
  patientId: Nullable(Id),
  studyId: Nullable(Id),
  reason: Type.String(),
  placedBy: Type.Object({ id: Type.String(), name: Type.String() }),
  placedAt: DateTime,
  liftedAt: Nullable(DateTime),
  actions: Type.Array(Type.String()),
});
export type LegalHold = Static<typeof LegalHold>;

const AttributeValue = Type.Union([
  Type.String({ maxLength: 10_240 }),
  Type.Number(),
  Type.Null(),
  Type.Array(Type.Union([Type.String({ maxLength: 10_240 }), Type.Number()]), { maxItems: 32 }),
]);

/** Attributes by DICOM keyword; null empties one. `expectedVersion`, here or in `If-Match`, is of the image. */
export const CorrectImage = Type.Object(
  {
    attributes: Type.Record(Type.String({ pattern: "^[A-Za-z0-9]{1,64}$" }), AttributeValue, {
      minProperties: 1,
      maxProperties: 64,
      description: 'Such as {"SeriesDescription": "Thorax", "InstanceNumber": 4}',
    }),
    reason: Type.Optional(reason),
    expectedVersion: version,
  },
  closed,
);
export type CorrectImage = Static<typeof CorrectImage>;

export const ChangeStudy = Type.Object(
  {
    studyDescription: Type.Optional(Nullable(Type.String({ maxLength: 64 }))),
    accessionNumber: Type.Optional(Nullable(Type.String({ maxLength: 16 }))),
    referringPhysician: Type.Optional(
      Nullable(Type.String({ maxLength: 200, description: "Family, Given Middle; or as DICOM writes it" })),
    ),
    studyDate: Type.Optional(Nullable(DateOnly)),
    studyTime: Type.Optional(Nullable(Type.String({ pattern: "^\\d{2}:\\d{2}(:\\d{2})?$" }))),
    studyId: Type.Optional(Nullable(Type.String({ maxLength: 16, description: "DICOM StudyID" }))),
    patientId: Type.Optional(Id),
    orderId: Type.Optional(
      Nullable(Type.String({ format: "uuid", description: "The order that it answers; null: none" })),
    ),
    reason: Type.Optional(reason),
    expectedVersion: version,
  },
  closed,
);
export type ChangeStudy = Static<typeof ChangeStudy>;

const Attributes = Nullable(Type.Record(Type.String(), Type.Unknown()));

/** One step from what was received to what is sent now. */
export const ImageVersion = Type.Object({
  id: Id,
  kind: Type.Enum(["RECEIVED", "CORRECTED", "REPLACED"]),
  level: Type.Enum(["STUDY", "SERIES", "IMAGE"]),
  version: Type.Integer({ description: "Of the study, series or image that was changed" }),
  reason: Nullable(Type.String()),
  by: Type.Object({ id: Type.String(), name: Type.String() }),
  at: DateTime,
  before: Attributes,
  after: Attributes,
  size: Nullable(Type.Integer()),
  sha256: Nullable(Type.String()),
});
export type ImageVersion = Static<typeof ImageVersion>;

export const imageVersionSortFields = ["at"] as const;
