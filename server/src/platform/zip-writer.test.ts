import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { openZip, unzipped } from "@isocenter/test/support/unzip.ts";
import { expect, test } from "vitest";
import { type ZipEntry, zipArchive } from "./zip-writer.ts";

const modified = new Date("2026-01-05T10:20:30Z");
async function* pieces(...chunks: Uint8Array[]) {
  yield* chunks;
}

const readBack = async (stream: Readable) => unzipped(await buffer(stream));

test("another library reads what was written: at hand and streamed, deflated and stored, of known and unknown size", async () => {
  const noise = randomBytes(300_000);
  const entries: ZipEntry[] = [
    { name: "a/Änne.dcm", modified, size: 4, body: Buffer.from("whole".slice(0, 4)) },
    { name: "a/stored", modified, size: 3, body: Buffer.from("abc"), stored: true },
    { name: "b/known", modified, size: noise.length, body: pieces(noise.subarray(0, 9), noise.subarray(9)) },
    { name: "b/unknown", modified, size: null, body: pieces(noise) },
    { name: "b/stored", modified, size: noise.length, body: pieces(noise), stored: true },
    { name: "empty", modified, size: 0, body: pieces() },
  ];
  const files = await readBack(zipArchive(entries));
  expect([...files.keys()]).toEqual(entries.map(({ name }) => name));
  expect(files.get("a/Änne.dcm")?.toString()).toBe("whol");
  for (const name of ["b/known", "b/unknown", "b/stored"]) expect(files.get(name)?.equals(noise)).toBe(true);
  expect(files.get("empty")?.length).toBe(0);
});

test("more entries than 16 bits count are all there", async () => {
  function* many(): Generator<ZipEntry> {
    for (let n = 0; n < 66_000; n += 1)
      yield { name: `f${n}`, modified, size: 1, body: Buffer.from("x"), stored: true };
  }
  const zip = await openZip(await buffer(zipArchive(many())));
  expect(zip.entryCount).toBe(66_000);
  let count = 0;
  await new Promise((resolve, reject) => {
    zip.on("entry", () => {
      count += 1;
      zip.readEntry();
    });
    zip.once("end", resolve).once("error", reject);
    zip.readEntry();
  });
  expect(count).toBe(66_000);
});

test("names that lead out of the archive, sizes that are not so and entries that fail break the stream", async () => {
  for (const name of ["../up", "/absolute", "a//b", "C:/a", "a\\b", ""])
    await expect(buffer(zipArchive([{ name, modified, size: 0, body: Buffer.alloc(0) }]))).rejects.toThrow(
      "relative",
    );
  await expect(
    buffer(zipArchive([{ name: "a", modified, size: 5, body: pieces(Buffer.from("abc")) }])),
  ).rejects.toThrow("size");
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("abc");
    throw new Error("the disk failed");
  }
  for (const stored of [true, false])
    await expect(
      buffer(zipArchive([{ name: "a", modified, size: 5, body: failing(), stored }])),
    ).rejects.toThrow("disk");
});

test("nothing is read ahead of the reader, and who goes away ends the entry that is open", async () => {
  let read = 0;
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        read += 65_536;
        yield randomBytes(65_536);
      }
    } finally {
      ended = true;
    }
  }
  const stream = zipArchive([{ name: "a", modified, size: null, body: endless() }]);
  for await (const _ of stream) break;
  await expect.poll(() => ended).toBe(true);
  expect(read).toBeLessThan(4 << 20);
});
