import type { Socket } from "node:net";
import { isAeTitle } from "./ae-title.ts";
import { type Association, createAssociation, type Limits } from "./association.ts";
import { type ChunkQueue, createChunkQueue } from "./chunk-queue.ts";
import { type CommandSet, dataSetPresent, noDataSet } from "./command-set.ts";
import { commandFields, responseBit } from "./commands.ts";
import { DimseError, StatusError } from "./errors.ts";
import type { DataSetSink } from "./message-reader.ts";
import { acceptedContexts, type Decision, type PresentationContext } from "./negotiation.ts";
import { type AssociateRequest, abortReasons, type Rejection, rejections } from "./pdu.ts";
import type { DimseServerOptions } from "./server.ts";
import { type AssociationInfo, type Operation, type OperationResult, services } from "./services.ts";
import { isPending, Status } from "./status.ts";
import type { Timeouts } from "./timeouts.ts";
import { applicationContextName } from "./uids.ts";

/** Asynchronous operations are not negotiated; a peer that sends this many requests without waiting for an answer is cut off. */
const maxOutstanding = 16;

/** An association that the server answers. */
export interface ServerAssociation {
  readonly closed: Promise<void>;
  /** Lets what is in flight finish, then ends the association. */
  drain(): void;
  destroy(): void;
}

export interface ServerContext<T> {
  options: DimseServerOptions<T>;
  limits: Limits;
  timeouts: Timeouts;
  /** Takes one of the places there are, or says that there is none. */
  admit(): boolean;
  leave(): void;
  nextId(): number;
}

interface Running {
  controller: AbortController;
  dataSet: ChunkQueue | null;
  commandField: number;
}

