import type { FastifyReply, FastifyRequest } from "fastify";
import { withinScope } from "../database/database.ts";
import { fingerprintOf, type Idempotency, type KeptAnswer, type Reservation } from "../idempotency.ts";
import { Refusal } from "../refusal.ts";
import type { App } from "./app.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /**
     * Takes `Idempotency-Key`: the same key with the same body does it once and gives the first answer again. The route's effect goes through
     * `transact`, its body is JSON, and its answer holds no secret. The first transaction of the handler counts as the effect.
     */
    idempotent?: true;
  }
  interface FastifyRequest {
    /** The key that this request works under. */
    reservation: Reservation | null;
  }
}

const keptHeaders = ["content-type", "location", "etag", "cache-control"] as const;
/** Printable ASCII without blanks: also a header that came twice, which Node joins by a comma and a blank, is none. */
const saneKey = /^[!-~]{1,255}$/;

const withoutPrefix = (path: string): string => path.replace(/^\/api(?:\/v1)?(?=\/|$)/, "");

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return null;
  if (typeof key === "string" && saneKey.test(key)) return key;
  throw new Refusal(
    "invalid",
    "idempotency.invalid-key",
    "Idempotency-Key must be 1 to 255 printable ASCII characters without blanks, such as a UUID.",
  );
}

function sendAgain(reply: FastifyReply, { status, headers, body }: KeptAnswer): void {
  reply.code(status).headers({ ...headers, "idempotency-replayed": "true" });
  reply.send(body ?? undefined);
}

function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer | null {
  if (payload !== null && payload !== undefined && typeof payload !== "string") return null;
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = reply.getHeader(name);
    if (value !== undefined) headers[name] = String(value);
  }
  return { status: reply.statusCode, headers, body: payload ?? null };
}

/** Makes `idempotent: true` in a route's configuration work; before the routes are registered. */
export function installIdempotency(app: App, idempotency: Idempotency): void {
  app.decorateRequest("reservation", null);
  app.addHook("onRoute", ({ config, url }) => {
    if (config?.idempotent && config.public)
      throw new Error(`${url}: a route that is public has no viewer whose keys these are`);
  });

  async function reserve(request: FastifyRequest): Promise<Reservation | KeptAnswer | null> {
    const { idempotent } = request.routeOptions.config;
    const key = idempotent ? keyOf(request) : null;
    if (key === null) return null;
    const [path = ""] = request.url.split("?");
    return idempotency.reserve({
      viewer: request.viewer,
      route: `${request.method} ${withoutPrefix(request.routeOptions.url ?? "")}`,
      key,
      fingerprint: fingerprintOf([
        request.method,
        withoutPrefix(path).replace(/\/$/, ""),
        request.query ?? null,
        request.body ?? null,
      ]),
    });
  }

  app.addHook("preHandler", (request, reply, done) => {
    reserve(request).then(
      (found) => {
        if (found === null) return done();
        if (!("mark" in found)) return sendAgain(reply, found);
        request.reservation = found;
        let marked = false;
        withinScope(
          {
            async beforeCommit(tx) {
              // What goes on after the answer is not part of it.
              if (!marked && request.reservation !== null) await found.mark(tx);
            },
            committed() {
              marked = true;
            },
          },
          done,
        );
      },
      (error: Error) => done(error),
    );
  });

  app.addHook("onSend", async (request, reply, payload) => {
    // Routes that were there before have no such member.
    const reservation = request.reservation ?? null;
    if (reservation === null) return payload;
    request.reservation = null;
    await reservation.finish(answerOf(reply, payload)).catch((error: unknown) => {
      // What was done is done and answered; only the repetition of the request will be told that the answer is lost.
      request.log.error({ err: error }, "the answer to a request with a key was not kept");
    });
    return payload;
  });
}
