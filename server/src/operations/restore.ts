import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import {
  createFileStore,
  type Db,
  finishSchema,
  listMigrations,
  migrate,
  type OperatorPlatform,
  prepareJobs,
  Refusal,
  type Tx,
  transact,
} from "../platform/index.ts";
import {
  type BackupFile,
  type BackupManifest,
  backupsFolder,
  checkFile,
  listBackups,
  objectsFolder,
  readListed,
  readManifest,
} from "./backup-format.ts";
import { copyObject } from "./copy-object.ts";
import { eachOf } from "./each.ts";
import type { Progress } from "./progress.ts";
import { quoted } from "./schema.ts";

export interface RestoreOptions {
  operator: OperatorPlatform;
  source: string;
  /** The name of one of several; left out: the newest. */
  name?: string;
  /** Whether what is here may be replaced. */
  replace: boolean;
  progress(of: string, total: number | null): Progress;
  /** Runs in the transaction that brings the rows. */
  afterwards(tx: Tx, manifest: BackupManifest): Promise<void>;
  /** Objects at once. */
  atOnce?: number;
}

export interface RestoreResult {
  manifest: BackupManifest;
  copied: number;
  trouble: { missing: string[]; damaged: string[] };
  /** Secrets that are configured or were here, and differ from those of the back-up. */
  otherSecrets: string[];
}

/**
 * Brings a back-up back: its files are checked first, then objects, then secrets, then all rows in one transaction; broken off before
 * that, the system is as empty as before, and the next run goes on. Nothing of another system is touched unless `replace` says so.
 * @throws Refusal `not-found` (`backup.none`), `conflict` (`backup.damaged`, `backup.format`, `backup.newer`, `restore.not-empty`, `restore.in-use`)
 */
export async function restore(options: RestoreOptions): Promise<RestoreResult> {
  const { operator, replace } = options;
  const { db, config } = operator.platform;
  const source = path.resolve(options.source);
  const manifest = await chooseBackup(source, options.name);
  const folder = path.join(backupsFolder(source), manifest.name);
  await requireRoom(db, config.databaseUrl !== null, replace);
  for (const file of [...manifest.tables, manifest.jobs, manifest.objects]) await checkFile(folder, file);
  const { copied, trouble } = await restoreObjects(options, source, folder, manifest);
  const otherSecrets = await restoreSecrets(folder, config.dataDir, manifest.secrets, replace);
  await restoreRows(options, folder, manifest);
  await finishSchema(operator);
  await db.unsafe("analyze");
  return { manifest, copied, trouble, otherSecrets };
}

async function chooseBackup(source: string, name: string | undefined): Promise<BackupManifest> {
  const all = await listBackups(source);
  const chosen = name === undefined ? all.at(-1) : all.find((one) => one === name);
  if (chosen === undefined)
    throw new Refusal(
      "not-found",
      "backup.none",
      name === undefined
        ? `There is no whole back-up in ${source}.`
        : `There is no back-up ${name} in ${source}; there are ${all.join(", ") || "none"}.`,
    );
  const manifest = await readManifest(source, chosen);
  const known = (await listMigrations()).length;
  if (manifest.migration > known)
    throw new Refusal(
      "conflict",
      "backup.newer",
      `The back-up was made by a newer version (${manifest.program}, migration ${manifest.migration}; this program knows ${known}).`,
    );
  return manifest;
}

/** @throws Refusal `conflict` where rows are here that nobody said may go, or somebody works with them */
async function requireRoom(db: Db, shared: boolean, replace: boolean): Promise<void> {
  const holds: string[] = [];
  for (const table of ["app_user", "patient", "study", "instance", "fact"]) {
    const [there] = await db`select to_regclass(${`public.${table}`}) is not null as there`;
    if (there?.there && (await db`select 1 from ${db(table)} limit 1`).length > 0) holds.push(table);
  }
  if (holds.length > 0 && !replace)
    throw new Refusal(
      "conflict",
      "restore.not-empty",
      `This system is not empty (rows in ${holds.join(", ")}). Restore into a fresh DATA_DIR and database, or say --replace to lose what is here.`,
    );
  if (!shared) return;
  const others = await db`
    select 1 from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      and application_name is distinct from current_setting('application_name')`;
  if (others.length > 0)
    throw new Refusal(
      "conflict",
      "restore.in-use",
      `${others.length} other connections use this database: stop the server first.`,
    );
}

async function restoreObjects(
  { operator, progress, atOnce = 8 }: RestoreOptions,
  source: string,
  folder: string,
  manifest: BackupManifest,
) {
  const { objects, log } = operator.platform;
  await objects.check();
  const from = createFileStore(objectsFolder(source));
  const bar = progress("objects", manifest.objects.rows);
  const known = new Set([...manifest.trouble.missing, ...manifest.trouble.damaged]);
  const trouble = { missing: [] as string[], damaged: [] as string[] };
  let copied = 0;
  await eachOf(readListed(path.join(folder, manifest.objects.file)), atOnce, async (object) => {
    const moved = (bytes: number) => bar.advance(0, bytes);
    const outcome = await copyObject(from, objects, object, { compare: true, moved });
    if (outcome === "copied") copied += 1;
    if (outcome === "missing" || outcome === "damaged") {
      bar.note(
        `${outcome.padEnd(9)}${object.key}${known.has(object.key) ? " (was so when the back-up was made)" : ""}`,
      );
      if (trouble[outcome].length < 1000) trouble[outcome].push(object.key);
    }
    bar.advance(1);
  });
  bar.end();
  await putAsideNewerSeals(operator, manifest.seal.newest);
  if (trouble.missing.length + trouble.damaged.length > 0)
    log.error(
      { missing: trouble.missing.length, damaged: trouble.damaged.length },
      "objects were not restored",
    );
  return { copied, trouble };
}

