import type { FastifyRequest, FastifySchema } from "fastify";
import { Refusal } from "../refusal.ts";
import type { App } from "./app.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** The methods that the path answers, in alphabetical order; none where there is nothing. */
    methodsAt(path: string): readonly string[];
  }
}

interface Path {
  /** Of paths as they are sent, with or without a slash at the end. */
  pattern: RegExp;
  /** The same, where what has to be an id is one. */
  fits: RegExp;
  isFixed: boolean;
  methods: Set<string>;
}

const anything = "[^/]+";
const uuid = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";

function pathOfRoute(url: string, schema: FastifySchema | undefined): Path {
  const { properties = {} } = (schema?.params ?? {}) as { properties?: Record<string, { format?: string }> };
  const parts = url.replace(/\/$/, "").split("/");
  const pattern = (wordOf: (name: string) => string) => {
    const words = parts.map((part) =>
      part.startsWith(":") ? wordOf(part.slice(1)) : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
    );
    return new RegExp(`^${words.join("/")}/?$`);
  };
  return {
    pattern: pattern(() => anything),
    fits: pattern((name) => (properties[name]?.format === "uuid" ? uuid : anything)),
    isFixed: !url.includes(":"),
    methods: new Set(),
  };
}

/**
 * Knows which methods each path answers, and says so to `OPTIONS` (RFC 9110 9.3.7); what browsers ask ahead of a request from elsewhere is
 * left to CORS. What is a path by itself, such as `/bills/aging`, is not taken for the id of another route. Before CORS and the routes are registered.
 */
export function installMethods(app: App): void {
  const known = new Map<string, Path>();
  app.addHook("onRoute", ({ url, method, schema }) => {
    // What takes every path says nothing of this one.
    if (url.endsWith("*")) return;
    const entry = known.get(url) ?? pathOfRoute(url, schema);
    known.set(url, entry);
    for (const one of [method].flat()) entry.methods.add(one);
  });
  app.decorate("methodsAt", (path: string) => {
    const methods = new Set<string>();
    const entries = [...known.values()].filter(({ pattern }) => pattern.test(path));
    const isFixed = entries.some((entry) => entry.isFixed);
    for (const entry of entries)
      if (!isFixed || entry.fits.test(path)) for (const method of entry.methods) methods.add(method);
    if (methods.size > 0) methods.add("OPTIONS");
    return [...methods].sort();
  });
  app.addHook("onRequest", async (request) => {
    const url = request.routeOptions.url ?? "";
    const path = pathOf(request);
    if (!url.includes(":") || known.get(url)?.fits.test(path) !== false) return;
    if (known.get(path.replace(/\/$/, ""))?.isFixed) throw nothingAt(request);
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
