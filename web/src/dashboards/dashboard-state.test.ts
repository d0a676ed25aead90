import { expect, test } from "vitest";
import {
  isUnfinished,
  moved,
  partsOf,
  readDashboardState,
  spanBefore,
  spanOf,
  weekOf,
} from "./dashboard-state.ts";

const today = "2026-03-18";

test("an address that a person wrote is read as far as it makes sense", () => {
  expect(
    readDashboardState({
      view: "turnaround",
      period: "30d",
      modality: "ct",
      priority: "stat",
      facilityId: "no id",
      by: "radiologist",
      table: "yes",
    }),
  ).toEqual({
    view: "turnaround",
    period: "30d",
    modality: "CT",
    priority: "STAT",
    by: "radiologist",
    table: "yes",
  });
  // Days win over a period by name; a grouping that the view has not, and one without view, are left out.
  expect(readDashboardState({ period: "7d", from: "2026-01-01", to: "2026-01-31", by: "day" })).toEqual({
    from: "2026-01-01",
    to: "2026-01-31",
  });
  expect(readDashboardState({ view: "toString", from: "2026-02-30", to: "2026-03-01", by: "x" })).toEqual({});
  expect(readDashboardState({ view: "quality", by: "station" })).toEqual({ view: "quality" });
});

test("periods end today, and go back and forth by their length", () => {
  expect(spanOf({}, today)).toEqual({ from: "2026-03-05", to: today });
  expect(spanBefore(spanOf({ period: "7d" }, today))).toEqual({ from: "2026-03-05", to: "2026-03-11" });
  const before = moved({ modality: "CT" }, today, -1);
  expect(before).toEqual({ modality: "CT", from: "2026-02-19", to: "2026-03-04" });
  // Where it would be past today, it is the usual period again.
  expect(moved(moved(before, today, 1), today, 1)).toEqual({ modality: "CT" });
});

test.each([
  ["2026-01-01", "2026-W01"],
  ["2027-01-01", "2026-W53"],
  ["2024-12-30", "2025-W01"],
])("the ISO week of %s is %s", (day, week) => expect(weekOf(day)).toBe(week));

test("every part of a span has its place, and what is not whole is unfinished", () => {
  const span = { from: "2026-02-11", to: today };
  expect(partsOf({ from: "2026-02-27", to: "2026-03-02" }, "day")).toEqual([
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
    "2026-03-02",
  ]);
  const weeks = partsOf(span, "week");
  expect(weeks).toEqual(["2026-W07", "2026-W08", "2026-W09", "2026-W10", "2026-W11", "2026-W12"]);
  expect(weeks.map((week) => isUnfinished(week, span, today))).toEqual([
    true,
    false,
    false,
    false,
    false,
    true,
  ]);
  expect(partsOf(span, "month").map((month) => isUnfinished(month, span, today))).toEqual([true, true]);
  expect([isUnfinished("2026-03-17", span, today), isUnfinished(today, span, today)]).toEqual([false, true]);
});
