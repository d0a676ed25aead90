import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Moment, Nullable } from "./lists.ts";
import { Image, RefusedFile, Study } from "./studies.ts";

const { limit, offset, sort, after } = listQuery;

/** How the lists within a study take their pages, and what `sort` of them takes, also with `-`: by number when left out. */
export const PageQuery = Type.Object({ limit, offset, sort, after }, closed);
export type PageQuery = Static<typeof PageQuery>;
export const seriesSortFields = ["seriesNumber", "createdAt"] as const;
export const studyImageSortFields = ["instanceNumber", "createdAt"] as const;

/** The field that `sort` of `GET /images` takes, also with `-`; `-createdAt` when left out. */
export const imageSortFields = ["createdAt"] as const;

/** Filters of `GET /images`. */
export const ImageListQuery = Type.Object(
  {
    ...listQuery,
    patientId: Type.Optional(Id),
    studyId: Type.Optional(Id),
    modality: Type.Optional(Type.String({ maxLength: 64 })),
    format: Type.Optional(Type.String({ maxLength: 16, description: "DICOM, PNG or JPEG, in any case" })),
    createdFrom: Type.Optional(Moment),
    createdTo: Type.Optional(Moment),
  },
  closed,
);
export type ImageListQuery = Static<typeof ImageListQuery>;

/** The first study of an accession number, and all of them beside it. */
export const StudiesOfAccession = Type.Object({ ...Study.properties, data: Type.Array(Study) });

export const UploadQuery = Type.Object(
  {
    include: Type.Optional(
      Type.Enum(["data"], { description: "Adds the content of a single image in base64, up to 64 MiB." }),
    ),
    answer: Type.Optional(
      Type.Enum(["files"], {
        description:
          "Answers what became of each file, in few words, for those who send many: `UploadedFiles`.",
      }),
    ),
  },
  closed,
);
export type UploadQuery = Static<typeof UploadQuery>;

const fileBytes = Type.Unsafe<string>({ type: "string", format: "binary" });

/** multipart/form-data; fields may stand before the files or after them. */
export const UploadForm = Type.Object(
  {
    file: Type.Array(fileBytes, {
      minItems: 1,
      description: "DICOM, PNG, JPEG or ZIP of DICOM, one or many",
    }),
    patientId: Type.Optional(Type.String({ format: "uuid", description: "Whose a PNG or JPEG is" })),
    studyId: Type.Optional(
      Type.String({ format: "uuid", description: "The study that a PNG or JPEG joins" }),
    ),
    modality: Type.Optional(
      Type.String({
        maxLength: 16,
        description: "Of a PNG or JPEG, in any case, with aliases; OT when left out",
      }),
    ),
  },
  closed,
);

/** What the upload of one file answers; `data` is null where the content is larger than is given so. */
export const UploadedImage = Type.Object({
  ...Image.properties,
  data: Type.Optional(Type.Union([Type.String({ description: "base64" }), Type.Null()])),
});
export type UploadedImage = Static<typeof UploadedImage>;

/** What the upload of several files, or of a ZIP, answers. */
export const UploadAnswer = Type.Object({ data: Type.Array(Image), refused: Type.Array(RefusedFile) });
export type UploadAnswer = Static<typeof UploadAnswer>;

/** What became of each file, in the order of the form; the files of a ZIP archive under their own names. */
export const UploadedFiles = Type.Object({
  files: Type.Array(
    Type.Object({
      filename: Type.String(),
      status: Type.Enum(["STORED", "ALREADY_STORED", "REFUSED"]),
      imageId: Nullable(Id),
      code: Nullable(Type.String({ description: "Of a refusal" })),
      reason: Nullable(Type.String()),
    }),
  ),
});
export type UploadedFiles = Static<typeof UploadedFiles>;

/** A URL that works without a token until it expires. */
export const ImageUrl = Type.Object({ url: Type.String({ format: "uri" }), expiresAt: DateTime });
export type ImageUrl = Static<typeof ImageUrl>;
