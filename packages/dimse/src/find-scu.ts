import type { Association } from "./association.ts";
import { dataSetPresent, noDataSet } from "./command-set.ts";
import { commandFields, priorities } from "./commands.ts";
import { DimseError, StatusError } from "./errors.ts";
import type { Exchanges, Responses } from "./exchanges.ts";
import type { PresentationContext } from "./negotiation.ts";
import { isPending, Status } from "./status.ts";

export interface FindRequest {
  sopClassUid: string;
  /** Encodes the identifier in the transfer syntax that was accepted for the SOP class. */
  identifier: Uint8Array | ((transferSyntax: string) => Uint8Array);
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
  const context = contexts.find(({ abstractSyntax }) => abstractSyntax === request.sopClassUid);
  if (!context) throw new DimseError("context-not-accepted", `${request.sopClassUid} was not accepted`);
  const { messageId, responses, end } = await exchanges.begin();
  let open = true;
  let cancelSent = false;
  const cancel = () => {
    if (cancelSent || !open) return;
    cancelSent = true;
    const command = {
      commandField: commandFields.cCancelRequest,
      messageIdBeingRespondedTo: messageId,
      commandDataSetType: noDataSet,
    };
    exchanges.send(context.id, command).catch(() => {});
  };
  try {
    const { identifier } = request;
    const bytes = typeof identifier === "function" ? identifier(context.transferSyntax) : identifier;
    const command = {
      affectedSopClassUid: request.sopClassUid,
      commandField: commandFields.cFindRequest,
      messageId,
      priority: request.priority ?? priorities.medium,
      commandDataSetType: dataSetPresent,
    };
    await association.send(context.id, command, bytes);
    request.signal?.addEventListener("abort", cancel, { once: true });
    if (request.signal?.aborted) cancel();
    for (;;) {
      const match = await nextMatch(responses);
      if (match === null) {
        open = false;
        return;
      }
      yield { ...match, transferSyntax: context.transferSyntax };
    }
  } catch (error) {
    open = false;
    throw error;
  } finally {
    request.signal?.removeEventListener("abort", cancel);
    if (open) {
      cancel();
      // What the peer sent before it heard of the cancel; an association that ends here ends the wait as well.
      await drain(responses);
      open = false;
    }
    end();
  }
}

async function nextMatch(responses: Responses): Promise<{ status: number; identifier: Buffer } | null> {
  const { command, dataSet } = await responses.next(commandFields.cFindResponse);
  const status = command.status ?? -1;
  if (isPending(status)) {
    if (!dataSet) throw new DimseError("protocol", "a pending response without an identifier");
    return { status, identifier: dataSet };
  }
  if (status === Status.Success || status === Status.Cancel) return null;
  throw new StatusError(status, command.errorComment, command.offendingElements);
}

async function drain(responses: Responses): Promise<void> {
  try {
    while ((await nextMatch(responses)) !== null);
  } catch {
    // The loop was left: how the operation ended is of no interest any more.
  }
}
