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
  await from.put(seal.key, once("the whole seal"));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
const copy = () => copyObject(from, to, seal, { compare: false, moved: () => {} });
const copied = async () => (await to.read(seal.key)).toString();

test.each([
  ["that a crash cut off", "the whole"],
  ["of which a crash left the name alone", ""],
  ["of the time before an older back-up was brought back", "another seal 1"],
])("a seal %s is copied again, and what was there is kept aside", async (_, before) => {
  await to.put(seal.key, once(before));
  expect(await copy()).toBe("copied");
  expect(await copied()).toBe("the whole seal");
  const aside = path.join(folder, "to", "lost-and-found", seal.key);
  expect(await fs.readFile(aside, "utf8")).toBe(before);
  expect(await copy()).toBe("there");
});
