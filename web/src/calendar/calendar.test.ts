import { expect, test } from "vitest";
import { readCalendarState } from "./calendar-state.ts";
import { clockAt, type Day, hoursOf, minutesInto, minutesOfDay, momentAt, mondayOf, snap } from "./clock.ts";
import { bookedOf, closedOf, lanesOf, shownOf } from "./layout.ts";

const day = (date: string, timeZone: string, from: string, to: string): Day => ({ date, timeZone, from, to });
/** Summer time begins at 02:00, which is 03:00 then. */
const spring = day("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
/** Summer time ends at 03:00, which is 02:00 again. */
const autumn = day("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
const plain = day("2026-06-10", "Europe/Berlin", "2026-06-09T22:00:00Z", "2026-06-10T22:00:00Z");

test("a day of 23 hours has no hour at two o'clock", () => {
  expect(minutesOfDay(spring)).toBe(23 * 60);
  const hours = hoursOf(spring);
  expect(hours).toHaveLength(23);
  expect(hours.slice(0, 4).map(({ label }) => label)).toEqual(["00:00", "01:00", "03:00", "04:00"]);
  expect(hours[2]!.minutes).toBe(120);
});

test("a day of 25 hours has two o'clock twice, and says so of the second", () => {
  expect(minutesOfDay(autumn)).toBe(25 * 60);
  const twice = hoursOf(autumn).filter(({ label }) => label === "02:00");
  expect(twice).toEqual([
    { minutes: 120, label: "02:00", again: false },
    { minutes: 180, label: "02:00", again: true },
  ]);
  expect(hoursOf(autumn).at(-1)).toEqual({ minutes: 24 * 60, label: "23:00", again: false });
});

test("a change of half an hour moves the full hours", () => {
  const howe = day("2026-10-04", "Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z");
  expect(minutesOfDay(howe)).toBe(23 * 60 + 30);
  expect(
    hoursOf(howe)
      .slice(0, 4)
      .map(({ label, minutes }) => [label, minutes]),
  ).toEqual([
    ["00:00", 0],
    ["01:00", 60],
    ["03:00", 150],
    ["04:00", 210],
  ]);
});

test("a place in the day is a moment, before and after the clocks change", () => {
  expect(clockAt("Europe/Berlin", momentAt(spring, 540))).toBe("10:00");
  expect(clockAt("Europe/Berlin", momentAt(autumn, 540))).toBe("08:00");
  expect(clockAt("Europe/Berlin", momentAt(plain, 540))).toBe("09:00");
  for (const one of [spring, autumn, plain]) expect(minutesInto(one, momentAt(one, 545))).toBe(545);
  expect(snap(542.6)).toBe(545);
});

test("the week of a Sunday began six days before", () => {
  expect(mondayOf("2026-03-29")).toBe("2026-03-23");
  expect(mondayOf("2026-03-23")).toBe("2026-03-23");
});

const at = (minutes: number) => momentAt(plain, minutes);
const between = (from: number, to: number) => ({ startsAt: at(from), endsAt: at(to) });

test("what overlaps stands side by side, and what only touches does not", () => {
  expect(lanesOf([between(0, 30), between(30, 60)])).toEqual([
    { lane: 0, lanes: 1 },
    { lane: 0, lanes: 1 },
  ]);
  expect(lanesOf([between(0, 60), between(30, 90), between(60, 80), between(100, 110)])).toEqual([
    { lane: 0, lanes: 2 },
    { lane: 1, lanes: 2 },
    { lane: 0, lanes: 2 },
    { lane: 0, lanes: 1 },
  ]);
});

test("what is not open is closed, to the last minute of a long day", () => {
  const open = [{ from: momentAt(autumn, 540), to: momentAt(autumn, 1140) }];
  expect(closedOf(autumn, open)).toEqual([
    { from: 0, to: 540 },
    { from: 1140, to: 1500 },
  ]);
  expect(closedOf(plain, [])).toEqual([{ from: 0, to: 1440 }]);
});

test("the shown part is what is open or booked, and an hour around it", () => {
  const open = [{ from: at(480), to: at(1020) }];
  expect(shownOf([{ day: plain, open, appointments: [between(430, 450)] }])).toEqual({ from: 360, to: 1080 });
  expect(shownOf([{ day: plain, open: [], appointments: [] }])).toEqual({ from: 420, to: 1140 });
});

test("booked is what lies within the opening hours", () => {
  expect(bookedOf([{ from: at(480), to: at(580) }], [between(470, 500), between(500, 530)])).toBe(50);
  expect(bookedOf([], [between(0, 10)])).toBeNull();
});

test("an address that makes no sense is left out", () => {
  expect(readCalendarState({ date: "2026-02-30", view: "month", station: "", facility: "x" })).toEqual({});
  expect(readCalendarState({ date: "2026-02-28", view: "week", station: "CT 1" })).toEqual({
    date: "2026-02-28",
    view: "week",
    station: "CT 1",
  });
});
