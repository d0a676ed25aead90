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
