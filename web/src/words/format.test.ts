import { IntlMessageFormat } from "intl-messageformat";
import { expect, test } from "vitest";
import { formatted, parse } from "./format.ts";
import { french } from "./french.ts";

const lines = Object.entries(french);
const messages = [
  ...lines.map(([english]) => ["en-GB", english] as const),
  ...lines.map(([, french]) => ["fr-FR", french] as const),
  ...["it's '{'so'}'", "''{a}''", "{n, plural, one {'#' #} other {{a} of #, <b>{n}</b>}}"].map(
    (one) => ["en-GB", one] as const,
  ),
];

/** Every value that a message may ask for: numbers, and for marks what shows where they stand. */
const valuesOf = (message: string, count: number) =>
  Object.fromEntries([
    ...[...message.matchAll(/\{\s*(\w+)/g)].map(([, name]) => [name, count]),
    ...[...message.matchAll(/<([a-z]+)>/g)].map(([, name]) => [
      name,
      (parts: unknown[]) => `<${name}:${parts.join("")}>`,
    ]),
  ]);

test("every message says what the standard's own formatter says, in both languages", () => {
  const wrong: string[] = [];
  for (const [locale, message] of messages)
    for (const count of [0, 1, 2, 31]) {
      const values = valuesOf(message, count);
      const expected = [new IntlMessageFormat(message, locale).format(values as never)].flat().join("");
      const said = formatted(parse(message), values, locale).join("");
      if (said !== expected) wrong.push(`${message} with ${count}: "${said}", not "${expected}"`);
    }
  expect(messages.length).toBeGreaterThan(2000);
  expect(wrong).toEqual([]);
});

test("large counts are grouped as the language groups them", () => {
  const pieces = parse("{count, plural, one {# study} other {# studies}}");
  expect(formatted(pieces, { count: 12_000 }, "en-GB")).toEqual(["12,000 studies"]);
});

test("a message that is not well formed, and a value that is missing, are told", () => {
  for (const one of ["{a", "a}", "{n, plural, one {#}}", "<b>a", "{n, date}"])
    expect(() => parse(one)).toThrow();
  expect(() => formatted(parse("{a}"), {}, "en-GB")).toThrow("{a}");
});
