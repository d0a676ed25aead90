import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable, orNull } from "./lists.ts";

/** What a known calling application may ask of us. */
export const peerPermissions = [
  "echo",
  "store",
  "find",
  "move",
  "get",
  "commit",
  "worklist",
  "mpps",
] as const;
export type PeerPermission = (typeof peerPermissions)[number];

const aeTitle = Type.String({
  // PS3.5 §6.2: 16 characters of the default repertoire, none of them a control or a backslash; "/" and "." are refused here as well.
  pattern: "^[!-\\-0-\\[\\]-~](?:[ -\\-0-\\[\\]-~]{0,14}[!-\\-0-\\[\\]-~])?$",
  description: "1 to 16 characters without / \\ . and control characters",
});
const host = Type.String({
  minLength: 1,
  maxLength: 253,
  description: "An address, or a name that resolves to it",
});
const port = Type.Integer({ minimum: 1, maximum: 65535 });
const description = Nullable(Type.String({ maxLength: 256 }));
const patientIdIssuer = Nullable(Type.String({ minLength: 1, maxLength: 64 }));
const tls = Type.Boolean({ description: "We call it by TLS" });
const certificateSha256 = Nullable(
  Type.String({
    pattern: "^[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}$",
    description:
      "SHA-256 of the client certificate that it calls with, in hexadecimal, colons or not: recognizes it in place of its address",
  }),
);
const commit = Type.Boolean({ description: "Ask it for storage commitment of what it was sent" });
const transferSyntaxes = Type.Array(Type.String({ pattern: "^[0-9]+(?:\\.[0-9]+)+$", maxLength: 64 }), {
  maxItems: 64,
  uniqueItems: true,
  description: "UIDs of those that it is sent, the most welcome first; none: whatever it accepts",
});
const permissionsIn = Type.Array(Type.String({ maxLength: 16 }), {
  maxItems: 16,
  description: `Any of ${peerPermissions.join(", ")}`,
});

/** An application that we know: a scanner, a workstation, another archive. */
export const Modality = Type.Object({
  id: Id,
  aeTitle: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  tls: Type.Boolean(),
  certificateSha256: Nullable(Type.String()),
  commit: Type.Boolean(),
  transferSyntaxes: Type.Array(Type.String()),
  description: Nullable(Type.String()),
  facilityId: Id,
  patientIdIssuer: Nullable(Type.String()),
  permissions: Type.Array(Type.Enum([...peerPermissions])),
  version: Type.Integer(),
  createdAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Modality = Static<typeof Modality>;

export const CreateModality = Type.Object(
  {
    aeTitle,
    host,
    port,
    tls: Type.Optional(tls),
    certificateSha256: Type.Optional(certificateSha256),
    commit: Type.Optional(commit),
    transferSyntaxes: Type.Optional(transferSyntaxes),
    description: Type.Optional(description),
    facilityId: orNull(Id),
    patientIdIssuer: Type.Optional(patientIdIssuer),
    permissions: permissionsIn,
  },
  closed,
);
export type CreateModality = Static<typeof CreateModality>;

/** `expectedVersion` here or in `If-Match`. */
export const ChangeModality = Type.Object(
  {
    aeTitle: Type.Optional(aeTitle),
    host: Type.Optional(host),
    port: Type.Optional(port),
    tls: Type.Optional(tls),
    certificateSha256: Type.Optional(certificateSha256),
    commit: Type.Optional(commit),
    transferSyntaxes: Type.Optional(transferSyntaxes),
    description: Type.Optional(description),
    facilityId: Type.Optional(Id),
    patientIdIssuer: Type.Optional(patientIdIssuer),
    permissions: Type.Optional(permissionsIn),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangeModality = Static<typeof ChangeModality>;

/** By AE title when `sort` is left out. */
export const ModalityListQuery = Type.Object({ ...listQuery }, closed);
export type ModalityListQuery = Static<typeof ModalityListQuery>;
/** Those who called last first when `sort` is left out. */
export const KnockingListQuery = Type.Object({ ...listQuery }, closed);
export type KnockingListQuery = Static<typeof KnockingListQuery>;

/**
 * Why a caller was refused: nobody knows its title; the title is known and comes from another address, or without the certificate that
 * was put down for it; or all is well but for the title that it calls us by.
 */
const knockReasons = ["UNKNOWN_TITLE", "OTHER_ADDRESS", "OTHER_CERTIFICATE", "OTHER_CALLED_TITLE"] as const;
export type KnockReason = (typeof knockReasons)[number];

/** A caller that was refused; letting it in, or dismissing it, takes it from this list. */
export const KnockingCaller = Type.Object({
  id: Id,
  aeTitle: Type.String(),
  calledAeTitle: Type.String(),
  address: Type.String(),
  tls: Type.Boolean(),
  certificateSha256: Nullable(Type.String()),
  implementation: Type.String(),
  reason: Type.Enum([...knockReasons]),
  explanation: Type.String({ description: "The reason, and what mends it, in a sentence" }),
  attempts: Type.Integer(),
  firstSeenAt: DateTime,
  lastSeenAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type KnockingCaller = Static<typeof KnockingCaller>;

/**
 * One click lets a caller in. Where its title is unknown it becomes a modality with these properties (it may echo and store when nothing else is
 * said); where it is known the modality gets its new address or certificate, and what else is given.
 */
export const LetIn = Type.Object(
  {
    port: Type.Optional(port),
    tls: Type.Optional(tls),
    description: Type.Optional(description),
    facilityId: Type.Optional(Id),
    patientIdIssuer: Type.Optional(patientIdIssuer),
    permissions: Type.Optional(permissionsIn),
  },
  closed,
);
export type LetIn = Static<typeof LetIn>;

/** What a C-ECHO to the modality came to. */
export const EchoAnswer = Type.Object({
  reached: Type.Boolean(),
  milliseconds: Type.Integer(),
  /** Null where it was reached. */
  problem: Nullable(Type.String()),
});
export type EchoAnswer = Static<typeof EchoAnswer>;
