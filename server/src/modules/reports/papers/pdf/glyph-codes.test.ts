import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import { expect, test } from "vitest";
import { sayCodes } from "./glyph-codes.ts";

const file = createRequire(import.meta.url).resolve(
  "@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf",
);

test("a glyph that was a part of another one first still says what it stands for", () => {
  const font = sayCodes(create(readFileSync(file)) as Font);
  const codesOf = (text: string) => font.layout(text).glyphs.map(({ codePoints }) => codePoints);
  // The outline of a colon is made of two full stops.
  expect(font.layout(":").glyphs[0]!.path.commands.length).toBeGreaterThan(0);
  expect(codesOf("Dr.")).toEqual([[0x44], [0x72], [0x2e]]);
});
