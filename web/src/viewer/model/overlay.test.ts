import { describe, expect, it } from "vitest";
import { dataSet } from "./data-set.fixture.ts";
import { imagesOfInstance } from "./image.ts";
import { overlayText } from "./overlay.ts";

const image = imagesOfInstance(
  dataSet({
    Rows: 512,
    Columns: 512,
    Modality: "CT",
    PatientName: "Abiodun^Tomi",
    PatientID: "NG-187330",
    PatientBirthDate: "19670302",
    PatientSex: "F",
    StudyDate: "20251120",
    AcquisitionDate: "20251120",
    AcquisitionTime: "095812",
    SeriesNumber: "4",
    SeriesDescription: "Lung 1.0 B60",
    InstanceNumber: 142,
    SliceThickness: 1,
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    ImagePositionPatient: [0, 0, -112.5],
    LossyImageCompression: "01",
  }),
)[0]!;

describe("the texts over an image", () => {
  const input = {
    image,
    number: 142,
    total: 386,
    window: { center: -600, width: 1500, function: "LINEAR" as const },
    windowName: "Lung",
    inverted: false,
    zoom: 1.337,
    isAfterGap: false,
  };

  it("say who, what, where and how", () => {
    expect(overlayText(input)).toEqual({
      topLeft: ["Abiodun, Tomi · NG-187330", "F · 58 y · 1967-03-02", "Se 4 · Lung 1.0 B60"],
      topRight: ["2025-11-20 09:58", "Axial · 1 mm"],
      bottomLeft: ["Im 142 / 386", "Loc −112.5 mm"],
      bottomRight: ["W 1500 L −600 · Lung", "Zoom 1.34", "Lossy compression"],
      // What would be mistaken if it were not there stays.
      lesser: ["F · 58 y · 1967-03-02", "2025-11-20 09:58", "Loc −112.5 mm", "Zoom 1.34"],
    });
  });

  it("name the instance's own number where it differs, and an inversion", () => {
    const text = overlayText({ ...input, number: 1, inverted: true, windowName: "" });
    expect(text.bottomLeft[0]).toBe("Im 1 / 386 · no. 142");
    expect(text.bottomRight[0]).toBe("W 1500 L −600 · inverted");
  });

  it("name what a plane was cut from by what there is: number, description, or neither", () => {
    const sourceOf = (said: Parameters<typeof dataSet>[0]) => {
      const [base] = imagesOfInstance(dataSet({ Rows: 1, Columns: 1, ...said }));
      const slab = { mode: "average" as const, thickness: 0 };
      const plane = { ...base!, reformat: { key: "", slab, pixels: async () => new Uint8Array(1) } };
      return overlayText({ ...input, image: plane }).topLeft.at(-1);
    };
    expect(sourceOf({ SeriesNumber: "4", SeriesDescription: "Lung" })).toBe("Plane cut from Se 4");
    expect(sourceOf({ SeriesDescription: "Lung" })).toBe("Plane cut from Lung");
    expect(sourceOf({})).toBe("Plane cut from the volume");
  });

  it("say so when it is not known who it is", () => {
    const unknown = imagesOfInstance(dataSet({ Rows: 1, Columns: 1 }))[0]!;
    expect(overlayText({ ...input, isAfterGap: true }).bottomLeft[0]).toBe(
      "Slices are missing before this one",
    );
    expect(overlayText({ ...input, image: unknown }).topLeft[0]).toBe("Name unknown · no identifier");
  });
});
