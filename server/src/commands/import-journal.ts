import { createReadStream, type WriteStream } from "node:fs";
import fs from "node:fs/promises";
import readline from "node:readline/promises";
import type { FoundFile } from "./walk.ts";

/** What became of one file: a line of the journal. */
export interface ImportLine {
  file: string;
  size: number;
  modified: number;
  outcome: "stored" | "already-stored" | "refused";
  /** Of a refusal. */
  code?: string;
  reason?: string;
  /** Of a ZIP archive: how many files in it were stored. */
  files?: number;
}

export interface ImportJournal {
  /** Lines of files that are done and have not changed since. */
  done(file: FoundFile): ImportLine | undefined;
  append(lines: readonly ImportLine[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * The journal of an import: a line of JSON for each file, so that one that broke off goes on where it was, and a program reads what was refused and why.
 * A last line that was cut is not counted.
 */
export async function openJournal(path: string): Promise<ImportJournal> {
  const known = new Map<string, ImportLine>();
  let cut = false;
  const present = await fs.stat(path).catch(() => null);
  if (present?.isFile()) {
    for await (const line of readline.createInterface({ input: createReadStream(path) })) {
      try {
        const entry = JSON.parse(line) as ImportLine;
        known.set(entry.file, entry);
        cut = false;
      } catch {
        cut = true;
      }
    }
  }
  const handle = await fs.open(path, "a");
  const stream: WriteStream = handle.createWriteStream();
  if (cut) stream.write("\n");
  return {
    done(file) {
      const line = known.get(file.name);
      return line && line.size === file.size && line.modified === file.modified ? line : undefined;
    },
    append: (lines) =>
      new Promise((resolve, reject) =>
        stream.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), (error) =>
          error ? reject(error) : resolve(),
        ),
      ),
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}
