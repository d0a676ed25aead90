import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";

const uid = Type.String({ maxLength: 64, pattern: "^[0-9.]+$" });
const orthancId = Type.String({ pattern: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{8}){4}$" });

const fileBytes = Type.Unsafe<string>({ type: "string", format: "binary" });

/** multipart/form-data with one DICOM file. */
export const HostedUploadForm = Type.Object({ file: fileBytes }, closed);

/** What the two-step upload of a hosted PACS answers to the file. */
export const HostedUpload = Type.Object({
  success: Type.Literal(true),
  data: Type.Object({
    ID: Type.String({
      description: "SHA-1 over PatientID, study, series and SOP instance UID, as Orthanc makes it",
    }),
    ParentPatient: Type.String(),
    ParentStudy: Type.String(),
    ParentSeries: Type.String(),
    Path: Type.String(),
    Status: Type.Enum(["Success", "AlreadyStored"]),
    StudyInstanceUID: Type.String(),
    SeriesInstanceUID: Type.String(),
    SOPInstanceUID: Type.String(),
    acquisitionDate: Type.Union([Type.String({ format: "date" }), Type.Null()]),
    modality: Type.String(),
  }),
});
export type HostedUpload = Static<typeof HostedUpload>;

export const HostedPreviewPath = Type.Object({ orthancInstanceId: orthancId }, closed);
export const HostedPreviewQuery = Type.Object(
  { quality: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) },
  closed,
);
export const HostedFilePath = Type.Object({ sopInstanceUID: uid }, closed);
export const NoQuery = Type.Object({}, closed);

/** An imaging order's id; what is none is an examination that is not there. */
const examenID = Type.String({ minLength: 1, maxLength: 64 });

/** An image of an examination, as the second step of a hosted PACS names it. `url`: a path of ours, or https. */
export const RegisterExamImage = Type.Object(
  {
    examenID,
    studyInstanceUID: uid,
    seriesInstanceUID: uid,
    sopInstanceUID: uid,
    dateAcquisition: Type.Optional(
      Nullable(
        Type.Union([Type.String({ format: "date" }), Type.String({ format: "date-time" })], {
          description: "A date, or a date and time",
        }),
      ),
    ),
    modalite: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 16 }))),
    description: Type.Optional(Nullable(Type.String({ maxLength: 1024 }))),
    url: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 2048 }))),
    orthancInstanceId: Type.Optional(Nullable(orthancId)),
  },
  closed,
);
export type RegisterExamImage = Static<typeof RegisterExamImage>;

export const ExamImage = Type.Object({
  imageID: Id,
  examenID: Id,
  studyInstanceUID: Type.String(),
  seriesInstanceUID: Type.String(),
  sopInstanceUID: Type.String(),
  dateAcquisition: Nullable(Type.String()),
  modalite: Nullable(Type.String()),
  description: Nullable(Type.String()),
  url: Nullable(Type.String()),
  orthancInstanceId: Nullable(Type.String()),
});
export type ExamImage = Static<typeof ExamImage>;

/** An examination: an imaging order in the words of these clients. */
export const Exam = Type.Object({
  examenID: Id,
  patientID: Id,
  accessionNumber: Type.String(),
  studyInstanceUID: Type.String({ description: "Of the study that the modality is told to make" }),
  modalite: Type.String(),
  description: Type.String(),
  indication: Type.String(),
  priorite: Type.String(),
  statut: Type.String(),
  datePrescription: DateTime,
  dateExamen: Nullable(DateTime),
  nombreImages: Type.Integer(),
});
export type Exam = Static<typeof Exam>;

export const ExamPath = Type.Object({ examenID }, closed);
export const examImageSortFields = ["createdAt"] as const;
export const ExamImageListQuery = Type.Object({ ...listQuery }, closed);
export type ExamImageListQuery = Static<typeof ExamImageListQuery>;
