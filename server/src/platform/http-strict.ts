import { NoQuery } from "@isocenter/contract";
import type { App } from "./http.ts";
import { Refusal } from "./refusal.ts";

/**
 * What a route does not name it does not take: query parameters of routes without any, and members of bodies where none is read, are a
 * 400 that names them; a body with a Content-Encoding is a 415. Answers are kept by nobody on their way. Before the routes of the API are registered, in their scope.
 */
export function refuseUnknown(app: App): void {
  app.addHook("onRoute", (route) => {
    if (!route.schema?.querystring) route.schema = { ...route.schema, querystring: NoQuery };
  });
  // Encoded bodies are read by nobody here; what reads its body itself says so itself.
  app.addHook("preParsing", async (request, reply, payload) => {
    const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
    if (encoding === "identity" || encoding === "") return payload;
    reply.header("accept-encoding", "identity");
    throw new Refusal("unsupported-type", "body.encoding", "Send the body without a Content-Encoding.");
  });
  app.addHook("onSend", async (_request, reply, payload) => {
    // Records of patients stay in no cache, and on no disk, unless the route knows better.
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "private, no-store");
    return payload;
  });
  app.addHook("preValidation", async (request) => {
    const { body } = request;
    if (request.routeOptions.schema?.body !== undefined || typeof body !== "object" || body === null) return;
    const names = Array.isArray(body) ? ["[0]"] : Object.keys(body);
    if (names.length === 0) return;
    const errors = names
      .slice(0, 50)
      .map((name) => ({ path: `body.${name}`, message: "This member is not known here." }));
    throw new Refusal("invalid", "validation", `${errors[0]?.path}: This member is not known here.`, {
      errors,
    });
  });
}
