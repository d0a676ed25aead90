import { lookup } from "node:dns";
import http, { type ClientRequest, type RequestOptions } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";

export interface Post {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** From the first step to the last byte of the answer that is read. */
  timeoutMs?: number;
  /** Whether an address may be connected to; asked for the very address that is, after the name was resolved. All when left out. */
  mayReach?: (address: string) => boolean;
}

export interface Posted {
  /** Null where no answer came. */
  status: number | null;
  durationMs: number;
  /** How the answer began. */
  answer: string;
  /** Null where it was taken (2xx). In words of ours: never the URL, which may hold a secret. */
  error: string | null;
  /** The request was handed over and no answer came: it may have arrived. */
  unknown: boolean;
}

const longestAnswer = 2048;
const defaultTimeoutMs = 10_000;

class NotAllowed extends Error {}

/** Resolves as Node does, and gives only addresses that may be reached: a name that changes its mind in between gains nothing. */
const guardedLookup =
  (mayReach: (address: string) => boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const allowed = found.filter(({ address }) => mayReach(address));
      const [first] = allowed;
      if (!first) return callback(new NotAllowed(), "");
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

function wordsOf(error: unknown, timeoutMs: number): string {
  if (error instanceof NotAllowed) return "The address of the receiver may not be reached from here.";
  const { code, name } = error as { code?: string; name?: string };
  if (name === "TimeoutError" || code === "ETIMEDOUT")
    return `No answer within ${Math.round(timeoutMs / 1000)} seconds.`;
  return `The receiver was not reached (${/^[A-Z0-9_]{2,64}$/.test(code ?? "") ? code : "error"}).`;
}

/**
 * One POST: no redirects, no proxies, no kept connection; of the answer only the beginning is read. Never throws for what the receiver
 * or the network does.
 */
export async function post({
  url,
  headers,
  body,
  timeoutMs = defaultTimeoutMs,
  mayReach,
}: Post): Promise<Posted> {
  const start = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  const { promise, resolve } = Promise.withResolvers<Posted>();
  let written = false;
  const end = (status: number | null, answer: string, error: string | null, unknown: boolean) =>
    resolve({ status, durationMs: Math.round(performance.now() - start), answer, error, unknown });
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (mayReach && isIP(host) !== 0 && !mayReach(host)) {
    end(null, "", wordsOf(new NotAllowed(), timeoutMs), false);
    return promise;
  }
  const options: RequestOptions = {
    method: "POST",
    agent: false,
    signal,
    headers: {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "user-agent": "Isocenter",
      ...headers,
      connection: "close",
    },
    ...(mayReach ? { lookup: guardedLookup(mayReach) } : {}),
  };
  const request: ClientRequest = (target.protocol === "https:" ? https : http).request(target, options);
  request.on("finish", () => {
    written = true;
  });
  request.on("error", (error) =>
    end(null, "", wordsOf(signal.aborted ? signal.reason : error, timeoutMs), written),
  );
  request.on("response", (response) => {
    const status = response.statusCode ?? 0;
    const chunks: Buffer[] = [];
    let read = 0;
    const answered = () => {
      const taken = status >= 200 && status < 300;
      const answer = Buffer.concat(chunks).subarray(0, longestAnswer).toString("utf8").replaceAll("\0", "");
      const more = status >= 300 && status < 400 ? " Redirects are not followed." : "";
      end(status, answer, taken ? null : `The receiver answered ${status}.${more}`, false);
      response.destroy();
    };
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      read += chunk.length;
      if (read >= longestAnswer) answered();
    });
    response.on("end", answered);
    // The status says what became of it; the rest of the answer is only for people.
    response.on("error", answered);
    response.on("close", answered);
  });
  request.end(body);
  return promise;
}
