import fs from "node:fs/promises";
import path from "node:path";
import type { Journal } from "../modules/journal/index.ts";
import {
  copyOut,
  createFileStore,
  FolderInUse,
  type FolderLock,
  lockFolder,
  type OperatorPlatform,
  productVersion,
  Refusal,
  schemaVersion,
  systemViewer,
  type Tx,
  transact,
} from "../platform/index.ts";
import {
  type BackupManifest,
  backupsFolder,
  freeName,
  type ListedObject,
  listedLine,
  objectsFolder,
  readListed,
  syncFolder,
  writeCompressed,
  writeDurably,
} from "./backup-format.ts";
import { copyObject } from "./copy-object.ts";
import { eachOf } from "./each.ts";
import { olderSealCopies } from "./older-seal-copies.ts";
import type { Progress } from "./progress.ts";
import { countObjectRows, isNamed, listObjectTables, listTables, objectRows, quoted } from "./schema.ts";

export interface BackupOptions {
  operator: OperatorPlatform;
  journal: Journal;
  target: string;
  progress(of: string, total: number | null): Progress;
  /** Objects at once. */
  atOnce?: number;
}

export interface BackupResult {
  manifest: BackupManifest;
  /** Objects that were not there from an earlier back-up. */
  copied: number;
  copiedBytes: number;
}

const mostNamed = 1000;

/**
 * Writes the database as one snapshot and every object that its rows name below `target`, where earlier back-ups have left most of them. It works
 * beside a running server: objects never change, and one that a row of the snapshot names was durable before. A run that was broken off
 * leaves the objects that it copied for the next.
 */
