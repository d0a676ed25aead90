import type { Logger } from "pino";
import { type Clock, type Db, newId, type ObjectStore, type Tx, transact } from "../../platform/index.ts";
import { type ChainEntry, chainColumns, chainTable, entryHash, genesis } from "./chain.ts";
import { copySeals } from "./seal-copies.ts";
import {
  type Ends,
  headStatement,
  type Seal,
  type Signed,
  type Signer,
  sealHash,
  sealStatement,
} from "./signing.ts";
import type { ChainName } from "./types.ts";

/** Held for the transaction of each batch: there is one sealer, whichever process it is in. */
const sealerLock = 4_711_010;
const batchSize = 1000;

export interface SealerOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  objects: ObjectStore;
  signer: Signer;
  /** A seal is written, and copied to the object store, when the last is older and there is something new. */
  sealEverySeconds: number;
}

export interface Sealer {
  /** Seals everything that is committed. @returns the position of the newest fact */
  run(): Promise<number>;
}

/** Gives committed entries their position and hash, and signs the ends. */
export function createSealer(options: SealerOptions): Sealer {
  const { db, clock } = options;

  async function anythingToDo(): Promise<boolean> {
    const due = new Date(clock.now().getTime() - options.sealEverySeconds * 1000).toISOString();
    const [row] = await db<{ work: boolean }[]>`
      select exists (select from fact where position is null) or exists (select from access where position is null)
        or exists (select from seal where copied_at is null)
        or exists (
          select from journal_head h left join (select * from seal order by number desc limit 1) s on true
          where s.number is null or (s.sealed_at <= ${due}::timestamptz
            and (s.fact_position, s.access_position) <> (h.fact_position, h.access_position))) as work`;
    return row?.work ?? false;
  }

  return {
    async run() {
      if (await anythingToDo()) {
        while (await transact(db, (tx) => sealBatch(tx, options)));
        await copySeals(options);
      }
      const [head] = await db<{ position: number }[]>`select fact_position as position from journal_head`;
      return head?.position ?? 0;
    },
  };
}

export const readHead = async (tx: Tx): Promise<Signed | null> => {
  const [head] = await tx<Signed[]>`
    select fact_position as "factPosition", fact_hash as "factHash", access_position as "accessPosition",
      access_hash as "accessHash", sealed_at as "sealedAt", key_id as "keyId", signature
    from journal_head`;
  return head ?? null;
};

/** @returns whether there may be more */
async function sealBatch(tx: Tx, options: SealerOptions): Promise<boolean> {
  const { clock, log, signer } = options;
  await tx`select pg_advisory_xact_lock(${sealerLock})`;
  const head = await readHead(tx);
  if (head && !isOurs(head, signer)) await recordBreak(tx, options, head);
  const facts = await sealChain(tx, "fact", head?.factPosition ?? 0, head?.factHash ?? genesis);
  const accesses = await sealChain(tx, "access", head?.accessPosition ?? 0, head?.accessHash ?? genesis);
  if (facts.count + accesses.count > 0 || (head && !isOurs(head, signer))) {
    const ends: Ends = {
      factPosition: facts.position,
      factHash: facts.hash,
      accessPosition: accesses.position,
      accessHash: accesses.hash,
      sealedAt: clock.now(),
    };
    await writeHead(tx, ends, signer);
    log.debug({ facts: facts.count, accesses: accesses.count, position: facts.position }, "sealed");
  }
  if (facts.count === batchSize || accesses.count === batchSize) return true;
  await writeSeal(tx, options);
  return false;
}

const isOurs = (head: Signed, signer: Signer): boolean =>
  head.keyId === signer.keyId && signer.verify(headStatement(head), head.signature);

/**
 * The end of the chain is not what this key signed: somebody changed it, or the key was lost. Work goes on, and the journal says
 * for ever that it cannot vouch for what lies between the last seal and here.
 */
