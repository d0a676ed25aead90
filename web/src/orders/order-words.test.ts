import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { speak } from "../words/words.ts";
import { missedWords, orderLooks, orderTone, orderWord } from "./order-words.ts";

const states = Object.keys(orderLooks);

test("each state of an order has a name that no other has, in English and in French", async () => {
  for (const language of ["fr", "en"] as const) {
    await speak(language);
    expect(new Set(states.map(orderWord)).size).toBe(states.length);
  }
});

test("a state that is not known is said as it came", () => {
  expect([orderWord("NEW_STATE"), orderTone("NEW_STATE")]).toEqual(["NEW_STATE", "line"]);
});

/** Files of the web app in which the pattern stands. */
function filesWith(pattern: RegExp): string[] {
  const source = path.resolve(import.meta.dirname, "..");
  return fs
    .readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".test.ts"))
    .filter((name) => pattern.test(fs.readFileSync(path.join(source, name), "utf8")));
}

test("no page has names or colours of its own for states of orders and studies, or for priorities", () => {
  const said = String.raw`:\s*(message|t|\{\s*(word|tone|severity))\b`;
  expect(filesWith(/\bNO_SHOW: \{\s*(word|tone)/)).toEqual(["orders/order-words.ts"]);
  expect(
    filesWith(
      new RegExp(String.raw`\bPRELIMINARY${said}[^]{0,80}?\bFINAL${said}[^]{0,80}?\bCANCELLED${said}`),
    ),
  ).toEqual(["studies/study-states.ts"]);
  expect(filesWith(new RegExp(String.raw`\bURGENT("?${said}|", message)`))).toEqual(["orders/priorities.ts"]);
});

test("an appointment that was missed is said until another one was missed, but for the state that says so itself", () => {
  const missed = { missedAt: "2026-02-02T09:00:00Z", missedReason: "the bus was late" };
  expect(missedWords({ ...missed, status: "SCHEDULED" }, "UTC")).toMatch(/2026.*09:00.* · the bus was late$/);
  expect(missedWords({ ...missed, status: "NO_SHOW" }, "UTC")).toBeNull();
  expect(missedWords({ missedAt: null, missedReason: null, status: "SCHEDULED" }, "UTC")).toBeNull();
});
