import { describe, expect, it } from "vitest";
import { createPictureCache } from "./picture-cache.ts";

function setUp(options: { parallel?: number; keep?: number } = {}) {
  const pending = new Map<
    string,
    { resolve: (blob: Blob) => void; reject: (error: Error) => void; signal: AbortSignal }
  >();
  const loads: string[] = [];
  const revoked: string[] = [];
  let made = 0;
  const cache = createPictureCache({
    load: (url, signal) => {
      loads.push(url);
      return new Promise((resolve, reject) => pending.set(url, { resolve, reject, signal }));
    },
    createUrl: () => `blob:${++made}`,
    revokeUrl: (url) => void revoked.push(url),
    parallel: options.parallel ?? 2,
    keep: options.keep ?? 1,
  });
  const arrive = (url: string) => pending.get(url)?.resolve(new Blob());
  return { cache, loads, revoked, pending, arrive };
}

const quiet = (promise: Promise<string>) => promise.catch(() => "given up");

describe("the cache of pictures", () => {
  it("loads a picture once for all who show it", async () => {
    const { cache, loads, arrive } = setUp();
    const both = [cache.acquire("a#1", "a"), cache.acquire("a#1", "a")];
    await expect.poll(() => loads).toEqual(["a"]);
    arrive("a");
    expect(await Promise.all(both)).toEqual(["blob:1", "blob:1"]);
  });

  it("loads a few at a time, and skips what nobody waits for any more", async () => {
    const { cache, loads, arrive } = setUp();
    for (const url of ["a", "b", "c", "d"]) void quiet(cache.acquire(url, url));
    await expect.poll(() => loads).toEqual(["a", "b"]);
    cache.release("c");
    arrive("a");
    await expect.poll(() => loads).toEqual(["a", "b", "d"]);
  });

  it("stops a load that nobody waits for", async () => {
    const { cache, loads, pending } = setUp();
    void quiet(cache.acquire("a", "a"));
    await expect.poll(() => loads).toEqual(["a"]);
    cache.release("a");
    expect(pending.get("a")?.signal.aborted).toBe(true);
    expect(cache.size()).toBe(0);
  });

  it("tries a picture again after a failure", async () => {
    const { cache, loads, pending, arrive } = setUp();
    const first = cache.acquire("a", "a");
    await expect.poll(() => loads).toEqual(["a"]);
    pending.get("a")?.reject(new Error("503"));
    await expect(first).rejects.toThrow("503");
    const second = cache.acquire("a", "a");
    await expect.poll(() => loads).toEqual(["a", "a"]);
    arrive("a");
    expect(await second).toBe("blob:1");
  });

  it("keeps the last ones used, never gives up what is on the screen, and forgets all on demand", async () => {
    const { cache, revoked, arrive, loads } = setUp({ keep: 1 });
    for (const url of ["a", "b", "c"]) {
      const got = cache.acquire(url, url);
      await expect.poll(() => loads).toContain(url);
      arrive(url);
      await got;
    }
    cache.release("a");
    cache.release("b");
    expect(revoked).toEqual(["blob:1"]);
    expect(cache.size()).toBe(2);
    cache.clear();
    expect(revoked.toSorted()).toEqual(["blob:1", "blob:2", "blob:3"]);
  });
});
