import { hash } from "node:crypto";
import type { Tx } from "../../../platform/index.ts";
import type { SaidIdentity } from "../read/overlay.ts";
import type { BatchItem, KnownSaid } from "./batch.ts";

const maxKnown = 20_000;

export function createKnownSaid(): KnownSaid {
  const known = new Set<string>();
  return {
    has: (id) => known.has(id),
    add(id) {
      if (known.size >= maxKnown) known.clear();
      known.add(id);
    },
  };
}

const ids = new WeakMap<SaidIdentity, string>();

/** The id of an identity is made of what it says, so that nobody has to look for it. */
export function saidId(said: SaidIdentity): string {
  const known = ids.get(said);
  if (known !== undefined) return known;
  const { name, value, issuer, birthDate, sex } = said;
  const digest = hash("sha256", JSON.stringify([name, value, issuer, birthDate, sex]));
  const id = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  ids.set(said, id);
  return id;
}

/** Writes what the objects say of their patients, where that is new. */
export async function writeSaid(
  tx: Tx,
  known: KnownSaid,
  items: readonly BatchItem[],
  afterCommit: (() => void)[],
): Promise<void> {
  const fresh = new Map<string, SaidIdentity>();
  for (const { incoming } of items) {
    const id = saidId(incoming.said);
    if (!known.has(id)) fresh.set(id, incoming.said);
  }
  if (fresh.size === 0) return;
  const rows = [...fresh]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { name, value, issuer, birthDate, sex }]) => ({
      id,
      name,
      value,
      issuer,
      birth_date: birthDate,
      sex,
    }));
  await tx`insert into said_identity ${tx(rows)} on conflict (id) do nothing`;
  for (const id of fresh.keys()) afterCommit.push(() => known.add(id));
}
