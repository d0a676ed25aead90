import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";
import type { S3Settings } from "../config/config.ts";
import { createStoreRequests, type StorePatience, type StoreRequests } from "./requests.ts";

const maxSockets = 256;
const silent = () => {};
/** The library's own words would go to the console; what failed is in the refusal's cause. */
const silentLogger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** A client for one endpoint. It tries once: whoever has the body tries again. */
export function createClient(settings: S3Settings, endpoint: string, patience: StorePatience): S3Client {
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

type Failure = { name?: string; $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean } };

export const statusOfFailure = (error: unknown): number | undefined =>
  (error as Failure | null)?.$metadata?.httpStatusCode;
export const nameOfFailure = (error: unknown): string | undefined => (error as Failure | null)?.name;

/** Answers of status 400 that speak of the way and not of the request. */
const damaged = new Set(["BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout"]);

/** Refused because it was signed by a clock minutes from the store's; the library signs by the store's from now on. */
const isBySetClock = (error: unknown): boolean =>
  (error as Failure | null)?.$metadata?.clockSkewCorrected === true;

const requests = createStoreRequests({
  name: "S3",
  statusOf: statusOfFailure,
  isDamaged: (error) => statusOfFailure(error) === 400 && damaged.has(nameOfFailure(error) ?? ""),
});

export const storeUnavailable: StoreRequests["unavailable"] = requests.unavailable;

/** As `StoreRequests.attempt`; a request that was signed by a wrong clock is sent once more at once. */
export const attempt: StoreRequests["attempt"] = (what, attempting, run) =>
  requests.attempt(what, attempting, (watch) =>
    run(watch).catch((error: unknown) => {
      if (!isBySetClock(error)) throw error;
      return run(watch);
    }),
  );
