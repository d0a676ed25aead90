import { expect, it } from "vitest";
import { withStorageLock } from "./tab-lock.ts";

function memory(content: Record<string, string> = {}) {
  const map = new Map(Object.entries(content));
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

it("lets one tab in at a time, and the next when it is done", async () => {
  const storage = memory();
  let inside = 0;
  let most = 0;
  const tab = (result: number) =>
    withStorageLock(storage, "k", async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inside--;
      return result;
    });
  expect(await Promise.all([tab(1), tab(2), tab(3)])).toEqual([1, 2, 3]);
  expect(most).toBe(1);
  expect(storage.map.size).toBe(0);
});

it("is given back when the work fails, and taken over from a tab that is gone", async () => {
  const storage = memory({ k: `${Date.now() - 1}:gone` });
  await expect(withStorageLock(storage, "k", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(storage.map.size).toBe(0);
});
