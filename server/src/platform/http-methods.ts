import type { FastifyRequest } from "fastify";
import type { App } from "./http.ts";
import { Refusal } from "./refusal.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** The methods that the path answers, in alphabetical order; none where there is nothing. */
    methodsAt(path: string): readonly string[];
  }
}

/** A route's path as a pattern for paths as they are sent, with or without a slash at the end. */
function patternOf(url: string): RegExp {
  const parts = url.replace(/\/$/, "").split("/");
  const words = parts.map((part) =>
    part.startsWith(":") ? "[^/]+" : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
  );
  return new RegExp(`^${words.join("/")}/?$`);
}

/**
 * Knows which methods each path answers, and says so to `OPTIONS` (RFC 9110 9.3.7); what browsers ask ahead of a request from elsewhere is
 * left to CORS. Before CORS and the routes are registered.
 */
export function installMethods(app: App): void {
  const known = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook("onRoute", ({ url, method }) => {
    // What takes every path says nothing of this one.
    if (url.endsWith("*")) return;
    const entry = known.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    known.set(url, entry);
    for (const one of [method].flat()) entry.methods.add(one);
  });
  app.decorate("methodsAt", (path: string) => {
    const methods = new Set<string>();
    for (const entry of known.values())
      if (entry.pattern.test(path)) for (const method of entry.methods) methods.add(method);
    if (methods.size > 0) methods.add("OPTIONS");
    return [...methods].sort();
  });
  app.addHook("onRequest", async (request, reply) => {
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] !== undefined)
      return;
    const path = pathOf(request);
    const methods = app.methodsAt(path);
    if (methods.length === 0 && path !== "*") throw nothingAt(request);
    return reply
      .code(204)
      .header("allow", path === "*" ? "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT" : methods.join(", "))
      .send();
  });
}

const pathOf = ({ url }: FastifyRequest): string => url.split("?")[0] ?? "";
const longestShown = 200;

/** What a request to a path that does not answer it is told: the methods of the path, or that there is nothing. */
export function nothingAt(request: FastifyRequest): Refusal {
  const path = pathOf(request);
  const shown = path.length > longestShown ? `${path.slice(0, longestShown)}…` : path;
  const methods = request.server.methodsAt(path);
  if (methods.length === 0 || methods.includes(request.method))
    return new Refusal("not-found", "path.not-found", `There is nothing at ${shown}.`);
  const allow = methods.join(", ");
  return new Refusal(
    "wrong-method",
    "method.not-allowed",
    `${shown} answers ${allow}, not ${request.method}.`,
    {
      allow,
    },
  );
}
