/**
 * What each DIMSE service does with our modules: C-ECHO, C-STORE into the archive, C-FIND, C-MOVE and C-GET of the Patient Root and
 * Study Root models, the modality worklist, N-CREATE, N-SET and N-GET of performed steps.
 *
 * Owns no tables. Keeps: a caller comes in as what `peers` says it is, and does what its permissions say; success of a C-STORE is told when
 * the object is durable; a refusal has its status in one table.
 */
import { implementationClassUid, implementationVersionName } from "@isocenter/dicom";
import {
  answerContexts,
  createDimseServer,
  type Decision,
  type DimseServer,
  type IncomingRequest,
  readUserIdentity,
  rejections,
  type ServerObserver,
  Status,
  type UserIdentity,
} from "@isocenter/dimse";
import { Counter, Gauge } from "prom-client";
import { type Archive, supportedKeys } from "../../modules/archive/index.ts";
import type { ModalityWorklist, PerformedSteps } from "../../modules/orders/index.ts";
import type { Peers } from "../../modules/peers/index.ts";
import type { HealthCheck, Platform } from "../../platform/index.ts";
import type { Caller } from "./caller.ts";
import { type CommitmentDeps, commitmentHandlers, commitmentOffer } from "./commitment.ts";
import { findHandler } from "./find.ts";
import { chooseFor, grantRoles, negotiateQueries, scpRolesAsked } from "./offers.ts";
import { performedStepHandlers, performedStepStatusOf } from "./performed-steps.ts";
import { retrieveHandlers } from "./retrieve.ts";
import type { SenderDeps } from "./send-instances.ts";
import { storeHandler } from "./store.ts";
import { byModel, worklistHandler } from "./worklist.ts";

export {
  type AskedKeys,
  askedLevels,
  askedModels,
  findAt,
  modelOf,
  type RetrieveProgress,
  type RetrieveQuestion,
  retrieveFrom,
  retrieveModelOf,
} from "./ask.ts";
export { getContexts, getRoles } from "./get-contexts.ts";
export { offerFor, queryModels, retrieveModels, storageTransferSyntaxes, worklistModel } from "./offers.ts";

export { dimseRoutes } from "./routes.ts";
export { createSending, type Sending } from "./sending.ts";
export { statusOfRefusal } from "./statuses.ts";
export { performedStepStatusOf };

export interface DimseListener {
  /** The port it listens on; another than the configured one only where that is 0. */
  readonly port: number;
  /** The port for DICOM by TLS; null: off. */
  readonly tlsPort: number | null;
  readonly check: HealthCheck;
  /** Takes no more, lets what is in flight finish within the grace, then closes every connection. */
  close(graceMs?: number): Promise<void>;
}

/** At one time; one more is rejected for now. */
export const maxAssociations = 100;
/** A request for commitment names each of some thousand instances. */
const maxIdentifierBytes = 4 * 1024 * 1024;
const defaultGraceMs = 10_000;

/** Listens for associations on the configured host and DICOM port. */
export async function startDimse(deps: {
  platform: Platform;
  archive: Pick<Archive, "ingest" | "find" | "locateEach" | "openDataSet" | "readObject">;
  rendering: SenderDeps["rendering"];
  peers: Peers;
  /** Left out: Storage Commitment is not offered. */
  commitment?: CommitmentDeps;
  /** Left out: the modality worklist answers that it cannot be asked. */
  modalityWorklist?: ModalityWorklist;
  /** Left out: performed steps are answered with 0211H. */
  performedSteps?: PerformedSteps;
}): Promise<DimseListener> {
  const { platform, archive, rendering, peers, commitment, modalityWorklist, performedSteps } = deps;
  const { config, log } = platform;
  let listening = true;
  const server = createDimseServer<Caller>({
    // Whose title is called is decided together with who calls.
    acceptsCalled: () => true,
    decide: (request) => decide(request, peers, config.aeTitle, commitment !== undefined),
    handlers: {
      echo: () => ({ status: Status.Success }),
      store: storeHandler(archive),
      find: byModel(
        findHandler(archive, supportedKeys, config.aeTitle),
        modalityWorklist && worklistHandler(modalityWorklist),
      ),
      ...retrieveHandlers({
        platform,
        archive,
        peers,
        sender: { aeTitle: config.aeTitle, archive, rendering },
      }),
      ...(commitment ? commitmentHandlers(commitment) : {}),
      ...(performedSteps ? performedStepHandlers(performedSteps) : {}),
    },
    implementation: { classUid: implementationClassUid, versionName: implementationVersionName },
    maxAssociations,
    limits: { maxIdentifierBytes },
    observer: observe(platform),
  });
  const port = await server.listen({ host: config.host, port: config.dicomPort });
  const secured = await listenByTls(server, platform);
  log.info({ port, tlsPort: secured?.port, aeTitle: config.aeTitle }, "listening for DICOM associations");
  return {
    port,
    tlsPort: secured?.port ?? null,
    check: {
      name: "dimse",
      essential: false,
      async check() {
        if (!listening) throw new Error("The DIMSE listener is closed.");
        return { status: "ok" };
      },
    },
    async close(graceMs = defaultGraceMs) {
      listening = false;
      secured?.unfollow();
      await server.close({ graceMs });
    },
  };
}

