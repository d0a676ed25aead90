import type { Db, ObjectStore } from "../platform/index.ts";

const batchCopies = 1000;

/**
 * Copies of seals in a back-up's folder that are older than the seals of their number: those that were made before an older back-up was brought back, after
 * which the numbers began anew from there.
 * @returns their keys
 */
export async function olderSealCopies(db: Db, store: Pick<ObjectStore, "list">): Promise<Set<string>> {
  const older = new Set<string>();
  let batch: { key: string; modifiedAt: Date }[] = [];
  const look = async () => {
    const rows = await db<{ key: string }[]>`
      select c.key from unnest(${batch.map(({ key }) => key)}::text[], ${batch.map(({ modifiedAt }) => modifiedAt.toISOString())}::timestamptz[]) as c (key, made_at)
      join seal s on s.number = substring(c.key from '[0-9]+$')::bigint where s.sealed_at > c.made_at`;
    for (const { key } of rows) older.add(key);
    batch = [];
  };
  for await (const one of store.list("seals", new Date(8.64e15))) {
    batch.push(one);
    if (batch.length === batchCopies) await look();
  }
  if (batch.length > 0) await look();
  return older;
}
