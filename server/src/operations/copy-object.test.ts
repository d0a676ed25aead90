import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFileStore, type ObjectStore } from "../platform/index.ts";
import { copyObject } from "./copy-object.ts";

const seal = { key: "seals/000000000001", size: null, sha256: null };
let folder: string;
let from: ObjectStore;
let to: ObjectStore;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-copy-object-"));
  from = createFileStore(path.join(folder, "from"));
  to = createFileStore(path.join(folder, "to"));
  await from.put(seal.key, once("the whole seal\n"));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
const copy = (compare: boolean) => copyObject(from, to, seal, { compare, moved: () => {} });

test.each([
  ["that a crash cut off", false, "the whole"],
  ["of which a crash left the name alone", false, ""],
  ["of the time before an older back-up was brought back", true, "another seal 1\n"],
])("a seal %s is copied again, and what was there is kept aside", async (_, compare, before) => {
  await to.put(seal.key, once(before));
  expect(await copy(compare)).toBe("copied");
  expect((await to.read(seal.key)).toString()).toBe("the whole seal\n");
  const aside = path.join(folder, "to", "lost-and-found", seal.key);
  expect(await fs.readFile(aside, "utf8")).toBe(before);
  expect([await copy(false), await copy(true)]).toEqual(["there", "there"]);
});
