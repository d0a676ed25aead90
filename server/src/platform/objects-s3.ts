import fs from "node:fs/promises";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Clock } from "./clock.ts";
import type { S3Settings } from "./config.ts";
import { type ByteRange, checkKey, isEmptyRange, lostAndFound, type ObjectStore } from "./objects.ts";
import { bodyStream } from "./objects-body.ts";
import { type Attempting, checkRefusal, defaultPatience, type StorePatience } from "./objects-requests.ts";
import { abortUploadsBefore, copyInParts, createPut, largestCopyBytes } from "./objects-s3-put.ts";
import {
  attempt,
  createClient,
  nameOfFailure,
  statusOfFailure,
  storeUnavailable,
} from "./objects-s3-requests.ts";
import { createSpool } from "./objects-spool.ts";
import { Refusal } from "./refusal.ts";

export interface S3StoreOptions {
  settings: S3Settings;
  /** Objects are set aside here before they are sent; its disk is the one whose space counts. */
  spoolFolder: string;
  clock: Clock;
  patience?: Partial<StorePatience>;
  /** From 5 MiB to 5 GiB; an object up to this size is one request. */
  partBytes?: number;
  /** Keys that the store lists in one answer, up to 1000. */
  pageKeys?: number;
}

/** The longest that a question after the store's health takes. */
const checkTimeoutMs = 4000;

