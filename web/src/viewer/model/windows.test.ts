import { rangeOfWindow } from "@isocenter/presentation";
import { describe, expect, it } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import {
  bodyRegionOf,
  curveOf,
  formatWindowValue,
  initialRule,
  isInverse,
  presetsFor,
  resolveWindow,
  windowOfRange,
} from "./windows.ts";

const statistics = { min: -1000, max: 3000, percentile: (part: number) => -1000 + part * 4000 };

describe("presets", () => {
  const named = (values: Parameters<typeof dataSet>[0], hasSuv = false) =>
    presetsFor(dataSet(values), hasSuv).map(({ key, name }) => `${key} ${name}`);

  it("of CT follow the body part, and end with what was sent", () => {
    expect(named({ Modality: "CT", BodyPartExamined: "HEAD" })).toEqual([
      "1 Brain",
      "2 Subdural",
      "3 Stroke",
      "4 Bone",
      "5 Posterior fossa",
    ]);
    expect(
      named({ Modality: "CT", BodyPartExamined: "CHEST", WindowCenter: [40], WindowWidth: [400] })[5],
    ).toBe("6 As sent");
    const lung = presetsFor(dataSet({ Modality: "CT", BodyPartExamined: "CHEST" }), false)[1]!;
    expect(lung.rule).toEqual({ kind: "fixed", width: 1500, center: -600 });
  });

  it("of other modalities begin with what was sent", () => {
    expect(named({ Modality: "MR" })).toEqual(["1 As sent", "2 Full", "3 1–99 %", "4 Narrow"]);
    expect(named({ Modality: "PT" }, true)).toEqual(["1 SUV 0–5", "2 SUV 0–10", "3 SUV 0–15"]);
    expect(named({ Modality: "NM" })[0]).toBe("1 0 to maximum");
  });

  it("offer each window and each table that a mammogram brings, by name", () => {
    const table = (name: string) => ({
      ...dataSet({ LUTDescriptor: [2, 0, 8], LUTData: [0, 255] }),
      "00283003": { vr: "LO", Value: [name] },
    });
    const sent = dataSet({
      Modality: "MG",
      WindowCenter: [500, 600],
      WindowWidth: [400, 300],
      WindowCenterWidthExplanation: ["NORMAL", "HARDER"],
      VOILUTSequence: [table("NORMAL"), table("SOFTER")],
    });
    const presets = presetsFor(sent, false);
    expect(presets.slice(4).map(({ key, name }) => `${key} ${name}`)).toEqual([
      "5 HARDER",
      "6 As sent 3",
      "7 SOFTER",
    ]);
    const windows = presets.slice(4).map(({ rule }) => resolveWindow(rule, sent, statistics));
    expect(windows.map(({ center, table }) => [center, table !== undefined])).toEqual([
      [600, false],
      [0.5, true],
      [0.5, true],
    ]);
  });

  it("look for the region in the descriptions when no body part is named", () => {
    const region = (values: Parameters<typeof dataSet>[0]) => bodyRegionOf(dataSet(values));
    expect(region({ SeriesDescription: "STD BRAIN 5MM" })).toBe("head");
    expect(region({ StudyDescription: "CT pulmonary angiogram" })).toBe("chest");
    expect(region({ BodyPartExamined: "LSPINE", StudyDescription: "CT ABDOMEN" })).toBe("bone");
    expect(region({})).toBe("abdomen");
  });
});

