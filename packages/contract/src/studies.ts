import { type Static, Type } from "typebox";
import { imageFormats, type StudyStatus, studyStatuses } from "./enumerations.ts";
import { closed, DateOnly, DateTime, Id, listQuery, Nullable, orNull, several } from "./lists.ts";

/** The patient as a list row shows it. */
export const PatientSummary = Type.Object({
  id: Id,
  name: Type.String({ description: "Family, Given Middle" }),
  identifier: Type.String(),
  issuer: Type.String(),
  birthDate: Nullable(DateOnly),
  sex: Nullable(Type.Enum(["F", "M", "O", "U"])),
  provisional: Type.Boolean({
    description: "The identity is in doubt and waits for a person to reconcile it.",
  }),
});
export type PatientSummary = Static<typeof PatientSummary>;

/** What an item's `actions` call the move to each state. */
export const studyActions: Readonly<Record<StudyStatus, string>> = {
  SCHEDULED: "schedule",
  ARRIVED: "arrive",
  IN_PROGRESS: "start",
  COMPLETED: "complete",
  PRELIMINARY: "report-preliminary",
  FINAL: "report-final",
  CANCELLED: "cancel",
};

export const Study = Type.Object({
  id: Id,
  studyInstanceUid: Type.String(),
  patientId: Id,
  patient: PatientSummary,
  facilityId: Id,
  orderId: Nullable(Type.String({ format: "uuid", description: "The order that it answers" })),
  accessionNumber: Nullable(Type.String()),
  studyId: Nullable(Type.String({ description: "DICOM StudyID" })),
  studyDate: Nullable(DateOnly),
  studyTime: Nullable(Type.String({ description: "HH:MM:SS, local to the facility" })),
  studyDescription: Nullable(Type.String()),
  modalities: Type.Array(Type.String()),
  bodyPart: Nullable(Type.String()),
  referringPhysician: Nullable(Type.String()),
  status: Type.Enum([...studyStatuses]),
  numberOfSeries: Type.Integer(),
  numberOfInstances: Type.Integer(),
  numberOfImages: Type.Integer({ description: "Those of the instances that hold a picture" }),
  size: Type.Integer({ description: "Bytes of all instances" }),
  createdAt: DateTime,
  lastReceivedAt: Nullable(DateTime),
  version: Type.Integer(),
  actions: Type.Array(Type.String(), {
    description: `What the viewer may do now: view, upload, export, correct, delete, register-images, ${Object.values(studyActions).join(", ")}`,
  }),
});
export type Study = Static<typeof Study>;

/** Filters of `GET /studies`; `query` is the one field of search as you type: name, identifier, accession number, description. */
export const StudyListQuery = Type.Object(
  {
    ...listQuery,
    patientId: Type.Optional(Id),
    patientName: Type.Optional(Type.String({ maxLength: 64 })),
    modality: several("Codes of DICOM or their aliases, PET_CT for PT and CT", 64),
    status: several(studyStatuses.join(", ")),
    accessionNumber: Type.Optional(Type.String({ maxLength: 16 })),
    studyInstanceUid: Type.Optional(Type.String({ maxLength: 64 })),
    studyDateFrom: Type.Optional(DateOnly),
    studyDateTo: Type.Optional(DateOnly),
    description: Type.Optional(Type.String({ maxLength: 64 })),
    query: Type.Optional(Type.String({ maxLength: 128 })),
  },
  { additionalProperties: false },
);
export type StudyListQuery = Static<typeof StudyListQuery>;

/** Fields that `sort` of `GET /studies` takes, each also with `-`. */
export const studySortFields = [
  "studyDate",
  "patientName",
  "accessionNumber",
  "createdAt",
  "lastReceivedAt",
  "numberOfInstances",
  "numberOfImages",
] as const;

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
/** PS3.5 9.1. */
const Uid = Type.String({ maxLength: 64, pattern: "^(0|[1-9]\\d*)(\\.(0|[1-9]\\d*))+$" });

/**
 * A study that is to come, or that is kept elsewhere. UID and accession number are those of the order where it has one, else new ones, where they are left
 * out; it belongs to the facility of the order, else to the viewer's home.
 */
export const RegisterStudy = Type.Object(
  {
    orderId: orNull(Id),
    patientId: Id,
    modality: Type.String({ maxLength: 64, description: "A code of DICOM or an alias, in any case" }),
    studyDescription: orNull(text(64)),
    bodyPart: orNull(text(64)),
    studyInstanceUid: orNull(Uid),
    accessionNumber: orNull(text(16)),
    studyDate: orNull(DateOnly),
    referringPhysician: orNull(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: "\\S",
        description: "Family, Given Middle; or as DICOM writes it",
      }),
    ),
  },
  closed,
);
export type RegisterStudy = Static<typeof RegisterStudy>;

