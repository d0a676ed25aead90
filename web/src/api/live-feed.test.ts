import type { LiveEvent } from "@isocenter/contract";
import { describe, expect, it } from "vitest";
import { backoffMs, createLiveFeed, readEvent } from "./live-feed.ts";
import { ApiError, notReached } from "./problem.ts";

const event = (id: string) =>
  JSON.stringify({
    type: "study.received",
    subject: { type: "study", id },
    patientId: null,
    facilityId: "f",
    at: "",
  });

/** A connection whose text the test writes. */
function connection() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (c) => {
      controller = c;
    },
  });
  return {
    response: new Response(body, { status: 200 }),
    write: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
  };
}

function setUp(open: (nth: number, lastEventId: string | null, signal: AbortSignal) => Promise<Response>) {
  const seen: string[] = [];
  const opened: Array<string | null> = [];
  const slept: number[] = [];
  let gaps = 0;
  let wake: (() => void) | null = null;
  const feed = createLiveFeed({
    open: (lastEventId, signal) => {
      opened.push(lastEventId);
      return open(opened.length, lastEventId, signal);
    },
    onEvent: (e: LiveEvent) => void seen.push(e.subject.id),
    onGap: () => void gaps++,
    now: () => 5000,
    random: () => 1,
    sleep: (ms) =>
      new Promise((resolve) => {
        slept.push(ms);
        wake = resolve;
      }),
  });
  return { feed, seen, opened, slept, gaps: () => gaps, wake: () => wake?.() };
}

describe("the live feed", () => {
  it("tells events, and resumes after the last one when the connection ends", async () => {
    const first = connection();
    const second = connection();
    const { feed, seen, opened, slept, gaps, wake } = setUp(
      async (nth) => (nth === 1 ? first : second).response,
    );
    feed.start();
    first.write(`id: 41\ndata: ${event("a")}\n\n`);
    await expect.poll(() => seen).toEqual(["a"]);
    expect(feed.snapshot()).toEqual({ status: "live", lastEventAt: 5000, downSince: null, refused: false });
    first.end();
    await expect.poll(() => feed.snapshot().status).toBe("down");
    expect(slept).toEqual([1000]);
    wake();
    await expect.poll(() => feed.snapshot().status).toBe("live");
    expect(opened).toEqual([null, "41"]);
    expect(gaps()).toBe(1);
    second.write(`data: ${event("b")}\n\n`);
    await expect.poll(() => seen).toEqual(["a", "b"]);
    feed.stop();
  });

  it("knows at once that the network went away, and comes back", async () => {
    const signals: AbortSignal[] = [];
    const { feed, wake } = setUp(async (_nth, _id, signal) => {
      signals.push(signal);
      const body = new ReadableStream({
        start: (controller) => signal.addEventListener("abort", () => controller.error(notReached())),
      });
      return new Response(body, { status: 200 });
    });
    feed.start();
    await expect.poll(() => feed.snapshot().status).toBe("live");
    feed.lost();
    await expect
      .poll(() => feed.snapshot())
      .toMatchObject({ status: "down", downSince: 5000, refused: false });
    wake();
    await expect.poll(() => feed.snapshot().status).toBe("live");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    feed.stop();
  });

  it("waits longer each time the server is away, and keeps since when", async () => {
    const { feed, slept, wake } = setUp(() => Promise.reject(notReached()));
    feed.start();
    for (let n = 1; n <= 4; n++) {
      await expect.poll(() => slept.length).toBe(n);
      wake();
    }
    await expect.poll(() => slept.length).toBe(5);
    expect(slept).toEqual([1000, 2000, 4000, 8000, 16000]);
    expect(feed.snapshot()).toMatchObject({ status: "down", downSince: 5000, refused: false });
    feed.stop();
  });

  it("tells a server that refuses from one that is away", async () => {
    const { feed } = setUp(async () => new Response("{}", { status: 429 }));
    feed.start();
    await expect.poll(() => feed.snapshot()).toMatchObject({ status: "down", refused: true });
    feed.stop();
  });

  it("gives up where nobody is signed in", async () => {
    const { feed, opened, slept } = setUp(() =>
      Promise.reject(new ApiError({ status: 401, code: "", title: "", detail: "" })),
    );
    feed.start();
    await expect.poll(() => opened.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(slept).toEqual([]);
  });

  it("ends its connection when stopped, and starts afresh for the next person", async () => {
    const signals: AbortSignal[] = [];
    const { feed, opened } = setUp(async (_nth, _id, signal) => {
      signals.push(signal);
      const { response, write } = connection();
      write(`id: 9\ndata: ${event("a")}\n\n`);
      return response;
    });
    feed.start();
    await expect.poll(() => feed.snapshot().lastEventAt).toBe(5000);
    feed.stop();
    expect(signals[0]?.aborted).toBe(true);
    expect(feed.snapshot()).toEqual({
      status: "connecting",
      lastEventAt: null,
      downSince: null,
      refused: false,
    });
    feed.start();
    await expect.poll(() => opened.length).toBe(2);
    expect(opened[1]).toBeNull();
    feed.stop();
  });

  it("bounds its delays, and spreads them", () => {
    expect(backoffMs(0, 0)).toBe(500);
    expect(backoffMs(50, 1)).toBe(30_000);
  });

  it("takes only what is an event", () => {
    expect(readEvent(event("a"))?.subject.id).toBe("a");
    for (const text of ["", "{}", "null", "[1]", '{"type":1}']) expect(readEvent(text)).toBeNull();
  });
});
