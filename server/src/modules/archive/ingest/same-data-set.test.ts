import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { ByteRange, ObjectStore, Platform } from "../../../platform/index.ts";
import type { ExistingInstance } from "./batch.ts";
import type { Incoming } from "./incoming.ts";
import { createDataSetComparer } from "./same-data-set.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest();

/** Objects as words: what lies before the data set, and the data set. */
function comparerOver(stored: Record<string, string>) {
  const read: string[] = [];
  const compare = createDataSetComparer({
    objects: {
      async get(key: string, range?: ByteRange) {
        read.push(key);
        const text = stored[key];
        if (text === undefined) throw new Error("there is no such object");
        return Readable.from([Buffer.from(text.slice(range?.start ?? 0))]);
      },
    } as Partial<ObjectStore> as ObjectStore,
    log: { warn() {} } as Partial<Platform["log"]> as Platform["log"],
  });
  const described = (objectKey: string, before: string, dataSet: string) => ({
    objectKey,
    size: before.length + dataSet.length,
    sha256: sha256(before + dataSet),
    dataSetOffset: before.length,
  });
  return { compare, described, read };
}

const existing = (fields: object) => ({ id: "1", dataSetSha256: null, ...fields }) as ExistingInstance;
const incoming = (fields: object) => fields as Incoming;

test("the same bytes are the same without being read", async () => {
  const { compare, described, read } = comparerOver({});
  const one = described("a", "meta", "data");
  expect(await compare(existing(one), incoming({ ...one, objectKey: "b" }))).toBe("same");
  expect(read).toEqual([]);
});

test("what lies before the data set does not count", async () => {
  const { compare, described } = comparerOver({ a: "metadata", b: "othermetadata", c: "othermetadato" });
  const old = existing(described("a", "meta", "data"));
  expect(await compare(old, incoming(described("b", "othermeta", "data")))).toBe("same");
  expect(await compare(old, incoming(described("c", "othermeta", "dato")))).toEqual({
    sha256: sha256("dato"),
  });
});

test("a hash that was kept is believed, and another length is another data set", async () => {
  const { compare, described, read } = comparerOver({ b: "xdata" });
  const one = described("a", "meta", "data");
  const kept = existing({ ...one, dataSetSha256: sha256("data") });
  expect(await compare(kept, incoming(described("b", "x", "data")))).toBe("same");
  const longer = existing({ ...kept, size: 20 });
  expect(await compare(longer, incoming(described("b", "x", "data")))).toEqual({ sha256: sha256("data") });
  expect(read).toEqual(["b", "b"]);
});

test("an archived object that cannot be read is not called the same", async () => {
  const { compare, described } = comparerOver({ b: "xdata" });
  expect(
    await compare(existing(described("a", "meta", "data")), incoming(described("b", "x", "data"))),
  ).toEqual({ sha256: sha256("data") });
});
