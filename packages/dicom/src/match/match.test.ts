import { describe, expect, test } from "vitest";
import {
  foldName,
  isTolerableUid,
  isUid,
  matchesPersonName,
  matchesWildcard,
  newUid,
  parseDate,
  parseDateRange,
  parseDateTime,
  parseDateTimeRange,
  parseTime,
  parseTimeRange,
  phoneticKeys,
  wildcardToLike,
} from "../index.ts";

describe("names", () => {
  test.each([
    ["MÜLLER^Jörg ", "muller jorg"],
    ["Łukasz  Żółć^^", "lukasz zolc"],
    ["Strauß, Änne", "strauss anne"],
    ["Yamada^Tarou=山田^太郎=やまだ^たろう", "yamada tarou=山田 太郎=やまだ たろう"],
    ["ＹＡＭＡＤＡ", "yamada"],
    ["がぎぐ", "がぎぐ"],
    ["^^^^", ""],
  ])("%s folds to %s", (name, folded) => expect(foldName(name)).toBe(folded));

  test.each([
    ["doe^john", "Doe^John^^^", true],
    ["DOE*", "Doe^John", true],
    ["doe", "Doe^John", false],
    ["müller^*", "Mueller^Hans", false],
    ["muller^h*", "Müller^Hans", true],
    ["van^*", "Van Dyke^Tom", false],
    ["山田*", "Yamada^Tarou=山田^太郎", true],
    ["=山田^太郎", "Yamada^Tarou=山田^太郎", true],
    ["=suzuki*", "Yamada^Tarou=山田^太郎", false],
    ["d?e^j*", "Doe^John^Q", true],
    ["*", "", true],
    ["", "Doe", true],
  ])("pattern %s and %s: %s", (pattern, name, matches) =>
    expect(matchesPersonName(pattern, name)).toBe(matches),
  );

  test("what sounds alike has the same key", () => {
    expect(phoneticKeys("Meyer^Hans")).toEqual(phoneticKeys("Maier^Hanns"));
    expect(phoneticKeys("Schmidt")).toEqual(phoneticKeys("Schmitt"));
    expect(phoneticKeys("Philip")).toEqual(phoneticKeys("Filip"));
    expect(phoneticKeys("Meyer")).not.toEqual(phoneticKeys("Becker"));
    expect(phoneticKeys("山田^太郎")).toEqual(["太郎", "山田"].sort());
  });
});

describe("wildcards", () => {
  test("a pattern with many stars takes no time", () => {
    expect(matchesWildcard(`${"*a".repeat(200)}b`, "a".repeat(2000))).toBe(false);
  });
  test("LIKE signs in a pattern are plain characters", () => {
    expect(wildcardToLike("50%_\\*?")).toBe("50\\%\\_\\\\%_");
  });
});

describe("UIDs", () => {
  test.each(["1.2.840.10008.1.2", "0.0", "2.25.0"])("%s is one", (uid) => expect(isUid(uid)).toBe(true));
  test.each([
    "",
    "1",
    "1.",
    ".1",
    "1..2",
    "1.02",
    "../../etc/passwd",
    "1.2/3",
    "1.2\n",
    "1.2 ",
    "a.b",
    `1.${"2".repeat(63)}`,
  ])("%j is none", (uid) => expect(isUid(uid)).toBe(false));
  test("what others made may have leading zeros, and nothing else that is none", () => {
    expect(["1.2", "1.02.003", "01.2"].every(isTolerableUid)).toBe(true);
    expect(["", "1", "1.", "1..02", "../1.02", "1.02 ", `1.0${"2".repeat(62)}`].some(isTolerableUid)).toBe(
      false,
    );
  });
  test("new ones are valid and differ", () => {
    const made = Array.from({ length: 100 }, newUid);
    expect(made.every(isUid)).toBe(true);
    expect(new Set(made).size).toBe(100);
  });
});

describe("dates and times", () => {
  test.each([
    ["20260105", "2026-01-05"],
    ["2026.01.05", "2026-01-05"],
    ["20240229", "2024-02-29"],
    ["20230229", null],
    ["20261301", null],
    ["2026-01-05", null],
    ["", null],
  ])("date %s → %s", (given, iso) => expect(parseDate(given)).toBe(iso));

  test.each([
    ["101530.25", "10:15:30.25"],
    ["10", "10:00:00"],
    ["1015", "10:15:00"],
    ["10:15:30", "10:15:30"],
    ["235960", "23:59:59.999999"],
    ["2400", null],
    ["1", null],
  ])("time %s → %s", (given, iso) => expect(parseTime(given)).toBe(iso));

  test.each([
    ["20260105101530.5+0100", "2026-01-05T10:15:30.5+01:00"],
    ["2026", "2026-01-01T00:00:00"],
    ["202613", null],
    ["20260105-0500", "2026-01-05T00:00:00-05:00"],
  ])("moment %s → %s", (given, iso) => expect(parseDateTime(given)).toBe(iso));

  test("ranges", () => {
    expect(parseDateRange("20260101-20260131")).toEqual({ from: "2026-01-01", to: "2026-01-31" });
    expect(parseDateRange("20260101-")).toEqual({ from: "2026-01-01", to: null });
    expect(parseDateRange("-20260131")).toEqual({ from: null, to: "2026-01-31" });
    expect(parseDateRange("20260105")).toEqual({ from: "2026-01-05", to: "2026-01-05" });
    for (const wrong of ["-", "", "20260101-2026", "a-b", "20260101-20260102-20260103"])
      expect(parseDateRange(wrong)).toBeNull();
    expect(parseTimeRange("10-1130")).toEqual({ from: "10:00:00", to: "11:30:59.999999" });
    expect(parseTimeRange("101530.25")).toEqual({ from: "10:15:30.25", to: "10:15:30.259999" });
    expect(parseDateTimeRange("2026-2027")).toEqual({
      from: "2026-01-01T00:00:00",
      to: "2027-12-31T23:59:59.999999",
    });
    expect(parseDateTimeRange("20260105-0500-20260106-0500")).toEqual({
      from: "2026-01-05T00:00:00-05:00",
      to: "2026-01-06T23:59:59.999999-05:00",
    });
  });
});