/** Objects in a bucket of an S3 store, under their keys as they are. */
export function createS3Store(options: S3StoreOptions): ObjectStore & { close(): void } {
  const { settings, spoolFolder, clock } = options;
  const patience = { ...defaultPatience, ...options.patience };
  const Bucket = settings.bucket;
  const client = createClient(settings, settings.endpoint, patience);
  const publicClient = createClient(settings, settings.publicEndpoint ?? settings.endpoint, patience);
  const spool = createSpool(spoolFolder, {
    partBytes: options.partBytes ?? 64 << 20,
    memoryBytes: 1 << 20,
    hash: "sha256",
  });
  const put = createPut({ client, bucket: Bucket, spool, patience });
  let bucketSeen = false;

  /** Asks about one object; what is not there is a refusal. */
  async function ask<T>(
    what: string,
    key: string,
    run: Parameters<typeof attempt<T>>[2],
    more?: Attempting["passOn"],
  ) {
    checkKey(key);
    try {
      return await attempt(
        what,
        { patience, passOn: (error, number) => isMissing(error) || more?.(error, number) === true },
        run,
      );
    } catch (error) {
      if (isMissing(error)) throw new Refusal("not-found", "object.not-found", `There is no object ${key}.`);
      throw error;
    }
  }

  const size = (key: string): Promise<number> =>
    ask("HeadObject", key, async ({ signal }) => {
      const answer = await client.send(new HeadObjectCommand({ Bucket, Key: key }), { abortSignal: signal });
      return answer.ContentLength ?? 0;
    });

  /** The answer to a ranged question, or null where the object ends before the range. */
  async function answer(key: string, range: ByteRange | undefined, abortSignal: AbortSignal) {
    const start = range?.start ?? 0;
    const asked = start === 0 && range?.end === undefined ? null : `bytes=${start}-${lastByte(range)}`;
    try {
      const { Body, ContentLength, ContentRange } = await client.send(
        new GetObjectCommand({ Bucket, Key: key, ...(asked === null ? {} : { Range: asked }) }),
        { abortSignal },
      );
      if (ContentLength === undefined) throw new Error("the answer has no length");
      if (asked !== null && !ContentRange?.startsWith(`bytes ${start}-`))
        throw new Error("the answer is not the range that was asked for");
      return { body: Body as Readable, length: ContentLength };
    } catch (error) {
      if (statusOfFailure(error) === 416) return null;
      throw error;
    }
  }

  async function* list(prefix: string, olderThan: Date) {
    let token: string | undefined;
    do {
      const from = token;
      const page = await attempt("ListObjectsV2", { patience }, ({ signal }) =>
        client.send(
          new ListObjectsV2Command({
            Bucket,
            MaxKeys: options.pageKeys ?? 1000,
            Prefix: prefix === "" ? "" : `${prefix}/`,
            ...(from === undefined ? {} : { ContinuationToken: from }),
          }),
          { abortSignal: signal },
        ),
      );
      for (const { Key: key, Size, LastModified: modifiedAt } of page.Contents ?? [])
        if (key !== undefined && modifiedAt !== undefined && modifiedAt < olderThan)
          yield { key, size: Size ?? 0, modifiedAt };
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** No error where there is none. */
  async function remove(key: string): Promise<void> {
    await attempt("DeleteObject", { patience, passOn: isMissing }, ({ signal }) =>
      client.send(new DeleteObjectCommand({ Bucket, Key: key }), { abortSignal: signal }),
    ).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  return {
    put,
    size,
    async get(key, range) {
      if (isEmptyRange(range)) {
        await size(key);
        return Readable.from([]);
      }
      const found = await ask("GetObject", key, ({ signal }) => answer(key, range, signal));
      if (!found) return Readable.from([]);
      return bodyStream(found.body, {
        length: found.length,
        idleTimeoutMs: patience.idleTimeoutMs,
        unavailable: (error) => storeUnavailable("GetObject", error),
      });
    },
    async read(key, range) {
      if (isEmptyRange(range)) {
        await size(key);
        return Buffer.alloc(0);
      }
      return ask("GetObject", key, async ({ signal, moved }) => {
        const found = await answer(key, range, signal);
        const chunks: Buffer[] = [];
        if (!found) return Buffer.alloc(0);
        found.body.on("error", () => {});
        for await (const chunk of found.body) {
          moved();
          chunks.push(chunk as Buffer);
        }
        const bytes = Buffer.concat(chunks);
        if (bytes.length !== found.length) throw new Error("fewer bytes came than were announced");
        return bytes;
      });
    },
    async delete(key) {
      checkKey(key);
      await remove(key);
    },
    async signedUrl(key, { expiresInSeconds, filename, contentType }) {
      checkKey(key);
      return getSignedUrl(
        publicClient,
        new GetObjectCommand({
          Bucket,
          Key: key,
          ResponseContentType: contentType,
          ResponseContentDisposition: `attachment; filename="${filename.replace(/[^\w.-]/g, "_")}"`,
          ResponseCacheControl: "private, no-store",
        }),
        { expiresIn: expiresInSeconds, signingDate: clock.now() },
      );
    },
    async *list(prefix, olderThan) {
      for await (const entry of list(prefix, olderThan))
        if (!entry.key.startsWith(`${lostAndFound}/`)) yield entry;
    },
    async moveToLostAndFound(key) {
      const total = await size(key);
      const to = `${lostAndFound}/${key}`;
      // The time of the copy starts the 30 days.
      if (total > largestCopyBytes) await copyInParts({ client, bucket: Bucket, patience }, key, to, total);
      else
        await ask("CopyObject", key, ({ signal }) =>
          client.send(new CopyObjectCommand({ Bucket, Key: to, CopySource: `${Bucket}/${key}` }), {
            abortSignal: signal,
          }),
        );
      await remove(key);
    },
    async emptyLostAndFound(before) {
      let deleted = 0;
      for await (const { key } of list(lostAndFound, before)) {
        await remove(key);
        deleted += 1;
      }
      await abortUploadsBefore({ client, bucket: Bucket, patience }, before);
      return deleted;
    },
    async freeBytes() {
      await spool.prepare();
      const stats = await fs.statfs(spoolFolder);
      return stats.bavail * stats.bsize;
    },
    async check() {
      await spool.prepare();
      await checkBucket();
    },
    close() {
      client.destroy();
      publicClient.destroy();
    },
  };

  /** Makes the bucket where it is missing at the start; one that vanishes later is a fault for a person to look at. */
  async function checkBucket(): Promise<void> {
    const once = {
      ...patience,
      attempts: 1,
      idleTimeoutMs: Math.min(patience.idleTimeoutMs, checkTimeoutMs),
    };
    const passOn = () => true;
    const place = `${Bucket} at ${new URL(settings.endpoint).host}`;
    try {
      await attempt("HeadBucket", { patience: once, passOn }, async ({ signal: abortSignal }) => {
        try {
          await client.send(new HeadBucketCommand({ Bucket }), { abortSignal });
        } catch (error) {
          if (bucketSeen || statusOfFailure(error) !== 404) throw error;
          await client.send(new CreateBucketCommand({ Bucket }), { abortSignal }).catch(alreadyThere);
        }
      });
    } catch (error) {
      const hint = "are the access key and its secret right, and may they use the bucket?";
      throw checkRefusal(`S3 bucket ${place}`, statusOfFailure(error), hint);
    }
    bucketSeen = true;
  }
}

const lastByte = (range: ByteRange | undefined): string =>
  range?.end === undefined ? "" : String(range.end - 1);

const isMissing = (error: unknown): boolean =>
  statusOfFailure(error) === 404 && nameOfFailure(error) !== "NoSuchBucket";

/** Several processes that start at once may all find it missing. */
function alreadyThere(error: unknown): void {
  if (nameOfFailure(error) !== "BucketAlreadyOwnedByYou") throw error;
}
