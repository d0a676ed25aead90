import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { isAeTitle } from "./ae-title.ts";
import { type Association, createAssociation, defaultLimits } from "./association.ts";
import { noDataSet } from "./command-set.ts";
import { commandFields, responseBit } from "./commands.ts";
import { DimseError, StatusError } from "./errors.ts";
import { createExchanges, type Exchanges } from "./exchanges.ts";
import { type FindRequest, type FoundMatch, find } from "./find-scu.ts";
import type { Handlers } from "./handlers.ts";
import { acceptedContexts, type PresentationContext } from "./negotiation.ts";
import { type NormalizedRequests, normalizedRequests } from "./normalized-scu.ts";
import { createOperations } from "./operations.ts";
import type { AssociateAccept, ProposedContext, RoleSelection, UserIdentity } from "./pdu.ts";
import { describeRejection } from "./pdu.ts";
import type { AssociationInfo } from "./requests.ts";
import { type GetRequest, get, type MoveRequest, move, type RetrieveResponse } from "./retrieve-scu.ts";
import { type OperationResult, Status } from "./status.ts";
import { type StoreRequest, store } from "./store-scu.ts";
import { defaultTimeouts, type Timeouts } from "./timeouts.ts";
import { type ClientTls, clientTlsOptions, peerTlsOf } from "./tls.ts";
import { applicationContextName, verificationSopClass } from "./uids.ts";

/** The services that we perform on an association that we asked for. */
export type ClientHandlers = Pick<Handlers<undefined>, "echo" | "store" | "nEventReport">;

export interface OpenOptions {
  host: string;
  port: number;
  callingAeTitle: string;
  calledAeTitle: string;
  /** At most 128, in order of preference. */
  contexts: readonly { abstractSyntax: string; transferSyntaxes: readonly string[] }[];
  /**
   * The roles that we want to play, by SOP class (PS3.7 D.3.3.4): SCU alone where nothing is said. A C-GET wants `scp` for each storage SOP
   * class that may come.
   */
  roles?: readonly RoleSelection[];
  userIdentity?: UserIdentity;
  /** How many operations we would like to have under way at once; 0: as many as the peer allows. Left out: one, and nothing is negotiated. */
  asynchronousOperations?: { invoked: number; performed: number };
  /** What the peer may ask of us. */
  handlers?: ClientHandlers;
  tls?: ClientTls;
  implementation: { classUid: string; versionName: string };
  timeouts?: Partial<Timeouts>;
  /** The longest P-DATA-TF we take. */
  maxPduLength?: number;
  /** Aborts the attempt to associate, and the association after it. */
  signal?: AbortSignal;
}

/**
 * An association that we asked for. Operations wait for each other: one is outstanding at a time, or as many as the peer granted. All of
 * them throw a DimseError when the association ends before they do, and a StatusError when the peer answers with a failure.
 */
export interface ClientAssociation extends NormalizedRequests {
  readonly contexts: readonly PresentationContext[];
  readonly peer: {
    maximumLength: number;
    implementationClassUid: string;
    implementationVersionName: string;
    /** As the peer answered role selection; a SOP class that is not there has the roles of old: we are SCU, it is SCP. */
    roles: readonly RoleSelection[];
    /** How many of our operations may be under way at once. */
    operationsWindow: number;
    /** The peer's positive response to our user identity; null: it gave none. */
    userIdentityResponse: Uint8Array | null;
  };
  /** C-ECHO (PS3.7 §9.1.5). */
  echo(): Promise<void>;
  /** C-STORE (PS3.7 §9.1.1); resolves with success or a warning. */
  store(request: StoreRequest): Promise<OperationResult>;
  /** C-FIND (PS3.7 §9.1.2); leaving the loop early, or the signal, sends C-CANCEL-RQ. */
  find(request: FindRequest): AsyncGenerator<FoundMatch, void, undefined>;
  /** C-MOVE (PS3.7 §9.1.4): every response, the final one the last; cancelled as a C-FIND is. */
  move(request: MoveRequest): AsyncGenerator<RetrieveResponse, void, undefined>;
  /** C-GET (PS3.7 §9.1.3): the same, while `store` takes what comes. */
  get(request: GetRequest): AsyncGenerator<RetrieveResponse, void, undefined>;
  /** A-RELEASE, after the operations that were asked for. */
  release(): Promise<void>;
  /** A-ABORT. */
  abort(): void;
  /** Resolves when the connection has closed, however it came to that. */
  readonly closed: Promise<void>;
}

/** The `code` of the cause where a peer shows another certificate than `tls.certificateSha256`. */
export const otherCertificate = "OTHER_CERTIFICATE";

