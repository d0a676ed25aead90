import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "isocenter-make-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

test("a folder is made with those above it, and may be there already", () => {
  const place = path.join(folder, "a", "b", "c");
  makeFolder(place, 0o700);
  makeFolder(place, 0o700);
  expect(fs.statSync(place).mode & 0o777).toBe(0o700);
});

test.skipIf(!fs.existsSync("/proc/self"))(
  "where none can be made that is said, and does not last for ever",
  () => {
    // In a process of its own: a call that never comes back can be ended only from outside.
    const program = `const {makeFolder} = await import(${JSON.stringify(path.join(import.meta.dirname, "make-folder.ts"))});
    try { makeFolder("/proc/isocenter/backup", 0o700); } catch (error) { process.stdout.write(error.code); }`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(stdout).toBe("ENOENT");
  },
);
