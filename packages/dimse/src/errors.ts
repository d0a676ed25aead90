import type { Rejection } from "./pdu.ts";

export type DimseErrorCode =
  | "rejected" // the peer answered A-ASSOCIATE-RJ
  | "aborted" // the peer sent A-ABORT, or the association was aborted here
  | "connection-lost" // the transport closed before its time
  | "connection-failed" // the transport never came to be
  | "timed-out" // a wait of ours ended
  | "protocol" // the peer broke PS3.7 or PS3.8
  | "context-not-accepted" // no accepted presentation context carries this SOP class in this transfer syntax
  | "invalid" // the caller asked for what cannot be encoded
  | "too-large" // over a limit of ours
  | "cancelled" // C-CANCEL-RQ
  | "closed"; // the association is not open any more

/** What goes wrong on an association. Codes are stable; the message is for a log. */
export class DimseError extends Error {
  readonly code: DimseErrorCode;
  /** For `rejected`: what the A-ASSOCIATE-RJ said. */
  readonly rejection: Rejection | undefined;

  constructor(code: DimseErrorCode, message: string, more: { rejection?: Rejection; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = "DimseError";
    this.code = code;
    this.rejection = more.rejection;
  }
}

/** What else a failure says, where its service has it. */
export interface StatusDetail {
  /** (0000,0903), of the N-services. */
  errorId?: number | undefined;
  /** The counts of C-MOVE and C-GET (PS3.4 C.4.2.1). */
  subOperations?: SubOperations | undefined;
  /** What came with the response, such as the Failed SOP Instance UID List. */
  dataSet?: Buffer | undefined;
}

/** How far a C-MOVE or C-GET is (PS3.4 C.4.2.1.6 to C.4.2.1.9). */
export interface SubOperations {
  /** Left out in final responses other than that to a cancel. */
  remaining?: number;
  completed: number;
  failed: number;
  warning: number;
}

/** A DIMSE status other than success: thrown by handlers to answer with it, and by the client when a peer answered with it. */
export class StatusError extends Error {
  readonly status: number;
  /** (0000,0902), at most 64 characters; what is longer is cut when it is sent. */
  readonly errorComment: string | undefined;
  /** (0000,0901), tags. */
  readonly offendingElements: readonly number[] | undefined;
  readonly errorId: number | undefined;
  readonly subOperations: SubOperations | undefined;
  readonly dataSet: Buffer | undefined;

  constructor(
    status: number,
    errorComment?: string,
    offendingElements?: readonly number[],
    detail: StatusDetail = {},
  ) {
    super(
      `status ${status.toString(16).toUpperCase().padStart(4, "0")}H${errorComment ? `: ${errorComment}` : ""}`,
    );
    this.name = "StatusError";
    this.status = status;
    this.errorComment = errorComment;
    this.offendingElements = offendingElements;
    this.errorId = detail.errorId;
    this.subOperations = detail.subOperations;
    this.dataSet = detail.dataSet;
  }
}
