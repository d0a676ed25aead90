import { describe, expect, it } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { suvFactorOf } from "./suv.ts";

const given = dataSet({
  RadionuclideTotalDose: 400e6,
  RadionuclideHalfLife: 6600,
  RadiopharmaceuticalStartTime: "100000",
});
const base = {
  Modality: "PT",
  Units: "BQML",
  DecayCorrection: "START",
  PatientWeight: 80,
  SeriesDate: "20260105",
  SeriesTime: "115000",
  AcquisitionDate: "20260105",
  AcquisitionTime: "115000",
  RadiopharmaceuticalInformationSequence: [given],
} as const;
const factor = (change: object) =>
  suvFactorOf(dataSet({ ...base, ...change } as unknown as Parameters<typeof dataSet>[0]));

describe("standardised uptake values", () => {
  it("divide by what is left of the dose per gram when the scan begins", () => {
    // 110 minutes are one half-life: 200 MBq over 80 kg.
    expect(factor({})).toBeCloseTo(80_000 / 200e6, 12);
    expect(factor({ DecayCorrection: "ADMIN" })).toBeCloseTo(80_000 / 400e6, 12);
    expect(factor({ Units: "GML" })).toBe(1);
  });

  it("are not guessed", () => {
    expect(factor({ Modality: "CT" })).toBeUndefined();
    expect(factor({ Units: "CNTS" })).toBeUndefined();
    expect(factor({ PatientWeight: 0 })).toBeUndefined();
    expect(factor({ DecayCorrection: "NONE" })).toBeUndefined();
    expect(factor({ SeriesTime: "130000" })).toBeUndefined();
    expect(factor({ SeriesTime: "090000" })).toBeUndefined();
    expect(factor({ RadiopharmaceuticalInformationSequence: [] })).toBeUndefined();
  });
});
