import net, { type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { Counter, Gauge, Histogram } from "prom-client";
import { createGate, type HealthCheck, type Platform, Refusal } from "../../../platform/index.ts";
import type { ReceiveDeps } from "./conclude.ts";
import { type Connection, type ConnectionLimits, serveConnection } from "./connection.ts";
import { receiveMessage, rejectTooLong } from "./receive.ts";

export interface Hl7Listener {
  /** The port it listens on; another than the configured one only where that is 0. */
  readonly port: number;
  /** The port for HL7 by TLS; null: off. */
  readonly tlsPort: number | null;
  readonly check: HealthCheck;
  /** Takes no more, lets the messages at hand be answered within the grace, then closes every connection. */
  close(graceMs?: number): Promise<void>;
}

export interface ListenerLimits extends ConnectionLimits {
  maxConnections: number;
  /** Messages that are acted upon at one time: the rest of the connections of the database is for others. */
  atOnce: number;
  /** Of one address, so that one sender that leaves them open does not keep the others out. */
  maxOfAddress: number;
}

export const usualLimits: ListenerLimits = {
  maxBytes: 4 * 1024 * 1024,
  idleMs: 3_600_000,
  stalledMs: 60_000,
  maxConnections: 100,
  atOnce: 4,
  maxOfAddress: 25,
};
const defaultGraceMs = 10_000;

/** Listens for HL7 messages in MLLP frames on the configured host and port. */
export async function startHl7(
  platform: Platform,
  deps: ReceiveDeps,
  limits: ListenerLimits = usualLimits,
): Promise<Hl7Listener> {
  const { config, log } = platform;
  const measured = measure(platform);
  const gated = createGate({
    atOnce: limits.atOnce,
    // Each connection has one message at hand.
    maxWaiting: limits.maxConnections,
    refusal: () => new Refusal("too-many", "hl7.busy", "Too many HL7 messages wait."),
  });
  const open = new Map<Socket, Connection>();
  let isClosing = false;

  const mayComeIn = ({ remoteAddress }: Socket): boolean => {
    const ofAddress = [...open.keys()].filter((one) => one.remoteAddress === remoteAddress).length;
    return !isClosing && open.size < limits.maxConnections && ofAddress < limits.maxOfAddress;
  };

  function serve(socket: Socket): void {
    if (!mayComeIn(socket)) {
      log.warn({ remoteAddress: socket.remoteAddress }, "an HL7 connection too many was closed");
      socket.on("error", () => {}).destroy();
      return;
    }
    const connection = serveConnection(socket, {
      limits,
      receive: (bytes, source, isWhole) =>
        gated(() =>
          isWhole ? receiveMessage(deps, bytes, source) : rejectTooLong(deps, bytes, source, limits.maxBytes),
        ),
      observe: measured.message,
      onFault: (error) =>
        log.error({ err: error, remoteAddress: socket.remoteAddress }, "an HL7 message was not answered"),
    });
    open.set(socket, connection);
    measured.connections.set(open.size);
    void connection.ended.then(() => {
      open.delete(socket);
      measured.connections.set(open.size);
    });
  }

  const plain = net.createServer(serve);
  const port = await listen(plain, config.host, config.hl7Port);
  const secured = await listenByTls(platform, serve).catch(async (error: unknown) => {
    await closed(plain);
    throw error;
  });
  log.info({ port, tlsPort: secured?.port }, "listening for HL7 messages");
  return {
    port,
    tlsPort: secured?.port ?? null,
    check: {
      name: "hl7",
      essential: false,
      async check() {
        if (isClosing) throw new Error("The HL7 listener is closed.");
        return { status: "ok" };
      },
    },
    async close(graceMs = defaultGraceMs) {
      isClosing = true;
      secured?.unfollow();
      const ended = Promise.all([closed(plain), secured ? closed(secured.server) : null]);
      for (const connection of open.values()) connection.finish();
      const late = new AbortController();
      await Promise.race([ended, sleep(graceMs, undefined, { signal: late.signal }).catch(() => {})]);
      late.abort();
      for (const socket of open.keys()) socket.destroy();
      await ended;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port }, resolve);
  await promise.catch((error: unknown) => {
    throw Object.assign(error as Error, { port });
  });
  server.removeListener("error", reject);
  // An accept that failed; the others go on.
  server.on("error", () => {});
  return (server.address() as AddressInfo).port;
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** With the certificate of HTTPS. A client certificate is asked for and not demanded: what recognizes a system is that its fingerprint was put down. */
async function listenByTls(
  { config, tls: certificate }: Pick<Platform, "config" | "tls">,
  serve: (socket: Socket) => void,
): Promise<{ server: tls.Server; port: number; unfollow(): void } | null> {
  if (config.hl7TlsPort === null || !certificate) return null;
  const { cert, key } = certificate.current();
  const server = tls.createServer(
    {
      cert,
      key,
      minVersion: "TLSv1.2",
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: 10_000,
    },
    serve,
  );
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  const port = await listen(server, config.host, config.hl7TlsPort);
  return { server, port, unfollow: certificate.onRenewed((pair) => server.setSecureContext(pair)) };
}

function measure({ metrics }: Pick<Platform, "metrics">) {
  const connections = new Gauge({
    name: "isocenter_hl7_connections",
    help: "HL7 connections from other systems that are open.",
    registers: [metrics.registry],
  });
  const messages = new Counter({
    name: "isocenter_hl7_received_total",
    help: "HL7 messages that came in, by what came of them.",
    labelNames: ["outcome"],
    registers: [metrics.registry],
  });
  const durations = new Histogram({
    name: "isocenter_hl7_received_seconds",
    help: "From the end of an HL7 message that came in to its answer.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [metrics.registry],
  });
  return {
    connections,
    message(outcome: string, seconds: number) {
      messages.inc({ outcome });
      if (seconds > 0) durations.observe(seconds);
    },
  };
}
