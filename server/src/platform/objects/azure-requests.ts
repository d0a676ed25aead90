import {
  BlobServiceClient,
  type ContainerClient,
  newPipeline,
  type RequestPolicy,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import type { AzureSettings } from "../config/config.ts";
import { createStoreRequests } from "./requests.ts";

export interface ContainerAccess {
  container: ContainerClient;
  /** What signs URLs; null where the connection string holds a shared access signature alone. */
  credential: StorageSharedKeyCredential | null;
}

/** The container of the settings. The library tries once: whoever has the body tries again. */
export function openContainer({ connectionString, container: name }: AzureSettings): ContainerAccess {
  const { credential, url } = BlobServiceClient.fromConnectionString(connectionString);
  const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } });
  pipeline.factories.unshift({ create: withContentMd5 });
  const container = new BlobServiceClient(url, pipeline).getContainerClient(name);
  return { container, credential: credential instanceof StorageSharedKeyCredential ? credential : null };
}

/** The library has no option for it: the hash that a whole blob is to keep is the one that its bytes are compared with on arrival. */
function withContentMd5(next: RequestPolicy): RequestPolicy {
  return {
    sendRequest(request) {
      const md5 = request.headers.get("x-ms-blob-content-md5");
      if (request.method === "PUT" && md5 !== undefined && !new URL(request.url).searchParams.has("comp"))
        request.headers.set("content-md5", md5);
      return next.sendRequest(request);
    },
  };
}

type Failure = { statusCode?: number; code?: string; details?: { errorCode?: string } };

export const statusOfFailure = (error: unknown): number | undefined => (error as Failure | null)?.statusCode;
/** The store's own word, such as `BlobNotFound`. */
export const codeOfFailure = (error: unknown): string | undefined =>
  (error as Failure | null)?.details?.errorCode ?? (error as Failure | null)?.code;

/** Answers of status 400 that speak of the way and not of the request. */
const damaged = new Set(["Md5Mismatch", "Crc64Mismatch", "IncompleteBody"]);

export const { attempt, unavailable: storeUnavailable } = createStoreRequests({
  name: "Azure",
  statusOf: statusOfFailure,
  isDamaged: (error) => statusOfFailure(error) === 400 && damaged.has(codeOfFailure(error) ?? ""),
});
