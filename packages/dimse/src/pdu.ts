/**
 * The protocol data units of the DICOM upper layer (PS3.8 §9.3), as plain data.
 */

/** PDU-type, the first byte of each PDU. */
export const pduTypes = {
  associateRequest: 0x01,
  associateAccept: 0x02,
  associateReject: 0x03,
  data: 0x04,
  releaseRequest: 0x05,
  releaseResponse: 0x06,
  abort: 0x07,
} as const;

/** PS3.8 §9.3.2.2. */
export interface ProposedContext {
  /** Odd, 1 to 255. */
  id: number;
  abstractSyntax: string;
  transferSyntaxes: readonly string[];
}

/** Result/Reason of a presentation context (PS3.8 Table 9-18). */
export const contextResults = {
  acceptance: 0,
  userRejection: 1,
  noReason: 2,
  abstractSyntaxNotSupported: 3,
  transferSyntaxesNotSupported: 4,
} as const;
export type ContextResult = (typeof contextResults)[keyof typeof contextResults];

/** PS3.8 §9.3.3.2. The transfer syntax means something only where the result is acceptance. */
export interface AnsweredContext {
  id: number;
  result: ContextResult;
  transferSyntax: string;
}

/** SCP/SCU role selection (PS3.7 D.3.3.4): the roles that the association requestor may play. */
export interface RoleSelection {
  sopClassUid: string;
  scu: boolean;
  scp: boolean;
}

/** SOP class extended negotiation (PS3.7 D.3.3.5). */
export interface ExtendedNegotiation {
  sopClassUid: string;
  information: Uint8Array;
}

/** User identity negotiation (PS3.7 D.3.3.7). */
export interface UserIdentity {
  /** 1 user name, 2 user name and passcode, 3 Kerberos, 4 SAML, 5 JSON web token. */
  type: number;
  positiveResponseRequested: boolean;
  primary: Uint8Array;
  secondary: Uint8Array;
}

/** The sub-items of the user information item (PS3.7 Annex D.3.3). */
export interface UserInformation {
  /** The longest P-DATA-TF that its sender takes, PDU header not counted; 0: no limit. */
  maximumLength: number;
  implementationClassUid: string;
  implementationVersionName: string;
  /** PS3.7 D.3.3.3; 0 means unlimited. null: not negotiated, which is 1 and 1. */
  asynchronousOperations: { invoked: number; performed: number } | null;
  roles: readonly RoleSelection[];
  extendedNegotiations: readonly ExtendedNegotiation[];
  userIdentity: UserIdentity | null;
  /** PS3.7 D.3.3.7.2, only in A-ASSOCIATE-AC. */
  userIdentityResponse: Uint8Array | null;
}

interface AssociateFields {
  /** Bit 0: version 1. */
  protocolVersion: number;
  calledAeTitle: string;
  callingAeTitle: string;
  applicationContextName: string;
  user: UserInformation;
}

/** A-ASSOCIATE-RQ (PS3.8 §9.3.2). */
export interface AssociateRequest extends AssociateFields {
  contexts: readonly ProposedContext[];
}

/** A-ASSOCIATE-AC (PS3.8 §9.3.3). */
export interface AssociateAccept extends AssociateFields {
  contexts: readonly AnsweredContext[];
}

/** A-ASSOCIATE-RJ (PS3.8 §9.3.4). */
export interface Rejection {
  /** 1 permanent, 2 transient. */
  result: number;
  /** 1 service user, 2 service provider (ACSE), 3 service provider (presentation). */
  source: number;
  reason: number;
}

/** The rejections in use here, by PS3.8 Table 9-21. */
export const rejections = {
  noReason: { result: 1, source: 1, reason: 1 },
  applicationContextNotSupported: { result: 1, source: 1, reason: 2 },
  callingAeTitleNotRecognized: { result: 1, source: 1, reason: 3 },
  calledAeTitleNotRecognized: { result: 1, source: 1, reason: 7 },
  protocolVersionNotSupported: { result: 1, source: 2, reason: 2 },
  temporaryCongestion: { result: 2, source: 3, reason: 1 },
  localLimitExceeded: { result: 2, source: 3, reason: 2 },
} as const satisfies Record<string, Rejection>;

/** What a rejection says, in the words of PS3.8 Table 9-21. */
export function describeRejection(rejection: Rejection): string {
  const texts: Record<string, string> = {
    "1/1": "no reason given",
    "1/2": "application context name not supported",
    "1/3": "calling AE title not recognized",
    "1/7": "called AE title not recognized",
    "2/1": "no reason given",
    "2/2": "protocol version not supported",
    "3/1": "temporary congestion",
    "3/2": "local limit exceeded",
  };
  const what =
    texts[`${rejection.source}/${rejection.reason}`] ??
    `source ${rejection.source}, reason ${rejection.reason}`;
  return `rejected ${rejection.result === 2 ? "for now" : "for good"}: ${what}`;
}

/** A-ABORT (PS3.8 §9.3.8). */
export interface Abort {
  /** 0 service user, 2 service provider. */
  source: number;
  reason: number;
}

/** Reason/Diag. of an A-ABORT by the service provider (PS3.8 Table 9-26). */
export const abortReasons = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedParameter: 4,
  unexpectedParameter: 5,
  invalidParameterValue: 6,
} as const;

/** A PDU that cannot be what it says it is. */
export class PduError extends Error {
  readonly reason: number;
  constructor(message: string, reason: number = abortReasons.invalidParameterValue) {
    super(message);
    this.name = "PduError";
    this.reason = reason;
  }
}