async function recordBreak(tx: Tx, { clock, log, signer }: SealerOptions, head: Signed): Promise<void> {
  log.error(
    { position: head.factPosition, signedBy: head.keyId, key: signer.keyId },
    "the end of the journal is not signed by this system's key",
  );
  await tx`
    insert into fact (id, type, actor_kind, actor_id, actor_name, request_id, subject_type, subject_id, outcome, data, recorded_at)
    values (${newId(clock)}, 'journal.broken', 'system', 'system', 'Isocenter', 'system', 'journal', ${signer.keyId}, 'failed',
      ${tx.json({ factPosition: head.factPosition, accessPosition: head.accessPosition, signedBy: head.keyId })}, ${clock.now().toISOString()})`;
}

interface ChainEnd {
  position: number;
  hash: Buffer;
  count: number;
}

async function sealChain(tx: Tx, chain: ChainName, position: number, hash: Buffer): Promise<ChainEnd> {
  const entries = await tx<ChainEntry[]>`
    select ${chainColumns(tx, chain)} from ${chainTable(tx, chain)} where position is null order by id limit ${batchSize}`;
  if (entries.length === 0) return { position, hash, count: 0 };
  const hashes: string[] = [];
  let previous = hash;
  for (const [index, entry] of entries.entries()) {
    previous = entryHash(chain, previous, position + 1 + index, entry);
    hashes.push(previous.toString("hex"));
  }
  await tx`
    update ${chainTable(tx, chain)} e set position = ${position}::bigint + u.ordinal, hash = decode(u.hash, 'hex')
    from unnest(${entries.map((entry) => entry.id)}::uuid[], ${hashes}::text[]) with ordinality as u (id, hash, ordinal)
    where e.id = u.id`;
  return { position: position + entries.length, hash: previous, count: entries.length };
}

async function writeHead(tx: Tx, ends: Ends, signer: Signer): Promise<void> {
  await tx`
    insert into journal_head (fact_position, fact_hash, access_position, access_hash, sealed_at, key_id, signature)
    values (${ends.factPosition}, ${ends.factHash}, ${ends.accessPosition}, ${ends.accessHash}, ${ends.sealedAt.toISOString()},
      ${signer.keyId}, ${signer.sign(headStatement(ends))})
    on conflict ("only") do update set fact_position = excluded.fact_position, fact_hash = excluded.fact_hash,
      access_position = excluded.access_position, access_hash = excluded.access_hash, sealed_at = excluded.sealed_at,
      key_id = excluded.key_id, signature = excluded.signature`;
}

export const readSeals = (tx: Tx, fromNumber: number, limit: number): Promise<Seal[]> => tx<Seal[]>`
  select number, fact_position as "factPosition", fact_hash as "factHash", access_position as "accessPosition",
    access_hash as "accessHash", sealed_at as "sealedAt", previous, key_id as "keyId", signature,
    copied_at as "copiedAt"
  from seal where number >= ${fromNumber} order by number limit ${limit}`;

/** A seal of the present ends, where the last is old enough and there is something new. */
async function writeSeal(tx: Tx, { clock, signer, sealEverySeconds }: SealerOptions): Promise<void> {
  const head = await readHead(tx);
  if (!head) return;
  const [newest] = await tx<{ number: number }[]>`select number from seal order by number desc limit 1`;
  const [last] = newest ? await readSeals(tx, newest.number, 1) : [];
  if (last) {
    const unchanged = last.factPosition === head.factPosition && last.accessPosition === head.accessPosition;
    if (unchanged || clock.now().getTime() - last.sealedAt.getTime() < sealEverySeconds * 1000) return;
  }
  const { keyId: _, signature: __, ...ends } = head;
  const seal = {
    ...ends,
    number: (last?.number ?? 0) + 1,
    sealedAt: clock.now(),
    previous: last ? sealHash(last) : genesis,
  };
  await tx`
    insert into seal (number, fact_position, fact_hash, access_position, access_hash, sealed_at, previous, key_id, signature)
    values (${seal.number}, ${seal.factPosition}, ${seal.factHash}, ${seal.accessPosition}, ${seal.accessHash},
      ${seal.sealedAt.toISOString()}, ${seal.previous}, ${signer.keyId}, ${signer.sign(sealStatement(seal))})`;
}