export async function backup(options: BackupOptions): Promise<BackupResult> {
  const { operator, journal } = options;
  const { platform } = operator;
  const { config, clock, db } = platform;
  const target = path.resolve(options.target);
  if (isWithin(config.dataDir, target) || isWithin(target, config.dataDir))
    throw new Refusal(
      "invalid",
      "backup.place",
      `${target} lies with DATA_DIR: choose a folder elsewhere, best on another disk.`,
    );
  const lock = lockTarget(target);
  try {
    await removeParts(target);
    const name = await freeName(target, clock.now());
    const folder = path.join(backupsFolder(target), `${name}.part`);
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    const dumped = await dumpDatabase(options, folder, name);
    const secrets = await copySecrets(config.dataDir, folder);
    const { copied, copiedBytes, trouble } = await copyObjects(options, target, folder, dumped.objects.rows);
    const manifest: BackupManifest = { ...dumped, secrets, trouble };
    await writeDurably(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
    await syncFolder(folder);
    await fs.rename(folder, path.join(backupsFolder(target), name));
    await syncFolder(backupsFolder(target));
    await transact(db, (tx) =>
      journal.record(tx, systemViewer([], "operator"), {
        type: "system.backed-up",
        subject: { type: "backup", id: name },
        facilityId: null,
        data: {
          objects: manifest.objects.rows,
          copied,
          missing: trouble.missing.length,
          damaged: trouble.damaged.length,
        },
      }),
    );
    return { manifest, copied, copiedBytes };
  } finally {
    lock.release();
  }
}

/** @throws Refusal `conflict` (`backup.busy`) */
function lockTarget(target: string): FolderLock {
  try {
    return lockFolder(target);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    throw new Refusal(
      "conflict",
      "backup.busy",
      `Another back-up into ${target} is on its way: wait until it has ended, or choose another folder.`,
    );
  }
}

const isWithin = (folder: string, inner: string): boolean => `${inner}/`.startsWith(`${folder}/`);

/** What runs left that were broken off; their objects stay. */
async function removeParts(target: string): Promise<void> {
  await fs.mkdir(backupsFolder(target), { recursive: true, mode: 0o700 });
  for (const name of await fs.readdir(backupsFolder(target)))
    if (name.endsWith(".part")) await fs.rm(path.join(backupsFolder(target), name), { recursive: true });
}

type Dumped = Omit<BackupManifest, "secrets" | "trouble">;

/** All tables in one snapshot, and the list of the objects that they name. */
async function dumpDatabase(
  { operator, progress }: BackupOptions,
  folder: string,
  name: string,
): Promise<Dumped> {
  const { db, clock } = operator.platform;
  const createdAt = clock.now().toISOString();
  return transact(db, async (tx) => {
    await tx`set transaction isolation level repeatable read, read only`;
    await tx
      .unsafe("set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local timezone = 'UTC'")
      .simple();
    const shapes = await listTables(tx);
    const bar = progress("tables", shapes.length);
    const tables: Dumped["tables"][number][] = [];
    for (const { name: table, columns } of shapes) {
      const text = copyOut(tx, `copy public.${quoted(table)} (${columns.map(quoted).join(", ")}) to stdout`);
      tables.push({ name: table, columns, ...(await writeCompressed(folder, `${table}.copy.gz`, text)) });
      bar.advance(1);
    }
    bar.end();
    const objects = await listObjects(tx, folder);
    const sequences = await listSequences(tx);
    const [head] = await tx<{ keyId: string }[]>`select key_id as "keyId" from journal_head`;
    return {
      format: 1,
      name,
      program: productVersion,
      migration: await schemaVersion(tx),
      createdAt,
      tables,
      sequences,
      jobs: await writeCompressed(folder, "waiting-jobs.copy.gz", copyOut(tx, copyJobs)),
      objects: objects.file,
      seal: { newest: objects.newestSeal, keyId: head?.keyId ?? null },
    };
  });
}

/** In a form that does not depend on the queue's own tables. Jobs that gave up stay behind. */
const copyJobs = `copy (
  select t.identifier, j.payload::text, q.queue_name, j.run_at, j.max_attempts, j.key, j.priority
  from graphile_worker._private_jobs j
  join graphile_worker._private_tasks t on t.id = j.task_id
  left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
  where j.attempts < j.max_attempts order by j.id) to stdout`;

const sealName = (number: number): string => `seals/${String(number).padStart(12, "0")}`;

async function listObjects(tx: Tx, folder: string) {
  const tables = await listObjectTables(tx);
  const { bytes } = await countObjectRows(tx, tables);
  const seals = await tx<{ number: number }[]>`
    select number from seal where copied_at is not null order by number`;
  async function* lines() {
    for await (const row of objectRows(tx, tables)) yield listedLine(row);
    for (const { number } of seals) yield listedLine({ key: sealName(number), size: null, sha256: null });
  }
  const file = { ...(await writeCompressed(folder, "objects.gz", lines())), bytes };
  return { file, newestSeal: seals.at(-1)?.number ?? 0 };
}

async function listSequences(tx: Tx): Promise<Dumped["sequences"]> {
  const names = await tx<{ name: string }[]>`
    select sequencename as name from pg_sequences where schemaname = 'public' order by 1`;
  const found: Dumped["sequences"][number][] = [];
  for (const { name } of names) {
    // Not of the snapshot: numbers that were given meanwhile are left out, never given twice.
    const [row] = await tx<{ lastValue: string; isCalled: boolean }[]>`
      select last_value::text as "lastValue", is_called as "isCalled" from ${tx(name)}`;
    found.push({ name, ...row! });
  }
  return found;
}

async function copySecrets(dataDir: string, folder: string): Promise<string[]> {
  const from = path.join(dataDir, "secrets");
  const to = path.join(folder, "secrets");
  const names = await fs.readdir(from).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const secrets = names.filter((name) => !name.endsWith(".new"));
  await fs.mkdir(to, { mode: 0o700 });
  for (const name of secrets)
    await fs.writeFile(path.join(to, name), await fs.readFile(path.join(from, name)), {
      mode: 0o600,
      flush: true,
    });
  return secrets;
}

async function copyObjects(
  { operator, progress, atOnce = 8 }: BackupOptions,
  target: string,
  folder: string,
  total: number,
) {
  const { db, objects } = operator.platform;
  const store = createFileStore(objectsFolder(target));
  await store.check();
  const tables = await listObjectTables(db);
  const older = await olderSealCopies(db, store);
  const bar = progress("objects", total);
  const trouble = { missing: [] as string[], damaged: [] as string[] };
  let copied = 0;
  let copiedBytes = 0;
  const note = (kind: "missing" | "damaged", key: string) => {
    bar.note(`${kind.padEnd(9)}${key}`);
    if (trouble[kind].length < mostNamed) trouble[kind].push(key);
  };
  const stillNamed = async ({ key, size, sha256 }: ListedObject) => {
    if (size === null || sha256 === null) return true;
    for (const table of tables) if (await isNamed(db, table, key)) return true;
    return false;
  };
  await eachOf(readListed(path.join(folder, "objects.gz")), atOnce, async (object) => {
    const moved = (bytes: number) => {
      copiedBytes += bytes;
      bar.advance(0, bytes);
    };
    const outcome = await copyObject(objects, store, object, { compare: older.has(object.key), moved });
    if (outcome === "copied") copied += 1;
    if (outcome === "damaged") note("damaged", object.key);
    // What was deleted for good since the snapshot is no loss.
    if (outcome === "missing" && (await stillNamed(object))) note("missing", object.key);
    bar.advance(1);
  });
  bar.end();
  return { copied, copiedBytes, trouble };
}
