import fs from "node:fs";
import { processEnvironment } from "../platform/index.ts";
import { UsageError } from "./command.ts";

/** The options of every command that works through a running server, for `parseArgs`. */
export const serverOptions = {
  url: { type: "string" },
  "key-file": { type: "string" },
} as const;

export const serverHelp = `  --url URL            the server, http://localhost:3006 when left out (or ISOCENTER_URL)
  --key-file FILE      holds the API key; or ISOCENTER_API_KEY. An administrator makes one in the web app
                       under Admin, API keys, or by POST /api/v1/api-keys.
                       It is no argument, because arguments are seen by everyone on the machine.`;

export interface ApiClient {
  readonly url: string;
  /** @throws Error with a sentence where the server does not answer */
  request(path: string, init?: RequestInit & { duplex?: "half" }): Promise<Response>;
}

/** @throws UsageError where there is no key, or the URL is none */
export function apiClient(values: { url?: string | undefined; "key-file"?: string | undefined }): ApiClient {
  const environment = processEnvironment();
  const url = (values.url ?? environment.ISOCENTER_URL ?? "http://localhost:3006").replace(/\/+$/, "");
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new UsageError(`${url} is no URL of a server.`);
  const key = values["key-file"] ? readKey(values["key-file"]) : (environment.ISOCENTER_API_KEY ?? "").trim();
  if (key === "") throw new UsageError(`An API key is needed.\n${serverHelp}`);
  return {
    url,
    async request(path, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${key}`);
      try {
        return await fetch(`${url}/api/v1${path}`, { ...init, headers });
      } catch (error) {
        const cause = (error as { cause?: { code?: string; message?: string } }).cause;
        throw new ServerAway(`${url} does not answer (${cause?.code ?? cause?.message ?? "no connection"}).`);
      }
    },
  };
}

/** The server could not be reached: worth another try. */
export class ServerAway extends Error {
  override readonly name = "ServerAway";
}

function readKey(file: string): string {
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch {
    throw new UsageError(`The API key cannot be read from ${file}.`);
  }
}

/** What a refusing answer says, as one sentence. */
export async function problemOf(response: Response): Promise<{ code: string; detail: string }> {
  const body = (await response.json().catch(() => null)) as { code?: string; detail?: string } | null;
  return {
    code: body?.code ?? String(response.status),
    detail: body?.detail ?? `The server answered ${response.status}.`,
  };
}
