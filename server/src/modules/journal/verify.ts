import { type Db, type ObjectStore, type Tx, transact } from "../../platform/index.ts";
import { chainColumns, chainTable, genesis, type SealedEntry } from "./chain.ts";
import { readCopy } from "./seal-copies.ts";
import { readHead, readSeals } from "./sealer.ts";
import {
  headStatement,
  type Seal,
  type Signed,
  type Signer,
  sealCopy,
  sealHash,
  sealStatement,
} from "./signing.ts";
import type { Breach, ChainName, Verification } from "./types.ts";
import { createChainCheck } from "./verify-chain.ts";

const batchSize = 2000;
const mostBreaches = 100;
/** Each seal names the one before, so the newest copies vouch for all. */
const comparedCopies = 50;

export interface VerifyOptions {
  db: Db;
  objects: ObjectStore;
  signer: Signer;
}

/** Reads the whole journal in one snapshot and compares its chains, seals and their copies. */
export async function verifyJournal({ db, objects, signer }: VerifyOptions): Promise<Verification> {
  const breaches: Breach[] = [];
  const report = (breach: Breach): void => {
    if (breaches.length < mostBreaches) breaches.push(breach);
  };
  const copied = await newestCopy(db, objects);
  return await transact(db, async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    const head = await readHead(tx);
    const seals = await checkSeals(tx, signer, report);
    await checkCopies(objects, signer, seals, copied, report);
    const facts = await checkChain(tx, "fact", head, seals, report);
    const accesses = await checkChain(tx, "access", head, seals, report);
    checkHead(head, signer, facts.entries + accesses.entries, report);
    await reportBreaks(tx, report);
    const [unsealed] = await tx<{ count: number }[]>`
      select (select count(*) from fact where position is null) + (select count(*) from access where position is null) as count`;
    return {
      intact: breaches.length === 0,
      facts: facts.entries,
      accesses: accesses.entries,
      seals: seals.length,
      unsealed: Number(unsealed?.count ?? 0),
      breaches,
    };
  });
}

/** The highest number that the object store has a seal of, from the newest row on. */
async function newestCopy(db: Db, objects: ObjectStore): Promise<number> {
  const [row] = await db<{ number: number }[]>`select coalesce(max(number), 0)::bigint as number from seal`;
  let newest = row?.number ?? 0;
  for (;;) {
    if ((await readCopy(objects, newest + 1)) === null) return newest;
    newest += 1;
  }
}

function checkHead(
  head: Signed | null,
  signer: Signer,
  entries: number,
  report: (breach: Breach) => void,
): void {
  const breach = (detail: string): void =>
    report({ chain: "seal", position: null, entryId: null, kind: "forged-seal", detail });
  if (head === null) {
    if (entries > 0) breach("The signed end of the journal is missing.");
  } else if (head.keyId !== signer.keyId || !signer.verify(headStatement(head), head.signature)) {
    breach("The end of the journal is not signed by this system's key.");
  }
}

/** What the sealer itself noticed on its way. */
async function reportBreaks(tx: Tx, report: (breach: Breach) => void): Promise<void> {
  const breaks = await tx<{ id: string; position: number | null; at: number }[]>`
    select id, position, (data->>'factPosition')::bigint as at from fact where type = 'journal.broken' order by id limit ${mostBreaches}`;
  for (const { id, position, at } of breaks) {
    const detail = `When sealing went on after position ${at}, the end of the journal was not signed by this system's key.`;
    report({ chain: "seal", position, entryId: id, kind: "forged-seal", detail });
  }
}

async function checkSeals(tx: Tx, signer: Signer, report: (breach: Breach) => void): Promise<Seal[]> {
  const seals: Seal[] = [];
  let previous: Buffer = genesis;
  let expected = 1;
  for (;;) {
    const batch = await readSeals(tx, (seals.at(-1)?.number ?? 0) + 1, batchSize);
    for (const seal of batch) {
      const breach = (kind: Breach["kind"], detail: string): void =>
        report({ chain: "seal", position: seal.number, entryId: null, kind, detail });
      if (seal.number !== expected)
        breach("removed", `The seals ${expected} to ${seal.number - 1} are missing.`);
      else if (!seal.previous.equals(previous))
        breach("changed", "This seal does not follow from the one before it.");
      if (seal.keyId !== signer.keyId || !signer.verify(sealStatement(seal), seal.signature))
        breach("forged-seal", "This seal is not signed by this system's key.");
      previous = sealHash(seal);
      expected = seal.number + 1;
      seals.push(seal);
    }
    if (batch.length < batchSize) return seals;
  }
}

