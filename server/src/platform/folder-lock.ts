import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makeFolder } from "./make-folder.ts";
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
  const file = lockFile(folder);
  try {
    file.exec("begin exclusive");
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode === 5 /* SQLITE_BUSY */) throw new FolderInUse(folder);
    throw error;
  }
  return { release: () => file.close() };
}

/** Who is root may write everywhere, and still there are places in which no file can be made, such as /sys. */
function lockFile(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(path.join(folder, "isocenter.lock"), { timeout: 0 });
  } catch (error) {
    throw notWritable(folder, (error as Error).message);
  }
}

function makeWritable(folder: string): void {
  try {
    makeFolder(folder, 0o755);
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    throw notWritable(folder, (error as NodeJS.ErrnoException).code);
  }
}

const notWritable = (folder: string, reason: string | undefined): Refusal =>
  new Refusal(
    "unavailable",
    "folder.not-writable",
    `${folder} cannot be ${fs.existsSync(folder) ? "written" : "made"} (${reason}). Give it to the user who runs this (chown -R), or choose another place; a disk that is mounted to be read only has to be mounted anew.`,
  );
