import { beforeEach, expect, test, vi } from "vitest";
import { createAutosave, differing, type Texts } from "./autosave.ts";

const empty: Texts = { technique: "", comparison: "", findings: "", impression: "", recommendations: "" };
class Conflict extends Error {
  readonly newer = { texts: { ...empty, findings: "theirs" }, version: 7, signed: false };
}
let timers: { ms: number; run: () => void; cancelled: boolean }[] = [];
beforeEach(() => {
  timers = [];
});
const tick = () => {
  const due = timers;
  timers = [];
  for (const { run, cancelled } of due) if (!cancelled) run();
};
const make = (save: (changes: Partial<Texts>, version: number) => Promise<number>) =>
  createAutosave({
    version: 1,
    saved: empty,
    save,
    newerOf: (error) => (error instanceof Conflict ? error.newer : null),
    wait(ms, run) {
      const timer = { ms, run, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    notify: () => {},
  });

test("saves what changed, once the typing stops, under the version it knows", async () => {
  const save = vi.fn(async (_changes: Partial<Texts>, version: number) => version + 1);
  const autosave = make(save);
  autosave.edit("findings", "a");
  autosave.edit("findings", "ab");
  autosave.edit("impression", "c");
  expect(autosave.state).toBe("waiting");
  tick();
  expect(await autosave.flush()).toBe(true);
  expect(save.mock.calls).toEqual([[{ findings: "ab", impression: "c" }, 1]]);
  expect([autosave.state, autosave.version]).toEqual(["saved", 2]);
});

test("typing that never stops is saved now and then", async () => {
  const save = vi.fn(async (_changes: Partial<Texts>, version: number) => version + 1);
  const autosave = make(save);
  for (const text of ["a", "ab", "abc"]) autosave.edit("findings", text);
  const waiting = timers.filter(({ cancelled }) => !cancelled);
  expect(waiting.map(({ ms }) => ms)).toEqual([5000, 800]);
  waiting[0]!.run();
  await expect.poll(() => autosave.state).toBe("saved");
  expect(save.mock.calls).toEqual([[{ findings: "abc" }, 1]]);
  expect(timers.every(({ cancelled }, index) => cancelled || timers[index] === waiting[0])).toBe(true);
});

test("what is typed while a request is under way is sent after it", async () => {
  const gate = Promise.withResolvers<void>();
  const save = vi.fn(async (_changes: Partial<Texts>, version: number) => {
    if (version === 1) await gate.promise;
    return version + 1;
  });
  const autosave = make(save);
  autosave.edit("findings", "a");
  const saving = autosave.flush();
  autosave.edit("findings", "ab");
  gate.resolve();
  await saving;
  expect(save.mock.calls).toEqual([
    [{ findings: "a" }, 1],
    [{ findings: "ab" }, 2],
  ]);
});

test("a failure is tried again and loses nothing", async () => {
  let works = false;
  const autosave = make(async (_changes, version) => {
    if (!works) throw new Error("no network");
    return version + 1;
  });
  autosave.edit("findings", "a");
  expect(await autosave.flush()).toBe(false);
  expect(autosave.state).toBe("failed");
  works = true;
  tick();
  await expect.poll(() => autosave.state).toBe("saved");
});

test.each([
  ["mine", "mine", [[{ findings: "mine" }, 7]]],
  ["theirs", "theirs", []],
] as const)("in a conflict both texts are there until one holds: %s", async (whose, text, sent) => {
  const calls: unknown[] = [];
  let conflicts = 1;
  const autosave = make(async (changes, version) => {
    if (conflicts-- > 0) throw new Conflict("newer");
    calls.push([changes, version]);
    return version + 1;
  });
  autosave.edit("findings", "mine");
  expect(await autosave.flush()).toBe(false);
  expect(autosave.state).toBe("conflict");
  expect([autosave.texts.findings, autosave.newer?.texts.findings]).toEqual(["mine", "theirs"]);
  await autosave.resolve(whose);
  expect([autosave.state, autosave.texts.findings]).toEqual(["saved", text]);
  expect(calls).toEqual(sent);
});

test("another section of somebody else's joins what is written here, and neither is lost", async () => {
  const calls: unknown[] = [];
  let conflicts = 1;
  const autosave = make(async (changes, version) => {
    if (conflicts-- > 0) throw new Conflict("newer");
    calls.push([changes, version]);
    return version + 1;
  });
  autosave.edit("impression", "mine");
  expect(await autosave.flush()).toBe(true);
  expect(autosave.texts).toEqual({ ...empty, findings: "theirs", impression: "mine" });
  expect([autosave.state, autosave.joined, calls]).toEqual([
    "saved",
    ["findings"],
    [[{ impression: "mine" }, 7]],
  ]);
  autosave.seen();
  expect(autosave.joined).toEqual([]);
});

test.each([
  ["mine", { findings: "mine", impression: "mine too", technique: "theirs too" }],
  ["theirs", { findings: "theirs", impression: "mine too", technique: "theirs too" }],
] as const)("choosing %s touches no section that only one of the two changed", async (whose, texts) => {
  let conflicts = 1;
  const save = vi.fn(async (_changes: Partial<Texts>, version: number) => {
    if (conflicts-- <= 0) return version + 1;
    throw Object.assign(new Conflict("newer"), {
      newer: { texts: { ...empty, findings: "theirs", technique: "theirs too" }, version: 7, signed: false },
    });
  });
  const autosave = make(save);
  autosave.edit("findings", "mine");
  autosave.edit("impression", "mine too");
  expect(await autosave.flush()).toBe(false);
  expect([autosave.contested, autosave.texts.technique]).toEqual([["findings"], "theirs too"]);
  await autosave.resolve(whose);
  expect(autosave.texts).toEqual({ ...empty, ...texts });
  expect(save.mock.lastCall?.[0]).toEqual(
    whose === "mine" ? { findings: "mine", impression: "mine too" } : { impression: "mine too" },
  );
});

test("once stopped, what failed is not tried again", async () => {
  const save = vi.fn(async () => Promise.reject(new Error("no network")));
  const autosave = make(save);
  autosave.edit("findings", "a");
  const last = autosave.flush();
  autosave.stop();
  expect(await last).toBe(false);
  tick();
  await autosave.flush();
  expect([save.mock.calls.length, timers.length]).toEqual([2, 0]);
});

test("sections that differ are named", () => {
  expect(differing(empty, { ...empty, impression: "x" })).toEqual(["impression"]);
});

test("a later version of what is saved is gone on from; what is not saved meets it as a conflict", async () => {
  const save = vi.fn(async (_changes: Partial<Texts>, version: number) => version + 1);
  const autosave = make(save);
  autosave.moved(4, { ...empty, findings: "as submitted" });
  expect([autosave.version, autosave.texts.findings]).toEqual([4, "as submitted"]);
  expect(autosave.joined).toEqual(["findings"]);
  autosave.seen();
  autosave.moved(5, { ...autosave.texts, "fields.size": "3.50" });
  autosave.seen();
  autosave.moved(6, { ...autosave.texts, "fields.size": "3.5" });
  expect(autosave.joined).toEqual([]);
  autosave.moved(3, empty);
  expect(autosave.version).toBe(6);
  autosave.edit("impression", "a");
  autosave.moved(9, empty);
  expect(autosave.texts.impression).toBe("a");
  await autosave.flush();
  expect(save.mock.calls).toEqual([[{ impression: "a" }, 6]]);
});

test("nothing goes into a report that somebody else has signed, and what was written stays", async () => {
  const save = vi.fn(async () =>
    Promise.reject(
      Object.assign(new Conflict("newer"), { newer: { texts: empty, version: 7, signed: true } }),
    ),
  );
  const autosave = make(save);
  autosave.edit("impression", "mine");
  expect(await autosave.flush()).toBe(false);
  autosave.edit("impression", "mine, and more");
  expect(await autosave.flush()).toBe(false);
  tick();
  expect([autosave.state, autosave.texts.impression, save.mock.calls.length]).toEqual([
    "signed",
    "mine, and more",
    1,
  ]);
});
