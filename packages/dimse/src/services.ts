import { type ChunkQueue, collect } from "./chunk-queue.ts";
import type { CommandSet } from "./command-set.ts";
import { commandFields } from "./commands.ts";
import { DimseError, StatusError } from "./errors.ts";
import type { PresentationContext } from "./negotiation.ts";
import type { UserIdentity } from "./pdu.ts";
import { Status } from "./status.ts";
import { isUid, verificationSopClass } from "./uids.ts";

/** Who is at the other end. */
export interface AssociationInfo<T> {
  /** Counts up, for logs. */
  readonly id: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
  readonly userIdentity: UserIdentity | null;
  readonly contexts: ReadonlyMap<number, PresentationContext>;
  /** What `decide` attached. */
  readonly data: T;
}

/** What every handler gets. */
export interface OperationContext<T> {
  readonly association: AssociationInfo<T>;
  readonly presentationContext: PresentationContext;
  readonly messageId: number;
  /** Aborted when the association is lost, and by C-CANCEL. */
  readonly signal: AbortSignal;
}

/** What a handler answers. Failures may as well be thrown as StatusError. */
export interface OperationResult {
  status: number;
  /** At most 64 characters reach the peer. */
  errorComment?: string;
  offendingElements?: readonly number[];
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

/**
 * The services that a server offers. An operation without a handler is answered with 0211H.
 * - `store`: the data set comes as chunks, once, with back-pressure; the iteration throws a DimseError when the association is lost in
 *   mid-object. What the handler leaves unread is dropped. The answer goes out when the data set has come whole.
 * - `find`: the identifier as bytes; matches are sent as they are yielded. A StatusError thrown becomes the final status; on C-CANCEL
 *   the signal aborts, the iteration is closed and FE00H is answered.
 */
export interface Handlers<T> {
  echo?(context: OperationContext<T>): Promise<OperationResult> | OperationResult;
  store?(context: StoreContext<T>, chunks: AsyncIterable<Uint8Array>): Promise<OperationResult>;
  find?(context: OperationContext<T>, identifier: Uint8Array): AsyncIterable<FindMatch>;
}

/** A request under way. */
export interface Operation<T> {
  readonly context: OperationContext<T>;
  readonly command: CommandSet;
  /** null where the command said that none follows. */
  readonly dataSet: ChunkQueue | null;
  /** Sends a pending response; resolves when the peer takes more. */
  respond(result: OperationResult, dataSet?: Uint8Array): Promise<void>;
}

/** A DIMSE service as the dispatch table has it. */
export interface Service {
  name: string;
  response: number;
  run<T>(
    operation: Operation<T>,
    handlers: Handlers<T>,
    maxIdentifierBytes: number,
  ): Promise<OperationResult>;
}

/** Which service answers which command field. */
export const services: ReadonlyMap<number, Service> = new Map([
  [commandFields.cEchoRequest, { name: "C-ECHO", response: commandFields.cEchoResponse, run: runEcho }],
  [commandFields.cStoreRequest, { name: "C-STORE", response: commandFields.cStoreResponse, run: runStore }],
  [commandFields.cFindRequest, { name: "C-FIND", response: commandFields.cFindResponse, run: runFind }],
]);

const unrecognized = (name: string): never => {
  throw new StatusError(Status.UnrecognizedOperation, `${name} is not offered`);
};

/** The SOP class of the command must be that of its presentation context (PS3.7 §9.1, PS3.8 Annex B). */
function requireSopClass<T>({ context, command }: Operation<T>): string {
  const uid = command.affectedSopClassUid;
  if (uid === undefined || uid !== context.presentationContext.abstractSyntax) {
    throw new StatusError(Status.SopClassNotSupported, "SOP class is not that of the presentation context");
  }
  return uid;
}

/** PS3.7 §9.1.5. */
async function runEcho<T>(operation: Operation<T>, handlers: Handlers<T>): Promise<OperationResult> {
  if (!handlers.echo) return unrecognized("C-ECHO");
  if (requireSopClass(operation) !== verificationSopClass) {
    throw new StatusError(Status.SopClassNotSupported, "C-ECHO belongs to Verification");
  }
  return handlers.echo(operation.context);
}

/** PS3.7 §9.1.1. */
async function runStore<T>(operation: Operation<T>, handlers: Handlers<T>): Promise<OperationResult> {
  const { command, context, dataSet } = operation;
  if (!handlers.store) return unrecognized("C-STORE");
  const affectedSopClassUid = requireSopClass(operation);
  const affectedSopInstanceUid = command.affectedSopInstanceUid ?? "";
  if (!isUid(affectedSopInstanceUid)) {
    throw new StatusError(Status.InvalidObjectInstance, "Affected SOP Instance UID is missing or no UID");
  }
  if (!dataSet) throw new StatusError(Status.MistypedArgument, "C-STORE without a data set");
  const storeContext: StoreContext<T> = {
    ...context,
    command: {
      affectedSopClassUid,
      affectedSopInstanceUid,
      priority: command.priority ?? 0,
      moveOriginatorAeTitle: command.moveOriginatorAeTitle,
      moveOriginatorMessageId: command.moveOriginatorMessageId,
    },
  };
  return handlers.store(storeContext, dataSet);
}

const matchesPerTurn = 16;

/** PS3.7 §9.1.2. */
async function runFind<T>(
  operation: Operation<T>,
  handlers: Handlers<T>,
  maxIdentifierBytes: number,
): Promise<OperationResult> {
  if (!handlers.find) return unrecognized("C-FIND");
  requireSopClass(operation);
  if (!operation.dataSet) throw new StatusError(Status.MistypedArgument, "C-FIND without an identifier");
  const identifier = await collect(operation.dataSet, maxIdentifierBytes).catch((error) => {
    if (error instanceof DimseError && error.code === "too-large") {
      throw new StatusError(Status.FindOutOfResources, "the identifier is too long");
    }
    throw error;
  });
  const { signal } = operation.context;
  const matches = handlers.find(operation.context, identifier)[Symbol.asyncIterator]();
  let cancel = () => {};
  signal.addEventListener("abort", () => cancel(), { once: true });
  /** The next match; null when the operation is cancelled first, also while the handler waits for something. */
  const nextMatch = () =>
    new Promise<IteratorResult<FindMatch> | null>((resolve, reject) => {
      cancel = () => resolve(null);
      if (signal.aborted) cancel();
      else matches.next().then(resolve, reject);
    });
  try {
    for (let sent = 1; ; sent++) {
      // Matches that are at hand without waiting would keep every socket, and the C-CANCEL-RQ, from being heard.
      if (sent % matchesPerTurn === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      const step = await nextMatch();
      if (step === null) return { status: Status.Cancel };
      if (step.done) return { status: Status.Success };
      await operation.respond({ status: step.value.status }, step.value.identifier);
    }
  } finally {
    // Not awaited: a generator that waits for something hears of the end by the signal.
    if (signal.aborted) matches.return?.().then(undefined, () => {});
  }
}
