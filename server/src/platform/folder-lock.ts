import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Refusal } from "./refusal.ts";

export interface FolderLock {
  release(): void;
}

/** Another living program holds the folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`Another Isocenter is running on ${folder}. Stop it first, or give this one another DATA_DIR.`);
    this.name = "FolderInUse";
  }
}

/**
 * Holds the folder for this process. Node has no file locks of its own; SQLite takes the kernel's (fcntl), which ends with the
 * process however that ends, and holds between containers that share the folder.
 * @throws FolderInUse, Refusal `unavailable` (`folder.not-writable`)
 */
export function lockFolder(folder: string): FolderLock {
  makeWritable(folder);
  const file = new DatabaseSync(path.join(folder, "isocenter.lock"), { timeout: 0 });
  try {
    file.exec("begin exclusive");
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode === 5 /* SQLITE_BUSY */) throw new FolderInUse(folder);
    throw error;
  }
  return { release: () => file.close() };
}

function makeWritable(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Refusal(
      "unavailable",
      "folder.not-writable",
      `${folder} cannot be ${fs.existsSync(folder) ? "written" : "made"} (${code}). Give it to the user who runs this (chown -R), or choose another place; a disk that is mounted to be read only has to be mounted anew.`,
    );
  }
}
