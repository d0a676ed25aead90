import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { attempt, codeOfFailure, statusOfFailure } from "./azure-requests.ts";
import { checkKey, type ObjectStore } from "./objects.ts";
import type { StorePatience, Watch } from "./requests.ts";
import type { ObjectSpool, SpooledObject, SpooledPart } from "./spool.ts";

export interface AzurePutOptions {
  container: ContainerClient;
  spool: ObjectSpool;
  patience: StorePatience;
}

/** What the blob says which put made it: a lost answer is told from a key that is taken. Metadata names have no hyphens. */
const putIdName = "putid";
const discardTimeoutMs = 5000;
const onlyNew = { ifNoneMatch: "*" };

/**
 * `ObjectStore.put`: the bytes are spooled whole, then sent with their length and MD5, which the store verifies; what is longer than a part goes in
 * blocks and appears when their list is committed. Blocks that a failed put left are invisible and dropped by the store after a week.
 */
export function createAzurePut({ container, spool, patience }: AzurePutOptions): ObjectStore["put"] {
  return async (key, bytes, { signal } = {}) => {
    checkKey(key);
    const spooled = await spool.take(bytes, signal);
    const blob = container.getBlockBlobClient(key);
    const putId = randomUUID();
    const sending: Sending = { blob, spooled, putId, patience, signal };
    try {
      if (spooled.parts.length === 1) await putWhole(sending);
      else await putInBlocks(sending);
    } catch (error) {
      // The answer to an attempt of ours may have been lost.
      if (isTaken(error) && (await putIdOf(blob, patience, signal)) === putId)
        return { key, size: spooled.size };
      if (isTaken(error)) throw taken(key);
      await discard(blob, putId, patience);
      throw error;
    } finally {
      await spooled.close();
    }
    return { key, size: spooled.size };
  };
}

interface Sending {
  blob: BlockBlobClient;
  spooled: SpooledObject;
  putId: string;
  patience: StorePatience;
  signal: AbortSignal | undefined;
}

const taken = (key: string): Error =>
  Object.assign(new Error(`EEXIST: there is an object ${key} already`), { code: "EEXIST" });

/** Another answer of status 409, such as that of a container that is being deleted, is no word about the key. */
const isTaken = (error: unknown): boolean =>
  statusOfFailure(error) === 412 ||
  (statusOfFailure(error) === 409 && codeOfFailure(error) === "BlobAlreadyExists");

/** Sends a part's bytes under a watch. */
async function sendPart<T>(
  spooled: SpooledObject,
  part: SpooledPart,
  watch: Watch,
  send: (body: Readable | Buffer, length: number) => Promise<T>,
): Promise<T> {
  const body = spooled.open(part, watch.moved);
  if (body instanceof Readable) body.on("error", watch.fail);
  try {
    return await send(body, part.end - part.start);
  } finally {
    if (body instanceof Readable) body.destroy();
  }
}

async function putWhole({ blob, spooled, putId, patience, signal }: Sending): Promise<void> {
  const part = spooled.parts[0]!;
  await attempt("PutBlob", { patience, signal, passOn: isTaken }, (watch) =>
    sendPart(spooled, part, watch, (body, length) =>
      blob.upload(body, length, {
        abortSignal: watch.signal,
        conditions: onlyNew,
        metadata: { [putIdName]: putId },
        // Also compared on the way; see `withContentMd5`.
        blobHTTPHeaders: { blobContentMD5: spooled.hash },
      }),
    ),
  );
}

async function putInBlocks({ blob, spooled, putId, patience, signal }: Sending): Promise<void> {
  // All names of a blob's blocks have one length.
  const blocks = spooled.parts.map((part, index) => ({
    part,
    id: Buffer.from(`${putId}-${String(index).padStart(5, "0")}`).toString("base64"),
  }));
  for (const { part, id } of blocks) {
    await attempt("PutBlock", { patience, signal }, (watch) =>
      sendPart(spooled, part, watch, (body, length) =>
        blob.stageBlock(id, body, length, {
          abortSignal: watch.signal,
          transactionalContentMD5: part.hash,
        }),
      ),
    );
  }
  const ids = blocks.map(({ id }) => id);
  await attempt("PutBlockList", { patience, signal, passOn: isTaken }, (watch) =>
    blob.commitBlockList(ids, {
      abortSignal: watch.signal,
      conditions: onlyNew,
      metadata: { [putIdName]: putId },
      blobHTTPHeaders: { blobContentMD5: spooled.hash },
    }),
  ).catch(async (error: unknown) => {
    // The answer to the commit may have been lost, and a second one finds no blocks.
    if (!isTaken(error) && !signal?.aborted) {
      const made = await putIdOf(blob, patience, signal).catch(() => null);
      if (made === putId) return;
    }
    throw error;
  });
}

/** The put that made the blob, "" where it does not say, null where there is none. */
async function putIdOf(
  blob: BlockBlobClient,
  patience: StorePatience,
  signal?: AbortSignal,
): Promise<string | null> {
  const isMissing = (error: unknown) => statusOfFailure(error) === 404;
  try {
    const found = await attempt("GetBlobProperties", { patience, signal, passOn: isMissing }, (watch) =>
      blob.getProperties({ abortSignal: watch.signal }),
    );
    return found.metadata?.[putIdName] ?? "";
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Takes back what a failed put may have left, if the store can be reached; else no row names it, and the sweep finds it. */
async function discard(blob: BlockBlobClient, putId: string, patience: StorePatience): Promise<void> {
  const once = {
    ...patience,
    attempts: 1,
    idleTimeoutMs: Math.min(patience.idleTimeoutMs, discardTimeoutMs),
  };
  const left = await putIdOf(blob, once).catch(() => null);
  if (left !== putId) return;
  await blob.delete({ abortSignal: AbortSignal.timeout(discardTimeoutMs) }).catch(() => {});
}
