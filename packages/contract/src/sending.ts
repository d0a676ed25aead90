import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";

/** PENDING → SENDING → SENT or FAILED; what did not work is PENDING again until it gives up. CANCELLED by hand. */
export const sendStates = ["PENDING", "SENDING", "SENT", "FAILED", "CANCELLED"] as const;
export type SendState = (typeof sendStates)[number];

/**
 * Storage commitment of what was sent: WAITING to be asked for, REQUESTED of the destination, then all COMMITTED, or FAILED: some are not, or it
 * never answered.
 */
const commitmentStates = ["WAITING", "REQUESTED", "COMMITTED", "FAILED"] as const;
export type CommitmentState = (typeof commitmentStates)[number];

const uid = Type.String({ pattern: "^[0-9]+(?:\\.[0-9]+)*$", maxLength: 64 });
const named = Type.Array(
  Type.String({ maxLength: 64, description: "An id of this archive, or a DICOM UID" }),
  {
    maxItems: 1000,
  },
);

/** What is to be sent: any of the three, each by id or UID, all of one facility; at most 1000 in all. */
export const SendRequest = Type.Object(
  {
    studies: Type.Optional(named),
    series: Type.Optional(named),
    instances: Type.Optional(named),
    commit: Type.Optional(
      Type.Boolean({
        description: "Ask for storage commitment afterwards; as the modality has it when left out",
      }),
    ),
  },
  closed,
);
export type SendRequest = Static<typeof SendRequest>;

const Selection = Type.Object({
  studyInstanceUid: Type.String(),
  seriesInstanceUid: Type.Optional(Type.String()),
  sopInstanceUid: Type.Optional(Type.String()),
});

export const SendItem = Type.Object({
  id: Id,
  facilityId: Id,
  modalityId: Nullable(Id),
  aeTitle: Type.String({ description: "Of the destination, also when it is gone" }),
  ruleId: Nullable(Id),
  requestedBy: Type.String({ description: "Who asked, or the rule that did" }),
  selection: Type.Array(Selection),
  state: Type.Enum([...sendStates]),
  total: Type.Integer({
    description:
      "Instances that were chosen: those of the selection, counted anew when all of it was gone through",
  }),
  sent: Type.Integer({ description: "Taken by the destination, warnings included" }),
  warnings: Type.Integer(),
  skipped: Type.Integer({
    description: "Not sent by a rule: the destination has them, or they came from it",
  }),
  failed: Type.Integer({ description: "Refused in the last attempt, or in the one under way until now" }),
  failures: Type.Array(Type.Object({ sopInstanceUid: Type.String(), problem: Type.String() }), {
    description: "The first 20",
  }),
  attempts: Type.Integer({ description: "In a row without progress" }),
  lastError: Nullable(Type.String()),
  nextAttemptAt: Nullable(DateTime),
  commitment: Nullable(
    Type.Object({
      state: Type.Enum([...commitmentStates]),
      transactionUid: Nullable(Type.String()),
      committed: Type.Integer(),
      failed: Type.Integer(),
      problem: Nullable(Type.String()),
    }),
  ),
  version: Type.Integer(),
  createdAt: DateTime,
  startedAt: Nullable(DateTime),
  finishedAt: Nullable(DateTime),
  actions: Type.Array(Type.String()),
});
export type SendItem = Static<typeof SendItem>;

/** The newest first. */
export const SendQueueQuery = Type.Object(
  {
    ...listQuery,
    state: Type.Optional(Type.String({ maxLength: 16, description: sendStates.join(", ") })),
    modalityId: Type.Optional(Id),
    studyInstanceUid: Type.Optional(uid),
  },
  closed,
);
export type SendQueueQuery = Static<typeof SendQueueQuery>;

/** Where images can be sent, for who may send and does not manage modalities. */
export const Destination = Type.Object({
  id: Id,
  aeTitle: Type.String(),
  description: Nullable(Type.String()),
  facilityId: Id,
});
export type Destination = Static<typeof Destination>;
