import type { FastifyRequest } from "fastify";
import type { Config } from "../config/config.ts";

type Reached = Pick<FastifyRequest, "protocol" | "host" | "headers" | "ips">;

const sanePlace = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
const usualPort: Readonly<Record<string, string>> = { http: "80", https: "443" };

/** The port that a proxy in front says it listens on, where it is one that we trust and its name of the host has none. */
function forwardedPort({ headers, ips, protocol }: Reached): string {
  // More addresses than that of the connection are only known where the connection's own is trusted.
  const port = (ips?.length ?? 0) > 1 ? String(headers["x-forwarded-port"] ?? "").trim() : "";
  return /^\d{1,5}$/.test(port) && port !== usualPort[protocol] ? `:${port}` : "";
}

/**
 * How whoever asks has reached us: scheme, host and port, as a trusted proxy in front of us says (X-Forwarded-Proto, -Host and -Port), else as the request
 * itself does. A host that is none is `localhost`.
 */
export function reachedAt(request: Reached): string {
  const scheme = request.protocol === "https" ? "https" : "http";
  const host = sanePlace.test(request.host) ? request.host : "localhost";
  return `${scheme}://${host}${/:\d+$/.test(host) ? "" : forwardedPort(request)}`;
}

/** Where links to us begin, without a slash at the end: PUBLIC_URL, else how whoever asks has reached us. */
export const originOf = ({ publicUrl }: Pick<Config, "publicUrl">, request: Reached): string =>
  publicUrl ?? reachedAt(request);
