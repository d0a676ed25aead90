import { expect, test } from "vitest";
import { changesOf } from "./changes.ts";

test.each([
  ["", "", []],
  ["Normal.", "Normal.", [{ kind: "same", text: "Normal." }]],
  [
    "No acute finding seen.",
    "No finding seen today.",
    [
      { kind: "same", text: "No " },
      { kind: "removed", text: "acute " },
      { kind: "same", text: "finding " },
      { kind: "removed", text: "seen." },
      { kind: "added", text: "seen today." },
    ],
  ],
  ["", "Added.", [{ kind: "added", text: "Added." }]],
])("from %j to %j", (before, after, parts) => expect(changesOf(before, after)).toEqual(parts));

test("a change put together again is each of the two texts, also of very long ones", () => {
  const before = Array.from({ length: 400 }, (_, index) => `word${index % 37}`).join(" ");
  const after = before.replaceAll("word5", "other").replaceAll("word9 ", "");
  for (const [one, other] of [
    [before, after],
    [before.repeat(9), after],
  ] as const) {
    const parts = changesOf(one, other);
    const without = (kind: string) =>
      parts
        .filter((part) => part.kind !== kind)
        .map(({ text }) => text)
        .join("");
    expect([without("added"), without("removed")]).toEqual([one, other]);
  }
});
