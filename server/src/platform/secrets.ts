import fs from "node:fs";
import path from "node:path";

/**
 * A secret that is made once and kept in a file that only this program's user reads (mode 0600, folder 0700); made by `make` where there is
 * none yet. Two processes that start at once get the same.
 */
export function keptSecret(dataDir: string, name: string, make: () => string): string {
  const folder = path.join(dataDir, "secrets");
  const file = path.join(folder, name);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = read(file);
  if (kept !== null) return kept;
  // Written whole beside its place, then linked: the link fails where another process was first, and a crash leaves no half.
  const fresh = `${file}.${process.pid}.new`;
  fs.rmSync(fresh, { force: true });
  const handle = fs.openSync(fresh, "wx", 0o600);
  try {
    fs.writeSync(handle, make());
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  try {
    fs.linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(fresh, { force: true });
  }
  const secret = read(file);
  if (secret === null) throw new Error(`${file} could not be kept`);
  return secret;
}

function read(file: string): string | null {
  try {
    const text = fs.readFileSync(file, "utf8");
    if (text.length === 0)
      throw new Error(`${file} is empty: restore it from a back-up, or remove it to have a new one made`);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
