import { createHash } from "node:crypto";
import type { FaultyProxy } from "@isocenter/test/support/faulty-proxy.ts";
import { expect, onTestFinished, test, vi } from "vitest";
import { chunks, keysOf } from "./objects.contract.ts";
import type { ObjectStore } from "./objects.ts";
import type { StorePatience } from "./requests.ts";

const mebibyte = 1 << 20;

/** One bucket by several ways; an object of up to 5 MiB is one request. */
export interface FaultyStore {
  /** Through the proxy, with two attempts. */
  store(): ObjectStore;
  /** By a way without faults. */
  direct(): ObjectStore;
  /** Through the proxy. */
  open(patience: Partial<StorePatience>): ObjectStore;
  proxy(): FaultyProxy;
  /** Uploads in parts that the store still holds. */
  unfinished(): Promise<number>;
}

const noise = (bytes: number) => {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0, seed = createHash("sha256").update("seed").digest(); at < bytes; at += 32) {
    seed.copy(buffer, at);
    if (at % 8192 === 0) seed = createHash("sha256").update(seed).digest();
  }
  return buffer;
};
async function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
const unavailable = { kind: "unavailable", code: "store.unavailable", retryAfter: 10 };

/** What every store behind a network keeps to when the network or the store fails. */
export function objectStoreFaults({ store, direct, open, proxy, unfinished }: FaultyStore): void {
  /** Waits for a moment alone. */
  const hasty = () => open({ idleTimeoutMs: 700, attempts: 2, pauseMs: 10 });

  test.each([
    ["in memory", 400_000, 100_000],
    ["in a file", 4 * mebibyte, 2 * mebibyte],
    ["in its second part", 12 * mebibyte, 3 * mebibyte],
  ])("a put cut %s leaves nothing behind", async (_, size, cutAfterSent) => {
    proxy().use({ cutAfterSent });
    await expect(store().put("instances/abc", pieces(noise(size)))).rejects.toMatchObject(unavailable);
    expect(proxy().connections()).toBeGreaterThan(1);
    expect(await keysOf(direct(), "")).toEqual([]);
    expect(await unfinished()).toBe(0);
    proxy().use(null);
    expect(await store().put("instances/abc", pieces(noise(size)))).toMatchObject({ size });
    expect((await direct().read("instances/abc")).equals(noise(size))).toBe(true);
  });

  test("one fault is passed over", async () => {
    // One attempt more: a connection that was kept may be found closed.
    const patient = open({ attempts: 3, pauseMs: 10 });
    proxy().use({ cutAfterSent: 3 * mebibyte, times: 1 });
    await patient.put("instances/abc", pieces(noise(12 * mebibyte)));
    expect((await direct().read("instances/abc")).equals(noise(12 * mebibyte))).toBe(true);
    proxy().use({ cutAfterReceived: 0, times: 1 });
    await patient.put("instances/def", chunks("x"));
    proxy().use({ cutAfterReceived: mebibyte, times: 1 });
    expect((await patient.read("instances/abc")).equals(noise(12 * mebibyte))).toBe(true);
    expect(proxy().connections()).toBe(2);
  });

  test("a put whose answers are lost fails, and leaves the whole object or none", async () => {
    proxy().use({ cutAfterReceived: 0 });
    await expect(store().put("instances/abc", chunks("x"))).rejects.toMatchObject(unavailable);
    // The store was out of reach for taking it back as well: what is left is for the sweep, whole or not at all.
    for (const key of await keysOf(direct(), "")) expect((await direct().read(key)).toString()).toBe("x");
  });

  test("a get that is cut errors, and does not end", async () => {
    await direct().put("instances/abc", pieces(noise(4 * mebibyte)));
    proxy().use({ cutAfterReceived: mebibyte });
    const stream = await store().get("instances/abc");
    let received = 0;
    await expect(
      (async () => {
        for await (const chunk of stream) received += (chunk as Buffer).length;
      })(),
    ).rejects.toMatchObject(unavailable);
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(4 * mebibyte);
    await expect(store().read("instances/abc")).rejects.toMatchObject(unavailable);
    expect(proxy().connections()).toBe(3);
  });

  test("a get that falls silent errors in time", async () => {
    await direct().put("instances/abc", pieces(noise(4 * mebibyte)));
    proxy().use({ silentAfterReceived: mebibyte });
    const stream = await hasty().get("instances/abc");
    await expect(stream.forEach(() => {})).rejects.toMatchObject({
      ...unavailable,
      cause: expect.objectContaining({ message: expect.stringContaining("stood still for 700 ms") }),
    });
  });

  test("a store that takes the connection and says nothing is unavailable in time", async () => {
    proxy().use({ silentAfterReceived: 0 });
    await expect(hasty().read("instances/abc")).rejects.toMatchObject(unavailable);
    expect(proxy().connections()).toBe(2);
  });

  test.each([500, 503, 429])("%i is tried again, then unavailable", async (status) => {
    proxy().use({ status });
    for (const ask of [
      () => store().read("instances/abc"),
      () => store().size("instances/abc"),
      () => store().delete("instances/abc"),
      () => keysOf(store(), ""),
      () => store().check(),
    ])
      await expect(ask()).rejects.toMatchObject({ kind: "unavailable" });
    expect(proxy().connections()).toBe(4 * 2 + 1);
    proxy().use({ status });
    await expect(store().put("instances/abc", chunks("x"))).rejects.toMatchObject(unavailable);
  });

  test("an abort ends a put that the store does not take", async () => {
    proxy().use({ silentAfterReceived: 0 });
    const abort = new AbortController();
    const put = hasty().put("instances/abc", chunks("x"), { signal: abort.signal });
    await expect.poll(() => proxy().connections()).toBe(1);
    abort.abort();
    await expect(put).rejects.toMatchObject({ name: "AbortError" });
  });

  test.each([
    ["in memory", 400_000],
    ["in parts", 12 * mebibyte],
  ])("bytes that are damaged on their way, of an object %s, are noticed and sent again", async (_, size) => {
    const fault = { damageAfterSent: 200_000 };
    proxy().use(fault);
    const patient = open({ attempts: 3, pauseMs: 10 });
    await patient.put("instances/abc", pieces(noise(size)));
    expect(fault).toEqual({});
    expect((await direct().read("instances/abc")).equals(noise(size))).toBe(true);
  });

  test("an answer that says SlowDown is waited for and asked again", async () => {
    const body =
      "<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    const patient = open({ attempts: 3, pauseMs: 10 });
    proxy().use({ status: 503, body, times: 2 });
    await patient.put("instances/abc", chunks("x"));
    expect(proxy().connections()).toBeGreaterThan(2);
    expect((await direct().read("instances/abc")).toString()).toBe("x");
  });

  test("a body that comes slowly comes whole, however long it takes", async () => {
    await direct().put("instances/abc", pieces(noise(mebibyte)));
    proxy().use({ slowReceive: { bytes: 65_536, everyMs: 60 } });
    expect((await hasty().read("instances/abc")).equals(noise(mebibyte))).toBe(true);
  });

  test("a reader that takes its time loses nothing", async () => {
    await direct().put("instances/abc", pieces(noise(3 * mebibyte)));
    const parts: Buffer[] = [];
    const idleTimeoutMs = 5000;
    const stream = await open({ idleTimeoutMs, attempts: 1 }).get("instances/abc");
    // Only the reader's time passes, however long the store takes for its own.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    for await (const part of stream) {
      if (parts.length < 2) {
        // Until the store has sent all that is read ahead, the time is its own.
        while (stream.readableLength < stream.readableHighWaterMark && !stream.destroyed)
          await new Promise((resolve) => setImmediate(resolve));
        vi.advanceTimersByTime(2 * idleTimeoutMs);
      }
      parts.push(part as Buffer);
    }
    expect(Buffer.concat(parts).equals(noise(3 * mebibyte))).toBe(true);
  });

  test("the store is away and comes back: nothing is acknowledged meanwhile, all is well afterwards", async () => {
    proxy().use({ cutAfterSent: 0 });
    await expect(store().check()).rejects.toMatchObject({ kind: "unavailable", code: "store.unavailable" });
    await expect(store().put("instances/abc", chunks("x"))).rejects.toMatchObject(unavailable);
    proxy().use(null);
    await store().check();
    expect(await keysOf(direct(), "")).toEqual([]);
    await store().put("instances/abc", chunks("x"));
    expect((await store().read("instances/abc")).toString()).toBe("x");
  });
}
