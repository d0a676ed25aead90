import { commandFields } from "./commands.ts";
import { StatusError } from "./errors.ts";
import type { FindMatch, Handlers, StoreContext } from "./handlers.ts";
import { normalizedService } from "./normalized-scp.ts";
import { retrieveService } from "./retrieve-scp.ts";
import { type Operation, readIdentifier, requireSopClass, type Service, unrecognized } from "./service.ts";
import { type OperationResult, Status } from "./status.ts";
import { isInstanceUid, verificationSopClass } from "./uids.ts";

/** Which service answers which command field. */
export const services: ReadonlyMap<number, Service> = new Map<number, Service>([
  [commandFields.cEchoRequest, { name: "C-ECHO", run: runEcho }],
  [commandFields.cStoreRequest, { name: "C-STORE", run: runStore }],
  [commandFields.cFindRequest, { name: "C-FIND", run: runFind }],
  [commandFields.cMoveRequest, retrieveService("C-MOVE", "move")],
  [commandFields.cGetRequest, retrieveService("C-GET", "get")],
  [commandFields.nEventReportRequest, normalizedService("N-EVENT-REPORT", "nEventReport")],
  [commandFields.nGetRequest, normalizedService("N-GET", "nGet")],
  [commandFields.nSetRequest, normalizedService("N-SET", "nSet")],
  [commandFields.nActionRequest, normalizedService("N-ACTION", "nAction")],
  [commandFields.nCreateRequest, normalizedService("N-CREATE", "nCreate")],
  [commandFields.nDeleteRequest, normalizedService("N-DELETE", "nDelete")],
]);

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
  if (!isInstanceUid(affectedSopInstanceUid)) {
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
  const identifier = await readIdentifier(operation, maxIdentifierBytes, Status.FindOutOfResources);
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
      await operation.respond({ status: step.value.status, dataSet: step.value.identifier });
    }
  } finally {
    // Not awaited: a generator that waits for something hears of the end by the signal.
    if (signal.aborted) matches.return?.().then(undefined, () => {});
  }
}
