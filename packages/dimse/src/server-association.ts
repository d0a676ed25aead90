import type { Socket } from "node:net";
import { isAeTitle } from "./ae-title.ts";
import { type Association, createAssociation, type Limits } from "./association.ts";
import { responseBit } from "./commands.ts";
import { DimseError } from "./errors.ts";
import { createExchanges } from "./exchanges.ts";
import {
  acceptedContexts,
  answerRoles,
  type Decision,
  type PresentationContext,
  requestorScpContexts,
} from "./negotiation.ts";
import { normalizedRequests } from "./normalized-scu.ts";
import { createOperations } from "./operations.ts";
import { type AssociateRequest, type Rejection, type RoleSelection, rejections } from "./pdu.ts";
import type { AssociationInfo, PeerRequests } from "./requests.ts";
import type { DimseServerOptions } from "./server-options.ts";
import { store } from "./store-scu.ts";
import type { Timeouts } from "./timeouts.ts";
import { type PeerTls, peerTlsOf } from "./tls.ts";
import { applicationContextName } from "./uids.ts";

/** An association that the server answers. */
export interface ServerAssociation {
  readonly closed: Promise<void>;
  /** Lets what is in flight finish, then ends the association. */
  drain(): void;
  destroy(): void;
  /** Whose place it is and since when (`performance.now()`), while nothing goes on on it; null: something does, or it has none. */
  idle(): { caller: string; since: number } | null;
  /** Ends the association, so that its place is free at once. */
  giveWay(): void;
  /** Whether it is none yet, or no more: we wait for a request for it, or for the close after our farewell. */
  readonly loose: boolean;
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

/** Answers one connection from A-ASSOCIATE-RQ to its end. Faults are told to the observer; it does not throw. */
export function serveAssociation<T>(socket: Socket, server: ServerContext<T>): ServerAssociation {
  const { options, limits, timeouts } = server;
  const remoteAddress = socket.remoteAddress ?? "";
  const remotePort = socket.remotePort ?? 0;
  const tls: PeerTls | null = peerTlsOf(socket);
  const closed = Promise.withResolvers<void>();
  let contexts = new Map<number, PresentationContext>();
  let info: AssociationInfo<T> | undefined;
  let admitted = false;
  let draining = false;
  let releasing = false;
  let idleSince: number | null = null;

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
        operations.releasing();
        // Who has asked for release answers no more requests (PS3.8 Sta7).
        exchanges.fail(new DimseError("closed", "the peer has asked for release"));
        settle();
      },
      ended(error) {
        // Its place is free at once, however long the peer stays on the line.
        leave();
        const reason = error ?? new DimseError("closed", "the association was released");
        operations.fail(reason);
        exchanges.fail(reason);
        if (info) options.observer?.ended?.(info, error);
        else if (error) options.observer?.failedBefore?.({ remoteAddress, remotePort }, error);
      },
      closed() {
        leave();
        closed.resolve();
      },
      accepts: (contextId) => contexts.has(contextId),
      message: (contextId, command) =>
        (command.commandField & responseBit) === 0
          ? operations.message(contextId, command)
          : exchanges.message(contextId, command),
    },
    timeouts,
    limits,
  );
  const exchanges = createExchanges(association, limits, settle);
  const operations = createOperations<T>({
    association,
    handlers: () => options.handlers,
    limits,
    context: (id) => contexts.get(id),
    info: () => info!,
    attend: settle,
    failed: (operation, error) => options.observer?.failed?.(info, operation, error),
  });
  association.fire("Evt5");

  function reject(request: AssociateRequest, rejection: Rejection): void {
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
    const decision = await options.decide({ ...request, remoteAddress, remotePort, tls });
    // The peer may have gone while we thought.
    if (association.state !== "Sta3") return;
    if (!decision.accept) return reject(request, decision.rejection);
    accept(request, decision);
  }

  function accept(request: AssociateRequest, decision: Extract<Decision<T>, { accept: true }>): void {
    contexts = acceptedContexts(request.contexts, decision.contexts);
    association.peerMaximumLength = request.user.maximumLength;
    const granted = new Map(decision.roles?.map((role) => [role.sopClassUid, role]));
    const roles = answerRoles(request, (uid) => granted.get(uid) ?? { scu: true, scp: false });
    info = {
      id: server.nextId(),
      callingAeTitle: request.callingAeTitle,
      calledAeTitle: request.calledAeTitle,
      remoteAddress,
      remotePort,
      tls,
      implementationClassUid: request.user.implementationClassUid,
      implementationVersionName: request.user.implementationVersionName,
      userIdentity: request.user.userIdentity,
      contexts,
      requests: requestsWith(roles),
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
          roles,
          extendedNegotiations: decision.extendedNegotiations ?? [],
          userIdentity: null,
          userIdentityResponse: wantsIdentity ? (decision.userIdentityResponse ?? null) : null,
        },
      },
    });
    options.observer?.associated?.(info);
    settle();
  }

  function requestsWith(roles: readonly RoleSelection[]): PeerRequests {
    const accepted = [...contexts.values()];
    const storeContexts = requestorScpContexts(accepted, roles);
    return {
      storeContexts,
      store: (request) => store(association, exchanges, storeContexts, request),
      nEventReport: normalizedRequests(association, exchanges, accepted).nEventReport,
      get open() {
        return association.state === "Sta6" && !releasing;
      },
    };
  }

  /** What we wait for: the peer's answer, nothing, its next request; or there is only its release to answer, or our farewell. */
  function settle(): void {
    idleSince = null;
    if (association.state === "Sta8" && operations.size === 0) association.fire("Evt14");
    else if (association.state !== "Sta6") return;
    else if (exchanges.waiting) association.expect(timeouts.responseMs);
    else if (operations.size > 0) association.expect(null);
    else if (draining) association.abort(new DimseError("aborted", "the server is closing"), 2);
    else {
      idleSince = performance.now();
      association.expect(timeouts.idleMs);
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
    idle: () =>
      !admitted || !info || idleSince === null
        ? null
        : { caller: `${remoteAddress} ${info.callingAeTitle}`, since: idleSince },
    giveWay: () =>
      association.abort(new DimseError("aborted", "idle, and another caller needed its place"), 2),
    get loose() {
      return association.state === "Sta2" || association.state === "Sta13";
    },
  };
}
