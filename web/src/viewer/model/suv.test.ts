import { describe, expect, it } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { suvFactorOf, whyNoSuv } from "./suv.ts";

const given = dataSet({
  RadionuclideTotalDose: 400e6,
  RadionuclideHalfLife: 6600,
  RadiopharmaceuticalStartTime: "100000",
});
const base = {
  Modality: "PT",
  Units: "BQML",
  DecayCorrection: "START",
  CorrectedImage: ["NORM", "ATTN", "DECY"],
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
    expect(factor({ CorrectedImage: ["ATTN"] })).toBeUndefined();
    expect(factor({ CorrectedImage: ["DECY"] })).toBeUndefined();
  });

  it("say why they are not there", () => {
    const why = (change: object) =>
      whyNoSuv(dataSet({ ...base, ...change } as unknown as Parameters<typeof dataSet>[0]));
    expect(why({})).toBeUndefined();
    expect(why({ Modality: "CT" })).toBeUndefined();
    expect(why({ Units: "CNTS" })).toBe("No SUV: values are no activity per volume");
    expect(why({ PatientWeight: 0 })).toBe("No SUV: no weight of the patient");
    expect(why({ SeriesTime: "130000" })).toBe("No SUV: times of injection and scan are not known");
    expect(why({ RadiopharmaceuticalInformationSequence: [] })).toBe("No SUV: no dose or half-life");
    expect(why({ CorrectedImage: [] })).toBe("No SUV: not corrected for attenuation and decay");
  });
});
