import { expect, test } from "vitest";
import { csvLine } from "./csv.ts";

test("fields are quoted as RFC 4180 says", () => {
  expect(csvLine(["a", 1, null, 'say "b"', "c,d", "e\nf", true])).toBe(
    'a,1,,"say ""b""","c,d","e\nf",true\r\n',
  );
});

test.each([
  ["=1+1", "'=1+1"],
  ["+33 1", "'+33 1"],
  ["-cmd", "'-cmd"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["  =1", "'  =1"],
  ["\t=1", "'\t=1"],
  ["|calc", "'|calc"],
  // Japanese spreadsheets take these for the narrow ones.
  ["＝1+1", "'＝1+1"],
  ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
  ["-12.50", "-12.50"],
  ["a=b", "a=b"],
])("%j is text in a spreadsheet too: %j", (text, written) => {
  expect(csvLine([text])).toBe(`${written}\r\n`);
});

test("a negative number stays a number", () => expect(csvLine([-5])).toBe("-5\r\n"));
