import { afterEach, expect, test } from "vitest";
import { speak } from "../words/words.ts";
import { clockIn, dateAndTime, dateIn, dayIn, dayInYear, dayOf, momentIn } from "./dates.ts";

afterEach(() => speak("en"));

const at = "2026-01-05T23:30:00Z";

test("a date is written in one way, its month as a word, by the language of the screen", async () => {
  expect(dayOf("2026-01-05")).toBe("5 Jan 2026");
  expect(dateAndTime("2026-01-05", "10:33:21")).toBe("5 Jan 2026 10:33");
  expect([dateAndTime("2026-01-05", null), dateAndTime(null, null)]).toEqual(["5 Jan 2026", ""]);
  expect(momentIn("Europe/Brussels", at)).toBe("6 Jan 2026 00:30");
  expect(dayInYear("UTC", at)).toBe("5 Jan");
  await speak("fr");
  expect(dayOf("2026-01-05")).toBe("5 janv. 2026");
  expect(momentIn("UTC", at)).toBe("5 janv. 2026 23:30");
});

test("a moment is told by the facility's calendar and clock, and a zone that nobody knows is borne", () => {
  const zones = ["Europe/Brussels", "America/New_York", "Nowhere/Land"];
  expect(zones.map((zone) => dateIn(zone, Date.parse(at)))).toEqual([
    "2026-01-06",
    "2026-01-05",
    "2026-01-05",
  ]);
  expect(zones.map((zone) => dayIn(zone, at))).toEqual(["6 Jan 2026", "5 Jan 2026", "5 Jan 2026"]);
  expect(zones.map((zone) => clockIn(zone, at))).toEqual(["00:30", "18:30", "23:30"]);
});

test("what is no date is said as it is, and what is no moment not at all", () => {
  expect(dayOf("1967-03")).toBe("1967-03");
  expect(dayOf("2026-13-40")).toBe("2026-13-40");
  expect([momentIn("UTC", "never"), dayIn("UTC", ""), clockIn("UTC", "")]).toEqual(["", "", ""]);
});
