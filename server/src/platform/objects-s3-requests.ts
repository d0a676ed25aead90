import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import type { S3Settings } from "./config.ts";
import { Refusal } from "./refusal.ts";

export interface S3Patience {
  connectTimeoutMs: number;
  /** How long a request may stand still, in either direction. */
  idleTimeoutMs: number;
  attempts: number;
  /** Before the second attempt; doubled each time. */
  pauseMs: number;
}

export const defaultPatience: S3Patience = {
  connectTimeoutMs: 5000,
  idleTimeoutMs: 30_000,
  attempts: 4,
  pauseMs: 200,
};

const maxSockets = 256;
const silent = () => {};
/** The library's own words would go to the console; what failed is in the refusal's cause. */
const silentLogger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** A client for one endpoint. It tries once: whoever has the body tries again. */
export function createClient(settings: S3Settings, endpoint: string, patience: S3Patience): S3Client {
  const agent = { keepAlive: true, maxSockets };
  return new S3Client({
    endpoint,
    region: settings.region,
    forcePathStyle: true,
    credentials: { accessKeyId: settings.accessKeyId, secretAccessKey: settings.secretAccessKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 1,
    expectContinueHeader: false,
    logger: silentLogger,
    requestHandler: {
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      connectionTimeout: patience.connectTimeoutMs,
      // Standing still is watched by `Watch`: a reader that takes its time must not end a request.
      requestTimeout: 0,
      socketTimeout: 0,
      logger: silentLogger,
    },
  });
}

/** Ends a request that stands still. */
export interface Watch {
  signal: AbortSignal;
  /** Bytes moved: it does not stand still. */
  moved(): void;
  fail(error: unknown): void;
  /** Which attempt this is, from 1. */
  attempt: number;
}

type Failure = { name?: string; message?: string; code?: string; $metadata?: { httpStatusCode?: number } };

export const statusOfFailure = (error: unknown): number | undefined =>
  (error as Failure | null)?.$metadata?.httpStatusCode;
export const nameOfFailure = (error: unknown): string | undefined => (error as Failure | null)?.name;

/** Answers of status 400 that speak of the way and not of the request: it was broken off, or its bytes were damaged. */
const damaged = new Set(["BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout"]);

/** No status: the network. 501 says that the store will never do it. */
function mayPass(error: unknown): boolean {
  const status = statusOfFailure(error);
  if (status === 400 && damaged.has(nameOfFailure(error) ?? "")) return true;
  return status === undefined || (status >= 500 && status !== 501) || status === 429 || status === 408;
}

/** What went wrong, without what the library hangs on its errors: they may carry the signed request. */
function plainError(what: string, error: unknown): Error {
  const { name, message, code } = error as Failure;
  const status = statusOfFailure(error);
  const words = [name, code, status, status === 403 ? undefined : message].filter(
    (word) => word !== undefined && word !== "" && word !== "Error",
  );
  return new Error(`S3 ${what}: ${[...new Set(words)].join(" ")}`);
}

export function storeUnavailable(what: string, error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const cause = plainError(what, error);
  return mayPass(error)
    ? new Refusal("unavailable", "store.unavailable", "The object store cannot be reached at the moment.", {
        retryAfter: 10,
        cause,
      })
    : new Refusal("unavailable", "store.refused", "The object store refuses what this program asks of it.", {
        retryAfter: 60,
        cause,
      });
}

export interface Attempting {
  patience: S3Patience;
  /** The caller's; its reason is thrown as it is. */
  signal?: AbortSignal | undefined;
  /** Answers of the store that are the caller's business: thrown as they are. */
  passOn?: (error: unknown, attempt: number) => boolean;
}

/**
 * Runs a request, again where it may pass, each time under a watch.
 * @throws Refusal `unavailable` (`store.unavailable`, `store.refused`), the signal's reason, and what `passOn` lets through
 */
export async function attempt<T>(
  what: string,
  { patience, signal, passOn }: Attempting,
  run: (watch: Watch) => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number += 1) {
    signal?.throwIfAborted();
    try {
      return await watched(patience.idleTimeoutMs, signal, number, run);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof Refusal || passOn?.(error, number)) throw error;
      if (!mayPass(error) || number >= patience.attempts) throw storeUnavailable(what, error);
    }
    await pause(patience.pauseMs * 2 ** (number - 1) * (0.75 + Math.random() / 2), undefined, {
      ...(signal ? { signal } : {}),
    });
  }
}

async function watched<T>(
  idleTimeoutMs: number,
  signal: AbortSignal | undefined,
  number: number,
  run: (watch: Watch) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const fail = (error: unknown) => controller.abort(error);
  const timer = setTimeout(() => fail(new Error(`stood still for ${idleTimeoutMs} ms`)), idleTimeoutMs);
  const onAbort = () => fail(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await run({ signal: controller.signal, moved: () => timer.refresh(), fail, attempt: number });
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
