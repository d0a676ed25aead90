import type { Logger } from "pino";
import { type Clock, type Db, type ObjectStore, Refusal, transact } from "../../platform/index.ts";
import { type Seal, type Signer, sealCopy, sealKey } from "./signing.ts";

export interface SealCopyOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  objects: ObjectStore;
  signer: Signer;
}

/** A seal's copy in the object store, or null where there is none. */
export async function readCopy(objects: ObjectStore, number: number): Promise<Buffer | null> {
  try {
    return await objects.read(sealKey(number));
  } catch (error) {
    if (error instanceof Refusal && error.kind === "not-found") return null;
    throw error;
  }
}

/** Held while copies are made, so that no process takes another's half-written copy for one that a crash left. */
const copyLock = 4_711_011;

/** Puts the seals that are not yet in the object store there, out of the reach of whoever can change the database. */
export async function copySeals(options: SealCopyOptions): Promise<void> {
  const [waiting] = await options.db`select from seal where copied_at is null limit 1`;
  if (!waiting) return;
  await transact(options.db, async (tx) => {
    const [lock] = await tx<{ held: boolean }[]>`select pg_try_advisory_xact_lock(${copyLock}) as held`;
    if (!lock?.held) return;
    const seals = await tx<Seal[]>`
      select number, fact_position as "factPosition", fact_hash as "factHash", access_position as "accessPosition",
        access_hash as "accessHash", sealed_at as "sealedAt", previous, key_id as "keyId", signature, copied_at as "copiedAt"
      from seal where copied_at is null order by number limit 100`;
    for (const seal of seals) {
      await copySeal(options, seal);
      await tx`update seal set copied_at = ${options.clock.now().toISOString()} where number = ${seal.number}`;
    }
  });
}

async function copySeal({ log, objects, signer }: SealCopyOptions, seal: Seal): Promise<void> {
  const copy = sealCopy(seal, signer.publicKey);
  const there = await readCopy(objects, seal.number);
  if (there?.equals(copy)) return;
  if (there !== null && !isBeginning(there, copy)) {
    // It stays as it is: verification shows both.
    log.error({ seal: seal.number }, "the object store holds another seal of this number");
    return;
  }
  // What a crash left of this very copy.
  if (there !== null) await objects.delete(sealKey(seal.number));
  await objects.put(sealKey(seal.number), once(copy));
}

const isBeginning = (part: Buffer, whole: Buffer): boolean =>
  part.length < whole.length && whole.subarray(0, part.length).equals(part);

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
