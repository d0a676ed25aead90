import { createServer } from "node:net";
import { defaultLimits, type Limits } from "./association.ts";
import type { DimseError } from "./errors.ts";
import type { Decision } from "./negotiation.ts";
import type { AssociateRequest, Rejection } from "./pdu.ts";
import { type ServerAssociation, serveAssociation } from "./server-association.ts";
import type { AssociationInfo, Handlers } from "./services.ts";
import { defaultTimeouts, type Timeouts } from "./timeouts.ts";

/** An A-ASSOCIATE-RQ and where it came from. */
export interface IncomingRequest extends AssociateRequest {
  remoteAddress: string;
  remotePort: number;
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
  /** Associations at one time; one more is rejected for now (local limit exceeded). */
  maxAssociations: number;
  timeouts?: Partial<Timeouts>;
  limits?: Partial<Limits>;
  observer?: ServerObserver<T>;
}

export interface DimseServer {
  /** Resolves with the port when the server listens; port 0 takes a free one. */
  listen(where: { host: string; port: number }): Promise<number>;
  /** Takes no more, lets what is in flight finish within the grace, then closes every connection. */
  close(how: { graceMs: number }): Promise<void>;
  /** Connections at the moment, associated or not. */
  readonly connections: number;
}

/** Connections that may wait for their association beside those that have one; more are closed unheard. */
const spareConnections = 64;

/** A DICOM upper layer acceptor with DIMSE services on it. */
export function createDimseServer<T>(options: DimseServerOptions<T>): DimseServer {
  const associations = new Set<ServerAssociation>();
  let admitted = 0;
  let lastId = 0;
  let closing = false;
  const context = {
    options,
    limits: { ...defaultLimits, ...options.limits },
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    admit(): boolean {
      if (admitted >= options.maxAssociations) return false;
      admitted += 1;
      return true;
    },
    leave(): void {
      admitted -= 1;
    },
    nextId(): number {
      lastId += 1;
      return lastId;
    },
  };
  const server = createServer({ noDelay: true }, (socket) => {
    if (closing) {
      socket.destroy();
      return;
    }
    const association = serveAssociation(socket, context);
    associations.add(association);
    association.closed.then(() => associations.delete(association));
  });
  // Such as no more file descriptors: the connection is lost, the server is not.
  server.on("error", (error) => options.observer?.failed?.(undefined, "listen", error));
  server.maxConnections = options.maxAssociations + spareConnections;

  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          const address = server.address();
          resolve(typeof address === "object" && address !== null ? address.port : port);
        });
      }),
    async close({ graceMs }) {
      closing = true;
      const stopped = new Promise<void>((resolve) => {
        if (server.listening) server.close(() => resolve());
        else resolve();
      });
      for (const association of associations) association.drain();
      const grace = setTimeout(() => {
        for (const association of associations) association.destroy();
      }, graceMs);
      await Promise.all([...associations].map((association) => association.closed));
      clearTimeout(grace);
      await stopped;
    },
    get connections() {
      return associations.size;
    },
  };
}
