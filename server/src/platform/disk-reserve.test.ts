import { expect, test } from "vitest";
import { manualClock } from "./clock.ts";
import { readConfig } from "./config/config.ts";
import { createDiskReserve } from "./disk-reserve.ts";
import type { ObjectStore } from "./objects/objects.ts";

const gibibyte = 1 << 30;
const refused = { kind: "out-of-space", code: "store.disk-reserve" };

function reserveOf(free: { objects: number | null; data: number | null; pg: number | null }, url?: string) {
  const clock = manualClock();
  let looks = 0;
  const objects = { freeBytes: async () => free.objects } as ObjectStore;
  const config = readConfig({ DATA_DIR: "/data", ...(url ? { DATABASE_URL: url } : {}) });
  const reserve = createDiskReserve({ clock, objects, config }, async (folder) => {
    looks += 1;
    return folder.endsWith("/pg") ? free.pg : free.data;
  });
  return { clock, reserve, free, looks: () => looks };
}

test("the fullest of the disks counts: that of objects, of uploads, of the embedded database", async () => {
  const plenty = { objects: 2 * gibibyte, data: 2 * gibibyte, pg: 2 * gibibyte };
  await reserveOf(plenty).reserve.check();
  for (const disk of ["objects", "data", "pg"] as const)
    await expect(reserveOf({ ...plenty, [disk]: gibibyte - 1 }).reserve.check(), disk).rejects.toMatchObject(
      refused,
    );
  expect(await reserveOf({ ...plenty, pg: 5 }).reserve.least()).toEqual({ disk: "/data/pg", free: 5 });
  // Another database's disk is not ours to see; a store that does not say is not full.
  await reserveOf({ ...plenty, pg: 0 }, "postgres://elsewhere/db").reserve.check();
  await reserveOf({ objects: null, data: null, pg: null }).reserve.check();
});

test("while it comes in the disks are looked at again, by time and by the bytes of all that comes", async () => {
  const { reserve, free, clock, looks } = reserveOf({ objects: 2 * gibibyte, data: 2 * gibibyte, pg: null });
  await reserve.check();
  await reserve.check();
  expect(looks()).toBe(2);
  free.data = 0;
  async function* stream() {
    for (let n = 0; n < 64; n += 1) yield new Uint8Array(1 << 20);
  }
  const drain = async () => {
    let bytes = 0;
    for await (const chunk of reserve.watch(stream())) bytes += chunk.length;
    return bytes;
  };
  // Two at once: neither comes to 32 MiB alone before the disk is looked at.
  const both = await Promise.allSettled([drain(), drain()]);
  expect(both.map((one) => one.status)).toEqual(["rejected", "rejected"]);
  expect(looks()).toBeGreaterThan(2);
  free.data = 2 * gibibyte;
  await expect(reserve.check()).rejects.toMatchObject(refused);
  clock.advance(1000);
  await reserve.check();
  expect(await drain()).toBe(64 << 20);
});