async function checkCopies(
  objects: ObjectStore,
  signer: Signer,
  seals: readonly Seal[],
  newest: number,
  report: (breach: Breach) => void,
): Promise<void> {
  const last = seals.at(-1)?.number ?? 0;
  const breach = (number: number, kind: Breach["kind"], detail: string): void =>
    report({ chain: "seal", position: number, entryId: null, kind, detail });
  if (newest > last) {
    const detail = `The object store has seals to number ${newest}, the database to number ${last}: the journal was cut or set back.`;
    breach(newest, "cut", detail);
  }
  for (const seal of seals.slice(-comparedCopies)) {
    const copy = await readCopy(objects, seal.number);
    // The newest may be on its way.
    if (copy === null && (seal.number < last || seal.copiedAt !== null))
      breach(seal.number, "missing-copy", "The copy of this seal is missing.");
    if (copy !== null && !copy.equals(sealCopy(seal, signer.publicKey)))
      breach(seal.number, "forged-seal", "The copy of this seal in the object store says otherwise.");
  }
}

async function checkChain(
  tx: Tx,
  chain: ChainName,
  head: Signed | null,
  seals: readonly Seal[],
  report: (breach: Breach) => void,
): Promise<{ entries: number }> {
  const compareWithSeals = sealComparison(chain, seals, report);
  const check = createChainCheck(chain, report, compareWithSeals.hashAt);
  const signedPosition = chain === "fact" ? (head?.factPosition ?? 0) : (head?.accessPosition ?? 0);
  const signedHash = chain === "fact" ? (head?.factHash ?? genesis) : (head?.accessHash ?? genesis);
  let beyond = 0;
  for (let position = 0; ; ) {
    const entries = await tx<SealedEntry[]>`
      select ${chainColumns(tx, chain)}, position, hash from ${chainTable(tx, chain)}
      where position > ${position} order by position limit ${batchSize}`;
    for (const entry of entries) check.push(entry);
    position = entries.at(-1)?.position ?? position;
    if (entries.length < batchSize) break;
  }
  const { entries, lastPosition, lastHash } = check.end();
  beyond = lastPosition - signedPosition;
  compareWithSeals.end(lastPosition);
  if (beyond > 0) {
    const added = await tx<{ id: string; position: number }[]>`
      select id, position from ${chainTable(tx, chain)} order by position desc nulls last limit ${Math.min(beyond, mostBreaches)}`;
    const detail = "This entry stands beyond the signed end of the chain.";
    for (const { id, position } of added.reverse())
      report({ chain, position, entryId: id, kind: "added", detail });
  } else if (beyond < 0) {
    const first = lastPosition + 1;
    const detail = `The chain ends at position ${lastPosition}; positions ${first} to ${signedPosition} are missing.`;
    report({ chain, position: first, entryId: null, kind: "removed", detail });
  } else if (!lastHash.equals(signedHash)) {
    const detail = "The end of the chain is not the one that was signed.";
    report({ chain, position: lastPosition, entryId: null, kind: "changed", detail });
  }
  return { entries };
}

/** Compares the hash of each sealed end with the entry that stands there: a chain that was made anew from some entry on differs. */
function sealComparison(chain: ChainName, seals: readonly Seal[], report: (breach: Breach) => void) {
  const ends = new Map<number, { number: number; hash: string; from: number }>();
  let from = 0;
  for (const seal of seals) {
    const position = chain === "fact" ? seal.factPosition : seal.accessPosition;
    const hash = (chain === "fact" ? seal.factHash : seal.accessHash).toString("hex");
    if (position > 0 && !ends.has(position)) ends.set(position, { number: seal.number, hash, from });
    from = position;
  }
  const newest = seals.at(-1);
  const actual = new Map<number, string>();
  return {
    hashAt(position: number, hash: Buffer): void {
      if (ends.has(position)) actual.set(position, hash.toString("hex"));
    },
    end(lastPosition: number): void {
      for (const [position, end] of ends) {
        if ((actual.get(position) ?? end.hash) === end.hash) continue;
        const detail = `The chain at position ${position} is not what seal ${end.number} says: something from position ${end.from + 1} to ${position} was changed and the chain made anew.`;
        report({ chain, position, entryId: null, kind: "changed", detail });
        break;
      }
      const sealed = (chain === "fact" ? newest?.factPosition : newest?.accessPosition) ?? 0;
      if (lastPosition >= sealed) return;
      const detail = `Seal ${newest?.number} was made at position ${sealed}; the chain ends at ${lastPosition}.`;
      report({ chain, position: lastPosition + 1, entryId: null, kind: "cut", detail });
    },
  };
}
