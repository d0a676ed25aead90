import { maxItems } from "./queue.ts";

interface FoundFile {
  file: File;
  path: string;
}

/** Folders deeper than this are not looked into. */
const maxDepth = 32;

/** The files of a drop, those in folders included. Must be called while the drop event is handled: its entries do not outlive it. */
export function filesOfDrop(transfer: DataTransfer): Promise<FoundFile[]> {
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? null)
    .filter((entry) => entry !== null);
  if (entries.length === 0)
    return Promise.resolve([...transfer.files].map((file) => ({ file, path: file.name })));
  return walk(entries);
}

async function walk(roots: FileSystemEntry[]): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const folders: Array<{ entry: FileSystemEntry; depth: number }> = roots.map((entry) => ({
    entry,
    depth: 0,
  }));
  for (let next = folders.shift(); next && found.length <= maxItems; next = folders.shift()) {
    const { entry, depth } = next;
    if (entry.isFile) {
      const file = await readFile(entry as FileSystemFileEntry);
      if (file) found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    } else if (depth < maxDepth) {
      for (const child of await readFolder(entry as FileSystemDirectoryEntry)) {
        folders.push({ entry: child, depth: depth + 1 });
      }
    }
  }
  return found;
}

/** A file that cannot be opened, one that vanished for instance, is left out. */
const readFile = (entry: FileSystemFileEntry) =>
  new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));

async function readFolder(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  // The reader gives at most a hundred at a time, and an empty array at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
