import { findOrphans, findWrongCounts, type WrongCount } from "../modules/archive/index.ts";
import type { Journal, Verification } from "../modules/journal/index.ts";
import type { Platform } from "../platform/index.ts";
import { checkObject } from "./copy-object.ts";
import { eachOf } from "./each.ts";
import type { Progress } from "./progress.ts";
import { countObjectRows, isNamed, listObjectTables, type ObjectRow, objectRows } from "./schema.ts";

export interface VerifyOptions {
  platform: Platform;
  journal: Journal;
  /** Sizes alone, the bytes unread. */
  fast: boolean;
  progress(of: string, total: number | null): Progress;
  /** Told of each thing that is wrong, as it is found. */
  found(line: string): void;
  /** Objects at once. */
  atOnce?: number;
}

export interface VerifyResult {
  objects: number;
  missing: number;
  damaged: number;
  orphaned: number;
  wrongCounts: number;
  journal: Verification;
}

/** An orphan is swept up by the server itself; everything else is for a person. */
export const isWell = ({ missing, damaged, wrongCounts, journal }: VerifyResult): boolean =>
  missing + damaged + wrongCounts === 0 && journal.intact;

/** Compares objects with rows, rows with each other, and the audit trail with its seals. Memory is flat however many there are. */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const objects = await verifyObjects(options);
  const orphaned = await countOrphans(options);
  const wrongCounts = await verifyCounts(options);
  const journal = await options.journal.verify();
  for (const { chain, position, detail } of journal.breaches)
    options.found(`audit    ${chain}${position === null ? "" : ` ${position}`}: ${detail}`);
  return { ...objects, orphaned, wrongCounts, journal };
}

async function verifyObjects({ platform, fast, progress, found, atOnce = 8 }: VerifyOptions) {
  const { db, objects } = platform;
  const tables = await listObjectTables(db);
  const { count } = await countObjectRows(db, tables);
  const bar = progress("objects", count);
  const result = { objects: 0, missing: 0, damaged: 0 };
  await eachOf(objectRows(db, tables), atOnce, async (row: ObjectRow) => {
    const moved = (bytes: number) => bar.advance(0, bytes);
    const state = await checkObject(objects, row, { fast, moved });
    result.objects += 1;
    // What was deleted for good meanwhile is not missing.
    if (state !== "well" && (await isNamed(db, row.table, row.key))) {
      result[state] += 1;
      found(`${state.padEnd(9)}${row.key} (${row.table.name}, ${row.size} bytes, SHA-256 ${row.sha256})`);
    }
    bar.advance(1);
  });
  bar.end();
  return result;
}

async function countOrphans({ platform, found }: VerifyOptions): Promise<number> {
  let orphaned = 0;
  for await (const key of findOrphans(platform)) {
    orphaned += 1;
    found(`orphaned ${key} (no row names it; the server puts it into the lost-and-found)`);
  }
  return orphaned;
}

async function verifyCounts({ platform, progress, found }: VerifyOptions): Promise<number> {
  const [row] = await platform.db<{ count: number }[]>`select count(*) as count from study`;
  const bar = progress("studies", row?.count ?? 0);
  let wrong = 0;
  for await (const one of findWrongCounts(platform.db, (count) => bar.advance(count))) {
    wrong += 1;
    found(`counts   ${describe(one)}`);
  }
  bar.end();
  return wrong;
}

const totals = ({ instances, series, size }: WrongCount["says"]): string =>
  `${instances} images${series === null ? "" : ` in ${series} series`}, ${size} bytes`;

const describe = ({ level, id, says, counted }: WrongCount): string =>
  `${level} ${id} says ${totals(says)}; there are ${totals(counted)}`;
