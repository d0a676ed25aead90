import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DicomwebError } from "../dicomweb.ts";
import { fetchImage } from "../pixels/image-source.ts";
import { createPrefetcher } from "./prefetcher.ts";

vi.mock("../pixels/image-source.ts", () => ({ fetchImage: vi.fn() }));
const asked = vi.mocked(fetchImage);
const listeners = new Map<string, () => void>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", () => 1);
  vi.stubGlobal("cancelAnimationFrame", () => {});
  vi.stubGlobal("addEventListener", (name: string, heard: () => void) => listeners.set(name, heard));
  vi.stubGlobal("removeEventListener", (name: string) => listeners.delete(name));
  asked.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const imageIds = Array.from({ length: 40 }, (_, n) => `image-${n}`);
const fails = (status: number) =>
  asked.mockImplementation(() => Promise.reject(new DicomwebError("", status)));
const settled = () => vi.advanceTimersByTimeAsync(0);

test("an archive out of reach is asked again after a while, longer each time, and at once when the line is back", async () => {
  fails(0);
  const prefetcher = createPrefetcher();
  prefetcher.want([{ imageIds, index: 0 }]);
  await settled();
  const first = asked.mock.calls.length;
  expect(first).toBeLessThanOrEqual(8);
  expect(imageIds.some(prefetcher.hasFailed)).toBe(false);
  await vi.advanceTimersByTimeAsync(2100);
  const second = asked.mock.calls.length;
  expect(second).toBeGreaterThan(first);
  expect(second - first).toBeLessThanOrEqual(8);
  await vi.advanceTimersByTimeAsync(2100);
  expect(asked.mock.calls.length).toBe(second);
  asked.mockImplementation(() => new Promise(() => {}));
  listeners.get("online")!();
  expect(asked.mock.calls.length).toBe(second + 4);
  prefetcher.dispose();
  expect(listeners.size).toBe(0);
});

test("an image that cannot be had is passed over, and asked for again when somebody wants it so", async () => {
  fails(404);
  const prefetcher = createPrefetcher();
  prefetcher.want([{ imageIds, index: 0 }]);
  await settled();
  expect(asked.mock.calls.length).toBe(imageIds.length);
  expect(imageIds.every(prefetcher.hasFailed)).toBe(true);
  prefetcher.forgive("image-3");
  prefetcher.want([{ imageIds, index: 0 }]);
  await settled();
  expect(asked.mock.calls.at(-1)).toEqual(["image-3"]);
  prefetcher.dispose();
});
