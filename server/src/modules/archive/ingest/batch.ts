import type { Platform, Viewer } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { IdentifiedPatient } from "../../patients/index.ts";
import type { Incoming } from "./incoming.ts";
import type { KnownStudy, WriteCache } from "./write-cache.ts";

/** What is known of an instance that is in the archive. */
export interface ExistingInstance {
  id: string;
  facilityId: string;
  studyId: string;
  seriesId: string;
  patientId: string;
  SOPInstanceUID: string;
  objectKey: string;
  transferSyntaxUid: string;
  size: number;
  sha256: Buffer;
  /** Of objects that were hashed twice as they came; null of all others. */
  dataSetSha256: Buffer | null;
  dataSetOffset: number;
  /** It was deleted, and is kept for whoever may bring it back. */
  deleted: boolean;
}

/** Identities that this process knows to be written. */
export interface KnownSaid {
  has(id: string): boolean;
  add(id: string): void;
}

export interface BatchItem {
  viewer: Viewer;
  incoming: Incoming;
  /** Settles when its object is durable: nothing of it is committed before. Left out where it is so already. */
  durable?: Promise<void>;
}

/** `present`: the UID was here before; whoever asked compares the data sets. */
export interface BatchResult {
  outcome: "stored" | "present";
  instance: ExistingInstance;
}

export interface BatchContext {
  platform: Platform;
  journal: Journal;
  cache: WriteCache;
  said: KnownSaid;
  /** So long is waited for a lock that somebody else holds; then PostgreSQL says `55P03`. */
  lockMs: number;
}

/** Where an instance belongs; `created`: the row is new with this transaction, or without images until now. */
export interface Place {
  study: KnownStudy & { created: boolean };
  series: { id: string; created: boolean };
  /** Both rows were known from an earlier transaction, and are to be locked in this one. */
  known: boolean;
}

export interface Written extends Place {
  id: string;
  item: BatchItem;
  patient: IdentifiedPatient;
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Somebody else wrote one of the instances, or moved a study, between our looking and our writing: the batch is looked at again. */
export class Overtaken extends Error {
  /** PostgreSQL's code for a transaction that is to be tried again. */
  readonly code = "40001";
}
