import type { Association } from "./association.ts";
import { type CommandSet, dataSetPresent, noDataSet } from "./command-set.ts";
import { commandFields, responseBit } from "./commands.ts";
import { DimseError } from "./errors.ts";
import type { Exchange, Exchanges, Response } from "./exchanges.ts";
import type { PresentationContext } from "./negotiation.ts";
import { isPending } from "./status.ts";

/** Bytes, or what encodes them in the transfer syntax that was accepted. */
export type DataSetBytes = Uint8Array | ((transferSyntax: string) => Uint8Array);

export const encoded = (dataSet: DataSetBytes, transferSyntax: string): Uint8Array =>
  typeof dataSet === "function" ? dataSet(transferSyntax) : dataSet;

/** @throws DimseError `context-not-accepted` */
export function contextFor(
  contexts: readonly PresentationContext[],
  sopClassUid: string,
): PresentationContext {
  const context = contexts.find(({ abstractSyntax }) => abstractSyntax === sopClassUid);
  if (!context) throw new DimseError("context-not-accepted", `${sopClassUid} was not accepted`);
  return context;
}

/**
 * A request with an identifier and all responses to it, the final one the last. The signal sends C-CANCEL-RQ; so does who leaves the loop,
 * and what the peer still sends is heard out.
 */
export async function* converse(
  association: Association,
  exchanges: Exchanges,
  context: PresentationContext,
  command: Omit<CommandSet, "commandDataSetType">,
  identifier: DataSetBytes,
  signal: AbortSignal | undefined,
): AsyncGenerator<Response, void, undefined> {
  const exchange = await exchanges.begin();
  const { messageId } = exchange;
  const field = command.commandField | responseBit;
  let open = true;
  let cancelSent = false;
  const cancel = () => {
    if (cancelSent || !open) return;
    cancelSent = true;
    const request = {
      commandField: commandFields.cCancelRequest,
      messageIdBeingRespondedTo: messageId,
      commandDataSetType: noDataSet,
    };
    association.send(context.id, request).catch(() => {});
  };
  try {
    const bytes = encoded(identifier, context.transferSyntax);
    await association.send(context.id, { ...command, messageId, commandDataSetType: dataSetPresent }, bytes);
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted) cancel();
    while (open) {
      const response = await exchange.next(field);
      open = isPending(response.command.status ?? -1);
      yield response;
    }
  } catch (error) {
    open = false;
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
    if (open) {
      cancel();
      await drain(exchange, field);
      open = false;
    }
    exchange.end();
  }
}

/** What the peer sent before it heard of the cancel; an association that ends here ends the wait as well. */
async function drain(exchange: Exchange, field: number): Promise<void> {
  try {
    while (isPending((await exchange.next(field)).command.status ?? -1));
  } catch {
    // The loop was left: how the operation ended is of no interest any more.
  }
}
