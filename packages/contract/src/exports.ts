import { type Static, Type } from "typebox";
import { requestStates } from "./jobs.ts";
import { closed, DateTime, Id, Nullable } from "./lists.ts";

export const exportFormats = ["zip", "dicomdir"] as const;
export type ExportFormat = (typeof exportFormats)[number];

const Format = Type.String({
  maxLength: 16,
  description:
    "zip: files in a folder for each series. dicomdir: a ZIP of media with a DICOMDIR (PS3.10). Default zip",
});
const Deidentify = Type.String({
  minLength: 1,
  maxLength: 512,
  description: `De-identification (PS3.15 E): the profile, which is basic, then options after commas, such as basic,retain-uids,clean-descriptors; true is basic alone, false the same as left out.
Options: clean-pixel-data, clean-graphics, clean-structured-content, clean-descriptors, retain-full-dates, retain-modified-dates,
retain-patient-characteristics, retain-device-identity, retain-institution-identity, retain-uids, retain-safe-private`,
});
const DeidentificationSet = Type.String({
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
  description:
    "Exports that name the same set get the same pseudonyms, UIDs and shift of dates. Left out: the export is a set of its own",
});

/** Query of `GET /studies/:id/export`. */
export const ExportQuery = Type.Object(
  {
    format: Type.Optional(Format),
    deidentify: Type.Optional(Deidentify),
    set: Type.Optional(DeidentificationSet),
  },
  closed,
);
export type ExportQuery = Static<typeof ExportQuery>;

/** Body of `POST /exports`: several studies in one archive. */
export const ExportRequest = Type.Object(
  {
    studyIds: Type.Array(Id, { minItems: 1, maxItems: 1000, uniqueItems: true }),
    format: Type.Optional(Format),
    deidentify: Type.Optional(Deidentify),
    set: Type.Optional(DeidentificationSet),
  },
  closed,
);
export type ExportRequest = Static<typeof ExportRequest>;

/** An export that somebody asked for and did not wait for: theirs alone, and kept for a day. */
export const Export = Type.Object({
  id: Type.String({ format: "uuid", description: "Also of the job: its file is /jobs/{id}/result" }),
  state: Type.Enum([...requestStates]),
  format: Type.String({ description: "zip or dicomdir" }),
  deidentify: Nullable(Type.String({ description: "The profile and its options; null: as it is" })),
  studies: Type.Integer(),
  name: Nullable(Type.String({ description: "Of the file, when it is there" })),
  size: Nullable(Type.Integer({ description: "Bytes of the file, so far while it is made" })),
  status: Nullable(Type.Integer({ description: "Of the answer; with 4xx and 5xx the file says why" })),
  createdAt: DateTime,
  finishedAt: Nullable(DateTime),
  expiresAt: Type.String({ format: "date-time", description: "Until when it is kept" }),
});
export type Export = Static<typeof Export>;
