import { describe, expect, test } from "vitest";
import { figuresFor } from "./figures.ts";
import { modelOf } from "./models.ts";
import type { Answer, Row } from "./queries.ts";
import { duration, money } from "./say.ts";
import { ticksOf } from "./ticks.ts";

const context = { span: { from: "2026-03-05", to: "2026-03-08" }, today: "2026-03-08", targets: null };
const answer = (groupBy: string[], data: Row[]): Answer => ({ ...context.span, asOf: "", groupBy, data });
const segment = (name: string, minutes: number, count = 3) => ({
  segment: name,
  count,
  medianSeconds: minutes * 60,
  p90Seconds: minutes * 90,
});

describe("turnaround", () => {
  const rows = answer(
    ["priority", "modality"],
    [
      {
        group: { priority: "ROUTINE", modality: "CT" },
        segments: [segment("PERFORMED_TO_SIGNED", 600), segment("PERFORMED_TO_READ", 500)],
      },
      {
        group: { priority: "STAT", modality: "CT" },
        segments: [
          segment("ARRIVED_TO_PERFORMED", 20),
          segment("PERFORMED_TO_READ", 50),
          segment("READ_TO_SIGNED", 15),
          segment("PERFORMED_TO_SIGNED", 65),
        ],
      },
      { group: { priority: "URGENT", modality: "MR" }, segments: [] },
    ],
  );
  test("has the most urgent first, each with the target of its priority and what is past it", () => {
    const model = modelOf("turnaround", rows, {
      ...context,
      targets: { STAT: 60, URGENT: 240, ROUTINE: 1440 },
    });
    if (model.kind !== "bars") throw new Error(model.kind);
    expect(model.rows).toMatchObject([
      // The bar begins with the arrival, the target with the end of the examination.
      { label: "STAT CT", values: [1200, 3000, 900], text: "1 h 05", count: 3, target: 4800, late: true },
      { label: "Routine CT", text: "10 h", target: 86_400, late: false },
    ]);
    expect(model.rows[0]?.said).toContain("Waiting to be read 50 min (3)");
    expect(model.rows[0]?.said).toContain("past its target");
    expect(model.targetLabel).not.toBeNull();
  });
  test("has no line where no target is known", () => {
    const model = modelOf("turnaround", rows, context);
    expect(model).toMatchObject({
      targetLabel: null,
      rows: [{ target: null, late: false }, { target: null }],
    });
  });
});

test("volumes: a column for each day, also an empty one; beyond five modalities the rest is one; today is paler", () => {
  const modalities = ["CT", "MR", "DX", "US", "MG", "NM", "XA"];
  const data = modalities.map((modality, index) => ({
    group: { day: "2026-03-06", modality },
    examinations: 10 - index,
  }));
  const model = modelOf("volumes", answer(["day", "modality"], data), context);
  if (model.kind !== "columns") throw new Error(model.kind);
  expect(model.series.map(({ label }) => label)).toEqual(["CT", "MR", "DX", "US", "MG", "Other"]);
  expect(model.parts.map(({ values }) => values.reduce((sum, one) => sum + one, 0))).toEqual([0, 49, 0, 0]);
  expect(model.parts[1]?.values).toEqual([10, 9, 8, 7, 6, 9]);
  expect(model.parts.map(({ unfinished }) => unfinished)).toEqual([false, false, false, true]);
  expect(model.parts.map(({ weekend }) => weekend)).toEqual([false, false, true, true]);
});

test("station use: a closed day is empty, an open one without work is zero", () => {
  const cell = (day: string, openMinutes: number, performedShare: number | null) => ({
    group: { station: "1", stationName: "CT 1", day },
    openMinutes,
    performed: 1,
    performedShare,
    bookedShare: 0.5,
  });
  const model = modelOf(
    "utilization",
    answer(
      ["station", "day"],
      [cell("2026-03-05", 600, 0.25), cell("2026-03-06", 600, 0), cell("2026-03-07", 0, null)],
    ),
    context,
  );
  if (model.kind !== "heat") throw new Error(model.kind);
  expect(model.rows[0]?.cells.map(({ share }) => share)).toEqual([0.25, 0, null, null]);
});

test("station use: where no scanner says what it performed, what is booked is drawn", () => {
  const open = { openMinutes: 600, performed: 0, performedShare: 0, bookedShare: 0.5 };
  const group = { station: "1", stationName: "CT 1" };
  const days = answer(["station", "day"], [{ group: { ...group, day: "2026-03-05" }, ...open }]);
  const model = modelOf("utilization", days, context);
  if (model.kind !== "heat") throw new Error(model.kind);
  expect(model.rows[0]?.cells[0]).toEqual({ share: 0.5, said: expect.stringContaining("50% booked") });
  expect(modelOf("utilization", answer(["station"], [{ group, ...open }]), context)).toMatchObject({
    rows: [{ values: [0.5] }],
  });
});

test("findings: the share is of those of which it is known whether they were in time", () => {
  const row = {
    group: { severity: "HIGH" },
    findings: 3,
    acknowledgedInTime: 1,
    acknowledgedLate: 1,
    neverAcknowledged: 0,
    acknowledgedShareInTime: 0.5,
  };
  const model = modelOf("critical-findings", answer(["severity"], [row]), context);
  expect(model).toMatchObject({ rows: [{ text: "50% of 2", values: [1, 1, 0] }] });
});

test("money of several currencies is never added up", () => {
  const bill = (currency: string, paid: number) => ({
    group: { month: "2026-03" },
    currency,
    bills: 1,
    billed: paid,
    paid,
    outstanding: 0,
  });
  const model = modelOf("revenue", answer(["modality"], [bill("EUR", 12_050), bill("JPY", 900)]), context);
  if (model.kind !== "bars") throw new Error(model.kind);
  expect(model.rows.map(({ values }) => values)).toEqual([[12_050, 0]]);
  expect(
    [money(12_050, "EUR"), money(900, "JPY"), money(1_234_567, "KWD")].map((one) => one.replace(/\s/g, " ")),
  ).toEqual(["€120.50", "JP¥900", "KWD 1,234.567"]);
});

test("who sees what: all, one's own, money alone, nothing", () => {
  expect(figuresFor(["ADMINISTRATOR"]).names).toHaveLength(7);
  expect(figuresFor(["RADIOLOGIST"]).names).not.toContain("revenue");
  expect(figuresFor(["RESIDENT"])).toMatchObject({ own: true });
  expect(figuresFor(["TECHNOLOGIST"]).names).not.toContain("utilization");
  expect(figuresFor(["BILLING"]).names).toEqual(["revenue"]);
  expect(figuresFor(["PHYSICIAN"]).names).toEqual([]);
});

test("times and ticks are round", () => {
  expect([30, 60, 3540, 7680, 90_000, 600_000].map(duration)).toEqual([
    "30 s",
    "1 min",
    "59 min",
    "2 h 08",
    "25 h",
    "7 d",
  ]);
  expect(ticksOf(7200, "seconds", 4)).toEqual([0, 1800, 3600, 5400, 7200]);
  expect(ticksOf(222, "count", 4)).toEqual([0, 100, 200]);
  expect(ticksOf(1, "count", 4)).toEqual([0, 1]);
});
