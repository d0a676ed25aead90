import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderInUse, lockFolder } from "./folder-lock.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "isocenter-lock-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

test("the second one is refused until the first lets go", () => {
  const first = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  first.release();
  lockFolder(folder).release();
});

test("a lock holds against other processes, and one whose process was killed is free", async () => {
  const program = `const {lockFolder} = await import(${JSON.stringify(path.join(import.meta.dirname, "folder-lock.ts"))});
    lockFolder(${JSON.stringify(folder)}); process.stdout.write("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  child.kill("SIGKILL");
  await once(child, "exit");
  lockFolder(folder).release();
});

test("a folder that cannot be made says so, and what to do", () => {
  fs.writeFileSync(path.join(folder, "file"), "");
  const place = path.join(folder, "file", "data");
  expect(() => lockFolder(place)).toThrow(`${place} cannot be made (ENOTDIR).`);
});

test.skipIf(!fs.existsSync("/proc/self"))(
  "a place in which no file can be made is no fault of the program",
  () => {
    expect(() => lockFolder("/proc")).toThrow(expect.objectContaining({ code: "folder.not-writable" }));
  },
);
