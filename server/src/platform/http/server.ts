import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { Server as TlsServer } from "node:tls";
import cors from "@fastify/cors";
import Fastify, { type FastifyReply, type FastifyRequest, LogController } from "fastify";
import helmet from "helmet";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Db } from "../database/database.ts";
import type { Deferral, Deferred } from "../deferral.ts";
import { createIdempotency } from "../idempotency.ts";
import type { Metrics } from "../metrics.ts";
import type { ServerCertificate } from "../tls.ts";
import type { App, Routes } from "./app.ts";
import { answerBrokenRequest } from "./broken.ts";
import { inviteWhenRead } from "./continue.ts";
import { installDeferral } from "./deferral.ts";
import { registerOpenApi } from "./document.ts";
import { installIdempotency } from "./idempotency.ts";
import { installJson } from "./json.ts";
import { installMethods, nothingAt } from "./methods.ts";
import { sendProblem } from "./problems.ts";
import { serializers, validators } from "./schemas.ts";
import { refuseUnknown } from "./strict.ts";

/** The API answers under both; the first is the one that is documented. */
export const apiPrefixes = ["/api/v1", "/api"] as const;

const saneRequestId = /^[A-Za-z0-9._-]{8,64}$/;
const requestId = (request: IncomingMessage): string => {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && saneRequestId.test(given) ? given : randomUUID();
};

export interface HttpOptions {
  config: Pick<Config, "trustProxy" | "corsOrigins" | "environment">;
  log: Logger;
  metrics: Metrics;
  /** Left out or null: HTTP without TLS. */
  tls?: ServerCertificate | null;
  /** Sets `request.viewer` and checks the permission that each route names. */
  authentication: (app: App) => void;
  /** Where the keys of requests are kept; left out: routes do not take any. */
  idempotency?: { db: Db; clock: Clock };
  /** What is answered later where the client prefers it; left out: everything is answered at once. */
  deferral?: { deferral: Deferral; answer: (request: FastifyRequest, deferred: Deferred) => object };
  /** Mounted under each prefix of the API. */
  api: readonly Routes[];
  /** Mounted at the root: health, DICOMweb, documentation, the web app. */
  root: readonly Routes[];
}

function observe(app: App, metrics: Metrics): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? "unmatched",
      status: String(reply.statusCode),
    };
    metrics.httpSeconds.observe(labels, reply.elapsedTime / 1000);
    request.log.debug({ ...labels, ms: Math.round(reply.elapsedTime) }, "request");
  });
}

/** The answer to a HEAD has no body: what would have been streamed is closed unread, and the headers stay as they are (RFC 9110 9.3.2). */
function closeUnsentBodies(app: App): void {
  app.addHook("onSend", async (request, _reply, payload) => {
    if (request.method !== "HEAD" || !(payload instanceof Readable)) return payload;
    payload.on("error", () => {}).destroy();
    return Readable.from([]);
  });
}

/**
 * Browsers open connections ahead of need; Node takes one that never asked for busy, and a stop would wait a minute for it, as for one whose
 * answer ends just after the stop began.
 */
function endUnusedConnectionsAtStop(app: App): void {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  // Of a connection with TLS the handshake was read, so what counts is whether a request came.
  const unasked = new Set<Socket>();
  app.server.on("secureConnection", (socket: Socket) => {
    unasked.add(socket);
    socket.once("close", () => unasked.delete(socket));
  });
  app.server.on("request", (request: IncomingMessage) => void unasked.delete(request.socket));
  const answering = new Set<ServerResponse>();
  const endIdle = () => void setImmediate(() => app.server.closeIdleConnections());
  const endWhenAnswered = (_request: IncomingMessage, response: ServerResponse) =>
    void response.once("finish", endIdle);
  app.server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    answering.add(response);
    response.once("close", () => answering.delete(response));
  });
  app.addHook("preClose", async () => {
    for (const socket of [...sockets, ...unasked])
      if (socket.bytesRead === 0 || unasked.has(socket)) socket.destroy();
    // A connection whose answer ends from now on is kept alive by nobody.
    app.server.on("request", endWhenAnswered);
    for (const response of answering) response.once("finish", endIdle);
  });
}

const halfYearSeconds = 180 * 24 * 60 * 60;

