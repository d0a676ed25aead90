import type { Association } from "./association.ts";
import { dataSetPresent, encodeCommandSet } from "./command-set.ts";
import { commandFields, priorities } from "./commands.ts";
import { dataHeaderLength, encodeMessage, fragmentCapacity, writeDataHeader } from "./data-pdu.ts";
import { DimseError, StatusError } from "./errors.ts";
import type { Exchanges } from "./exchanges.ts";
import type { OperationResult } from "./handlers.ts";
import type { PresentationContext } from "./negotiation.ts";
import { createReadAhead } from "./read-ahead.ts";
import { isSuccessOrWarning } from "./status.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface StoreRequest {
  sopClassUid: string;
  sopInstanceUid: string;
  /** Of the bytes; a context must have been accepted with it. */
  transferSyntax: string;
  /** The data set without file meta information; as a function it is opened when the request is next but one to be sent. */
  chunks: Chunks | (() => Chunks | Promise<Chunks>);
  /** How many bytes the chunks come to, where that is known: fewer or more are an error, and the association is aborted. */
  size?: number;
  priority?: number;
  moveOriginator?: { aeTitle: string; messageId: number };
}

/**
 * C-STORE as SCU (PS3.7 §9.1.1). Each P-DATA-TF is as long as the peer takes; chunks are passed on as views, never joined. While the peer
 * thinks about the object before, the first megabyte of the next one is read.
 */
export async function store(
  association: Association,
  exchanges: Exchanges,
  contexts: readonly PresentationContext[],
  request: StoreRequest,
): Promise<OperationResult> {
  const context = contexts.find(
    ({ abstractSyntax, transferSyntax }) =>
      abstractSyntax === request.sopClassUid && transferSyntax === request.transferSyntax,
  );
  if (!context) {
    const what = `${request.sopClassUid} in ${request.transferSyntax} was not accepted`;
    throw new DimseError("context-not-accepted", what);
  }
  const source = createReadAhead(request.chunks);
  try {
    return await exchanges.run(async ({ messageId, next }) => {
      // What cannot be read at all is known before anything is said of it.
      await source.begun();
      const command = encodeCommandSet({
        affectedSopClassUid: request.sopClassUid,
        commandField: commandFields.cStoreRequest,
        messageId,
        priority: request.priority ?? priorities.medium,
        commandDataSetType: dataSetPresent,
        affectedSopInstanceUid: request.sopInstanceUid,
        moveOriginatorAeTitle: request.moveOriginator?.aeTitle,
        moveOriginatorMessageId: request.moveOriginator?.messageId,
      });
      const head = encodeMessage(context.id, command, undefined, association.peerMaximumLength);
      try {
        await association.stream((write) =>
          sendDataSet(write, association.peerMaximumLength, context.id, head, source, request.size),
        );
      } catch (error) {
        // Half a data set cannot be taken back: only the end of the association says that it is not whole.
        association.abort(new DimseError("aborted", "the data set could not be read", { cause: error }));
        throw error;
      }
      const { command: answer } = await next(commandFields.cStoreResponse);
      const status = answer.status ?? -1;
      if (!isSuccessOrWarning(status))
        throw new StatusError(status, answer.errorComment, answer.offendingElements);
      return { status, ...(answer.errorComment === undefined ? {} : { errorComment: answer.errorComment }) };
    }, source.start);
  } finally {
    source.close();
  }
}

async function sendDataSet(
  write: (pieces: readonly Uint8Array[]) => Promise<void>,
  peerMaximumLength: number,
  contextId: number,
  command: Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
  size: number | undefined,
): Promise<void> {
  const capacity = fragmentCapacity(peerMaximumLength);
  let pieces: Uint8Array[] = [command];
  let fragment: Uint8Array[] = [];
  let filled = 0;
  let total = 0;

  /** Adds what was gathered as one P-DATA-TF. */
  const close = (last: boolean) => {
    const header = Buffer.allocUnsafe(dataHeaderLength);
    writeDataHeader(header, 0, { contextId, command: false, last, length: filled });
    pieces.push(header, ...fragment);
    fragment = [];
    filled = 0;
  };
  const flush = () => {
    const ready = pieces;
    pieces = [];
    return write(ready);
  };

  for await (const chunk of chunks) {
    total += chunk.length;
    if (size !== undefined && total > size)
      throw new DimseError("invalid", `more than the ${size} bytes announced`);
    let offset = 0;
    while (offset < chunk.length) {
      if (filled === capacity) close(false);
      const end = Math.min(chunk.length, offset + capacity - filled);
      fragment.push(chunk.subarray(offset, end));
      filled += end - offset;
      offset = end;
    }
    if (pieces.length > 1) await flush();
  }
  if (size !== undefined && total !== size)
    throw new DimseError("invalid", `${total} bytes of the ${size} announced`);
  close(true);
  await flush();
}