/** The most operations that we have under way at once, whatever the peer grants. */
const maxWindow = 16;

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
  let info: AssociationInfo<undefined> | undefined;
  let endedWith: DimseError | null | undefined;

  const { host, port, tls } = options;
  const socket: Socket = tls
    ? connectTls(clientTlsOptions(host, port, tls))
    : connectSocket({ host, port, noDelay: true });
  const association: Association = createAssociation(
    "requestor",
    socket,
    {
      associateIndication() {},
      associateAccepted: (accept) => {
        // Before anything else is read: what follows in the same chunk needs the contexts.
        accepted = acceptedContexts(contexts, accept.contexts);
        association.peerMaximumLength = accept.user.maximumLength;
        info = infoOf(accept);
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
        operations.fail(reason);
        exchanges.fail(reason);
      },
      closed: () => closed.resolve(),
      accepts: (contextId) => accepted.has(contextId),
      message: (contextId, command) =>
        (command.commandField & responseBit) === 0
          ? operations.message(contextId, command)
          : exchanges.message(contextId, command),
    },
    timeouts,
    limits,
  );
  const infoOf = ({ user }: AssociateAccept): AssociationInfo<undefined> => ({
    id: 1,
    callingAeTitle: options.callingAeTitle,
    calledAeTitle: options.calledAeTitle,
    remoteAddress: socket.remoteAddress ?? "",
    remotePort: socket.remotePort ?? port,
    tls: peerTlsOf(socket),
    implementationClassUid: user.implementationClassUid,
    implementationVersionName: user.implementationVersionName,
    userIdentity: null,
    contexts: accepted,
    requests: {
      // The acceptor is SCP of what was proposed where role selection has not said otherwise (PS3.7 D.3.3.4).
      storeContexts: [...accepted.values()],
      store: (storeRequest) => store(association, exchanges, [...accepted.values()], storeRequest),
      nEventReport: normalizedRequests(association, exchanges, [...accepted.values()]).nEventReport,
      get open() {
        return association.state === "Sta6";
      },
    },
    data: undefined,
  });
  const attend = () => {
    if (association.state === "Sta6") association.expect(exchanges.waiting ? timeouts.responseMs : null);
  };
  const exchanges = createExchanges(association, limits, attend);
  /** Of the C-GET under way. */
  let takes: ClientHandlers["store"];
  const operations = createOperations<undefined>({
    association,
    handlers: () => ({ ...options.handlers, ...(takes ? { store: takes } : {}) }),
    limits,
    context: (id) => accepted.get(id),
    info: () => info!,
    attend,
    // Answered with 0110H; who gave the handler hears of it there.
    failed() {},
  });
  const onAbort = () =>
    association.abort(new DimseError("aborted", "aborted here", { cause: options.signal?.reason }));
  options.signal?.addEventListener("abort", onAbort, { once: true });
  closed.promise.then(() => options.signal?.removeEventListener("abort", onAbort));

  association.fire("Evt1");
  association.expect(timeouts.connectMs);
  socket.once(tls ? "secureConnect" : "connect", () => {
    const pinned = tls?.certificateSha256;
    if (pinned !== undefined && peerTlsOf(socket)?.certificate?.sha256 !== pinned) {
      const cause = Object.assign(new Error("another certificate"), { code: otherCertificate });
      association.abort(new DimseError("connection-failed", "the peer has another certificate", { cause }));
      return;
    }
    association.expect(timeouts.associateMs);
    association.fire("Evt2", { request: request(options, contexts, limits.maxPduLength) });
  });
  const accept = await answered.promise;
  association.expect(null);
  const list = [...accepted.values()];
  exchanges.window = grantedWindow(options, accept);
  return {
    contexts: list,
    peer: {
      maximumLength: accept.user.maximumLength,
      implementationClassUid: accept.user.implementationClassUid,
      implementationVersionName: accept.user.implementationVersionName,
      roles: accept.user.roles,
      operationsWindow: exchanges.window,
      userIdentityResponse: accept.user.userIdentityResponse,
    },
    echo: () => echo(association, exchanges, list),
    store: (storeRequest) => store(association, exchanges, list, storeRequest),
    find: (findRequest) => find(association, exchanges, list, findRequest),
    move: (moveRequest) => move(association, exchanges, list, moveRequest),
    async *get(getRequest) {
      if (takes && getRequest.store)
        throw new DimseError("invalid", "one C-GET with a handler of its own is under way");
      takes = getRequest.store ?? takes;
      try {
        yield* get(association, exchanges, list, getRequest);
      } finally {
        if (takes === getRequest.store) takes = undefined;
      }
    },
    ...normalizedRequests(association, exchanges, list),
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

/** PS3.7 D.3.3.3: one operation at a time, unless both sides want more. */
function grantedWindow(options: OpenOptions, accept: AssociateAccept): number {
  const asked = options.asynchronousOperations?.invoked ?? 1;
  const granted = accept.user.asynchronousOperations?.invoked ?? 1;
  return Math.min(asked || maxWindow, granted || maxWindow, maxWindow);
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
      asynchronousOperations: options.asynchronousOperations ?? null,
      roles: options.roles ?? [],
      extendedNegotiations: [],
      userIdentity: options.userIdentity ?? null,
      userIdentityResponse: null,
    },
  };
}

function echo(
  association: Association,
  exchanges: Exchanges,
  contexts: readonly PresentationContext[],
): Promise<void> {
  const context = contexts.find(({ abstractSyntax }) => abstractSyntax === verificationSopClass);
  if (!context)
    return Promise.reject(new DimseError("context-not-accepted", "Verification was not accepted"));
  return exchanges.run(async ({ messageId, next }) => {
    await association.send(context.id, {
      affectedSopClassUid: verificationSopClass,
      commandField: commandFields.cEchoRequest,
      messageId,
      commandDataSetType: noDataSet,
    });
    const { command } = await next(commandFields.cEchoResponse);
    if (command.status !== Status.Success) throw new StatusError(command.status ?? -1, command.errorComment);
  });
}
