import { entryHash, genesis, type SealedEntry } from "./chain.ts";
import type { Breach, ChainName } from "./types.ts";

/** Reads one chain from its first entry and says what is wrong with it. */
export interface ChainCheck {
  /** Every entry, in the order of positions. */
  push(entry: SealedEntry): void;
  end(): { entries: number; lastPosition: number; lastHash: Buffer };
}

/** An entry that does not follow from the one before, with what is needed to look at it again once all were read. */
interface Suspect {
  entry: SealedEntry;
  /** Where it stands, and what the entry before it has as hash. */
  position: number;
  previous: Buffer;
}

const mostSuspects = 200;

/**
 * The position is part of what is hashed, so an entry that was put in, taken out or moved shows as such and does not make all that
 * follow look changed: after it the check goes on with the offset that fits.
 */
export function createChainCheck(
  chain: ChainName,
  report: (breach: Breach) => void,
  /** Told the hash of each position that an entry was sealed at, for the comparison with seals; what is told later is better known. */
  hashAt: (position: number, hash: Buffer) => void,
): ChainCheck {
  let previous: Buffer = genesis;
  /** The position that the next entry should have. */
  let expected = 1;
  /** What must be added to the position that an entry has now to get the one it was sealed at. */
  let offset = 0;
  let held: SealedEntry | null = null;
  let entries = 0;
  const suspects: Suspect[] = [];

  const follows = (entry: SealedEntry, before: Buffer, position: number): boolean =>
    entryHash(chain, before, position, entry).equals(entry.hash);

  const breach = (kind: Breach["kind"], entry: SealedEntry, detail: string): void =>
    report({ chain, position: entry.position, entryId: entry.id, kind, detail });

  function accept(entry: SealedEntry): void {
    previous = entry.hash;
    expected = entry.position + 1;
    hashAt(entry.position + offset, entry.hash);
  }

  function suspect(entry: SealedEntry): void {
    if (suspects.length < mostSuspects) suspects.push({ entry, position: entry.position + offset, previous });
    else breach("changed", entry, "This entry does not follow from the one before it.");
    accept(entry);
  }

  /** What a broken entry is can be told from the one after it. @returns whether the next one is dealt with as well */
  function judge(entry: SealedEntry, next: SealedEntry | null): boolean {
    const position = entry.position + offset;
    if (next && follows(next, previous, position)) {
      if (follows(entry, next.hash, position + 1)) {
        breach("reordered", entry, `This entry stood at position ${position + 1}.`);
        breach("reordered", next, `This entry stood at position ${position}.`);
        hashAt(position, next.hash);
        hashAt(position + 1, entry.hash);
        previous = entry.hash;
        expected = next.position + 1;
        return true;
      }
      breach("added", entry, "This entry was put in after the others were sealed.");
      offset -= 1;
      expected = entry.position + 1;
      return false;
    }
    if (next && follows(next, entry.hash, position + 2)) {
      report({
        chain,
        position,
        entryId: null,
        kind: "removed",
        detail: `The entry that stood at position ${position} was taken out, and those after it were renumbered.`,
      });
      offset += 1;
      accept(entry);
      return false;
    }
    suspect(entry);
    return false;
  }

  function gap(entry: SealedEntry): void {
    const last = entry.position - 1;
    const range =
      last === expected
        ? `The entry at position ${last} is`
        : `The entries at positions ${expected} to ${last} are`;
    report({
      chain,
      position: expected + offset,
      entryId: null,
      kind: "removed",
      detail: `${range} missing.`,
    });
  }

  function take(entry: SealedEntry, next: SealedEntry | null): boolean {
    if (entry.position > expected) {
      gap(entry);
      // What it followed is gone, so its own content cannot be checked.
      accept(entry);
      return false;
    }
    if (follows(entry, previous, entry.position + offset)) {
      accept(entry);
      return false;
    }
    return judge(entry, next);
  }

  return {
    push(entry) {
      entries += 1;
      if (held === null) held = entry;
      else held = take(held, entry) ? null : entry;
    },
    end() {
      if (held) take(held, null);
      const recovered = judgeSuspects(chain, suspects, breach, hashAt);
      const lastPosition = expected - 1 + offset;
      return { entries, lastPosition, lastHash: recovered.get(lastPosition) ?? previous };
    },
  };
}

/** Entries that changed places are found by trying each at the place of each other; what is left was changed. */
function judgeSuspects(
  chain: ChainName,
  suspects: readonly Suspect[],
  breach: (kind: Breach["kind"], entry: SealedEntry, detail: string) => void,
  hashAt: (position: number, hash: Buffer) => void,
): Map<number, Buffer> {
  const hashes = new Set(suspects.map(({ entry }) => entry.hash.toString("hex")));
  /** The hash that a position truly had. */
  const recovered = new Map<number, Buffer>();
  const moved = new Set<SealedEntry>();
  for (const place of suspects) {
    const previous = recovered.get(place.position - 1) ?? place.previous;
    for (const { entry } of suspects) {
      const hash = entryHash(chain, previous, place.position, entry);
      if (!hashes.has(hash.toString("hex"))) continue;
      recovered.set(place.position, hash);
      hashAt(place.position, hash);
      if (entry === place.entry) break;
      moved.add(entry);
      breach("reordered", entry, `This entry stood at position ${place.position}.`);
      break;
    }
  }
  for (const { entry, position } of suspects) {
    if (moved.has(entry) || recovered.has(position)) continue;
    breach("changed", entry, "This entry is not what was sealed, or does not follow from the one before it.");
  }
  return recovered;
}
