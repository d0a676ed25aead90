import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freeName, listBackups, readManifest } from "./backup-format.ts";

async function target(manifests: Readonly<Record<string, string>>): Promise<string> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-backups-"));
  onTestFinished(() => fs.rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(manifests)) {
    await fs.mkdir(path.join(folder, "backups", name), { recursive: true });
    await fs.writeFile(path.join(folder, "backups", name, "manifest.json"), text);
  }
  return folder;
}

test("a back-up whose manifest is cut hides no other, and is refused by its file's name", async () => {
  const folder = await target({ second: '{"format": 1, "na', first: '{"format": 1}', "third.part": "" });
  expect(await listBackups(folder)).toEqual(["first", "second"]);
  expect(await readManifest(folder, "first")).toEqual({ format: 1 });
  await expect(readManifest(folder, "second")).rejects.toThrow(
    /second\/manifest\.json is missing or damaged/,
  );
  await expect(readManifest(folder, "none")).rejects.toThrow(/missing or damaged/);
});

test("a folder without back-ups, no folder, and a file have none", async () => {
  const folder = await target({});
  await fs.writeFile(path.join(folder, "file"), "");
  for (const place of [folder, path.join(folder, "nowhere"), path.join(folder, "file")])
    expect(await listBackups(place)).toEqual([]);
});

test("back-ups of the same second have a name each, in their order", async () => {
  const at = new Date("2026-03-09T10:59:59.400Z");
  expect(await freeName(await target({}), at)).toBe("2026-03-09T105959Z");
  const folder = await target({ "2026-03-09T105959Z": "{}", "2026-03-09T110000Z": "{}" });
  expect(await freeName(folder, at)).toBe("2026-03-09T110001Z");
});
