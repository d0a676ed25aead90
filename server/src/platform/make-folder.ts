import fs from "node:fs";
import path from "node:path";

/**
 * Makes a folder that somebody named, with those above it. Node's own `recursive` never ends where a file system answers ENOENT for what is made
 * in a folder that is there, as /proc does.
 * @throws the system's error
 */
export function makeFolder(folder: string, mode: number): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !fs.existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const one of missing.reverse())
    try {
      fs.mkdirSync(one, { mode });
    } catch (error) {
      // Another program may have been faster.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
}
