import type { Readable } from "node:stream";
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
import type { Clock } from "../clock.ts";
import type { S3Settings } from "../config/config.ts";
import { type ByteRange, checkKey, lostAndFound, type ObjectStore } from "./objects.ts";
import { askedOnce, askObject, attachment, type RemoteBody, remoteObjects } from "./remote.ts";
import { checkRefusal, defaultPatience, type StorePatience } from "./requests.ts";
import { abortUploadsBefore, copyInParts, createPut, largestCopyBytes } from "./s3-put.ts";
import { attempt, createClient, nameOfFailure, statusOfFailure, storeUnavailable } from "./s3-requests.ts";
import { createSpool } from "./spool.ts";

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

  const ask = askObject(attempt, patience, isMissing);

  const size = (key: string): Promise<number> =>
    ask("HeadObject", key, async ({ signal }) => {
      const answer = await client.send(new HeadObjectCommand({ Bucket, Key: key }), { abortSignal: signal });
      return answer.ContentLength ?? 0;
    });

  async function download(
    key: string,
    range: ByteRange | undefined,
    abortSignal: AbortSignal,
  ): Promise<RemoteBody | null> {
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

  /** A link is looked at by the store's clock, which may be minutes from ours: its answers say by how much. */
  const timeAtStore = (): Date => new Date(clock.now().getTime() + client.config.systemClockOffset);

  const objects = remoteObjects({
    getting: "GetObject",
    clock,
    patience,
    spool,
    spoolFolder,
    ask,
    size,
    download,
    list,
    remove,
    unavailable: storeUnavailable,
  });

  return {
    ...objects,
    put,
    async signedUrl(key, { expiresInSeconds, filename, contentType }) {
      checkKey(key);
      return getSignedUrl(
        publicClient,
        new GetObjectCommand({
          Bucket,
          Key: key,
          ResponseContentType: contentType,
          ResponseContentDisposition: attachment(filename),
          ResponseCacheControl: "private, no-store",
        }),
        { expiresIn: expiresInSeconds, signingDate: timeAtStore() },
      );
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
      const deleted = await objects.emptyLostAndFound(before);
      await abortUploadsBefore({ client, bucket: Bucket, patience }, before);
      return deleted;
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
    const passOn = () => true;
    const place = `${Bucket} at ${new URL(settings.endpoint).host}`;
    try {
      await attempt(
        "HeadBucket",
        { patience: askedOnce(patience), passOn },
        async ({ signal: abortSignal }) => {
          try {
            await client.send(new HeadBucketCommand({ Bucket }), { abortSignal });
          } catch (error) {
            if (bucketSeen || statusOfFailure(error) !== 404) throw error;
            await client.send(new CreateBucketCommand({ Bucket }), { abortSignal }).catch(alreadyThere);
          }
        },
      );
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
