import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { speak } from "../words/words.ts";
import { orderLooks, orderTone, orderWord } from "./order-words.ts";

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

test("no page has names or colours of its own for the states of an order", () => {
  const source = path.resolve(import.meta.dirname, "..");
  const tables = fs
    .readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".test.ts"))
    .filter((name) => /\bNO_SHOW: \{\s*(word|tone)/.test(fs.readFileSync(path.join(source, name), "utf8")));
  expect(tables).toEqual(["orders/order-words.ts"]);
});
