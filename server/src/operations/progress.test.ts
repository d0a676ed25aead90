import { expect, test } from "vitest";
import { eachOf } from "./each.ts";
import { createProgress } from "./progress.ts";

function shown(terminal: boolean) {
  const lines: string[] = [];
  const drawn: string[] = [];
  let at = 0;
  const progress = createProgress({
    context: { complain: (line) => void lines.push(line) },
    of: "objects",
    total: 200,
    terminal: terminal ? { write: (text) => void drawn.push(text) } : null,
    now: () => at,
  });
  return { progress, lines, drawn, wait: (ms: number) => (at += ms) };
}

test("a terminal shows a bar that changes; notes stand above it", () => {
  const { progress, lines, drawn, wait } = shown(true);
  progress.advance(1, 1_000_000);
  expect(drawn).toEqual([]);
  wait(1000);
  progress.advance(49, 49_000_000);
  expect(drawn.at(-1)).toBe(
    "\r\x1b[K[######..................] 25 % (50 of 200 objects, 50 MB at 50 MB/s, 3 s left)",
  );
  progress.note("missing  instances/abc");
  expect(drawn.at(-1)).toBe("\r\x1b[K");
  expect(lines).toEqual(["missing  instances/abc"]);
});

test("a log gets a line now and then, and one at the end", () => {
  const { progress, lines, wait } = shown(false);
  for (let n = 0; n < 200; n += 1) {
    wait(100);
    progress.advance(1);
  }
  progress.end();
  expect(lines).toEqual(["75 % (150 of 200 objects, 5 s left)", "100 % (200 of 200 objects)"]);
});

test("many are worked on at once, never more than told, and the first error ends it", async () => {
  let running = 0;
  let most = 0;
  let done = 0;
  async function* numbers() {
    for (let n = 0; n < 100; n += 1) yield n;
  }
  await eachOf(numbers(), 4, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    done += 1;
  });
  expect([most, done]).toEqual([4, 100]);
  const seen: number[] = [];
  const failing = eachOf(numbers(), 2, async (n) => {
    seen.push(n);
    if (n === 5) throw new Error("five");
  });
  await expect(failing).rejects.toThrow("five");
  expect(seen.length).toBeLessThan(10);
});