/** Browsers that came by HTTPS come by it alone from then on (RFC 6797); on this machine itself other programs may speak HTTP. */
function strictTransport(app: App): void {
  app.addHook("onRequest", async (request, reply) => {
    if (request.protocol === "https" && request.hostname !== "localhost")
      reply.header("strict-transport-security", `max-age=${halfYearSeconds}`);
  });
}

/** Fastify's options for HTTPS, and what takes a renewed certificate into use. */
function https(tls: ServerCertificate | null | undefined) {
  if (!tls) return { options: {}, follow: () => {} };
  const minVersion = "TLSv1.2" as const;
  const { cert, key } = tls.current();
  return {
    options: { https: { cert, key, minVersion } },
    follow(app: App): void {
      const server = app.server as unknown as TlsServer;
      const unfollow = tls.onRenewed((pair) =>
        server.setSecureContext({ cert: pair.cert, key: pair.key, minVersion }),
      );
      app.addHook("onClose", async () => unfollow());
    },
  };
}

async function secure(app: App, options: HttpOptions): Promise<void> {
  // Made once: the plug-in for Fastify makes all headers anew for each request.
  const guard = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // The viewer's decoders are WebAssembly and run in workers made from blobs.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        workerSrc: ["'self'", "blob:"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "blob:", "data:"],
        connectSrc: ["'self'", "blob:", "data:"],
        // Documents and films of the archive, fetched with the person's token.
        frameSrc: ["'self'", "blob:"],
        mediaSrc: ["'self'", "blob:"],
        fontSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    strictTransportSecurity: false,
    crossOriginResourcePolicy: { policy: "cross-origin" },
    referrerPolicy: { policy: "same-origin" },
  });
  app.addHook("onRequest", (request, reply, done) => guard(request.raw, reply.raw, () => done()));
  await app.register(cors, {
    origin: options.config.corsOrigins,
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    exposedHeaders: [
      "x-request-id",
      "etag",
      "location",
      "idempotency-replayed",
      "x-total-count",
      "warning",
      "accept-ranges",
      "content-disposition",
      "content-length",
      "content-location",
      "content-range",
      "retry-after",
    ],
    maxAge: 600,
  });
}

/** A number means so many proxies in front. */
function proxyTrust(
  setting: Config["trustProxy"],
): boolean | string | ((address: string, hop: number) => boolean) {
  return typeof setting === "number" ? (_address, hop) => hop < setting : setting;
}

/** The HTTP server with every route on it, ready to listen. */
export async function createHttpServer(options: HttpOptions): Promise<App> {
  const secured = https(options.tls);
  const app = Fastify({
    ...secured.options,
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: requestId,
    requestIdHeader: false,
    trustProxy: proxyTrust(options.config.trustProxy),
    bodyLimit: 1024 * 1024,
    requestTimeout: 0, // uploads last as long as they make progress; see connectionTimeout
    // Longer than a store that does not answer is asked again and again, so that whoever sent hears of it.
    connectionTimeout: 180_000,
    keepAliveTimeout: 75_000,
    forceCloseConnections: "idle",
    // Before there is a route: a path that is no URL, or what is no HTTP at all.
    frameworkErrors: (error, request, reply) =>
      void sendProblem(request as FastifyRequest, reply as FastifyReply, error),
    clientErrorHandler: answerBrokenRequest,
    // A list of frame numbers is one parameter.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 4096 },
  }) as unknown as App;
  app.setValidatorCompiler(validators() as never);
  app.setSerializerCompiler(serializers() as never);
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, nothingAt(request)));
  // Texts are JSON here: what says that it is something else is not read as if it were.
  app.removeContentTypeParser("text/plain");
  installJson(app);
  inviteWhenRead(app);
  observe(app, options.metrics);
  closeUnsentBodies(app);
  endUnusedConnectionsAtStop(app);
  strictTransport(app);
  installMethods(app);
  secured.follow(app);
  await secure(app, options);
  await registerOpenApi(app);
  options.authentication(app);
  if (options.deferral) installDeferral(app, options.deferral.deferral, options.deferral.answer);
  if (options.idempotency) installIdempotency(app, createIdempotency(options.idempotency));
  for (const routes of options.root) await app.register(async (scope) => routes(scope as unknown as App));
  for (const prefix of apiPrefixes) {
    await app.register(
      async (scope) => {
        refuseUnknown(scope as unknown as App);
        for (const routes of options.api)
          await scope.register(async (inner) => routes(inner as unknown as App));
      },
      { prefix },
    );
  }
  return app;
}
