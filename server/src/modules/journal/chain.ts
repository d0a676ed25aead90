import { createHash } from "node:crypto";
import type { Reader } from "../../platform/index.ts";
import type { ChainName } from "./types.ts";

/** An entry with everything that its hash covers. Facts and accesses differ in the name of their first word and in `people`. */
export interface ChainEntry {
  id: string;
  word: string;
  actorKind: string;
  actorId: string;
  actorName: string;
  requestId: string;
  address: string | null;
  facilityId: string | null;
  patientId: string | null;
  subjectType: string;
  subjectId: string;
  people: string[] | null;
  outcome: string;
  /** As PostgreSQL writes jsonb: keys in an order of its own, always the same for the same value. */
  data: string;
  recordedAt: Date;
}

export interface SealedEntry extends ChainEntry {
  position: number;
  hash: Buffer;
}

/** What the first entry follows. */
export const genesis = Buffer.alloc(32);

/** SHA-256 over the hash of the entry before, the position and the entry as a JSON array. */
export function entryHash(
  chain: ChainName,
  previous: Uint8Array,
  position: number,
  entry: ChainEntry,
): Buffer {
  const content = JSON.stringify([
    chain,
    position,
    entry.id,
    entry.word,
    entry.actorKind,
    entry.actorId,
    entry.actorName,
    entry.requestId,
    entry.address,
    entry.facilityId,
    entry.patientId,
    entry.subjectType,
    entry.subjectId,
    entry.people,
    entry.outcome,
    entry.data,
    entry.recordedAt.toISOString(),
  ]);
  return createHash("sha256").update(previous).update(content).digest();
}

/** The columns of a chain's table under the names of `ChainEntry`. */
export const chainColumns = (db: Reader, chain: ChainName) => db`
  id, ${chain === "fact" ? db`type` : db`action`} as word, actor_kind as "actorKind", actor_id as "actorId",
  actor_name as "actorName", request_id as "requestId", address, facility_id as "facilityId", patient_id as "patientId",
  subject_type as "subjectType", subject_id as "subjectId", ${chain === "fact" ? db`people` : db`null::uuid[] as people`},
  outcome, data::text as data, recorded_at as "recordedAt"`;

export const chainTable = (db: Reader, chain: ChainName) => (chain === "fact" ? db`fact` : db`access`);
