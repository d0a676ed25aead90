import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import {
  BlobSASPermissions,
  type BlockBlobClient,
  generateBlobSASQueryParameters,
  SASProtocol,
} from "@azure/storage-blob";
import type { Clock } from "./clock.ts";
import type { AzureSettings } from "./config.ts";
import { type ByteRange, checkKey, isEmptyRange, lostAndFound, type ObjectStore } from "./objects.ts";
import { createAzurePut } from "./objects-azure-put.ts";
import {
  attempt,
  codeOfFailure,
  openContainer,
  statusOfFailure,
  storeUnavailable,
} from "./objects-azure-requests.ts";
import { bodyStream } from "./objects-body.ts";
import { checkRefusal, defaultPatience, type StorePatience, type Watch } from "./objects-requests.ts";
import { createSpool } from "./objects-spool.ts";
import { Refusal } from "./refusal.ts";

export interface AzureStoreOptions {
  settings: AzureSettings;
  /** Objects are set aside here before they are sent; its disk is the one whose space counts. */
  spoolFolder: string;
  clock: Clock;
  patience?: Partial<StorePatience>;
  /** An object up to this size is one request; at most 50,000 blocks make a blob. */
  partBytes?: number;
  /** Keys that the store lists in one answer, up to 5000. */
  pageKeys?: number;
}

/** The longest that a question after the store's health takes. */
const checkTimeoutMs = 4000;
/** Between two looks at a copy that is not done at once, and how long it may take in all. */
const copyPollMs = 250;
const copyTimeoutMs = 10 * 60_000;

