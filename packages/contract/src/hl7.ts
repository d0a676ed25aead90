import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Moment, Nullable } from "./lists.ts";
import type { Transitions } from "./workflow.ts";

/** What a system may tell us. */
export const hl7Receives = ["ADT", "ORDERS"] as const;
export type Hl7Receives = (typeof hl7Receives)[number];
/** What a system is told: signed reports, preliminary ones as well, and what becomes of orders. */
export const hl7Sends = ["RESULTS", "PRELIMINARY", "ORDER_STATUS"] as const;
export type Hl7Sends = (typeof hl7Sends)[number];

export const hl7Directions = ["IN", "OUT"] as const;
export type Hl7Direction = (typeof hl7Directions)[number];

/**
 * In: ACCEPTED (AA); REFUSED (AE: it was understood and cannot be done); REJECTED (AR: unreadable, an unknown sender, an unknown type). Out: QUEUED,
 * ACKNOWLEDGED, REFUSED (the receiver's AE or AR), FAILED (given up). DISMISSED by a person, who says why.
 */
export const hl7MessageStatuses = [
  "ACCEPTED",
  "REFUSED",
  "REJECTED",
  "QUEUED",
  "ACKNOWLEDGED",
  "FAILED",
  "DISMISSED",
] as const;
export type Hl7MessageStatus = (typeof hl7MessageStatuses)[number];

export type Hl7InStatus = "ACCEPTED" | "REFUSED" | "REJECTED" | "DISMISSED";
/** A message that is acted upon again, because somebody mended what was wrong or the sender repeats it, may be refused again. */
export const hl7InTransitions: Transitions<Hl7InStatus> = {
  ACCEPTED: [],
  REFUSED: ["ACCEPTED", "REFUSED", "REJECTED", "DISMISSED"],
  REJECTED: ["ACCEPTED", "REFUSED", "REJECTED", "DISMISSED"],
  DISMISSED: [],
};

export type Hl7OutStatus = "QUEUED" | "ACKNOWLEDGED" | "REFUSED" | "FAILED" | "DISMISSED";
export const hl7OutTransitions: Transitions<Hl7OutStatus> = {
  QUEUED: ["ACKNOWLEDGED", "REFUSED", "FAILED", "DISMISSED"],
  ACKNOWLEDGED: [],
  REFUSED: ["QUEUED", "DISMISSED"],
  FAILED: ["QUEUED", "DISMISSED"],
  DISMISSED: [],
};

const name = Type.String({ minLength: 1, maxLength: 128 });
const word = (description: string) =>
  Type.String({ pattern: "^[^\\x00-\\x1f|^~&\\\\]{1,180}$", maxLength: 180, description });
const application = word("Its name in messages: MSH-3 of what it sends, MSH-5 of what it is sent");
const sendingFacility = Nullable(
  word("MSH-4 of what it sends, MSH-6 of what it is sent; null: whatever it says"),
);
const address = Nullable(
  Type.String({
    minLength: 1,
    maxLength: 253,
    description:
      "The address or host it comes from; null: this machine alone, or whoever shows its certificate",
  }),
);
const certificateSha256 = Nullable(
  Type.String({
    pattern: "^[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}$",
    description:
      "SHA-256 of its certificate, in hexadecimal, colons or not: recognizes it in place of its address, and is the one it must show where it is sent to by TLS",
  }),
);
const host = Nullable(
  Type.String({ minLength: 1, maxLength: 253, description: "Where it listens; null: nothing is sent to it" }),
);
const port = Nullable(Type.Integer({ minimum: 1, maximum: 65535 }));
const tls = Type.Boolean({ description: "It is sent to by TLS" });
const patientIdIssuer = Nullable(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description: "Of identifiers without an assigning authority; null: the facility's",
  }),
);
const providerId = Nullable(
  Type.String({
    format: "uuid",
    description:
      "The user that orders are placed for whose ordering provider is not known here; null: such orders are refused",
  }),
);
const receives = Type.Array(Type.Enum([...hl7Receives]), { maxItems: hl7Receives.length, uniqueItems: true });
const sends = Type.Array(Type.Enum([...hl7Sends]), { maxItems: hl7Sends.length, uniqueItems: true });
const characterSet = Nullable(
  Type.String({
    minLength: 1,
    maxLength: 32,
    description:
      "HL7 table 0211, such as 8859/1 or UNICODE UTF-8: of messages whose MSH-18 is empty, and of what it is sent; null: as they come, and UTF-8",
  }),
);
export const hl7Versions = ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7"] as const;
export type Hl7Version = (typeof hl7Versions)[number];
const hl7Version = Type.Enum([...hl7Versions], { description: "Of what it is sent" });
const pdf = Type.Boolean({ description: "Results come with the report as PDF" });
const enabled = Type.Boolean({ description: "Otherwise it is refused, and nothing is sent to it" });

