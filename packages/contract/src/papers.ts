import { type Static, Type } from "typebox";
import { closed, Id } from "./lists.ts";

const version = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 100_000, description: "The newest when left out" }),
);

export const ReportPdfQuery = Type.Object({ version }, closed);
export type ReportPdfQuery = Static<typeof ReportPdfQuery>;

/** Which documents; all of both kinds when left out. */
export const ReportDocumentsQuery = Type.Object(
  { version, type: Type.Optional(Type.Enum(["pdf", "sr"])) },
  closed,
);
export type ReportDocumentsQuery = Static<typeof ReportDocumentsQuery>;

/** The documents of a report that are in its study, by version: its letter as Encapsulated PDF, its text as Basic Text SR. */
export const ReportDocuments = Type.Object({
  data: Type.Array(
    Type.Object({
      type: Type.Enum(["PDF", "SR"]),
      version: Type.Integer(),
      stands: Type.Boolean({
        description: "It is of the version that counts, and names the patient whom the study is of",
      }),
      namesAnotherPatient: Type.Boolean(),
      imageId: Id,
      studyInstanceUid: Type.String(),
      seriesInstanceUid: Type.String(),
      sopInstanceUid: Type.String(),
      sopClassUid: Type.String(),
      size: Type.Integer({ description: "Bytes" }),
    }),
  ),
});
export type ReportDocuments = Static<typeof ReportDocuments>;