describe("windows", () => {
  it("of a CT that says none is that of its region", () => {
    expect(initialRule(dataSet({ Modality: "CT", BodyPartExamined: "HEAD" }), false)).toEqual({
      kind: "fixed",
      width: 80,
      center: 40,
    });
    expect(
      initialRule(dataSet({ Modality: "CT", WindowCenter: [40], WindowWidth: [400] }), false),
    ).toMatchObject({ kind: "sent" });
  });

  it("as sent come from the image, with its function; without one from its whole range", () => {
    const rule = { kind: "sent", index: 0 } as const;
    const sent = dataSet({
      WindowCenter: [40, 500],
      WindowWidth: [400, 2000],
      VOILUTFunction: "LINEAR_EXACT",
    });
    expect(resolveWindow(rule, sent, statistics)).toEqual({
      center: 40,
      width: 400,
      function: "LINEAR_EXACT",
    });
    expect(resolveWindow({ kind: "sent", index: 1 }, sent, statistics).center).toBe(500);
    expect(resolveWindow(rule, dataSet({ WindowCenter: 40, WindowWidth: 0 }), statistics)).toEqual({
      center: 1000,
      width: 4000,
      function: "LINEAR_EXACT",
    });
  });

  it("as sent may be a table, where there is no window", () => {
    const table = dataSet({ LUTDescriptor: [3, 100, 8], LUTData: [0, 51, 255] });
    const window = resolveWindow(
      { kind: "sent", index: 0 },
      dataSet({ VOILUTSequence: [table] }),
      statistics,
    );
    expect(window).toMatchObject({ center: 101, width: 2 });
    expect(curveOf({ center: 0, width: 100, function: "LINEAR" })).toBeUndefined();
    const shading = (grey: number) => [grey, 0, 0] as const;
    const curve = curveOf({ center: 0, width: 100, function: "LINEAR_EXACT", shading })!;
    expect([curve[0], curve.at(-1)]).toEqual([
      [-50, 0, 0, 0],
      [50, 1, 0, 0],
    ]);
    expect(curveOf(window)).toEqual([
      [100, 0, 0, 0],
      [101, 0.2, 0.2, 0.2],
      [102, 1, 1, 1],
    ]);
    const both = dataSet({ VOILUTSequence: [table], WindowCenter: 40, WindowWidth: 400 });
    expect(resolveWindow({ kind: "sent", index: 0 }, both, statistics).table).toBeUndefined();
  });

  it("of percentiles, ranges and maxima follow the pixels", () => {
    const range = (rule: Parameters<typeof resolveWindow>[0]) =>
      rangeOfWindow(resolveWindow(rule, dataSet({}), statistics));
    expect(range({ kind: "percentile", low: 0.25, high: 0.75 })).toEqual({ lower: 0, upper: 2000 });
    expect(range({ kind: "maximum", part: 0.5 })).toEqual({ lower: 0, upper: 1500 });
    expect(range({ kind: "range", lower: 0, upper: 5 })).toEqual({ lower: 0, upper: 5 });
    expect(range({ kind: "full" })).toEqual({ lower: -1000, upper: 3000 });
  });

  it("give black and white where PS3.3 C.11.2.1.2 puts them, and back", () => {
    // Formula of C.11.2.1.2.1: black at c - 0.5 - (w - 1) / 2, white at c - 0.5 + (w - 1) / 2.
    expect(rangeOfWindow({ center: 40, width: 400, function: "LINEAR" })).toEqual({
      lower: -160,
      upper: 239,
    });
    expect(rangeOfWindow({ center: 40, width: 400, function: "LINEAR_EXACT" })).toEqual({
      lower: -160,
      upper: 240,
    });
    expect(windowOfRange(-160, 239, "LINEAR")).toEqual({ center: 40, width: 400, function: "LINEAR" });
    expect(windowOfRange(-160, 240, "LINEAR_EXACT")).toEqual({
      center: 40,
      width: 400,
      function: "LINEAR_EXACT",
    });
    const step = rangeOfWindow({ center: 10, width: 1, function: "LINEAR" });
    expect(step.upper).toBeGreaterThan(step.lower);
    expect((step.upper + step.lower) / 2).toBeCloseTo(9.5);
  });

  it("open with uptake for PET, with the maximum for nuclear medicine, else as sent", () => {
    expect(initialRule(dataSet({ Modality: "PT" }), true)).toEqual({ kind: "range", lower: 0, upper: 5 });
    expect(initialRule(dataSet({ Modality: "NM" }), false)).toEqual({ kind: "maximum", part: 1 });
    expect(initialRule(dataSet({ Modality: "CT", WindowCenter: [40], WindowWidth: [400] }), false)).toEqual({
      kind: "sent",
      index: 0,
    });
  });

  it("show as many decimals as the width is worth", () => {
    expect(formatWindowValue(-600.4, 1500)).toBe("−600");
    expect(formatWindowValue(2.456, 5)).toBe("2.46");
    expect(formatWindowValue(-0.2, 400)).toBe("0");
  });
});

describe("inversion", () => {
  it("follows MONOCHROME1 and the presentation LUT's shape", () => {
    expect(isInverse(dataSet({ PhotometricInterpretation: "MONOCHROME1" }))).toBe(true);
    expect(isInverse(dataSet({ PhotometricInterpretation: "MONOCHROME2" }))).toBe(false);
    expect(
      isInverse(dataSet({ PhotometricInterpretation: "MONOCHROME2", PresentationLUTShape: "INVERSE" })),
    ).toBe(true);
    expect(
      isInverse(dataSet({ PhotometricInterpretation: "MONOCHROME1", PresentationLUTShape: "INVERSE" })),
    ).toBe(true);
  });
});
