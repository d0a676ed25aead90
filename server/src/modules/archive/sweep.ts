import type { Platform } from "../../platform/index.ts";
import { originalPrefix } from "./ingest/ingest.ts";
import { instancePrefix } from "./ingest/receive.ts";
import { refusedPrefix } from "./ingest/refused.ts";
import { metadataPrefix } from "./read/metadata.ts";

const dayMs = 24 * 60 * 60 * 1000;
const lostAndFoundDays = 30;
const batchKeys = 1000;

/**
 * Moves objects that are older than a day and that no row names to the lost-and-found. They come from a crash between object and row; within a
 * day the row of an object on its way in is written.
 * @returns how many were moved
 */
export async function sweepOrphans(platform: Platform, signal?: AbortSignal): Promise<number> {
  const olderThan = new Date(platform.clock.now().getTime() - dayMs);
  let moved = 0;
  for (const prefix of [instancePrefix, originalPrefix, metadataPrefix, refusedPrefix]) {
    let keys: string[] = [];
    for await (const { key } of platform.objects.list(prefix, olderThan)) {
      signal?.throwIfAborted();
      keys.push(key);
      if (keys.length < batchKeys) continue;
      moved += await moveOrphans(platform, keys);
      keys = [];
    }
    moved += await moveOrphans(platform, keys);
  }
  if (moved > 0)
    platform.log.warn({ objects: moved }, "objects that no row names were put into the lost-and-found");
  return moved;
}

async function moveOrphans(platform: Platform, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0;
  const orphans = await platform.db<{ key: string }[]>`
    select key from unnest(${[...keys]}::text[]) as k (key)
    where not exists (select 1 from instance where object_key = key)
      and not exists (select 1 from quarantine where object_key = key)
      and not exists (select 1 from instance_version where object_key = key)
      and not exists (select 1 from instance_original where object_key = key)
      and not exists (select 1 from series where metadata_key = key)`;
  for (const { key } of orphans) await platform.objects.moveToLostAndFound(key);
  return orphans.length;
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
