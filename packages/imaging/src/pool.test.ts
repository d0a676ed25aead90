import type { Worker } from "node:worker_threads";
import sharp from "sharp";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { encodeLossless, greyFrame, picture } from "../test/encoders.ts";
import { plain } from "../test/plain.ts";
import { createImagingPool, type ImagingPool, type ImagingPoolOptions } from "./pool.ts";

const frame = greyFrame({ rows: 64, columns: 64 });
const pixels = picture(frame);

let pool: ImagingPool;
const open = (options: ImagingPoolOptions = {}) => {
  pool = createImagingPool({ threads: 1, ...options });
  return pool;
};
afterEach(() => pool.close());

/** A worker that does as the first byte of the frame says: 0 answers, 1 hangs, 2 dies. */
const misbehaving = new URL("../test/misbehaving-worker.ts", import.meta.url);
const behave = (byte: number) => Uint8Array.of(byte, 0);

describe("the pool of threads", () => {
  test("decodes as decodeFrame does and leaves the caller its bytes", async () => {
    const encoded = await encodeLossless("jpegLs", frame, pixels);
    const description = { ...frame, transferSyntaxUID: "1.2.840.10008.1.2.4.80" };
    const decoded = await open().decode(description, encoded);
    expect(Buffer.compare(decoded.bytes, pixels)).toBe(0);
    expect(encoded.length).toBeGreaterThan(0);
  });

  test("bytes that are given are not copied, but where they are a part of something larger", async () => {
    open();
    const own = new Uint8Array(pixels);
    const first = await pool.decode(frame, own, { given: true });
    expect(own.byteLength).toBe(0);
    const around = Buffer.concat([Buffer.alloc(8), pixels, Buffer.alloc(8)]);
    const second = await pool.decode(frame, around.subarray(8, 8 + pixels.length), { given: true });
    expect(around.length).toBe(pixels.length + 16);
    for (const { bytes } of [first, second]) expect(Buffer.compare(bytes, pixels)).toBe(0);
  });

  test.each(["jpeg", "png", "webp"] as const)("renders %s", async (format) => {
    const picture = await open().render(frame, plain, pixels, { format });
    expect((await sharp(picture).metadata()).format).toBe(format);
  });

  test("an error comes back with its code, and the thread goes on", async () => {
    open();
    await expect(pool.decode(frame, pixels.subarray(9))).rejects.toMatchObject({ code: "corrupt" });
    expect((await pool.decode(frame, pixels)).bytes.length).toBe(pixels.length);
  });

  test("a full queue refuses as busy", async () => {
    open({ maxQueued: 1, workerUrl: misbehaving });
    const jobs = [pool.decode(frame, behave(0)), pool.decode(frame, behave(0))];
    expect(pool.load()).toEqual({ queued: 1, running: 1 });
    await expect(pool.decode(frame, behave(0))).rejects.toMatchObject({ code: "busy" });
    await Promise.all(jobs);
  });

  test("bytes that wait are bounded too", async () => {
    open({ maxQueuedBytes: 3, workerUrl: misbehaving });
    const jobs = [pool.decode(frame, behave(0)), pool.decode(frame, behave(0))];
    await expect(pool.decode(frame, behave(0))).rejects.toMatchObject({ code: "busy" });
    await Promise.all(jobs);
  });

  test("a thread that hangs is replaced after the time-out, and the next job runs", async () => {
    open({ jobTimeoutMs: 1000, workerUrl: misbehaving });
    const hung = pool.decode(frame, behave(1));
    const next = pool.decode(frame, behave(0));
    await expect(hung).rejects.toMatchObject({ code: "timeout" });
    await expect(next).resolves.toBeDefined();
  });

  test("a thread that dies is replaced, and the next job runs", async () => {
    open({ workerUrl: misbehaving });
    const dead = pool.decode(frame, behave(2));
    const next = pool.decode(frame, behave(0));
    await expect(dead).rejects.toMatchObject({ code: "crashed" });
    await expect(next).resolves.toBeDefined();
  });

  test("a job that nobody waits for leaves the queue", async () => {
    open({ workerUrl: misbehaving });
    const gone = new AbortController();
    const first = pool.decode(frame, behave(0));
    const second = pool.decode(frame, behave(2), { signal: gone.signal });
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: "aborted" });
    expect(pool.load().queued).toBe(0);
    await first;
  });

  test("a thread at rest ends by itself when the pool is closed", async () => {
    const ends: number[] = [];
    const watch = (thread: Worker) => void thread.once("exit", (code) => ends.push(code));
    process.on("worker", watch);
    onTestFinished(() => void process.off("worker", watch));
    await open().decode(frame, pixels);
    await pool.close();
    expect(ends).toEqual([0]);
  });

  test("closing fails what waits and refuses what comes", async () => {
    open({ workerUrl: misbehaving });
    const jobs = [pool.decode(frame, behave(1)), pool.decode(frame, behave(0))];
    const outcomes = Promise.allSettled(jobs);
    await pool.close();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "closed" } });
    await expect(pool.decode(frame, behave(0))).rejects.toMatchObject({ code: "closed" });
  });
});
