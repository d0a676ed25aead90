import type { PresentationContext } from "./negotiation.ts";
import type { EventReportRequest, NormalizedResult } from "./normalized-scu.ts";
import type { UserIdentity } from "./pdu.ts";
import type { OperationResult } from "./status.ts";
import type { StoreRequest } from "./store-scu.ts";
import type { PeerTls } from "./tls.ts";

/** Who is at the other end. */
export interface AssociationInfo<T> {
  /** Counts up, for logs. */
  readonly id: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** null: no TLS. */
  readonly tls: PeerTls | null;
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
  readonly userIdentity: UserIdentity | null;
  readonly contexts: ReadonlyMap<number, PresentationContext>;
  /** What we may ask of it on its association. */
  readonly requests: PeerRequests;
  /** What `decide` attached. */
  readonly data: T;
}

/** Requests to the peer on an association that it asked for. They throw as those of a client do. */
export interface PeerRequests {
  /** The contexts on which it is SCP of storage, as role selection has it (PS3.7 D.3.3.4): what a C-GET can be served on. */
  readonly storeContexts: readonly PresentationContext[];
  /** A sub-operation of C-GET (PS3.7 §9.1.3). */
  store(request: StoreRequest): Promise<OperationResult>;
  /** N-EVENT-REPORT (PS3.7 §10.1.1), also when no operation is under way any more. */
  nEventReport(request: EventReportRequest): Promise<NormalizedResult>;
  /** False when the association has ended, or is about to. */
  readonly open: boolean;
}
