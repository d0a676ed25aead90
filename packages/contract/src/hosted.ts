import { type Static, Type } from "typebox";
import { closed } from "./lists.ts";

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
