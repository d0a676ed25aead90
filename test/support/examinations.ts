import { newUid, SopClasses } from "@isocenter/dicom";
import { type Attributes, ctInstance } from "./instances.ts";

const side = 32;

/** A picture of 32 × 32 pixels of 16 bits. */
function picture(valueAt: (column: number, row: number) => number): Uint8Array {
  const pixels = new Uint16Array(side * side).map((_, n) => valueAt(n % side, Math.floor(n / side)));
  return new Uint8Array(pixels.buffer);
}

/**
 * A PET/CT of 24 slices, 5 mm apart, of 32 × 32 pixels of 8 mm: the tomogram is air, the uptake is a standardised 10 in the patient's right
 * half (the left of the picture), 5 in the quarter before the middle of the left half, and nothing behind.
 */
export function petCt(attributes: Attributes): Uint8Array[] {
  const frame = newUid();
  const series = (modality: string, more: Attributes) => {
    const SeriesInstanceUID = newUid();
    return Array.from(
      { length: 24 },
      (_, n) =>
        ctInstance({
          ...attributes,
          SeriesInstanceUID,
          FrameOfReferenceUID: frame,
          Modality: modality,
          Rows: side,
          Columns: side,
          PixelSpacing: ["8", "8"],
          ImageOrientationPatient: ["1", "0", "0", "0", "1", "0"],
          ImagePositionPatient: ["-124", "-124", String(5 * n)],
          InstanceNumber: n + 1,
          BitsStored: 16,
          HighBit: 15,
          ...more,
        }).bytes,
    );
  };
  return [
    ...series("CT", {
      SeriesNumber: 1,
      RescaleIntercept: "-1024",
      RescaleSlope: "1",
      PixelData: picture(() => 0),
    }),
    ...series("PT", {
      SOPClassUID: SopClasses.PositronEmissionTomographyImageStorage,
      SeriesNumber: 2,
      WindowCenter: undefined,
      WindowWidth: undefined,
      Units: "BQML",
      CorrectedImage: ["ATTN", "DECY"],
      DecayCorrection: "ADMIN",
      PatientWeight: "50",
      RadiopharmaceuticalInformationSequence: [
        { RadionuclideTotalDose: "50000000", RadionuclideHalfLife: "6588" },
      ],
      RescaleIntercept: "0",
      RescaleSlope: "1",
      PixelData: picture((column, row) => (column < side / 2 ? 10_000 : row < side / 2 ? 5_000 : 0)),
    }),
  ];
}

/**
 * A screening mammogram in four views, in MONOCHROME1: a bright breast of 60 mm on the chest wall's side, dark air before it. Views differ in
 * the size of their pixels, and the left MLO is stored with its chest wall on the right.
 */
export function mammogram(attributes: Attributes): Uint8Array[] {
  const view = (number: number, side: "R" | "L", position: string, spacing: number, wallOnRight: boolean) => {
    const [columns, rows] = [Math.round(120 / spacing), Math.round(160 / spacing)];
    const breast = 60 / spacing;
    const pixels = new Uint16Array(columns * rows).map((_, n) => {
      const fromWall = wallOnRight ? columns - 1 - (n % columns) : n % columns;
      return fromWall < breast ? 0 : 1000;
    });
    return ctInstance({
      ...attributes,
      SOPClassUID: SopClasses.DigitalMammographyXRayImageStorageForPresentation,
      Modality: "MG",
      SeriesInstanceUID: newUid(),
      SeriesNumber: number,
      SeriesDescription: `${side} ${position}`,
      BodyPartExamined: "BREAST",
      ImageLaterality: side,
      ViewPosition: position,
      PatientOrientation: [wallOnRight ? "P" : "A", side === "R" ? "L" : "R"],
      PhotometricInterpretation: "MONOCHROME1",
      PresentationLUTShape: "INVERSE",
      WindowCenter: "500",
      WindowWidth: "1000",
      PixelSpacing: undefined,
      SliceThickness: undefined,
      ImagerPixelSpacing: [String(spacing), String(spacing)],
      Rows: rows,
      Columns: columns,
      PixelData: new Uint8Array(pixels.buffer),
    }).bytes;
  };
  return [
    view(1, "L", "MLO", 0.5, true),
    view(2, "L", "CC", 1, false),
    view(3, "R", "MLO", 0.5, true),
    view(4, "R", "CC", 0.5, true),
  ];
}
