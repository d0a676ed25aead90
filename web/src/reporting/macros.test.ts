import { expect, test } from "vitest";
import { contentOf } from "./autosave.ts";
import { bracketFrom, expandedAt, goOnFrom, type Macro } from "./macros.ts";

const macros: Macro[] = [
  { id: "1", name: "lung", text: "Clear lungs." },
  { id: null, name: "size.mm", text: "[size] mm" },
];

test("a dot and a macro's name is written out when the word ends, and nothing else is", () => {
  expect(expandedAt("See .lung now", 10, macros)).toEqual({
    text: "See Clear lungs. now",
    from: 4,
    caret: 17,
  });
  expect(expandedAt(".Lung ", 6, macros)).toMatchObject({ text: "Clear lungs. ", caret: 13 });
  expect(expandedAt("a\n.size.mm\n", 11, macros)?.text).toBe("a\n[size] mm\n");
  for (const text of ["lung ", "a.lung ", ".lungs ", ".lung", ". lung "])
    expect(expandedAt(text, text.length, macros)).toBeNull();
});

test("the next place to fill in is the first behind the caret, the one before ends before it", () => {
  const text = "A [size] mm in [organ], [a\nb].";
  expect(bracketFrom(text, 0)).toEqual({ from: 2, to: 8 });
  expect(bracketFrom(text, 8)).toEqual({ from: 15, to: 22 });
  expect(bracketFrom(text, 22)).toBeNull();
  expect(bracketFrom(text, 15, true)).toEqual({ from: 2, to: 8 });
});

test("one goes on at the first place to fill in of what was written in, else behind it", () => {
  const text = "An [old] place. [size] mm and [a later] one.";
  expect(goOnFrom(text, 16, 25)).toEqual({ from: 16, to: 22 });
  expect(goOnFrom(text, 9, 15)).toEqual({ from: 15, to: 15 });
});

test("fields go as the API takes them: numbers as numbers, nothing as null", () => {
  expect(
    contentOf(
      { findings: "a", "fields.size": "2.5", "fields.side": "left", "fields.note": "" } as never,
      new Set(["size"]),
    ),
  ).toEqual({ findings: "a", fields: { size: 2.5, side: "left", note: null } });
  expect(contentOf({ impression: "b" }, new Set())).toEqual({ impression: "b" });
});