export function serveAssociation<T>(socket: Socket, server: ServerContext<T>): ServerAssociation {
  const { options, limits, timeouts } = server;
  const remoteAddress = socket.remoteAddress ?? "";
  const remotePort = socket.remotePort ?? 0;
  const closed = Promise.withResolvers<void>();
  const running = new Map<number, Running>();
  let contexts = new Map<number, PresentationContext>();
  let info: AssociationInfo<T> | undefined;
  let admitted = false;
  let draining = false;
  let releasing = false;
  /** Operations are done one after the other, in the order they came. */
  let turn: Promise<void> = Promise.resolve();

  const association: Association = createAssociation(
    "acceptor",
    socket,
    {
      associateIndication: (request) => {
        decide(request).catch((error) => {
          options.observer?.failed?.(info, "A-ASSOCIATE", error);
          if (association.state === "Sta3") reject(request, rejections.temporaryCongestion);
        });
      },
      associateAccepted() {},
      associateRejected() {},
      releaseIndication() {
        releasing = true;
        for (const { controller, commandField } of running.values()) {
          if (commandField === commandFields.cFindRequest)
            controller.abort(new DimseError("cancelled", "released"));
        }
        settle();
      },
      ended(error) {
        const reason = error ?? new DimseError("closed", "the association was released");
        for (const { controller, dataSet } of running.values()) {
          controller.abort(reason);
          dataSet?.fail(reason);
        }
        if (info) options.observer?.ended?.(info, error);
        else if (error) options.observer?.failedBefore?.({ remoteAddress, remotePort }, error);
      },
      closed() {
        leave();
        closed.resolve();
      },
      accepts: (contextId) => contexts.has(contextId),
      message,
    },
    timeouts,
    limits,
  );
  association.fire("Evt5");

  function reject(request: AssociateRequest, rejection: Rejection): void {
    // Its place is free at once, however long the caller stays on the line.
    leave();
    options.observer?.rejected?.({ remoteAddress, remotePort, request }, rejection);
    association.fire("Evt8", { rejection });
  }

  function leave(): void {
    if (admitted) server.leave();
    admitted = false;
  }

  function ownRejection(request: AssociateRequest): Rejection | null {
    if (request.applicationContextName !== applicationContextName)
      return rejections.applicationContextNotSupported;
    if (!isAeTitle(request.callingAeTitle)) return rejections.callingAeTitleNotRecognized;
    if (!isAeTitle(request.calledAeTitle) || !options.acceptsCalled(request.calledAeTitle)) {
      return rejections.calledAeTitleNotRecognized;
    }
    if (request.contexts.length === 0) return rejections.noReason;
    if (draining) return rejections.temporaryCongestion;
    return null;
  }

  async function decide(request: AssociateRequest): Promise<void> {
    const refused = ownRejection(request);
    if (refused) return reject(request, refused);
    admitted = server.admit();
    if (!admitted) return reject(request, rejections.localLimitExceeded);
    const decision = await options.decide({ ...request, remoteAddress, remotePort });
    // The peer may have gone while we thought.
    if (association.state !== "Sta3") return;
    if (!decision.accept) return reject(request, decision.rejection);
    accept(request, decision);
  }

  function accept(request: AssociateRequest, decision: Extract<Decision<T>, { accept: true }>): void {
    contexts = acceptedContexts(request.contexts, decision.contexts);
    association.peerMaximumLength = request.user.maximumLength;
    info = {
      id: server.nextId(),
      callingAeTitle: request.callingAeTitle,
      calledAeTitle: request.calledAeTitle,
      remoteAddress,
      remotePort,
      implementationClassUid: request.user.implementationClassUid,
      implementationVersionName: request.user.implementationVersionName,
      userIdentity: request.user.userIdentity,
      contexts,
      data: decision.data,
    };
    const wantsIdentity = request.user.userIdentity?.positiveResponseRequested ?? false;
    association.fire("Evt7", {
      accept: {
        protocolVersion: 1,
        calledAeTitle: request.calledAeTitle,
        callingAeTitle: request.callingAeTitle,
        applicationContextName,
        contexts: decision.contexts,
        user: {
          maximumLength: limits.maxPduLength,
          implementationClassUid: options.implementation.classUid,
          implementationVersionName: options.implementation.versionName,
          asynchronousOperations: request.user.asynchronousOperations ? { invoked: 1, performed: 1 } : null,
          roles: decision.roles ?? [],
          extendedNegotiations: decision.extendedNegotiations ?? [],
          userIdentity: null,
          userIdentityResponse: wantsIdentity ? (decision.userIdentityResponse ?? new Uint8Array()) : null,
        },
      },
    });
    options.observer?.associated?.(info);
    settle();
  }

  /** What is next when nothing is going on: the peer's next request, the answer to its release, our farewell. */
  function settle(): void {
    if (running.size > 0) {
      association.expect(null);
      return;
    }
    if (releasing) {
      if (association.state === "Sta8") association.fire("Evt14");
    } else if (draining) association.abort(new DimseError("aborted", "the server is closing"), 2);
    else association.expect(timeouts.idleMs);
  }

  function message(contextId: number, command: CommandSet): DataSetSink | null {
    if (command.commandField === commandFields.cCancelRequest) {
      running
        .get(command.messageIdBeingRespondedTo ?? -1)
        ?.controller.abort(new DimseError("cancelled", "C-CANCEL"));
      return null;
    }
    const violation = (explanation: string) => {
      association.abort(new DimseError("protocol", explanation), 2, abortReasons.invalidParameterValue);
      return null;
    };
    const { messageId, commandField } = command;
    if ((commandField & responseBit) !== 0) return violation("a response to nothing");
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
    association.expect(null);
    turn = turn
      .then(() => perform(contextId, command, messageId, dataSet, controller.signal, duplicate))
      .finally(() => {
        running.delete(key);
        settle();
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
    const presentationContext = contexts.get(contextId)!;
    const respond = (result: OperationResult, identifier?: Uint8Array) =>
      association.send(contextId, response(command, messageId, result, identifier !== undefined), identifier);
    const operation: Operation<T> = {
      context: { association: info!, presentationContext, messageId, signal },
      command,
      dataSet,
      respond,
    };
    try {
      const result = await outcome(operation, service, duplicate, name);
      // The answer comes when the question has been heard out, read or not.
      dataSet?.discard();
      await dataSet?.ended;
      await respond(result);
    } catch (error) {
      // The association ended meanwhile: there is nobody to answer, and `ended` has told why.
      if (error instanceof DimseError) return;
      options.observer?.failed?.(info, name, error);
      association.abort(new DimseError("aborted", "the answer could not be given"), 2);
    }
  }

  async function outcome(
    operation: Operation<T>,
    service: (typeof services extends ReadonlyMap<number, infer S> ? S : never) | undefined,
    duplicate: boolean,
    name: string,
  ): Promise<OperationResult> {
    try {
      if (duplicate) throw new StatusError(Status.DuplicateInvocation, "this message id is in use");
      if (!service) throw new StatusError(Status.UnrecognizedOperation, `${name} is not offered`);
      const result = await service.run(operation, options.handlers, limits.maxIdentifierBytes);
      return isPending(result.status) ? { status: Status.ProcessingFailure } : result;
    } catch (error) {
      if (error instanceof StatusError) {
        return {
          status: error.status,
          ...(error.errorComment === undefined ? {} : { errorComment: error.errorComment }),
          ...(error.offendingElements === undefined ? {} : { offendingElements: error.offendingElements }),
        };
      }
      if (association.state !== "Sta6" && association.state !== "Sta8") throw error;
      options.observer?.failed?.(info, name, error);
      return { status: Status.ProcessingFailure };
    }
  }

  return {
    closed: closed.promise,
    drain() {
      draining = true;
      if (info) settle();
      else if (association.state !== "Sta3") association.destroy();
    },
    destroy: () => association.destroy(),
  };
}

/** PS3.7 §9.3: what a response says again of its request, and the outcome. */
function response(
  command: CommandSet,
  messageId: number,
  result: OperationResult,
  withDataSet: boolean,
): CommandSet {
  return {
    affectedSopClassUid: command.affectedSopClassUid ?? command.requestedSopClassUid,
    commandField: command.commandField | responseBit,
    messageIdBeingRespondedTo: messageId,
    commandDataSetType: withDataSet ? dataSetPresent : noDataSet,
    status: result.status,
    offendingElements: result.offendingElements,
    errorComment: result.errorComment,
    affectedSopInstanceUid: command.affectedSopInstanceUid ?? command.requestedSopInstanceUid,
  };
}
