import { afterEach, expect, test } from "vitest";
import { locale, rich, speak, t } from "./words.ts";

afterEach(() => speak("en"));

test("a message without values is taken as it stands", () => {
  expect(t("Save {what} as it is")).toBe("Save {what} as it is");
});

test("plurals and values are filled in", () => {
  const message = "{count, plural, one {# study} other {# studies}} of {name}";
  expect(t(message, { count: 1, name: "Roe" })).toBe("1 study of Roe");
  expect(t(message, { count: 12_000, name: "Roe" })).toBe("12,000 studies of Roe");
});

test("French is said after it was loaded, and English where there is no French", async () => {
  await speak("fr");
  expect(t("Reading")).toBe("Lecture");
  expect(t("No such message")).toBe("No such message");
  expect(locale()).toBe("fr-FR");
});

test("marked parts stand around what they mark", () => {
  expect(
    rich("Signed by <b>{name}</b> today", { name: "Roe", b: (parts) => `*${parts.join("")}*` }).join(""),
  ).toBe("Signed by *Roe* today");
});
