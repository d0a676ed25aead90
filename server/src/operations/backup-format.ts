import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Refusal } from "../platform/index.ts";

/** A compressed file of a back-up. */
export interface BackupFile {
  file: string;
  /** Of the compressed file, hexadecimal. */
  sha256: string;
  /** Lines, each a row. */
  rows: number;
}

/** `manifest.json`: written last, so a back-up that has one is whole. */
export interface BackupManifest {
  format: 1;
  name: string;
  program: string;
  /** The newest migration of the database. */
  migration: number;
  createdAt: string;
  /** PostgreSQL's COPY text, columns in the order named. */
  tables: readonly (BackupFile & { name: string; columns: readonly string[] })[];
  sequences: readonly { name: string; lastValue: string; isCalled: boolean }[];
  /** Jobs that wait. */
  jobs: BackupFile;
  /** Key, size and SHA-256 of every object that a row names, by tabs; `-` where the row does not say. */
  objects: BackupFile & { bytes: number };
  /** The newest seal of the audit trail, and whose key signed it. */
  seal: { newest: number; keyId: string | null };
  /** Files of DATA_DIR/secrets that are in the back-up. */
  secrets: readonly string[];
  /** Objects that could not be copied as their rows say them. */
  trouble: { missing: readonly string[]; damaged: readonly string[] };
}

/** One line of the list of objects; null: the row does not say. */
export interface ListedObject {
  key: string;
  size: number | null;
  sha256: string | null;
}

export const listedLine = ({ key, size, sha256 }: ListedObject): string =>
  `${key}\t${size ?? "-"}\t${sha256 ?? "-"}\n`;

export async function* readListed(file: string): AsyncGenerator<ListedObject> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) });
  for await (const line of lines) {
    const [key = "", size = "-", sha256 = "-"] = line.split("\t");
    yield { key, size: size === "-" ? null : Number(size), sha256: sha256 === "-" ? null : sha256 };
  }
}

/** Writes lines compressed and durable. */
export async function writeCompressed(
  folder: string,
  file: string,
  lines: AsyncIterable<Uint8Array | string>,
): Promise<BackupFile> {
  const hash = createHash("sha256");
  let rows = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // COPY's text form escapes the line breaks of values (PostgreSQL, COPY, "Text Format").
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1;
      done(null, chunk);
    },
  });
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const out = createWriteStream(path.join(folder, file), { flags: "wx", mode: 0o600, flush: true });
  await pipeline(lines, count, createGzip({ level: 4 }), tap, out);
  return { file, sha256: hash.digest("hex"), rows };
}

export async function writeDurably(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  await fs.writeFile(fresh, text, { mode: 0o600, flush: true });
  await fs.rename(fresh, file);
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

/** @throws Refusal `conflict` (`backup.damaged`) where the file is not the one that was written */
export async function checkFile(folder: string, { file, sha256 }: BackupFile): Promise<void> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path.join(folder, file))) hash.update(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  if (hash.digest("hex") !== sha256) throw damaged(path.join(folder, file));
}

export const backupsFolder = (target: string): string => path.join(target, "backups");
export const objectsFolder = (target: string): string => path.join(target, "objects");

/** The names of a folder's whole back-ups, oldest first; none where the folder holds none, or is none. */
export async function listBackups(target: string): Promise<string[]> {
  const names = await fs.readdir(backupsFolder(target)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  return names.filter((name) => !name.endsWith(".part")).sort();
}

/** The name of a back-up: the time to the second, or the next one that no other has, so that names in their order are the back-ups in theirs. */
export async function freeName(target: string, at: Date): Promise<string> {
  const taken = await listBackups(target);
  for (let time = at.getTime(); ; time += 1000) {
    const name = new Date(time).toISOString().replaceAll(":", "").replace(/\.\d+/, "");
    if (!taken.includes(name)) return name;
  }
}

/** @throws Refusal `conflict` (`backup.damaged`, `backup.format`) */
export async function readManifest(target: string, name: string): Promise<BackupManifest> {
  const file = path.join(backupsFolder(target), name, "manifest.json");
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(await fs.readFile(file, "utf8")) as BackupManifest;
  } catch {
    throw damaged(file);
  }
  if (manifest.format !== 1)
    throw new Refusal(
      "conflict",
      "backup.format",
      `The back-up ${name} was made by a newer version (${manifest.program}).`,
    );
  return manifest;
}

const damaged = (file: string) =>
  new Refusal(
    "conflict",
    "backup.damaged",
    `${file} is missing or damaged: choose another back-up with --backup; --list says which there are.`,
  );
