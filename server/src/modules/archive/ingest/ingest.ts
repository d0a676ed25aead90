import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ImagingPool } from "@isocenter/imaging";
import {
  createDiskReserve,
  newId,
  type Platform,
  Refusal,
  requirePermission,
  transact,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { requirePatient } from "../../patients/index.ts";
import { noteResent } from "../doubt/resolve.ts";
import type { Ingest, IngestAnswer, IngestSource } from "../types.ts";
import type { BatchContext, BatchItem, BatchResult, ExistingInstance } from "./batch.ts";
import { createGroupCommit, type GroupCommit } from "./group-commit.ts";
import { type Incoming, readIncoming } from "./incoming.ts";
import { ingestMetrics } from "./metrics.ts";
import { quarantine } from "./quarantine.ts";
import { beginningBytes, beginningOf, receive } from "./receive.ts";
import { createRefusedKeeper } from "./refused.ts";
import { createContentComparer } from "./same-content.ts";
import { createDataSetComparer } from "./same-data-set.ts";
import { writeAlone, writeBatch } from "./write-batch.ts";
import { createWriteCache } from "./write-cache.ts";
import { createKnownSaid } from "./write-said.ts";

export const originalPrefix = "originals";

export interface IngestOptions {
  /** Instances in one transaction. */
  maxBatch?: number;
  /** Instances that wait for a transaction. */
  maxWaiting?: number;
  /** Decodes what came in another transfer syntax, to compare it; without, it goes into quarantine. */
  imaging?: Pick<ImagingPool, "decode">;
  /** A transaction waits so long for a study that somebody else has locked. */
  lockMs?: number;
  /** Waits before a transaction is tried again. */
  wait?: (ms: number) => Promise<void>;
}

/**
 * The way in, the same for every door: one pass over the bytes into the store, then the rows in a transaction shared with all that wait. It answers
 * when object and row are durable. An object whose row was refused is deleted; one whose row's fate is unknown is left for the sweep.
 */
export function createIngest(
  platform: Platform,
  journal: Journal,
  options: IngestOptions = {},
): { ingest: Ingest; idle(): Promise<void> } {
  const metrics = ingestMetrics(platform.metrics);
  const context: BatchContext = {
    platform,
    journal,
    cache: createWriteCache(),
    said: createKnownSaid(),
    lockMs: options.lockMs ?? 2000,
  };
  const queue: GroupCommit<BatchItem, BatchResult> = createGroupCommit({
    async commit(items) {
      const durable = Promise.all(items.map((item) => item.durable));
      durable.catch(() => {});
      const alone = await writeAlone(context, items, durable);
      if (alone !== null) return alone;
      await durable;
      const afterCommit: (() => void)[] = [];
      const results = await transact(platform.db, (tx) => writeBatch(tx, context, items, afterCommit));
      for (const step of afterCommit) step();
      return results;
    },
    keyOf: ({ incoming }) => `${incoming.facilityId} ${incoming.studyUid}`,
    wait: options.wait ?? ((ms) => sleep(ms)),
    maxBatch: options.maxBatch ?? 256,
    maxWaiting: options.maxWaiting ?? 4096,
    onError: (error, size) =>
      platform.log.warn(
        { err: withoutDetail(error), instances: size },
        "a batch of instances was not committed",
      ),
  });
  const reserve = createDiskReserve(platform);
  const sameContent = options.imaging ? createContentComparer(platform, options.imaging) : null;
  const sameDataSet = createDataSetComparer(platform);
  const keepRefused = createRefusedKeeper(platform, journal);
  const firstBytes = (key: string) =>
    platform.objects.read(key, { start: 0, end: beginningBytes }).catch(() => undefined);
  const issuerOf = facilityIssuers(platform);
  /** Objects on their way in, from the first byte until they are answered. */
  let underWay = 0;

  async function ingest(viewer: Viewer, source: IngestSource): Promise<IngestAnswer> {
    requirePermission(viewer, "images.upload");
    const facilityId = source.facilityId ?? viewer.homeFacilityId;
    if (!viewer.facilityIds.includes(facilityId))
      throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
    await reserve.check();
    const issuer = source.patientIdIssuer ?? (await issuerOf(facilityId));
    if (source.patientId !== undefined) await requirePatient(platform.db, facilityId, source.patientId);
    const endReceive = metrics.phase("receive");
    const received = await receive(platform, source, reserve).catch(async (error: unknown) => {
      if (error instanceof Refusal) await keepRefused(viewer, source, facilityId, error, beginningOf(error));
      throw error;
    });
    endReceive();
    const keys = [received.objectKey];
    try {
      // Read while the object is synced.
      const incoming = readIncoming(received, source, { facilityId, issuer, sender: viewer.id });
      if (source.original) {
        incoming.original = await putOriginal(platform, source.original);
        keys.push(incoming.original.objectKey);
      }
      // One that comes alone is not kept waiting: its rows are written while its object is synced. Of many that would be two more messages for each batch,
      // and a store that is far away would hold up whoever comes next.
      const ahead = underWay === 1 && platform.config.storage === "file";
      if (!ahead) await received.durable;
      const endCommit = metrics.phase("commit");
      const result = await queue.add(
        ahead ? { viewer, incoming, durable: received.durable } : { viewer, incoming },
      );
      endCommit();
      return await answer(viewer, incoming, result, keys);
    } catch (error) {
      await received.durable.catch(() => {});
      if (error instanceof Refusal && error.kind === "unprocessable")
        await keepRefused(viewer, source, facilityId, error, await firstBytes(received.objectKey));
      // Where the database does not answer, a row may name the object: the sweep finds out.
      if (!(error instanceof Refusal && error.kind === "unavailable")) await discard(keys);
      throw asRefusal(error);
    }
  }

  async function answer(
    viewer: Viewer,
    incoming: Incoming,
    { outcome, instance }: BatchResult,
    keys: readonly string[],
  ): Promise<IngestAnswer> {
    if (outcome === "stored") return answerOf(incoming, instance, "stored", null);
    const dataSet = await sameDataSet(instance, incoming);
    if (dataSet === "same" || (await sameContent?.(instance, incoming)) === true) {
      await discard(keys);
      if (!instance.deleted) return answerOf(incoming, instance, "already-stored", null);
      const { value, issuer, name, birthDate, sex } = incoming.claim;
      const claim = { value, issuer, name, birthDate, sex };
      const { clock, db } = platform;
      const itemId = await transact(db, (tx) => noteResent(tx, viewer, instance, claim, { clock, journal }));
      return answerOf(incoming, instance, "quarantined", itemId);
    }
    const { id, kept } = await quarantine(platform, journal, viewer, incoming, instance, dataSet.sha256);
    await discard(kept ? keys.filter((key) => key !== incoming.objectKey) : keys);
    return answerOf(incoming, instance, "quarantined", id);
  }

  /** Deletes objects that no row names; what cannot be deleted now is found by the sweep. */
  async function discard(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await platform.objects
        .delete(key)
        .catch((error: unknown) => platform.log.warn({ err: error, key }, "an object was not deleted"));
    }
  }

  return {
    async ingest(viewer, source) {
      underWay += 1;
      try {
        const result = await ingest(viewer, source);
        metrics.count(source.door, result.outcome, result.size);
        return result;
      } catch (error) {
        metrics.count(source.door, error instanceof Refusal ? "refused" : "failed", 0);
        throw error;
      } finally {
        underWay -= 1;
      }
    },
    idle: () => queue.idle(),
  };
}

