import type { Db, Platform, Tx } from "../../platform/index.ts";
import { originalPrefix } from "./ingest/ingest.ts";
import { instancePrefix } from "./ingest/receive.ts";
import { refusedPrefix } from "./ingest/refused.ts";
import { metadataPrefix } from "./read/metadata.ts";

const dayMs = 24 * 60 * 60 * 1000;
const lostAndFoundDays = 30;
const batchKeys = 1000;

interface Stored {
  key: string;
  size: number;
}

/**
 * Objects that are older than a day and that no row names. They come from a crash between object and row; within a day the row of an object on
 * its way in is written.
 */
export async function* findOrphans(
  platform: Pick<Platform, "db" | "objects" | "clock">,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  for await (const { key, size } of findUnnamed(platform, signal)) if (size > 0) yield key;
}

/** With what is empty: no object is, but a crash leaves the files that the store made ahead. */
async function* findUnnamed(
  { db, objects, clock }: Pick<Platform, "db" | "objects" | "clock">,
  signal?: AbortSignal,
): AsyncGenerator<Stored> {
  const olderThan = new Date(clock.now().getTime() - dayMs);
  for (const prefix of [instancePrefix, originalPrefix, metadataPrefix, refusedPrefix]) {
    let found: Stored[] = [];
    for await (const one of objects.list(prefix, olderThan)) {
      signal?.throwIfAborted();
      found.push(one);
      if (found.length < batchKeys) continue;
      yield* await unnamedAmong(db, found);
      found = [];
    }
    if (found.length > 0) yield* await unnamedAmong(db, found);
  }
}

async function unnamedAmong(db: Db, found: readonly Stored[]): Promise<Stored[]> {
  const unnamed = await db<{ key: string }[]>`
    select key from unnest(${found.map(({ key }) => key)}::text[]) as k (key)
    where not exists (select 1 from instance where object_key = key)
      and not exists (select 1 from quarantine where object_key = key)
      and not exists (select 1 from instance_version where object_key = key)
      and not exists (select 1 from instance_original where object_key = key)
      and not exists (select 1 from series where metadata_key = key)`;
  const keys = new Set(unnamed.map(({ key }) => key));
  return found.filter(({ key }) => keys.has(key));
}

/** Moves what no row names to the lost-and-found; of what is empty nothing has to be kept. @returns how many objects were moved */
export async function sweepOrphans(platform: Platform, signal?: AbortSignal): Promise<number> {
  let moved = 0;
  for await (const { key, size } of findUnnamed(platform, signal)) {
    if (size === 0) {
      await platform.objects.delete(key);
      continue;
    }
    await platform.objects.moveToLostAndFound(key);
    moved += 1;
  }
  if (moved > 0)
    platform.log.warn({ objects: moved }, "objects that no row names were put into the lost-and-found");
  return moved;
}

/** Deletes what has lain in the lost-and-found for 30 days. */
export async function emptyLostAndFound(platform: Platform): Promise<number> {
  const before = new Date(platform.clock.now().getTime() - lostAndFoundDays * dayMs);
  const deleted = await platform.objects.emptyLostAndFound(before);
  if (deleted > 0) platform.log.warn({ objects: deleted }, "the lost-and-found was emptied of what was old");
  return deleted;
}

export function defineSweep(platform: Platform): void {
  platform.jobs.every("archive.sweep-orphans", 6 * 60 * 60, async (signal) => {
    await sweepOrphans(platform, signal);
    await emptyLostAndFound(platform);
  });
}

/** After a back-up was brought back: series metadata are made again, because a back-up leaves out what can be made. */
export async function forgetSeriesMetadata(tx: Tx): Promise<void> {
  await tx`update series set metadata_key = null, metadata_revision = null where metadata_key is not null`;
}
