import type { Association } from "./association.ts";
import { commandFields, priorities } from "./commands.ts";
import { contextFor, converse, type DataSetBytes } from "./conversation.ts";
import { DimseError, StatusError } from "./errors.ts";
import type { Exchanges } from "./exchanges.ts";
import type { PresentationContext } from "./negotiation.ts";
import { isPending, Status } from "./status.ts";

export interface FindRequest {
  sopClassUid: string;
  identifier: DataSetBytes;
  priority?: number;
  /** Sends C-CANCEL-RQ; matches that are on their way are still yielded. */
  signal?: AbortSignal;
}

export interface FoundMatch {
  /** FF00H or FF01H. */
  status: number;
  identifier: Buffer;
  transferSyntax: string;
}

/** C-FIND as SCU (PS3.7 §9.1.2). Ends on success and on cancel. @throws StatusError for a failure */
export async function* find(
  association: Association,
  exchanges: Exchanges,
  contexts: readonly PresentationContext[],
  request: FindRequest,
): AsyncGenerator<FoundMatch, void, undefined> {
  const context = contextFor(contexts, request.sopClassUid);
  const command = {
    affectedSopClassUid: request.sopClassUid,
    commandField: commandFields.cFindRequest,
    priority: request.priority ?? priorities.medium,
  };
  const responses = converse(association, exchanges, context, command, request.identifier, request.signal);
  for await (const { command: answer, dataSet } of responses) {
    const status = answer.status ?? -1;
    if (isPending(status)) {
      if (!dataSet) throw new DimseError("protocol", "a pending response without an identifier");
      yield { status, identifier: dataSet, transferSyntax: context.transferSyntax };
    } else if (status !== Status.Success && status !== Status.Cancel) {
      throw new StatusError(status, answer.errorComment, answer.offendingElements);
    }
  }
}
