import fs from "node:fs/promises";
import path from "node:path";

/** A file found in a folder. */
export interface FoundFile {
  /** As given and below, parted by the system's separator. */
  path: string;
  /** From the folder, parted by slashes. */
  name: string;
  size: number;
  /** Of its last change, in milliseconds. */
  modified: number;
}

/** Names that systems put beside images, and directories of media. */
const passedOver = /^(DICOMDIR|\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX|\.git)$|^\._/i;

/**
 * Every file below a folder, by name; or the file itself. Links are not followed, so that no circle has no end; what may not be read is told to `onRefused`.
 */
export async function* filesBelow(
  start: string,
  onRefused: (name: string, reason: string) => void,
): AsyncGenerator<FoundFile> {
  const stat = await fs.stat(start);
  if (stat.isFile()) {
    yield { path: start, name: path.basename(start), size: stat.size, modified: Math.floor(stat.mtimeMs) };
    return;
  }
  const folders = [start];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await fs
      .readdir(folder, { withFileTypes: true })
      .catch((error: NodeJS.ErrnoException) => {
        onRefused(path.relative(start, folder!), `The folder cannot be read (${error.code}).`);
        return [];
      });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const below: string[] = [];
    for (const entry of entries) {
      if (passedOver.test(entry.name)) continue;
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) below.push(full);
      if (!entry.isFile()) continue;
      const { size, mtimeMs } = await fs.stat(full);
      const name = path.relative(start, full).split(path.sep).join("/");
      yield { path: full, name, size, modified: Math.floor(mtimeMs) };
    }
    folders.push(...below.reverse());
  }
}
