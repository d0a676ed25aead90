import fs from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { buildWebApp, webAppIsBuilt, webAppRoutes } from "@isocenter/server/web-app.ts";
import fastify from "fastify";
import { beforeAll, expect, test } from "vitest";

const dist = path.resolve(import.meta.dirname, "../../web/dist");
/** Bytes of what is compressed. What a list needs at first is about 175 kB: what makes it more belongs behind a menu, a key or a page of its own. */
const most = 190_000;

let files: string[];

beforeAll(async () => {
  if (!webAppIsBuilt()) await buildWebApp();
  files = await fs.readdir(path.join(dist, "assets"));
});

const read = (file: string) => fs.readFile(path.join(dist, "assets", file), "utf8");

/** The files that a browser has to have before it can draw: these, what they import, and what that imports. Imports that come later are left out. */
async function closure(start: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const waiting = [...start];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    if (!file.endsWith(".js")) continue;
    const text = await read(file);
    for (const [, name] of text.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+)"/g)) waiting.push(name!);
  }
  return found;
}

async function entryFiles(): Promise<string[]> {
  const html = await fs.readFile(path.join(dist, "index.html"), "utf8");
  return [...html.matchAll(/\/assets\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name!);
}

async function firstLoad(page: string): Promise<number> {
  const entry = await entryFiles();
  const own = files.filter((file) => new RegExp(`^${page}-[\\w-]{8}\\.js$`).test(file));
  expect(entry.length).toBeGreaterThan(1);
  expect(own).toHaveLength(1);
  const sizes = [...(await closure([...entry, ...own]))].map(
    async (file) => gzipSync(await read(file)).length,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

test.each(["StudiesPage", "ReadingPage"])("the first load of %s is small", async (page) => {
  const bytes = await firstLoad(page);
  // Less would mean that it is not all there.
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThan(most);
});

test("what all pages need comes in few files", async () => {
  const all = await closure(await entryFiles());
  // The program, what the builder itself needs, the styles: each set of pages that share a module once made a file of its own, fifty of them.
  expect([...all].filter((file) => file.endsWith(".js")).length).toBeLessThan(6);
});

test("the viewer's program brings nothing along that it never runs", async () => {
  const own = files.filter((file) => /^viewer-[\w-]{8}\.js$/.test(file));
  expect(own).toHaveLength(1);
  const atFirst = await closure(await entryFiles());
  const besides = [...(await closure(own))].filter((file) => !atFirst.has(file));
  const all = await Promise.all(besides.map(read));
  const bytes = all.map((text) => gzipSync(text).length).reduce((sum, size) => sum + size, 0);
  // Some 500 kB: with a second dictionary of DICOM, WebGPU, decoders of the page's own and readers of meshes it was twice that.
  expect(bytes).toBeGreaterThan(300_000);
  expect(bytes).toBeLessThan(520_000);
  // The decoders belong to the worker, and the dictionary to the panel of attributes.
  expect(all.filter((text) => /PatientBreedDescription|openjpegwasm|GPUBufferUsage/.test(text))).toEqual([]);
});

test("it is sent compressed to whoever takes that, and as it is to others", async () => {
  const app = fastify();
  await app.register(webAppRoutes() as never);
  const file = files.find((name) => /^index-[\w-]{8}\.js$/.test(name))!;
  const ask = (encoding: string) =>
    app.inject({ url: `/assets/${file}`, headers: { "accept-encoding": encoding } });
  const small = await ask("gzip, deflate, br");
  expect(small.headers).toMatchObject({
    "content-encoding": "gzip",
    "content-type": expect.stringContaining("/javascript"),
    "cache-control": expect.stringContaining("immutable"),
    vary: expect.stringContaining("accept-encoding"),
  });
  expect(gunzipSync(small.rawPayload).toString()).toBe(await read(file));
  const plain = await ask("identity");
  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect(plain.payload).toBe(await read(file));
  await app.close();
});
