import { afterEach, describe, expect, test } from "vitest";
import { speak } from "../words/words.ts";
import { money, plainAmount, readAmount, typedAmount } from "./money.ts";

afterEach(() => speak("en"));
const plain = (text: string) => text.replace(/\s/g, " ");

test.each([
  [12_050, "EUR", "120.50"],
  [5, "EUR", "0.05"],
  [-5, "EUR", "-0.05"],
  [900, "JPY", "900"],
  [1_234_567, "KWD", "1234.567"],
  [9_007_199_254_740_991, "EUR", "90071992547409.91"],
])("%i minor units of %s are %s", (amount, currency, text) =>
  expect(plainAmount(amount, currency)).toBe(text),
);

describe("an amount is written as the person's language does", () => {
  test("in English", () => {
    expect([money(12_050, "EUR"), money(900, "JPY"), money(1_234_567, "KWD")].map(plain)).toEqual([
      "€120.50",
      "JP¥900",
      "KWD 1,234.567",
    ]);
    // A number of floating point would end in .92.
    expect(money(9_007_199_254_740_991, "EUR")).toBe("€90,071,992,547,409.91");
  });
  test("in French", async () => {
    await speak("fr");
    expect(plain(money(1_234_050, "EUR"))).toBe("12 340,50 €");
    expect(typedAmount(12_050, "EUR")).toBe("120,50");
  });
});

test.each([
  ["120.50", "EUR", 12_050],
  ["120,5", "EUR", 12_050],
  ["1 200", "EUR", 120_000],
  ["1 200,00", "EUR", 120_000],
  ["0.29", "EUR", 29],
  ["900", "JPY", 900],
  ["1.5", "JPY", null],
  ["1.234", "KWD", 1234],
  ["1.234", "EUR", null],
  ["1,234.50", "EUR", null],
  ["0", "EUR", null],
  ["-5", "EUR", null],
  ["5e3", "EUR", null],
  ["", "EUR", null],
  ["99999999999999", "JPY", null],
])("%j of %s is %s minor units", (text, currency, amount) => expect(readAmount(text, currency)).toBe(amount));
