import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { progressLine } from "../operations/progress-bar.ts";
import { type ImportLine, openJournal } from "./import-journal.ts";
import { filesBelow } from "./walk.ts";

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-journal-"));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const line = (file: string, more: Partial<ImportLine> = {}): ImportLine => ({
  file,
  size: 10,
  modified: 1000,
  outcome: "stored",
  ...more,
});
const found = (name: string, size = 10) => ({ path: name, name, size, modified: 1000 });

test("a journal that was cut goes on behind its last whole line, and knows a file that has changed since", async () => {
  const file = path.join(folder, "import.jsonl");
  const first = await openJournal(file);
  await first.append([line("a"), line("b", { outcome: "refused", code: "dicom.not-dicom", reason: "No." })]);
  await first.close();
  await fs.appendFile(file, '{"file":"c","size":10,"modif');
  const second = await openJournal(file);
  expect(second.done(found("a"))).toMatchObject({ outcome: "stored" });
  expect(second.done(found("b"))).toMatchObject({ code: "dicom.not-dicom" });
  expect(second.done(found("a", 11))).toBeUndefined();
  expect(second.done(found("c"))).toBeUndefined();
  await second.append([line("c")]);
  await second.close();
  const third = await openJournal(file);
  expect(third.done(found("c"))).toMatchObject({ outcome: "stored" });
  await third.close();
});

test("a folder is walked by name, without links, directories of media and what systems leave behind", async () => {
  await fs.mkdir(path.join(folder, "b", "__MACOSX"), { recursive: true });
  for (const name of ["b/2", "b/1", "a", "DICOMDIR", "b/Thumbs.db", "b/__MACOSX/x", "._a"])
    await fs.writeFile(path.join(folder, name), name);
  await fs.symlink(folder, path.join(folder, "b", "circle"));
  const names: string[] = [];
  for await (const file of filesBelow(folder, () => {})) names.push(file.name);
  expect(names).toEqual(["a", "b/1", "b/2"]);
});

test("progress is said in one line", () => {
  expect(progressLine(0, 10, 0, "")).toBe(`[>${" ".repeat(29)}] 0/10  0/s`);
  expect(progressLine(500, 1000, 5, "3 refused")).toBe(
    `[${"=".repeat(15)}>${" ".repeat(14)}] 500/1000  100/s  5 s left  3 refused`,
  );
  expect(progressLine(10, 10, 2, "")).toBe(`[${"=".repeat(30)}] 10/10  5/s`);
});
