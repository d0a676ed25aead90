import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { checkKey, type ObjectStore } from "./objects.ts";
import type { StorePatience, Watch } from "./requests.ts";
import { attempt, statusOfFailure } from "./s3-requests.ts";
import type { ObjectSpool, SpooledObject, SpooledPart } from "./spool.ts";

export interface BucketAccess {
  client: S3Client;
  bucket: string;
  patience: StorePatience;
}

/** What is longer is copied in parts of this size: S3 copies up to 5 GiB in one request, and says nothing while it does. */
export const largestCopyBytes = 256 << 20;
/** A store may put the parts together before it answers. */
const completionPatience = 4;
/** What the object says which put made it: a lost answer is told from a key that is taken. */
const putIdName = "put-id";
const discardTimeoutMs = 5000;

/**
 * `ObjectStore.put`: the bytes are spooled whole, then sent with their length and SHA-256, which the store verifies; what is longer than a
 * part goes in parts and appears when the last one is there. An object whose put failed is taken back as far as the store can be reached;
 * else no row names it, and the sweep finds it.
 */
export function createPut(options: BucketAccess & { spool: ObjectSpool }): ObjectStore["put"] {
  const { spool, ...access } = options;
  // Some stores do not know conditional writes; they are asked first instead.
  const store = { conditional: true };
  return async (key, bytes, { signal } = {}) => {
    checkKey(key);
    const spooled = await spool.take(bytes, signal);
    const putId = randomUUID();
    try {
      if (spooled.parts.length === 1) await putWhole(access, key, spooled, putId, store, signal);
      else await putInParts(access, key, spooled, putId, signal);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EEXIST") await discard(access, key, putId);
      throw error;
    } finally {
      await spooled.close();
    }
    return { key, size: spooled.size };
  };
}

const taken = (key: string): Error =>
  Object.assign(new Error(`EEXIST: there is an object ${key} already`), { code: "EEXIST" });

/** The put that made the object, "" where it does not say, null where there is none. */
async function putIdOf(
  { client, bucket, patience }: BucketAccess,
  key: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const isMissing = (error: unknown) => statusOfFailure(error) === 404;
  try {
    const head = await attempt("HeadObject", { patience, signal, passOn: isMissing }, (watch) =>
      client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: watch.signal }),
    );
    return head.Metadata?.[putIdName] ?? "";
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

type Sendable = PutObjectCommand | UploadPartCommand;

/** Sends a part's bytes under a watch; the signature covers their hash. */
async function sendPart<T>(
  spooled: SpooledObject,
  part: SpooledPart,
  watch: Watch,
  send: (body: Readable | Buffer, hashed: <C extends Sendable>(command: C) => C) => Promise<T>,
): Promise<T> {
  const body = spooled.open(part, watch.moved);
  if (body instanceof Readable) body.on("error", watch.fail);
  try {
    return await send(body, (command) => withHash(command, part.hash.toString("hex")));
  } finally {
    if (body instanceof Readable) body.destroy();
  }
}

function withHash<C extends Sendable>(command: C, sha256: string): C {
  (command as PutObjectCommand).middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers["x-amz-content-sha256"] = sha256;
      return next(args);
    },
    { step: "build", name: "contentHash" },
  );
  return command;
}

async function putWhole(
  access: BucketAccess,
  key: string,
  spooled: SpooledObject,
  putId: string,
  store: { conditional: boolean },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { client, bucket, patience } = access;
  const part = spooled.parts[0]!;
  const conditional = store.conditional;
  if (!conditional && (await putIdOf(access, key, signal)) !== null) throw taken(key);
  const passOn = (error: unknown) => conditional && [409, 412, 501].includes(statusOfFailure(error) ?? 0);
  try {
    await attempt("PutObject", { patience, signal, passOn }, (watch) =>
      sendPart(spooled, part, watch, (Body, hashed) => {
        const command = new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body,
          ContentLength: spooled.size,
          Metadata: { [putIdName]: putId },
          ...(conditional ? { IfNoneMatch: "*" } : {}),
        });
        return client.send(hashed(command), { abortSignal: watch.signal });
      }),
    );
  } catch (error) {
    const status = statusOfFailure(error);
    if (status === 501) {
      store.conditional = false;
      return putWhole(access, key, spooled, putId, store, signal);
    }
    if (status !== 412 && status !== 409) throw error;
    // The answer to an attempt of ours may have been lost.
    if ((await putIdOf(access, key, signal)) !== putId) throw taken(key);
  }
}

