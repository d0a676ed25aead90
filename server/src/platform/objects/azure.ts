import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { BlobSASPermissions, generateBlobSASQueryParameters, SASProtocol } from "@azure/storage-blob";
import type { Clock } from "../clock.ts";
import type { AzureSettings } from "../config/config.ts";
import { createAzurePut } from "./azure-put.ts";
import {
  attempt,
  codeOfFailure,
  openContainer,
  statusOfFailure,
  storeUnavailable,
} from "./azure-requests.ts";
import { type ByteRange, checkKey, lostAndFound, type ObjectStore } from "./objects.ts";
import { askedOnce, askObject, attachment, type RemoteBody, remoteObjects } from "./remote.ts";
import { checkRefusal, defaultPatience, type StorePatience } from "./requests.ts";
import { createSpool } from "./spool.ts";

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

  const blobOf = (key: string) => container.getBlockBlobClient(key);
  const ask = askObject(attempt, patience, isMissing);

  const size = (key: string): Promise<number> =>
    ask("GetBlobProperties", key, async ({ signal }) => {
      const found = await blobOf(key).getProperties({ abortSignal: signal });
      return found.contentLength ?? 0;
    });

  async function download(
    key: string,
    range: ByteRange | undefined,
    abortSignal: AbortSignal,
  ): Promise<RemoteBody | null> {
    const start = range?.start ?? 0;
    const count = range?.end === undefined ? undefined : range.end - start;
    const whole = start === 0 && count === undefined;
    try {
      const found = await blobOf(key).download(start, count, { abortSignal, maxRetryRequests: 0 });
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
      blobOf(key).delete({ abortSignal: signal }),
    ).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  /** Copies inside the store, which answers at once or goes on by itself. */
  async function copy(from: string, to: string): Promise<void> {
    const target = blobOf(to);
    await ask("CopyBlob", from, async ({ signal }) => {
      await target.beginCopyFromURL(blobOf(from).url, { abortSignal: signal });
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
    ...remoteObjects({
      getting: "GetBlob",
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
    }),
    put,
    async signedUrl(key, { expiresInSeconds, filename, contentType }) {
      checkKey(key);
      if (credential === null) return null;
      const { url } = blobOf(key);
      const shown = withPublicEndpoint(url, container.url, settings.publicEndpoint);
      const signature = generateBlobSASQueryParameters(
        {
          containerName: container.containerName,
          blobName: key,
          permissions: BlobSASPermissions.parse("r"),
          expiresOn: new Date(clock.now().getTime() + expiresInSeconds * 1000),
          protocol: shown.startsWith("https:") ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
          contentType,
          contentDisposition: attachment(filename),
          cacheControl: "private, no-store",
        },
        credential,
      );
      return `${shown}?${signature}`;
    },
    async moveToLostAndFound(key) {
      // The time of the copy starts the 30 days.
      await copy(key, `${lostAndFound}/${key}`);
      await remove(key);
    },
    async check() {
      await spool.prepare();
      await checkContainer();
    },
  };

  /** Makes the container where it is missing at the start; one that vanishes later is a fault for a person to look at. */
  async function checkContainer(): Promise<void> {
    try {
      await attempt(
        "GetContainerProperties",
        { patience: askedOnce(patience), passOn: () => true },
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

/** The blob's address as browsers reach it: the signature names account, container and blob, not the host. */
function withPublicEndpoint(url: string, containerUrl: string, publicEndpoint: string | null): string {
  if (publicEndpoint === null) return url;
  const container = containerUrl.slice(containerUrl.lastIndexOf("/"));
  return `${publicEndpoint}${container}${url.slice(containerUrl.length)}`;
}

const isMissing = (error: unknown): boolean =>
  statusOfFailure(error) === 404 && codeOfFailure(error) !== "ContainerNotFound";