function answerOf(
  incoming: Incoming,
  instance: ExistingInstance,
  outcome: IngestAnswer["outcome"],
  quarantineId: string | null,
): IngestAnswer {
  return {
    outcome,
    imageId: instance.id,
    studyId: instance.studyId,
    seriesId: instance.seriesId,
    patientId: instance.patientId,
    facilityId: incoming.facilityId,
    StudyInstanceUID: incoming.studyUid,
    SeriesInstanceUID: incoming.seriesUid,
    SOPInstanceUID: incoming.sopUid,
    SOPClassUID: incoming.sopClassUid,
    PatientID: incoming.patientIdText,
    modality: incoming.modality,
    acquisitionDate: incoming.madeOn,
    size: incoming.size,
    sha256: incoming.sha256.toString("hex"),
    quarantineId,
  };
}

/** PostgreSQL's detail may quote the row, and the row is about a patient. */
function withoutDetail(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code, message: code === undefined ? message : undefined };
}

/** Data that PostgreSQL does not take refuse the one instance; any other error is a bug and stays one. */
function asRefusal(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof Refusal || typeof code !== "string" || !/^2[23][0-9A-Z]{3}$/.test(code)) return error;
  return new Refusal("unprocessable", "dicom.not-representable", "The object's attributes cannot be kept.", {
    cause: error,
  });
}

async function putOriginal(platform: Platform, { format, bytes }: NonNullable<IngestSource["original"]>) {
  const objectKey = `${originalPrefix}/${newId(platform.clock)}`;
  async function* once() {
    yield bytes;
  }
  const { size } = await platform.objects.put(objectKey, once());
  return { format, objectKey, size, sha256: createHash("sha256").update(bytes).digest() };
}

const issuerSeconds = 30;

/** The issuer of a facility's patient identifiers, asked for at most every 30 seconds. */
function facilityIssuers(platform: Platform): (facilityId: string) => Promise<string> {
  const known = new Map<string, { issuer: string; at: number }>();
  return async (facilityId) => {
    const now = platform.clock.now().getTime();
    const kept = known.get(facilityId);
    if (kept && Math.abs(now - kept.at) < issuerSeconds * 1000) return kept.issuer;
    const [row] = await platform.db<{ issuer: string }[]>`
      select patient_id_issuer as issuer from facility where id = ${facilityId}`;
    if (!row) throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
    known.set(facilityId, { issuer: row.issuer, at: now });
    return row.issuer;
  };
}