/** Runs an upload in parts and leaves no part behind where it fails. */
async function inParts(
  { client, bucket, patience }: BucketAccess,
  key: string,
  signal: AbortSignal | undefined,
  metadata: Record<string, string>,
  sendAll: (uploadId: string) => Promise<CompletedPart[]>,
): Promise<void> {
  const place = { Bucket: bucket, Key: key };
  const { UploadId: uploadId } = await attempt("CreateMultipartUpload", { patience, signal }, (watch) =>
    client.send(new CreateMultipartUploadCommand({ ...place, Metadata: metadata }), {
      abortSignal: watch.signal,
    }),
  );
  if (uploadId === undefined) throw new Error("the store gave an upload no name");
  const upload = { ...place, UploadId: uploadId };
  try {
    const parts = await sendAll(uploadId);
    const longer = { ...patience, idleTimeoutMs: patience.idleTimeoutMs * completionPatience };
    await attempt("CompleteMultipartUpload", { patience: longer, signal }, (watch) =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }), {
        abortSignal: watch.signal,
      }),
    );
  } catch (error) {
    await briefly((abortSignal) => client.send(new AbortMultipartUploadCommand(upload), { abortSignal }));
    throw error;
  }
}

async function putInParts(
  access: BucketAccess,
  key: string,
  spooled: SpooledObject,
  putId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { client, bucket, patience } = access;
  if ((await putIdOf(access, key, signal)) !== null) throw taken(key);
  await inParts(access, key, signal, { [putIdName]: putId }, async (uploadId) => {
    const done: CompletedPart[] = [];
    for (const [index, part] of spooled.parts.entries()) {
      const { ETag } = await attempt("UploadPart", { patience, signal }, (watch) =>
        sendPart(spooled, part, watch, (Body, hashed) => {
          const command = new UploadPartCommand({
            Bucket: bucket,
            Key: key,
            UploadId: uploadId,
            PartNumber: index + 1,
            Body,
            ContentLength: part.end - part.start,
          });
          return client.send(hashed(command), { abortSignal: watch.signal });
        }),
      );
      done.push({ PartNumber: index + 1, ETag });
    }
    return done;
  }).catch(async (error: unknown) => {
    // The answer to the completion may have been lost, and a second one finds no upload.
    if (!signal?.aborted && (await putIdOf(access, key, signal).catch(() => null)) === putId) return;
    throw error;
  });
}

/** Copies inside the store what is too long for one request. */
export async function copyInParts(
  access: BucketAccess,
  from: string,
  to: string,
  size: number,
): Promise<void> {
  const { client, bucket, patience } = access;
  await inParts(access, to, undefined, {}, async (uploadId) => {
    const done: CompletedPart[] = [];
    for (let start = 0; start < size; start += largestCopyBytes) {
      const number = done.length + 1;
      const last = Math.min(start + largestCopyBytes, size) - 1;
      const { CopyPartResult } = await attempt("UploadPartCopy", { patience }, (watch) =>
        client.send(
          new UploadPartCopyCommand({
            Bucket: bucket,
            Key: to,
            UploadId: uploadId,
            PartNumber: number,
            CopySource: `${bucket}/${from}`,
            CopySourceRange: `bytes=${start}-${last}`,
          }),
          { abortSignal: watch.signal },
        ),
      );
      done.push({ PartNumber: number, ETag: CopyPartResult?.ETag });
    }
    return done;
  });
}

/** Takes back what a crash left of uploads in parts: the store keeps, and bills, such parts unseen. */
export async function abortUploadsBefore(
  { client, bucket, patience }: BucketAccess,
  before: Date,
): Promise<void> {
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
  while (marker !== null) {
    const from: { KeyMarker?: string; UploadIdMarker?: string } = marker;
    const page = await attempt("ListMultipartUploads", { patience }, ({ signal }) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: bucket, ...from }), { abortSignal: signal }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Initiated === undefined || Initiated >= before) continue;
      const upload = { Bucket: bucket, Key, UploadId };
      await briefly((abortSignal) => client.send(new AbortMultipartUploadCommand(upload), { abortSignal }));
    }
    const { NextKeyMarker: key, NextUploadIdMarker: id } = page;
    marker =
      page.IsTruncated && key !== undefined
        ? { KeyMarker: key, ...(id === undefined ? {} : { UploadIdMarker: id }) }
        : null;
  }
}

/** Takes back what a failed put may have left, if the store can be reached. */
async function discard(access: BucketAccess, key: string, putId: string): Promise<void> {
  const { client, bucket, patience } = access;
  const once = {
    ...patience,
    attempts: 1,
    idleTimeoutMs: Math.min(patience.idleTimeoutMs, discardTimeoutMs),
  };
  const left = await putIdOf({ ...access, patience: once }, key).catch(() => null);
  if (left !== putId) return;
  await briefly((abortSignal) =>
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal }),
  );
}

/** One short try of something that may fail. */
async function briefly(run: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  await run(AbortSignal.timeout(discardTimeoutMs)).catch(() => {});
}