/** Seals of a time that the back-up does not know would stand in the way of those to come. */
async function putAsideNewerSeals({ platform }: OperatorPlatform, newest: number): Promise<void> {
  const tomorrow = new Date(platform.clock.now().getTime() + 86_400_000);
  const newer: string[] = [];
  for await (const { key } of platform.objects.list("seals", tomorrow))
    if (Number(key.slice("seals/".length)) > newest) newer.push(key);
  for (const key of newer) await platform.objects.moveToLostAndFound(key);
}

async function restoreSecrets(
  folder: string,
  dataDir: string,
  names: readonly string[],
  replace: boolean,
): Promise<string[]> {
  const to = path.join(dataDir, "secrets");
  await fs.mkdir(to, { recursive: true, mode: 0o700 });
  const others: string[] = [];
  for (const name of names) {
    const secret = await fs.readFile(path.join(folder, "secrets", name));
    const place = path.join(to, name);
    const here = await fs.readFile(place).catch(() => null);
    if (here?.equals(secret)) continue;
    if (here !== null && !replace) {
      others.push(name);
      continue;
    }
    const fresh = `${place}.restored`;
    await fs.writeFile(fresh, secret, { mode: 0o600, flush: true });
    await fs.rename(fresh, place);
  }
  return others;
}

async function restoreRows(options: RestoreOptions, folder: string, manifest: BackupManifest): Promise<void> {
  const { operator, replace, progress, afterwards } = options;
  const { db } = operator.platform;
  if (replace)
    await transact(db, async (tx) => {
      await tx`drop schema if exists graphile_worker cascade`;
      await tx`drop schema public cascade`;
      await tx`create schema public`;
    });
  await migrate(db, manifest.migration);
  await prepareJobs(operator.connection);
  const bar = progress("tables", manifest.tables.length);
  await transact(db, async (tx) => {
    await tx
      .unsafe("set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local timezone = 'UTC'")
      .simple();
    const names = manifest.tables.map(({ name }) => `public.${quoted(name)}`);
    // Rows come in any order, and the rules that bind them are checked when all are there.
    const rules = await tx<{ name: string; on: string; definition: string }[]>`
      select conname as name, conrelid::regclass::text as on, pg_get_constraintdef(oid) as definition
      from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`;
    for (const { name, on } of rules) await tx.unsafe(`alter table ${on} drop constraint ${quoted(name)}`);
    for (const name of names) await tx.unsafe(`alter table ${name} disable trigger user`);
    await tx.unsafe(`truncate ${names.join(", ")}`);
    for (const table of manifest.tables) {
      const columns = table.columns.map(quoted).join(", ");
      await load(tx, `public.${quoted(table.name)} (${columns})`, folder, table);
      bar.advance(1);
    }
    for (const name of names) await tx.unsafe(`alter table ${name} enable trigger user`);
    for (const { name, on, definition } of rules)
      await tx.unsafe(`alter table ${on} add constraint ${quoted(name)} ${definition}`);
    for (const { name, lastValue, isCalled } of manifest.sequences)
      await tx`select setval(${`public.${quoted(name)}`}::text::regclass, ${lastValue}::text::bigint, ${isCalled})`;
    await restoreJobs(tx, folder, manifest.jobs);
    await afterwards(tx, manifest);
  });
  bar.end();
}

/** @throws Refusal `conflict` (`backup.damaged`) where the rows are not as many as the manifest says */
async function load(tx: Tx, into: string, folder: string, { file, rows }: BackupFile): Promise<void> {
  let seen = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) seen += 1;
      done(null, chunk);
    },
  });
  const target = await tx.unsafe(`copy ${into} from stdin`).writable();
  await pipeline(createReadStream(path.join(folder, file)), createGunzip(), count, target);
  if (seen !== rows)
    throw new Refusal("conflict", "backup.damaged", `${file} has ${seen} rows; the back-up says ${rows}.`);
}

async function restoreJobs(tx: Tx, folder: string, jobs: BackupFile): Promise<void> {
  await tx.unsafe(`create temporary table waiting_job (identifier text, payload text, queue_name text, run_at timestamptz, max_attempts int,
    key text, priority int) on commit drop`);
  await load(tx, "waiting_job", folder, jobs);
  await tx`select graphile_worker.add_job(identifier, payload := payload::json, queue_name := queue_name, run_at := run_at,
    max_attempts := max_attempts, job_key := key, priority := priority) from waiting_job`;
}
