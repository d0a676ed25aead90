import type { Association } from "./association.ts";
import type { CommandSet } from "./command-set.ts";
import { commandFields, priorities } from "./commands.ts";
import { contextFor, converse, type DataSetBytes } from "./conversation.ts";
import { StatusError, type SubOperations } from "./errors.ts";
import type { Exchanges } from "./exchanges.ts";
import type { Handlers } from "./handlers.ts";
import type { PresentationContext } from "./negotiation.ts";
import { isPending, isSuccessOrWarning, Status } from "./status.ts";

interface RetrieveRequest {
  sopClassUid: string;
  identifier: DataSetBytes;
  priority?: number;
  /** Sends C-CANCEL-RQ; the responses that follow are still yielded. */
  signal?: AbortSignal;
}

export interface MoveRequest extends RetrieveRequest {
  /** AE title. */
  destination: string;
}

export interface GetRequest extends RetrieveRequest {
  /** Takes what the peer sends; that of the association when left out. */
  store?: Handlers<undefined>["store"];
}

/** A response to C-MOVE or C-GET. Counts that the peer did not tell are 0; `remaining` then is left out. */
export interface RetrieveResponse extends SubOperations {
  status: number;
  /** More follow: FF00H. The last one is success, B000H, or FE00H. */
  pending: boolean;
  errorComment?: string;
  /** With the Failed SOP Instance UID List, where the peer gives it. */
  identifier: Buffer | null;
  transferSyntax: string;
}

/** C-MOVE as SCU (PS3.7 §9.1.4). @throws StatusError for a failure, with the counts and the list */
export function move(
  association: Association,
  exchanges: Exchanges,
  contexts: readonly PresentationContext[],
  request: MoveRequest,
): AsyncGenerator<RetrieveResponse, void, undefined> {
  const command = { commandField: commandFields.cMoveRequest, moveDestination: request.destination };
  return retrieve(association, exchanges, contexts, request, command);
}

/** C-GET as SCU (PS3.7 §9.1.3). @throws StatusError for a failure, with the counts and the list */
export function get(
  association: Association,
  exchanges: Exchanges,
  contexts: readonly PresentationContext[],
  request: GetRequest,
): AsyncGenerator<RetrieveResponse, void, undefined> {
  return retrieve(association, exchanges, contexts, request, { commandField: commandFields.cGetRequest });
}

async function* retrieve(
  association: Association,
  exchanges: Exchanges,
  contexts: readonly PresentationContext[],
  request: RetrieveRequest,
  service: { commandField: number; moveDestination?: string },
): AsyncGenerator<RetrieveResponse, void, undefined> {
  const context = contextFor(contexts, request.sopClassUid);
  const command = {
    affectedSopClassUid: request.sopClassUid,
    ...service,
    priority: request.priority ?? priorities.medium,
  };
  const responses = converse(association, exchanges, context, command, request.identifier, request.signal);
  for await (const { command: answer, dataSet } of responses) {
    const status = answer.status ?? -1;
    const subOperations = countsOf(answer);
    const pending = isPending(status);
    if (!pending && !isSuccessOrWarning(status) && status !== Status.Cancel) {
      const detail = { subOperations, dataSet: dataSet ?? undefined };
      throw new StatusError(status, answer.errorComment, answer.offendingElements, detail);
    }
    yield {
      ...subOperations,
      status,
      pending,
      ...(answer.errorComment === undefined ? {} : { errorComment: answer.errorComment }),
      identifier: dataSet,
      transferSyntax: context.transferSyntax,
    };
  }
}

function countsOf(answer: CommandSet): SubOperations {
  const remaining = answer.numberOfRemainingSuboperations;
  return {
    ...(remaining === undefined ? {} : { remaining }),
    completed: answer.numberOfCompletedSuboperations ?? 0,
    failed: answer.numberOfFailedSuboperations ?? 0,
    warning: answer.numberOfWarningSuboperations ?? 0,
  };
}
