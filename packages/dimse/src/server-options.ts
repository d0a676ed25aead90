import type { Limits } from "./association.ts";
import type { DimseError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import type { Decision } from "./negotiation.ts";
import type { AssociateRequest, Rejection } from "./pdu.ts";
import type { AssociationInfo } from "./requests.ts";
import type { Timeouts } from "./timeouts.ts";
import type { PeerTls } from "./tls.ts";

/** An A-ASSOCIATE-RQ and where it came from. */
export interface IncomingRequest extends AssociateRequest {
  remoteAddress: string;
  remotePort: number;
  /** null: no TLS. */
  tls: PeerTls | null;
}

interface Remote {
  remoteAddress: string;
  remotePort: number;
}

/** What a log or a counter wants to know. None of it may throw. */
export interface ServerObserver<T> {
  associated?(association: AssociationInfo<T>): void;
  rejected?(from: Remote & { request: AssociateRequest }, rejection: Rejection): void;
  /** null: released in order. */
  ended?(association: AssociationInfo<T>, error: DimseError | null): void;
  /** A connection that never became an association. */
  failedBefore?(from: Remote, error: DimseError): void;
  /** A handler threw what is no StatusError: a fault, answered with 0110H. */
  failed?(association: AssociationInfo<T> | undefined, operation: string, error: unknown): void;
}

export interface DimseServerOptions<T> {
  /** Which called AE titles are ours. */
  acceptsCalled(title: string): boolean;
  /** Accepts contexts or rejects; see `answerContexts`. Titles are valid and the called one is ours when this is asked. */
  decide(request: IncomingRequest): Promise<Decision<T>> | Decision<T>;
  handlers: Handlers<T>;
  implementation: { classUid: string; versionName: string };
  /** Associations at one time; for one more an idle one is ended (`yieldMs`), or it is rejected for now (local limit exceeded). */
  maxAssociations: number;
  timeouts?: Partial<Timeouts>;
  limits?: Partial<Limits>;
  observer?: ServerObserver<T>;
}
