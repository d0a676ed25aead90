import { createHash } from "node:crypto";
import type { Platform } from "../../../platform/index.ts";
import type { ExistingInstance } from "./batch.ts";
import type { Incoming } from "./incoming.ts";

/**
 * Tells whether what came has the data set of the archived object of its UID: what lies before it differs with whoever sends it. The data sets are read again for that,
 * because few objects come twice and hashing each of them took a tenth of what receiving a large one costs.
 */
export function createDataSetComparer({ objects, log }: Pick<Platform, "objects" | "log">) {
  async function hashOf({ objectKey, dataSetOffset }: { objectKey: string; dataSetOffset: number }) {
    const hash = createHash("sha256");
    for await (const chunk of await objects.get(objectKey, { start: dataSetOffset })) hash.update(chunk);
    return hash.digest();
  }

  async function hashOfExisting(existing: ExistingInstance): Promise<Buffer | null> {
    try {
      return existing.dataSetSha256 ?? (await hashOf(existing));
    } catch (error) {
      // What cannot be read cannot be called the same.
      log.warn(
        { err: error, instance: existing.id },
        "an archived object was not compared with one of its UID",
      );
      return null;
    }
  }

  /** @returns "same", or the hash of the other data set */
  return async (existing: ExistingInstance, incoming: Incoming): Promise<"same" | { sha256: Buffer }> => {
    if (existing.sha256.equals(incoming.sha256)) return "same";
    const sha256 = await hashOf(incoming);
    if (existing.size - existing.dataSetOffset !== incoming.size - incoming.dataSetOffset) return { sha256 };
    return (await hashOfExisting(existing))?.equals(sha256) ? "same" : { sha256 };
  };
}
