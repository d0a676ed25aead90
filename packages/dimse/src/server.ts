import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, Server as TlsServer } from "node:tls";
import { defaultLimits } from "./association.ts";
import { DimseError } from "./errors.ts";
import { type ServerAssociation, serveAssociation } from "./server-association.ts";
import type { DimseServerOptions } from "./server-options.ts";
import { defaultTimeouts } from "./timeouts.ts";
import { minVersion, type ServerTls } from "./tls.ts";

export interface DimseServer {
  /** Resolves with the port when the server listens there, too; port 0 takes a free one. */
  listen(where: { host: string; port: number; tls?: ServerTls }): Promise<number>;
  /** Another certificate for the connections that come from now on. */
  renewCertificate(pair: { cert: string | Uint8Array; key: string | Uint8Array }): void;
  /** Takes no more, lets what is in flight finish within the grace, then closes every connection. */
  close(how: { graceMs: number }): Promise<void>;
  /** Connections at the moment, associated or not. */
  readonly connections: number;
}

/** Connections that may wait for their association beside those that have one; of more the oldest is closed. */
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
      if (admitted >= options.maxAssociations) longestIdle()?.giveWay();
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
  const servers = new Set<Server>();
  /** Connections on which TLS is still being negotiated. */
  const early = new Map<string, Socket>();
  const placeOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

  /** Of the caller that leaves most of them lying, the one on which nothing has gone on for longest. */
  function longestIdle(): ServerAssociation | undefined {
    const before = performance.now() - context.timeouts.yieldMs;
    const idle = [...associations].flatMap((association) => {
      const state = association.idle();
      return state && state.since <= before ? [{ association, ...state }] : [];
    });
    const counts = new Map<string, number>();
    for (const { caller } of idle) counts.set(caller, (counts.get(caller) ?? 0) + 1);
    const [first] = idle.sort((a, b) => counts.get(b.caller)! - counts.get(a.caller)! || a.since - b.since);
    return first?.association;
  }

  function serve(socket: Socket): void {
    if (closing) {
      socket.destroy();
      return;
    }
    if (associations.size >= options.maxAssociations + spareConnections) {
      // In the order in which they came: who means it says so at once.
      const oldest = [...associations].find(({ loose }) => loose);
      if (oldest) {
        associations.delete(oldest);
        oldest.destroy();
      } else {
        socket.destroy();
        return;
      }
    }
    const association = serveAssociation(socket, context);
    associations.add(association);
    association.closed.then(() => associations.delete(association));
  }

  function serverOf(tls: ServerTls | undefined): Server {
    if (!tls) return createServer({ noDelay: true }, serve);
    const { clientCertificate, ca, ...own } = tls;
    const server = createTlsServer(
      {
        ...(own as { cert: string; key: string }),
        ...(ca === undefined ? {} : { ca: ca as string[] }),
        noDelay: true,
        minVersion,
        requestCert: clientCertificate !== undefined,
        rejectUnauthorized: clientCertificate === "require",
        handshakeTimeout: context.timeouts.artimMs,
      },
      (socket) => {
        early.delete(placeOf(socket));
        serve(socket);
      },
    );
    server.on("connection", (socket) => {
      const place = placeOf(socket);
      early.set(place, socket);
      socket.once("close", () => early.delete(place));
    });
    server.on("tlsClientError", (error, socket) => {
      const { remoteAddress = "", remotePort = 0 } = socket;
      options.observer?.failedBefore?.(
        { remoteAddress, remotePort },
        new DimseError("connection-failed", `TLS: ${error.message}`, { cause: error }),
      );
    });
    return server;
  }

  return {
    listen: ({ host, port, tls }) =>
      new Promise((resolve, reject) => {
        const server = serverOf(tls);
        // Such as no more file descriptors: the connection is lost, the server is not.
        server.on("error", (error) => options.observer?.failed?.(undefined, "listen", error));
        server.maxConnections = options.maxAssociations + 2 * spareConnections;
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          servers.add(server);
          const address = server.address();
          resolve(typeof address === "object" && address !== null ? address.port : port);
        });
      }),
    renewCertificate({ cert, key }) {
      for (const server of servers)
        if (server instanceof TlsServer)
          server.setSecureContext({ cert: cert as string, key: key as string, minVersion });
    },
    async close({ graceMs }) {
      closing = true;
      const stopped = [...servers].map(
        (server) => new Promise<void>((resolve) => server.close(() => resolve())),
      );
      for (const socket of early.values()) socket.destroy();
      for (const association of associations) association.drain();
      const grace = setTimeout(() => {
        for (const association of associations) association.destroy();
      }, graceMs);
      await Promise.all([...associations].map((association) => association.closed));
      clearTimeout(grace);
      await Promise.all(stopped);
    },
    get connections() {
      return associations.size;
    },
  };
}
