import { connect as connectSocket, type Socket } from "node:net";
import { isAeTitle } from "./ae-title.ts";
import { type Association, createAssociation, defaultLimits } from "./association.ts";
import { noDataSet } from "./command-set.ts";
import { commandFields } from "./commands.ts";
import { DimseError, StatusError } from "./errors.ts";
import { createExchanges, type Exchanges } from "./exchanges.ts";
import { type FindRequest, type FoundMatch, find } from "./find-scu.ts";
import { acceptedContexts, type PresentationContext } from "./negotiation.ts";
import type { AssociateAccept, ProposedContext, RoleSelection, UserIdentity } from "./pdu.ts";
import { describeRejection } from "./pdu.ts";
import type { OperationResult } from "./services.ts";
import { Status } from "./status.ts";
import { type StoreRequest, store } from "./store-scu.ts";
import { defaultTimeouts, type Timeouts } from "./timeouts.ts";
import { applicationContextName, verificationSopClass } from "./uids.ts";

export interface OpenOptions {
  host: string;
  port: number;
  callingAeTitle: string;
  calledAeTitle: string;
  /** At most 128, in order of preference. */
  contexts: readonly { abstractSyntax: string; transferSyntaxes: readonly string[] }[];
  roles?: readonly RoleSelection[];
  userIdentity?: UserIdentity;
  implementation: { classUid: string; versionName: string };
  timeouts?: Partial<Timeouts>;
  /** The longest P-DATA-TF we take. */
  maxPduLength?: number;
  /** Aborts the attempt to associate, and the association after it. */
  signal?: AbortSignal;
}

/**
 * An association that we asked for. Operations wait for each other: one is outstanding at a time. All of them throw a DimseError when
 * the association ends before they do, and a StatusError when the peer answers with a failure.
 */
export interface ClientAssociation {
  readonly contexts: readonly PresentationContext[];
  readonly peer: { maximumLength: number; implementationClassUid: string; implementationVersionName: string };
  /** C-ECHO (PS3.7 §9.1.5). */
  echo(): Promise<void>;
  /** C-STORE (PS3.7 §9.1.1); resolves with success or a warning. */
  store(request: StoreRequest): Promise<OperationResult>;
  /** C-FIND (PS3.7 §9.1.2); leaving the loop early, or the signal, sends C-CANCEL-RQ. */
  find(request: FindRequest): AsyncGenerator<FoundMatch, void, undefined>;
  /** A-RELEASE, after the operations that were asked for. */
  release(): Promise<void>;
  /** A-ABORT. */
  abort(): void;
  /** Resolves when the connection has closed, however it came to that. */
  readonly closed: Promise<void>;
}

/**
 * Connects and associates.
 * @throws DimseError `rejected` with the rejection, `connection-failed`, `timed-out`, `aborted`, or `invalid` for titles and contexts
 *   that cannot be sent
 */
