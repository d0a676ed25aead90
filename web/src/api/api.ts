import createClient from "openapi-fetch";
import { errorOf } from "./problem.ts";
import type { components, paths } from "./schema.generated.ts";

/** The schemas of the API by name; generated, as the paths are, from its OpenAPI document. */
export type Schemas = components["schemas"];

export type Api = ReturnType<typeof createApi>;

/** A request as one that can be sent twice: its body is read, for the session sends again with a new token. */
async function sendable(request: Request): Promise<RequestInit> {
  const { method, headers, signal } = request;
  if (method === "GET" || method === "HEAD") return { method, headers, signal };
  const body = await request.blob();
  return { method, headers, signal, ...(body.size > 0 ? { body } : {}) };
}

/**
 * The generated client. Its calls reject with an ApiError unless the answer is a success.
 * @param fetchAuthorized of the session
 * @param baseUrl where the API is; "" for the server of this page
 */
export function createApi(
  fetchAuthorized: (input: string, init?: RequestInit) => Promise<Response>,
  baseUrl = "",
) {
  const client = createClient<paths>({
    baseUrl,
    headers: { accept: "application/json" },
    fetch: async (request) => fetchAuthorized(request.url, await sendable(request)),
  });
  client.use({
    async onResponse({ response }) {
      if (!response.ok) throw await errorOf(response);
    },
  });
  return client;
}

/** What a call answers as JSON, where the operation could also answer text such as CSV; refusals have been thrown before. */
export async function answerOf<T>(call: Promise<{ data?: T }>): Promise<Exclude<T, string>> {
  return (await call).data as Exclude<T, string>;
}
