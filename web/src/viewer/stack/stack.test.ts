import { describe, expect, it, vi } from "vitest";
import { dataSet } from "../model/data-set.fixture.ts";
import { createCine } from "./cine.ts";
import { frameRateOf } from "./frame-rate.ts";
import { nextToFetch } from "./prefetch-order.ts";
import { createStore } from "./store.ts";
import { emptyViewport } from "./viewport-state.ts";

describe("prefetching", () => {
  const all = ["a", "b", "c", "d", "e"];
  function order(index: number, reach?: number): string {
    const missing = new Set(all);
    let fetched = "";
    for (let next = nextToFetch([{ imageIds: all, index }], (id) => missing.has(id), reach); next; ) {
      fetched += next;
      missing.delete(next);
      next = nextToFetch([{ imageIds: all, index }], (id) => missing.has(id), reach);
    }
    return fetched;
  }

  it("goes outwards from the image looked at, ahead first", () => {
    expect(order(0)).toBe("abcde");
    expect(order(2)).toBe("cdbea");
    expect(order(4)).toBe("edcba");
    expect(order(2, 1)).toBe("cdb");
  });

  it("serves the first stack before the others", () => {
    const wanted = [
      { imageIds: ["x"], index: 0 },
      { imageIds: all, index: 0 },
    ];
    expect(nextToFetch(wanted, () => true)).toBe("x");
    expect(nextToFetch(wanted, (id) => id !== "x")).toBe("a");
    expect(nextToFetch(wanted, () => false)).toBeUndefined();
  });
});

describe("films", () => {
  it("run at the rate that the image says", () => {
    expect(frameRateOf(dataSet({ RecommendedDisplayFrameRate: 25, FrameTime: 100 }))).toBe(25);
    expect(frameRateOf(dataSet({ FrameTime: 40 }))).toBe(25);
    expect(frameRateOf(dataSet({ FrameTimeVector: [0, 50, 50] }))).toBe(20);
    expect(frameRateOf(dataSet({ CineRate: 500 }))).toBe(60);
    expect(frameRateOf(dataSet({ FrameTime: 40 }), 12.5)).toBe(13);
    const ranges = [dataSet({ RecommendedDisplayFrameRateInFloat: 7.5 })];
    expect(frameRateOf(dataSet({ FrameDisplaySequence: ranges, CineRate: 30 }))).toBe(8);
    expect(frameRateOf(dataSet({}))).toBe(10);
  });

  it("go round, and wait for what is not loaded", () => {
    vi.useFakeTimers();
    const store = createStore({ ...emptyViewport, imageIds: ["a", "b"], shownIndex: 0 });
    const loaded = new Set(["a"]);
    const goTo = (index: number) => store.update({ index, shownIndex: index });
    const cine = createCine(
      store,
      goTo,
      (id) => loaded.has(id),
      () => undefined,
    );
    cine.play(true);
    vi.advanceTimersByTime(1000);
    expect(store.get()).toMatchObject({ index: 0, playing: true });
    loaded.add("b");
    vi.advanceTimersByTime(100);
    expect(store.get().index).toBe(1);
    cine.setFramesPerSecond(50);
    vi.advanceTimersByTime(20);
    expect(store.get().index).toBe(0);
    cine.play(false);
    vi.advanceTimersByTime(1000);
    expect(store.get()).toMatchObject({ index: 0, playing: false });
    vi.useRealTimers();
  });
});

describe("stores", () => {
  it("tell their listeners of changes alone", () => {
    const store = createStore({ a: 1, b: 2 });
    const heard = vi.fn();
    const stop = store.subscribe(heard);
    store.update({ a: 1 });
    expect(heard).not.toHaveBeenCalled();
    store.update({ a: 3 });
    expect(heard).toHaveBeenCalledTimes(1);
    expect(store.get()).toEqual({ a: 3, b: 2 });
    stop();
    store.update({ a: 4 });
    expect(heard).toHaveBeenCalledTimes(1);
  });
});
