import { type Static, Type } from "typebox";
import { closed, DateOnly, DateTime, Id, Nullable } from "./lists.ts";

export const ShareStudy = Type.Object(
  {
    expiresInHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, default: 72 })),
    includeReport: Type.Optional(
      Type.Boolean({ description: "The signed report as a PDF, when there is one" }),
    ),
    note: Type.Optional(
      Type.String({ maxLength: 500, description: "What it is for; not shown to whoever opens it" }),
    ),
  },
  closed,
);
export type ShareStudy = Static<typeof ShareStudy>;

/** The URL is shown this once: what is kept of it is a hash. */
export const NewShare = Type.Object({ id: Id, url: Type.String({ format: "uri" }), expiresAt: DateTime });
export type NewShare = Static<typeof NewShare>;

export const Share = Type.Object({
  id: Id,
  studyId: Id,
  includeReport: Type.Boolean(),
  note: Nullable(Type.String()),
  createdBy: Type.Object({ id: Type.String(), name: Type.String() }),
  createdAt: DateTime,
  expiresAt: DateTime,
  revokedAt: Nullable(DateTime),
  opened: Type.Integer({ description: "How often" }),
  lastOpenedAt: Nullable(DateTime),
  state: Type.Enum(["OPEN", "EXPIRED", "REVOKED"]),
});
export type Share = Static<typeof Share>;

/** The newest first, at most 100. */
export const Shares = Type.Object({ data: Type.Array(Share) });

/** What whoever has the link sees: one study, read only. The URLs end with the link. */
export const SharedStudy = Type.Object({
  expiresAt: DateTime,
  patientName: Type.String(),
  studyDate: Nullable(DateOnly),
  studyDescription: Nullable(Type.String()),
  modalities: Type.Array(Type.String()),
  numberOfInstances: Type.Integer(),
  report: Nullable(Type.Object({ url: Type.String({ format: "uri" }), status: Type.String() })),
  images: Type.Array(
    Type.Object({
      seriesInstanceUid: Type.String(),
      instanceNumber: Nullable(Type.Integer()),
      modality: Type.String(),
      numberOfFrames: Type.Integer(),
      previewUrl: Nullable(Type.String({ format: "uri", description: "JPEG; null where it is no picture" })),
      contentUrl: Type.String({ format: "uri", description: "DICOM" }),
    }),
  ),
  next: Nullable(Type.String({ format: "uri", description: "More images, 200 at a time" })),
});
export type SharedStudy = Static<typeof SharedStudy>;