export const ChangeStudyStatus = Type.Object(
  {
    status: Type.String({ maxLength: 32, description: `${studyStatuses.join(", ")}, in any case` }),
    reason: Type.Optional(text(1000)),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangeStudyStatus = Static<typeof ChangeStudyStatus>;

/** An image of the study that is stored elsewhere, or about to come. `url`: a path of ours, or https. */
export const RegisterImage = Type.Object(
  {
    sopInstanceUid: Uid,
    seriesInstanceUid: Uid,
    modality: Type.String({ maxLength: 64, description: "A code of DICOM or an alias, in any case" }),
    instanceNumber: Type.Optional(Nullable(Type.Integer({ minimum: -2147483648, maximum: 2147483647 }))),
    acquisitionDate: Type.Optional(Nullable(DateOnly)),
    description: Type.Optional(Nullable(Type.String({ maxLength: 1024 }))),
    url: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 2048 }))),
  },
  closed,
);
export type RegisterImage = Static<typeof RegisterImage>;

export const RegisteredImage = Type.Object({
  id: Id,
  studyId: Id,
  patientId: Id,
  studyInstanceUid: Type.String(),
  seriesInstanceUid: Type.String(),
  sopInstanceUid: Type.String(),
  modality: Type.String(),
  instanceNumber: Nullable(Type.Integer()),
  acquisitionDate: Nullable(DateOnly),
  description: Nullable(Type.String()),
  url: Nullable(Type.String()),
  status: Type.Enum(["REGISTERED", "STORED"], { description: "STORED: the image is here" }),
  imageId: Nullable(Type.String({ format: "uuid", description: "Of the image, once it is here" })),
  createdAt: DateTime,
});
export type RegisteredImage = Static<typeof RegisteredImage>;
export const registeredImageSortFields = ["createdAt"] as const;
export const RegisteredImageListQuery = Type.Object({ ...listQuery }, closed);
export type RegisteredImageListQuery = Static<typeof RegisteredImageListQuery>;

export const Series = Type.Object({
  id: Id,
  studyId: Id,
  seriesInstanceUid: Type.String(),
  seriesNumber: Nullable(Type.Integer()),
  seriesDescription: Nullable(Type.String()),
  modality: Type.String(),
  bodyPart: Nullable(Type.String()),
  numberOfInstances: Type.Integer(),
  numberOfImages: Type.Integer({ description: "Those of the instances that hold a picture" }),
  createdAt: DateTime,
});
export type Series = Static<typeof Series>;

export const Image = Type.Object({
  id: Id,
  patientId: Id,
  studyId: Id,
  studyInstanceUid: Type.String(),
  seriesInstanceUid: Type.String(),
  sopInstanceUid: Type.String(),
  sopClassUid: Type.String(),
  transferSyntaxUid: Type.String(),
  instanceNumber: Nullable(Type.Integer()),
  modality: Type.String(),
  format: Type.Enum([...imageFormats]),
  rows: Nullable(Type.Integer()),
  columns: Nullable(Type.Integer()),
  numberOfFrames: Type.Integer(),
  pixelSpacing: Nullable(
    Type.Array(Type.Number(), { description: "Millimetres: between rows, between columns" }),
  ),
  sliceThickness: Nullable(Type.Number({ description: "Millimetres" })),
  windowCenter: Nullable(Type.Number()),
  windowWidth: Nullable(Type.Number()),
  acquisitionDate: Nullable(DateOnly),
  size: Type.Integer({ description: "Bytes of the content as it was received" }),
  sha256: Type.String({
    description:
      "Of the content as it was received, in hexadecimal; what is sent with a corrected identity or attributes has an ETag of its own",
  }),
  version: Type.Integer({ description: "Of the corrections of this image" }),
  status: Type.Enum(["STORED", "ALREADY_STORED"], {
    description: "Of an upload: whether the same image was here before",
  }),
  createdAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Image = Static<typeof Image>;

/** What an upload answers for a file that is not taken. */
export const RefusedFile = Type.Object({
  filename: Type.String(),
  code: Type.String(),
  reason: Type.String(),
});
export type RefusedFile = Static<typeof RefusedFile>;

/** What `GET /events` sends: ids only. */
export const LiveEvent = Type.Object({
  type: Type.String({ description: "The fact, such as study.received, study.settled" }),
  subject: Type.Object({ type: Type.String(), id: Type.String() }),
  patientId: Nullable(Id),
  facilityId: Id,
  at: DateTime,
});
export type LiveEvent = Static<typeof LiveEvent>;