export async function openAssociation(options: OpenOptions): Promise<ClientAssociation> {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const limits = {
    ...defaultLimits,
    ...(options.maxPduLength ? { maxPduLength: options.maxPduLength } : {}),
  };
  const contexts = proposedContexts(options);
  options.signal?.throwIfAborted();
  const answered = Promise.withResolvers<AssociateAccept>();
  const closed = Promise.withResolvers<void>();
  let accepted = new Map<number, PresentationContext>();
  let exchanges: Exchanges | undefined;
  let endedWith: DimseError | null | undefined;

  const socket: Socket = connectSocket({ host: options.host, port: options.port, noDelay: true });
  const association: Association = createAssociation(
    "requestor",
    socket,
    {
      associateIndication() {},
      associateAccepted: (accept) => {
        // Before anything else is read: what follows in the same chunk needs the contexts.
        accepted = acceptedContexts(contexts, accept.contexts);
        association.peerMaximumLength = accept.user.maximumLength;
        answered.resolve(accept);
      },
      associateRejected(rejection) {
        answered.reject(new DimseError("rejected", describeRejection(rejection), { rejection }));
      },
      releaseIndication() {
        // Sta8: the peer wants to go while we have nothing under way, or gives up on what is. Sta9: it asked when we did.
        association.fire("Evt14");
      },
      ended(error) {
        endedWith = error;
        const reason = error ?? new DimseError("closed", "the association was released");
        answered.reject(reason);
        exchanges?.fail(reason);
      },
      closed: () => closed.resolve(),
      accepts: (contextId) => accepted.has(contextId),
      message: (contextId, command) => exchanges?.message(contextId, command) ?? null,
    },
    timeouts,
    limits,
  );
  exchanges = createExchanges(association, timeouts, limits);
  const onAbort = () =>
    association.abort(new DimseError("aborted", "aborted here", { cause: options.signal?.reason }));
  options.signal?.addEventListener("abort", onAbort, { once: true });
  closed.promise.then(() => options.signal?.removeEventListener("abort", onAbort));

  association.fire("Evt1");
  association.expect(timeouts.connectMs);
  socket.once("connect", () => {
    association.expect(timeouts.associateMs);
    association.fire("Evt2", { request: request(options, contexts, limits.maxPduLength) });
  });
  const accept = await answered.promise;
  association.expect(null);
  const list = [...accepted.values()];
  return {
    contexts: list,
    peer: {
      maximumLength: accept.user.maximumLength,
      implementationClassUid: accept.user.implementationClassUid,
      implementationVersionName: accept.user.implementationVersionName,
    },
    echo: () => echo(exchanges, list),
    store: (storeRequest) => store(association, exchanges, list, storeRequest),
    find: (findRequest) => find(association, exchanges, list, findRequest),
    async release() {
      await exchanges.idle();
      if (endedWith === undefined && association.state === "Sta6") {
        association.fire("Evt11");
        association.expect(timeouts.releaseMs);
      }
      await closed.promise;
      if (endedWith) throw endedWith;
    },
    abort: () => association.abort(new DimseError("aborted", "aborted here")),
    closed: closed.promise,
  };
}

function proposedContexts(options: OpenOptions): ProposedContext[] {
  for (const title of [options.callingAeTitle, options.calledAeTitle]) {
    if (!isAeTitle(title)) throw new DimseError("invalid", `"${title}" is no AE title`);
  }
  if (options.contexts.length === 0 || options.contexts.length > 128) {
    throw new DimseError("invalid", "an association proposes 1 to 128 presentation contexts");
  }
  return options.contexts.map(({ abstractSyntax, transferSyntaxes }, index) => {
    if (transferSyntaxes.length === 0)
      throw new DimseError("invalid", "a context proposes at least one transfer syntax");
    return { id: index * 2 + 1, abstractSyntax, transferSyntaxes };
  });
}

function request(options: OpenOptions, contexts: readonly ProposedContext[], maximumLength: number) {
  return {
    protocolVersion: 1,
    calledAeTitle: options.calledAeTitle,
    callingAeTitle: options.callingAeTitle,
    applicationContextName,
    contexts,
    user: {
      maximumLength,
      implementationClassUid: options.implementation.classUid,
      implementationVersionName: options.implementation.versionName,
      asynchronousOperations: null,
      roles: options.roles ?? [],
      extendedNegotiations: [],
      userIdentity: options.userIdentity ?? null,
      userIdentityResponse: null,
    },
  };
}

function echo(exchanges: Exchanges, contexts: readonly PresentationContext[]): Promise<void> {
  const context = contexts.find(({ abstractSyntax }) => abstractSyntax === verificationSopClass);
  if (!context)
    return Promise.reject(new DimseError("context-not-accepted", "Verification was not accepted"));
  return exchanges.run(async (messageId, responses) => {
    await exchanges.send(context.id, {
      affectedSopClassUid: verificationSopClass,
      commandField: commandFields.cEchoRequest,
      messageId,
      commandDataSetType: noDataSet,
    });
    const { command } = await responses.next(commandFields.cEchoResponse);
    if (command.status !== Status.Success) throw new StatusError(command.status ?? -1, command.errorComment);
  });
}
