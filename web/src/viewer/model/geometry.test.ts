import { describe, expect, it } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import {
  edgeLetters,
  lettersOf,
  oppositeLetters,
  orientationOf,
  planeOf,
  sliceLocationOf,
  spacingOf,
} from "./geometry.ts";

const axial = [1, 0, 0, 0, 1, 0];
const coronal = [1, 0, 0, 0, 0, -1];
const sagittal = [0, 1, 0, 0, 0, -1];

describe("orientation", () => {
  it("names the planes, and tilted ones until 20 degrees", () => {
    const plane = (values: number[]) => planeOf(orientationOf(dataSet({ ImageOrientationPatient: values }))!);
    expect(plane(axial)).toBe("Axial");
    expect(plane(coronal)).toBe("Coronal");
    expect(plane(sagittal)).toBe("Sagittal");
    const tilt = (degrees: number) => {
      const angle = (degrees * Math.PI) / 180;
      return plane([1, 0, 0, 0, Math.cos(angle), Math.sin(angle)]);
    };
    expect(tilt(19)).toBe("Axial");
    expect(tilt(21)).toBe("Oblique");
  });

  it("is unknown when the directions are missing, empty or not at right angles", () => {
    expect(orientationOf(dataSet({}))).toBeUndefined();
    expect(orientationOf(dataSet({ ImageOrientationPatient: [0, 0, 0, 0, 0, 0] }))).toBeUndefined();
    expect(orientationOf(dataSet({ ImageOrientationPatient: [1, 0, 0, 0.7, 0.7, 0] }))).toBeUndefined();
  });

  it("gives letters the main direction first", () => {
    expect(lettersOf([1, 0, 0])).toBe("L");
    expect(lettersOf([-0.5, -0.86, 0])).toBe("AR");
    expect(lettersOf([0.1, 0, -0.99])).toBe("F");
    expect(oppositeLetters("AR")).toBe("PL");
    expect(lettersOf([0, 0, 0])).toBe("");
  });
});

describe("letters at the edges", () => {
  it("follow the screen in the patient's space: as stored, turned, and mirrored", () => {
    const attributes = dataSet({ ImageOrientationPatient: axial });
    expect(edgeLetters(attributes, [1, 0, 0], [0, 1, 0])).toEqual({
      top: "A",
      right: "L",
      bottom: "P",
      left: "R",
    });
    // A quarter clockwise: what was at the left is on top.
    expect(edgeLetters(attributes, [0, -1, 0], [1, 0, 0])).toEqual({
      top: "R",
      right: "A",
      bottom: "L",
      left: "P",
    });
    expect(edgeLetters(attributes, [-1, 0, 0], [0, 1, 0])).toEqual({
      top: "A",
      right: "R",
      bottom: "P",
      left: "L",
    });
  });

  it("come from Patient Orientation for projections", () => {
    const attributes = dataSet({ PatientOrientation: ["L", "FR"] });
    expect(edgeLetters(attributes, [1, 0, 0], [0, 1, 0])).toEqual({
      top: "HL",
      right: "L",
      bottom: "FR",
      left: "R",
    });
    expect(edgeLetters(attributes, [0, -1, 0], [1, 0, 0])).toEqual({
      top: "R",
      right: "HL",
      bottom: "L",
      left: "FR",
    });
  });

  it("are absent rather than guessed", () => {
    const none = { top: "", right: "", bottom: "", left: "" };
    expect(edgeLetters(dataSet({}), [1, 0, 0], [0, 1, 0])).toEqual(none);
    expect(edgeLetters(dataSet({ PatientOrientation: ["X", "Y"] }), [1, 0, 0], [0, 1, 0])).toEqual(none);
    expect(edgeLetters(dataSet({ PatientOrientation: ["L"] }), [1, 0, 0], [0, 1, 0])).toEqual(none);
  });
});

describe("spacing", () => {
  it("is the patient's, the detector's, corrected for magnification, or only a ratio", () => {
    expect(spacingOf(dataSet({ PixelSpacing: [0.7, 0.5] }))).toEqual({
      row: 0.7,
      column: 0.5,
      source: "patient",
    });
    expect(spacingOf(dataSet({ ImagerPixelSpacing: [0.2, 0.2] }))).toEqual({
      row: 0.2,
      column: 0.2,
      source: "detector",
    });
    const magnified = { ImagerPixelSpacing: [0.2, 0.2], EstimatedRadiographicMagnificationFactor: 2 };
    expect(spacingOf(dataSet(magnified))).toEqual({ row: 0.1, column: 0.1, source: "patient" });
    expect(spacingOf(dataSet({ PixelAspectRatio: [2, 1] }))).toEqual({ row: 2, column: 1, source: "none" });
    expect(spacingOf(dataSet({ PixelSpacing: [0, 0] })).source).toBe("none");
  });
});

describe("slice location", () => {
  it("counts along the main axis whichever way the normal points", () => {
    const at = (orientation: number[], position: number[]) =>
      sliceLocationOf(dataSet({ ImageOrientationPatient: orientation, ImagePositionPatient: position }));
    expect(at(axial, [-100, -100, -112.5])).toBeCloseTo(-112.5);
    expect(at([1, 0, 0, 0, -1, 0], [-100, 100, -112.5])).toBeCloseTo(-112.5);
    expect(at(coronal, [-100, 30, 200])).toBeCloseTo(30);
    expect(at(sagittal, [-20, 30, 200])).toBeCloseTo(-20);
    expect(sliceLocationOf(dataSet({ ImagePositionPatient: [0, 0, 0] }))).toBeUndefined();
  });
});