/** A system that speaks HL7 v2 with us: a hospital information system, an interface engine. */
export const Hl7System = Type.Object({
  id: Id,
  name: Type.String(),
  facilityId: Id,
  application: Type.String(),
  sendingFacility: Nullable(Type.String()),
  address: Nullable(Type.String()),
  certificateSha256: Nullable(Type.String()),
  host: Nullable(Type.String()),
  port: Nullable(Type.Integer()),
  tls: Type.Boolean(),
  patientIdIssuer: Nullable(Type.String()),
  providerId: Nullable(Id),
  receives: Type.Array(Type.Enum([...hl7Receives]), { description: "What we take from it" }),
  sends: Type.Array(Type.Enum([...hl7Sends]), { description: "What we send to it" }),
  characterSet: Nullable(Type.String()),
  hl7Version: Type.Enum([...hl7Versions]),
  pdf: Type.Boolean(),
  enabled: Type.Boolean(),
  queued: Type.Integer({ description: "Messages that wait for it; at most 10,000 are counted" }),
  failed: Type.Integer({
    description: "Messages that it refused or that were given up, and that nobody dismissed",
  }),
  failingSince: Nullable(
    Type.String({ format: "date-time", description: "Since when it is not reached, or does not answer" }),
  ),
  problem: Nullable(Type.String({ description: "Why, the last time it was tried" })),
  version: Type.Integer(),
  createdAt: DateTime,
  updatedAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Hl7System = Static<typeof Hl7System>;

export const CreateHl7System = Type.Object(
  {
    name,
    facilityId: Type.Optional(Id),
    application,
    sendingFacility: Type.Optional(sendingFacility),
    address: Type.Optional(address),
    certificateSha256: Type.Optional(certificateSha256),
    host: Type.Optional(host),
    port: Type.Optional(port),
    tls: Type.Optional(tls),
    patientIdIssuer: Type.Optional(patientIdIssuer),
    providerId: Type.Optional(providerId),
    receives: Type.Optional(receives),
    sends: Type.Optional(sends),
    characterSet: Type.Optional(characterSet),
    hl7Version: Type.Optional(hl7Version),
    pdf: Type.Optional(pdf),
    enabled: Type.Optional(enabled),
  },
  closed,
);
export type CreateHl7System = Static<typeof CreateHl7System>;

/** `expectedVersion` here or in `If-Match`. */
export const ChangeHl7System = Type.Object(
  {
    name: Type.Optional(name),
    facilityId: Type.Optional(Id),
    application: Type.Optional(application),
    sendingFacility: Type.Optional(sendingFacility),
    address: Type.Optional(address),
    certificateSha256: Type.Optional(certificateSha256),
    host: Type.Optional(host),
    port: Type.Optional(port),
    tls: Type.Optional(tls),
    patientIdIssuer: Type.Optional(patientIdIssuer),
    providerId: Type.Optional(providerId),
    receives: Type.Optional(receives),
    sends: Type.Optional(sends),
    characterSet: Type.Optional(characterSet),
    hl7Version: Type.Optional(hl7Version),
    pdf: Type.Optional(pdf),
    enabled: Type.Optional(enabled),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangeHl7System = Static<typeof ChangeHl7System>;

/** By name when `sort` is left out. */
export const Hl7SystemListQuery = Type.Object({ ...listQuery }, closed);
export type Hl7SystemListQuery = Static<typeof Hl7SystemListQuery>;

/** What a connection to the system came to; no message is sent. */
export const Hl7TestAnswer = Type.Object({
  reached: Type.Boolean(),
  milliseconds: Type.Integer(),
  problem: Nullable(Type.String()),
});
export type Hl7TestAnswer = Static<typeof Hl7TestAnswer>;

export const Hl7MessageItem = Type.Object({
  id: Id,
  direction: Type.Enum([...hl7Directions]),
  systemId: Nullable(Id),
  systemName: Nullable(Type.String({ description: "Null where nobody knows the sender" })),
  facilityId: Nullable(Id),
  controlId: Type.String({ description: "MSH-10" }),
  messageType: Type.String({ description: "Such as ADT^A08" }),
  status: Type.Enum([...hl7MessageStatuses]),
  patientId: Nullable(Id),
  subject: Nullable(Type.String({ description: "The id of the order or report that it speaks of" })),
  reason: Nullable(Type.String({ description: "Why it was not accepted, or not sent" })),
  attempts: Type.Integer(),
  nextAttemptAt: Nullable(DateTime),
  happenedAt: Type.String({ format: "date-time", description: "Received, or queued" }),
  finishedAt: Nullable(DateTime),
  dismissedAt: Nullable(DateTime),
  dismissedBy: Nullable(Type.String()),
  dismissedReason: Nullable(Type.String()),
  sender: Nullable(
    Type.Object(
      {
        application: Type.String(),
        facility: Type.String(),
        address: Type.String(),
        certificateSha256: Nullable(Type.String()),
      },
      { description: "Of what came in: MSH-3, MSH-4, and where it came from" },
    ),
  ),
  characterSet: Nullable(Type.String()),
  size: Type.Integer({ description: "Bytes" }),
  version: Type.Integer(),
  actions: Type.Array(Type.String()),
});
export type Hl7MessageItem = Static<typeof Hl7MessageItem>;

/** Reading it is an access to the patient's data that is written down. */
export const Hl7MessageDetail = Type.Object({
  ...Hl7MessageItem.properties,
  text: Type.String({ description: "As it came or is sent, a line for each segment" }),
  segments: Type.Array(
    Type.Object({
      name: Type.String(),
      fields: Type.Array(Type.Object({ number: Type.Integer(), value: Type.String() }), {
        description: "Those that hold anything",
      }),
    }),
    { description: "The text taken apart; empty where it cannot be read" },
  ),
  acknowledgement: Nullable(Type.String({ description: "The answer, a line for each segment" })),
});
export type Hl7MessageDetail = Static<typeof Hl7MessageDetail>;

/** The newest first. */
export const Hl7MessageListQuery = Type.Object(
  {
    ...listQuery,
    direction: Type.Optional(Type.String({ maxLength: 8, description: hl7Directions.join(", ") })),
    status: Type.Optional(Type.String({ maxLength: 16, description: hl7MessageStatuses.join(", ") })),
    systemId: Type.Optional(Id),
    messageType: Type.Optional(
      Type.String({ maxLength: 16, description: "ADT^A08, or ADT for all of them" }),
    ),
    patientId: Type.Optional(Id),
    since: Type.Optional(Moment),
    until: Type.Optional(Moment),
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 199, description: "A control id" })),
  },
  closed,
);
export type Hl7MessageListQuery = Static<typeof Hl7MessageListQuery>;

export const DismissHl7Message = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500 }) },
  closed,
);
export type DismissHl7Message = Static<typeof DismissHl7Message>;