/**
 * DICOM by TLS (PS3.15 B, the BCP 195 profile), with the certificate of HTTPS. A client certificate is asked for and not demanded, trusted or not: what
 * recognizes a caller is that its fingerprint was put down for its title.
 */
async function listenByTls(
  server: DimseServer,
  { config, tls }: Pick<Platform, "config" | "tls">,
): Promise<{ port: number; unfollow(): void } | null> {
  if (config.dicomTlsPort === null || !tls) return null;
  const { cert, key } = tls.current();
  const where = { host: config.host, port: config.dicomTlsPort };
  const port = await server.listen({ ...where, tls: { cert, key, clientCertificate: "request" } });
  return { port, unfollow: tls.onRenewed((pair) => server.renewCertificate(pair)) };
}

/** A guest from this machine may call us by any title, so that the first try works; everyone else by ours. */
async function decide(
  request: IncomingRequest,
  peers: Peers,
  aeTitle: string,
  commits: boolean,
): Promise<Decision<Caller>> {
  const caller = {
    callingAeTitle: request.callingAeTitle,
    calledAeTitle: request.calledAeTitle,
    remoteAddress: request.remoteAddress,
    tls: request.tls !== null,
    certificateSha256: request.tls?.certificate?.sha256 ?? null,
    implementation: request.user.implementationVersionName || request.user.implementationClassUid,
  };
  const peer = await peers.recognize(caller);
  if (!peer) return { accept: false, rejection: rejections.callingAeTitleNotRecognized };
  if (peer.known && request.calledAeTitle !== aeTitle) {
    await peers.knock(caller, "OTHER_CALLED_TITLE");
    return { accept: false, rejection: rejections.calledAeTitleNotRecognized };
  }
  const { answers, extensions } = negotiateQueries(request);
  const others = chooseFor(peer.permissions, scpRolesAsked(request));
  return {
    accept: true,
    contexts: answerContexts(request, commits ? commitmentOffer(peer, others) : others),
    roles: grantRoles(request, peer.permissions),
    extendedNegotiations: answers,
    ...acceptedIdentity(request),
    data: { peer, queries: extensions },
  };
}

/**
 * User identity (PS3.7 D.3.3.7) lets nobody in and keeps nobody out: who a caller is, its title and its address or certificate say. A user name is taken
 * down in the log, and accepted where that is asked; a passcode, ticket or token is not looked at, so nothing is said of it.
 */
function acceptedIdentity({ user }: IncomingRequest): { userIdentityResponse?: Uint8Array } {
  const identity = user.userIdentity && readUserIdentity(user.userIdentity);
  return identity?.kind === "user-name" ? { userIdentityResponse: new Uint8Array() } : {};
}

function userNameOf(userIdentity: UserIdentity | null): string | undefined {
  const identity = userIdentity && readUserIdentity(userIdentity);
  return identity && "userName" in identity ? identity.userName.slice(0, 64) : undefined;
}

/** Log and metrics: titles, addresses and outcomes, nothing of patients. */
function observe({ log, metrics }: Platform): ServerObserver<Caller> {
  const open = new Gauge({
    name: "isocenter_dimse_associations",
    help: "DICOM associations that are open.",
    registers: [metrics.registry],
  });
  const ended = new Counter({
    name: "isocenter_dimse_associations_total",
    help: "DICOM associations by how they ended.",
    labelNames: ["outcome"],
    registers: [metrics.registry],
  });
  return {
    associated({ id, callingAeTitle, remoteAddress, contexts, data, tls, userIdentity }) {
      open.inc();
      const peer = { association: id, callingAeTitle, remoteAddress, known: data.peer.known };
      log.info(
        {
          ...peer,
          contexts: contexts.size,
          tls: tls?.protocol,
          userName: userNameOf(userIdentity),
          requestId: data.peer.viewer.requestId,
        },
        "association opened",
      );
    },
    rejected({ remoteAddress, request }, rejection) {
      ended.inc({ outcome: "rejected" });
      const { callingAeTitle, calledAeTitle } = request;
      log.warn({ callingAeTitle, calledAeTitle, remoteAddress, rejection }, "association rejected");
    },
    ended({ id, callingAeTitle, remoteAddress }, error) {
      open.dec();
      ended.inc({ outcome: error?.code ?? "released" });
      const peer = { association: id, callingAeTitle, remoteAddress };
      if (error) log.warn({ ...peer, outcome: error.code, reason: error.message }, "association ended early");
      else log.info(peer, "association released");
    },
    failedBefore({ remoteAddress }, error) {
      ended.inc({ outcome: error.code });
      log.warn({ remoteAddress, reason: error.message }, "no association came of a connection");
    },
    failed(association, operation, error) {
      const requestId = association?.data.peer.viewer.requestId;
      log.error(
        { err: error, operation, callingAeTitle: association?.callingAeTitle, requestId },
        "operation failed",
      );
    },
  };
}
