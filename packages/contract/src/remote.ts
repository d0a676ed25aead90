import { type Static, Type } from "typebox";
import { closed, Nullable } from "./lists.ts";

const word = (values: readonly string[]) => Type.String({ maxLength: 16, description: values.join(", ") });
const uids = Type.Array(Type.String({ pattern: "^[0-9]+(?:\\.[0-9]+)*$", maxLength: 64 }), {
  minItems: 1,
  maxItems: 1000,
});
const timeoutSeconds = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 3600, description: "After which it is cancelled" }),
);

export const remoteLevels = ["PATIENT", "STUDY", "SERIES", "IMAGE"] as const;
export const remoteModels = ["STUDY", "PATIENT"] as const;

/** A search in another system (C-FIND). */
export const RemoteFind = Type.Object(
  {
    level: word(remoteLevels),
    keys: Type.Optional(
      Type.Record(
        Type.String({ maxLength: 64 }),
        Type.Union([
          Type.String({ maxLength: 1024 }),
          Type.Array(Type.String({ maxLength: 256 }), { maxItems: 1000 }),
        ]),
        {
          maxProperties: 200,
          description:
            'Values by keyword or tag, with wildcards and ranges as DICOM has them; "" asks for an attribute. The usual ones of the level come unasked',
        },
      ),
    ),
    model: Type.Optional(word(remoteModels)),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    timeoutSeconds,
  },
  closed,
);
export type RemoteFind = Static<typeof RemoteFind>;

export const RemoteMatches = Type.Object({
  data: Type.Array(Type.Record(Type.String(), Type.Unknown(), { description: "DICOM JSON (PS3.18 F.2)" })),
  complete: Type.Boolean({
    description: "False where there were more than the limit, or more than the time",
  }),
});
export type RemoteMatches = Static<typeof RemoteMatches>;

const retrieved = {
  patientId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  studyInstanceUids: Type.Optional(uids),
  seriesInstanceUids: Type.Optional(uids),
  sopInstanceUids: Type.Optional(uids),
  model: Type.Optional(word(remoteModels)),
  timeoutSeconds,
};

/** Lets another system send (C-MOVE): a patient, studies, series of a study, or instances of a series. */
export const RemoteMove = Type.Object(
  {
    ...retrieved,
    destinationAeTitle: Type.Optional(
      Type.String({ minLength: 1, maxLength: 16, description: "This archive when left out" }),
    ),
  },
  closed,
);
export type RemoteMove = Static<typeof RemoteMove>;

/** Fetches from another system on the association of the question (C-GET): the same as for C-MOVE, into this archive. */
export const RemoteGet = Type.Object(retrieved, closed);
export type RemoteGet = Static<typeof RemoteGet>;

/** How it ended, as the other system counts. */
export const RemoteMoved = Type.Object({
  outcome: Type.Enum(["DONE", "WITH_FAILURES", "CANCELLED"]),
  completed: Type.Integer(),
  warnings: Type.Integer(),
  failed: Type.Integer(),
  remaining: Nullable(Type.Integer()),
  destinationAeTitle: Type.String(),
});
export type RemoteMoved = Static<typeof RemoteMoved>;
