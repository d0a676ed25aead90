import fs from "node:fs/promises";
import path from "node:path";
import type { Db } from "../database/database.ts";
import { Refusal } from "../refusal.ts";

/*
 * Objects often lie on a disk of their own. While that is not mounted its place is an empty folder on another disk: images would seem lost, and those that
 * are taken in meanwhile would be hidden as soon as it is back. So the folder bears a mark, and nothing is written where it was and is not.
 */

const markName = "isocenter-objects";
const text =
  "This folder holds the objects of an Isocenter archive. Without this file nothing is taken in here.\n";

export const bearsMark = (root: string): Promise<boolean> =>
  fs.access(path.join(root, markName)).then(
    () => true,
    () => false,
  );

export const notMounted = (root: string) =>
  new Refusal(
    "unavailable",
    "store.unavailable",
    `${root} is not the folder in which the archive's objects lie: is its disk mounted?`,
  );

/** Folders of which an archive that is in use has one. */
const folders = ["instances", "seals"];

/** @throws Refusal `unavailable` (`store.empty`) where there are no objects in the folder although the database names some */
export async function requireObjects(root: string, db: Db): Promise<void> {
  if (await bearsMark(root)) return;
  const names: string[] = await fs.readdir(root).catch(() => []);
  if (folders.some((folder) => names.includes(folder))) return;
  const [row] = await db<{ used: boolean }[]>`
    select exists (select from instance) or exists (select from seal where copied_at is not null) as used`;
  if (row?.used)
    throw new Refusal(
      "unavailable",
      "store.empty",
      `${root} holds no objects, although the database names some. Is its disk mounted? If they are lost, bring a back-up back (isocenter restore).`,
    );
}

/**
 * Marks the folder at the start, once it is known to be the right one.
 * @throws as `requireObjects`
 */
export async function markObjects(root: string, db: Db): Promise<void> {
  if (await bearsMark(root)) return;
  await requireObjects(root, db);
  await fs.writeFile(path.join(root, markName), text, { flush: true });
}