/** Objects as block blobs in a container of Azure Blob Storage, under their keys as they are. */
export function createAzureStore(options: AzureStoreOptions): ObjectStore {
  const { settings, spoolFolder, clock } = options;
  const patience = { ...defaultPatience, ...options.patience };
  const { container, credential } = openContainer(settings);
  const spool = createSpool(spoolFolder, {
    partBytes: options.partBytes ?? 64 << 20,
    memoryBytes: 1 << 20,
    hash: "md5",
  });
  const put = createAzurePut({ container, spool, patience });
  let containerSeen = false;

  /** Asks about one object; what is not there is a refusal. */
  async function ask<T>(
    what: string,
    key: string,
    run: (blob: BlockBlobClient, watch: Watch) => Promise<T>,
  ): Promise<T> {
    checkKey(key);
    const blob = container.getBlockBlobClient(key);
    try {
      return await attempt(what, { patience, passOn: isMissing }, (watch) => run(blob, watch));
    } catch (error) {
      if (isMissing(error)) throw new Refusal("not-found", "object.not-found", `There is no object ${key}.`);
      throw error;
    }
  }

  const size = (key: string): Promise<number> =>
    ask("GetBlobProperties", key, async (blob, { signal }) => {
      const found = await blob.getProperties({ abortSignal: signal });
      return found.contentLength ?? 0;
    });

  /** The answer to a ranged question, or null where the blob ends before the range. */
  async function answer(blob: BlockBlobClient, range: ByteRange | undefined, abortSignal: AbortSignal) {
    const start = range?.start ?? 0;
    const count = range?.end === undefined ? undefined : range.end - start;
    const whole = start === 0 && count === undefined;
    try {
      const found = await blob.download(start, count, { abortSignal, maxRetryRequests: 0 });
      const { contentLength: length, contentRange, readableStreamBody: body } = found;
      if (length === undefined || !body) throw new Error("the answer has no length");
      if (!whole && !contentRange?.startsWith(`bytes ${start}-`))
        throw new Error("the answer is not the range that was asked for");
      return { body: body as Readable, length, md5: whole ? found.contentMD5 : undefined };
    } catch (error) {
      if (statusOfFailure(error) === 416) return null;
      throw error;
    }
  }

  async function* list(prefix: string, olderThan: Date) {
    let continuationToken: string | undefined;
    do {
      const from = continuationToken;
      const page = await attempt("ListBlobs", { patience }, async ({ signal }) => {
        const pages = container
          .listBlobsFlat({ prefix: prefix === "" ? "" : `${prefix}/`, abortSignal: signal })
          .byPage({
            maxPageSize: options.pageKeys ?? 5000,
            ...(from === undefined ? {} : { continuationToken: from }),
          });
        return (await pages.next()).value;
      });
      for (const { name: key, properties } of page?.segment.blobItems ?? [])
        if (properties.lastModified < olderThan)
          yield { key, size: properties.contentLength ?? 0, modifiedAt: properties.lastModified };
      continuationToken = page?.continuationToken || undefined;
    } while (continuationToken !== undefined);
  }

  /** No error where there is none. */
  async function remove(key: string): Promise<void> {
    await attempt("DeleteBlob", { patience, passOn: isMissing }, ({ signal }) =>
      container.getBlockBlobClient(key).delete({ abortSignal: signal }),
    ).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  /** Copies inside the store, which answers at once or goes on by itself. */
  async function copy(from: string, to: string): Promise<void> {
    const target = container.getBlockBlobClient(to);
    await ask("CopyBlob", from, async (blob, { signal }) => {
      await target.beginCopyFromURL(blob.url, { abortSignal: signal });
    });
    const deadline = performance.now() + copyTimeoutMs;
    for (;;) {
      const { copyStatus } = await attempt("GetBlobProperties", { patience }, ({ signal }) =>
        target.getProperties({ abortSignal: signal }),
      );
      if (copyStatus === "success") return;
      if (copyStatus !== "pending" || performance.now() > deadline)
        throw storeUnavailable("CopyBlob", new Error(`the copy is ${copyStatus ?? "not there"}`));
      await pause(copyPollMs);
    }
  }

  return {
    put,
    size,
    async get(key, range) {
      if (isEmptyRange(range)) {
        await size(key);
        return Readable.from([]);
      }
      const found = await ask("GetBlob", key, (blob, { signal }) => answer(blob, range, signal));
      if (!found) return Readable.from([]);
      return bodyStream(found.body, {
        length: found.length,
        md5: found.md5,
        idleTimeoutMs: patience.idleTimeoutMs,
        unavailable: (error) => storeUnavailable("GetBlob", error),
      });
    },
    async read(key, range) {
      if (isEmptyRange(range)) {
        await size(key);
        return Buffer.alloc(0);
      }
      return ask("GetBlob", key, async (blob, { signal, moved }) => {
        const found = await answer(blob, range, signal);
        return found ? readBody(found, moved) : Buffer.alloc(0);
      });
    },
    async delete(key) {
      checkKey(key);
      await remove(key);
    },
    async signedUrl(key, { expiresInSeconds, filename, contentType }) {
      checkKey(key);
      if (credential === null) return null;
      const { url } = container.getBlockBlobClient(key);
      const shown = withPublicEndpoint(url, container.url, settings.publicEndpoint);
      const signature = generateBlobSASQueryParameters(
        {
          containerName: container.containerName,
          blobName: key,
          permissions: BlobSASPermissions.parse("r"),
          expiresOn: new Date(clock.now().getTime() + expiresInSeconds * 1000),
          protocol: shown.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
          contentType,
          contentDisposition: `attachment; filename="${filename.replace(/[^\w.-]/g, "_")}"`,
          cacheControl: "private, no-store",
        },
        credential,
      );
      return `${shown}?${signature}`;
    },
    async *list(prefix, olderThan) {
      for await (const entry of list(prefix, olderThan))
        if (!entry.key.startsWith(`${lostAndFound}/`)) yield entry;
    },
    async moveToLostAndFound(key) {
      // The time of the copy starts the 30 days.
      await copy(key, `${lostAndFound}/${key}`);
      await remove(key);
    },
    async emptyLostAndFound(before) {
      let deleted = 0;
      for await (const { key } of list(lostAndFound, before)) {
        await remove(key);
        deleted += 1;
      }
      return deleted;
    },
    async freeBytes() {
      await spool.prepare();
      const stats = await fs.statfs(spoolFolder);
      return stats.bavail * stats.bsize;
    },
    async check() {
      await spool.prepare();
      await checkContainer();
    },
  };

  /** Makes the container where it is missing at the start; one that vanishes later is a fault for a person to look at. */
  async function checkContainer(): Promise<void> {
    const once = {
      ...patience,
      attempts: 1,
      idleTimeoutMs: Math.min(patience.idleTimeoutMs, checkTimeoutMs),
    };
    try {
      await attempt(
        "GetContainerProperties",
        { patience: once, passOn: () => true },
        async ({ signal: abortSignal }) => {
          try {
            await container.getProperties({ abortSignal });
          } catch (error) {
            if (containerSeen || statusOfFailure(error) !== 404) throw error;
            await container.createIfNotExists({ abortSignal });
          }
        },
      );
    } catch (error) {
      const place = `Azure container ${container.containerName} at ${new URL(container.url).host}`;
      const hint =
        "is the account key right, does the network rule let this machine in, is this machine's clock right?";
      throw checkRefusal(place, statusOfFailure(error), hint);
    }
    containerSeen = true;
  }
}

async function readBody(
  { body, length, md5 }: { body: Readable; length: number; md5: Uint8Array | undefined },
  moved: () => void,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  body.on("error", () => {});
  for await (const chunk of body) {
    moved();
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== length) throw new Error("fewer bytes came than were announced");
  if (md5 && !createHash("md5").update(bytes).digest().equals(md5))
    throw new Error("the bytes were damaged on their way");
  return bytes;
}

/** The blob's address as browsers reach it: the signature names account, container and blob, not the host. */
function withPublicEndpoint(url: string, containerUrl: string, publicEndpoint: string | null): string {
  if (publicEndpoint === null) return url;
  const container = containerUrl.slice(containerUrl.lastIndexOf("/"));
  return `${publicEndpoint}${container}${url.slice(containerUrl.length)}`;
}

const isMissing = (error: unknown): boolean =>
  statusOfFailure(error) === 404 && codeOfFailure(error) !== "ContainerNotFound";
