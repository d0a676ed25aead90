import type { SubOperations } from "./errors.ts";
import type { PresentationContext } from "./negotiation.ts";
import type { AssociationInfo } from "./requests.ts";
import type { OperationResult, Status } from "./status.ts";

/** What every handler gets. */
export interface OperationContext<T> {
  readonly association: AssociationInfo<T>;
  readonly presentationContext: PresentationContext;
  readonly messageId: number;
  /** Aborted when the association is lost, and by C-CANCEL. */
  readonly signal: AbortSignal;
}

export interface StoreContext<T> extends OperationContext<T> {
  readonly command: {
    affectedSopClassUid: string;
    affectedSopInstanceUid: string;
    priority: number;
    moveOriginatorAeTitle: string | undefined;
    moveOriginatorMessageId: number | undefined;
  };
}

export interface FindMatch {
  status: typeof Status.Pending | typeof Status.PendingWithWarning;
  /** Encoded in the transfer syntax of the presentation context. */
  identifier: Uint8Array;
}

export interface RetrieveContext<T> extends OperationContext<T> {
  readonly command: {
    priority: number;
    /** (0000,0600); empty in C-GET. */
    moveDestination: string;
  };
}

/** How a C-MOVE or C-GET ended (PS3.4 Tables C.4-2 and C.4-3). */
export interface RetrieveResult extends OperationResult {
  subOperations?: SubOperations;
  /** The Failed SOP Instance UID List, encoded in the transfer syntax of the presentation context. */
  identifier?: Uint8Array;
}

/** A request of an N-service (PS3.7 §10.1). */
export interface NormalizedContext<T> extends OperationContext<T> {
  readonly command: {
    sopClassUid: string;
    /** "" where an N-CREATE leaves it to us. */
    sopInstanceUid: string;
    /** Of N-EVENT-REPORT. */
    eventTypeId: number;
    /** Of N-ACTION. */
    actionTypeId: number;
    /** Of N-GET, tags; empty: all attributes. */
    attributeIdentifierList: readonly number[];
  };
}

export interface NormalizedAnswer extends OperationResult {
  /** What the service gives back: attribute list, event reply, action reply; encoded in the transfer syntax of the context. */
  dataSet?: Uint8Array;
  /** Of an instance that N-CREATE gave its UID. */
  affectedSopInstanceUid?: string;
  attributeIdentifierList?: readonly number[];
  errorId?: number;
}

type NormalizedHandler<T> = (
  context: NormalizedContext<T>,
  /** In the transfer syntax of the context; null where none came. */
  dataSet: Uint8Array | null,
) => Promise<NormalizedAnswer> | NormalizedAnswer;

/**
 * The services that a side offers. An operation without a handler is answered with 0211H.
 * - `store`: the data set comes as chunks, once, with back-pressure; the iteration throws a DimseError when the association is lost in
 *   mid-object. What the handler leaves unread is dropped. The answer goes out when the data set has come whole.
 * - `find`: the identifier as bytes; matches are sent as they are yielded. A StatusError thrown becomes the final status; on C-CANCEL
 *   the signal aborts, the iteration is closed and FE00H is answered.
 * - `move`, `get`: counts that are yielded go out as pending responses, what is returned is the final one. On C-CANCEL the signal aborts and
 *   the handler ends by itself, with FE00H and the counts.
 */
export interface Handlers<T> {
  echo?(context: OperationContext<T>): Promise<OperationResult> | OperationResult;
  store?(context: StoreContext<T>, chunks: AsyncIterable<Uint8Array>): Promise<OperationResult>;
  find?(context: OperationContext<T>, identifier: Uint8Array): AsyncIterable<FindMatch>;
  move?(
    context: RetrieveContext<T>,
    identifier: Uint8Array,
  ): AsyncGenerator<SubOperations, RetrieveResult, undefined>;
  get?(
    context: RetrieveContext<T>,
    identifier: Uint8Array,
  ): AsyncGenerator<SubOperations, RetrieveResult, undefined>;
  nEventReport?: NormalizedHandler<T>;
  nGet?: NormalizedHandler<T>;
  nSet?: NormalizedHandler<T>;
  nAction?: NormalizedHandler<T>;
  nCreate?: NormalizedHandler<T>;
  nDelete?: NormalizedHandler<T>;
}
