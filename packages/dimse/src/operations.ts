import type { Association, Limits } from "./association.ts";
import { type ChunkQueue, createChunkQueue } from "./chunk-queue.ts";
import { type CommandSet, dataSetPresent, noDataSet } from "./command-set.ts";
import { commandFields, responseBit } from "./commands.ts";
import { DimseError, StatusError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import type { DataSetSink } from "./message-reader.ts";
import type { PresentationContext } from "./negotiation.ts";
import { abortReasons } from "./pdu.ts";
import type { AssociationInfo } from "./requests.ts";
import type { Answer, Operation, Service } from "./service.ts";
import { services } from "./services.ts";
import { isPending, Status } from "./status.ts";

/** More than one operation at a time is granted to nobody; a peer that sends this many requests without waiting is cut off. */
const maxOutstanding = 16;

/** The requests of the peer: done one after the other, in the order they came. */
export interface Operations {
  /** Takes a request or a C-CANCEL. */
  message(contextId: number, command: CommandSet): DataSetSink | null;
  /** How many are under way. */
  readonly size: number;
  /** The peer has asked for release: what it would have gone on to read is cancelled. */
  releasing(): void;
  /** The association is over. */
  fail(reason: DimseError): void;
}

export interface OperationsDeps<T> {
  association: Association;
  handlers(): Handlers<T>;
  limits: Limits;
  context(id: number): PresentationContext | undefined;
  info(): AssociationInfo<T>;
  /** Called whenever `size` has changed. */
  attend(): void;
  /** What is no StatusError: a fault. */
  failed(operation: string, error: unknown): void;
}

interface Running {
  controller: AbortController;
  dataSet: ChunkQueue | null;
  commandField: number;
}

/** What a C-CANCEL ends (PS3.7 §9.3.2.3, §9.3.3.3, §9.3.4.3). */
const cancellable: ReadonlySet<number> = new Set([
  commandFields.cFindRequest,
  commandFields.cMoveRequest,
  commandFields.cGetRequest,
]);

/** The operations that the peer asks for: one after the other, but that C-CANCEL reaches the one under way (PS3.7 §9.3). */
export function createOperations<T>(deps: OperationsDeps<T>): Operations {
  const { association, limits, attend } = deps;
  const running = new Map<number, Running>();
  let turn: Promise<void> = Promise.resolve();

  function message(contextId: number, command: CommandSet): DataSetSink | null {
    if (command.commandField === commandFields.cCancelRequest) {
      const cancelled = running.get(command.messageIdBeingRespondedTo ?? -1);
      if (cancelled && cancellable.has(cancelled.commandField))
        cancelled.controller.abort(new DimseError("cancelled", "C-CANCEL"));
      return null;
    }
    const violation = (explanation: string) => {
      association.abort(new DimseError("protocol", explanation), 2, abortReasons.invalidParameterValue);
      return null;
    };
    const { messageId, commandField } = command;
    if (messageId === undefined) return violation("a request without a message id");
    if (running.size >= maxOutstanding)
      return violation(`${maxOutstanding} requests without waiting for an answer`);
    const dataSet =
      command.commandDataSetType === noDataSet
        ? null
        : createChunkQueue(limits.receiveBufferBytes, association.hold, association.unhold);
    const controller = new AbortController();
    const duplicate = running.has(messageId);
    // A second operation of the same id is answered like any other; a key of its own keeps the first one cancellable.
    const key = duplicate ? -1 - running.size : messageId;
    running.set(key, { controller, dataSet, commandField });
    attend();
    turn = turn
      .then(() => perform(contextId, command, messageId, dataSet, controller.signal, duplicate))
      .finally(() => {
        running.delete(key);
        attend();
      });
    return dataSet;
  }

  async function perform(
    contextId: number,
    command: CommandSet,
    messageId: number,
    dataSet: ChunkQueue | null,
    signal: AbortSignal,
    duplicate: boolean,
  ): Promise<void> {
    const service = services.get(command.commandField);
    const name = service?.name ?? `command ${command.commandField.toString(16).padStart(4, "0")}H`;
    const respond = (answer: Answer) =>
      association.send(contextId, responseTo(command, messageId, answer), answer.dataSet);
    const operation: Operation<T> = {
      context: {
        association: deps.info(),
        presentationContext: deps.context(contextId)!,
        messageId,
        signal,
      },
      command,
      dataSet,
      respond,
    };
    try {
      const answer = await outcome(operation, service, duplicate, name);
      // The answer comes when the question has been heard out, read or not.
      dataSet?.discard();
      await dataSet?.ended;
      await respond(answer);
    } catch (error) {
      // The association ended meanwhile: there is nobody to answer, and who owns it knows why.
      if (error instanceof DimseError) return;
      deps.failed(name, error);
      association.abort(new DimseError("aborted", "the answer could not be given"), 2);
    }
  }

  async function outcome(
    operation: Operation<T>,
    service: Service | undefined,
    duplicate: boolean,
    name: string,
  ): Promise<Answer> {
    try {
      if (duplicate) throw new StatusError(Status.DuplicateInvocation, "this message id is in use");
      if (!service) throw new StatusError(Status.UnrecognizedOperation, `${name} is not offered`);
      const answer = await service.run(operation, deps.handlers(), limits.maxIdentifierBytes);
      return isPending(answer.status) ? { status: Status.ProcessingFailure } : answer;
    } catch (error) {
      if (error instanceof StatusError) {
        const { status, errorComment, offendingElements, errorId } = error;
        return {
          status,
          ...(errorComment === undefined ? {} : { errorComment }),
          ...(offendingElements === undefined ? {} : { offendingElements }),
          ...(errorId === undefined ? {} : { errorId }),
        };
      }
      if (association.state !== "Sta6" && association.state !== "Sta8") throw error;
      deps.failed(name, error);
      return { status: Status.ProcessingFailure };
    }
  }

  return {
    message,
    get size() {
      return running.size;
    },
    releasing() {
      for (const { controller, commandField } of running.values()) {
        if (cancellable.has(commandField)) controller.abort(new DimseError("cancelled", "released"));
      }
    },
    fail(reason) {
      for (const { controller, dataSet } of running.values()) {
        controller.abort(reason);
        dataSet?.fail(reason);
      }
    },
  };
}

/** Counts are numbers of two bytes; what is more is told as the most that can be. */
const count = (number: number | undefined) => (number === undefined ? undefined : Math.min(number, 0xffff));

/** PS3.7 §9.3 and §10.3: what a response says again of its request, and the outcome. */
function responseTo(command: CommandSet, messageId: number, answer: Answer): CommandSet {
  const { subOperations, dataSet } = answer;
  const withDataSet = dataSet !== undefined;
  return {
    affectedSopClassUid: command.affectedSopClassUid ?? command.requestedSopClassUid,
    commandField: command.commandField | responseBit,
    messageIdBeingRespondedTo: messageId,
    commandDataSetType: withDataSet ? dataSetPresent : noDataSet,
    status: answer.status,
    offendingElements: answer.offendingElements,
    errorComment: answer.errorComment,
    errorId: answer.errorId,
    affectedSopInstanceUid:
      answer.affectedSopInstanceUid ?? command.affectedSopInstanceUid ?? command.requestedSopInstanceUid,
    // Of the reply that follows, where one does (PS3.7 Tables 10.3-2 and 10.3-8).
    eventTypeId: withDataSet ? command.eventTypeId : undefined,
    attributeIdentifierList: answer.attributeIdentifierList,
    actionTypeId: withDataSet ? command.actionTypeId : undefined,
    numberOfRemainingSuboperations: count(subOperations?.remaining),
    numberOfCompletedSuboperations: count(subOperations?.completed),
    numberOfFailedSuboperations: count(subOperations?.failed),
    numberOfWarningSuboperations: count(subOperations?.warning),
  };
}
