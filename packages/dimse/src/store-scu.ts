import type { Association, Write } from "./association.ts";
import { dataSetPresent, encodeCommandSet } from "./command-set.ts";
import { commandFields, priorities } from "./commands.ts";
import { dataHeaderLength, encodeMessage, fragmentCapacity, writeDataHeader } from "./data-pdu.ts";
import { DimseError, StatusError } from "./errors.ts";
import type { Exchanges } from "./exchanges.ts";
import type { PresentationContext } from "./negotiation.ts";
import { createReadAhead } from "./read-ahead.ts";
import { release } from "./received.ts";
import { isSuccessOrWarning, type OperationResult } from "./status.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface StoreRequest {
  sopClassUid: string;
  sopInstanceUid: string;
  /** Of the bytes; a context must have been accepted with it. */
  transferSyntax: string;
  /** The data set without file meta information; as a function it is opened when the request is next but one to be sent. What was `holdReceived` is released. */
  chunks: Chunks | (() => Chunks | Promise<Chunks>);
  /** How many bytes the chunks come to, where that is known: fewer or more are an error, and the association is aborted. */
  size?: number;
  priority?: number;
  moveOriginator?: { aeTitle: string; messageId: number };
}

/**
 * C-STORE as SCU (PS3.7 §9.1.1). Each P-DATA-TF is as long as the peer takes. While the peer
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
          sendDataSet(association, write, context.id, head, source, request.size),
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

/** How much is written at once. */
const blockBytes = 256 * 1024;
/** Of the object before, for the next one on the association. */
const blocks = new WeakMap<Association, Buffer>();

/**
 * Cuts the data set into P-DATA-TF PDUs, as many as fit in one block of memory and one write: with the short PDUs of most peers a copy costs far less
 * than a write of many pieces, and a block that the system has taken is filled again.
 */
async function sendDataSet(
  association: Association,
  write: Write,
  contextId: number,
  command: Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
  size: number | undefined,
): Promise<void> {
  const capacity = fragmentCapacity(association.peerMaximumLength);
  const pduLength = dataHeaderLength + capacity;
  const length = command.length + Math.max(1, Math.floor(blockBytes / pduLength)) * pduLength;
  let block = blocks.get(association);
  if (!block || block.length < length) block = Buffer.allocUnsafeSlow(length);
  blocks.delete(association);
  block.set(command);
  /** Where the header of the PDU under way stands, and how much of its value is there. */
  let header = command.length;
  let filled = 0;
  let total = 0;

  const close = (last: boolean) => {
    writeDataHeader(block!, header, { contextId, command: false, last, length: filled });
    header += dataHeaderLength + filled;
    filled = 0;
  };
  const flush = async () => {
    await write([block!.subarray(0, header)]);
    header = 0;
    if (association.unsent > 0) block = Buffer.allocUnsafeSlow(length);
  };

  for await (const chunk of chunks) {
    total += chunk.length;
    if (size !== undefined && total > size)
      throw new DimseError("invalid", `more than the ${size} bytes announced`);
    for (let offset = 0; offset < chunk.length; ) {
      if (filled === capacity) {
        close(false);
        if (header + pduLength > length) await flush();
      }
      const end = Math.min(chunk.length, offset + capacity - filled);
      block.set(chunk.subarray(offset, end), header + dataHeaderLength + filled);
      filled += end - offset;
      offset = end;
    }
    release(chunk);
  }
  if (size !== undefined && total !== size)
    throw new DimseError("invalid", `${total} bytes of the ${size} announced`);
  close(true);
  await flush();
  blocks.set(association, block);
}
