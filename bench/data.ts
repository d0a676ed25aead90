import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { dataSetOf, SopClasses, TransferSyntaxes, writePart10 } from "@isocenter/dicom";

export interface BenchSeries {
  folder: string;
  files: string[];
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUids: string[];
  bytes: number;
}

const uid = (...words: (string | number)[]): string =>
  `2.25.${BigInt(`0x${createHash("sha256").update(words.join("/")).digest("hex").slice(0, 30)}`)}`;

/** Sixteen-bit noise on a gradient: no codec finds it trivial, and every run has the same. */
function pixels(rows: number, columns: number, seed: number): Uint8Array {
  const values = new Int16Array(rows * columns);
  let state = seed * 2_654_435_761;
  for (let n = 0; n < values.length; n++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    values[n] = ((n % columns) * 2 - 500 + (state >>> 26)) | 0;
  }
  return new Uint8Array(values.buffer);
}

export interface SeriesPlan {
  name: string;
  count: number;
  rows: number;
  columns: number;
}

/** Writes a CT series of Part 10 files into a folder of its own. */
export async function makeSeries(root: string, plan: SeriesPlan): Promise<BenchSeries> {
  const folder = path.join(root, plan.name);
  await fs.mkdir(folder, { recursive: true });
  const series: BenchSeries = {
    folder,
    files: [],
    studyInstanceUid: uid(plan.name, "study"),
    seriesInstanceUid: uid(plan.name, "series"),
    sopInstanceUids: [],
    bytes: 0,
  };
  for (let n = 1; n <= plan.count; n++) {
    const sopInstanceUid = uid(plan.name, n);
    const dataSet = dataSetOf({
      ImageType: ["ORIGINAL", "PRIMARY", "AXIAL"],
      SOPClassUID: SopClasses.CTImageStorage,
      SOPInstanceUID: sopInstanceUid,
      StudyDate: "20260105",
      StudyTime: "101112",
      AccessionNumber: "BENCH",
      Modality: "CT",
      Manufacturer: "Bench",
      ReferringPhysicianName: "Doe^Jane",
      StudyDescription: "Bench",
      SeriesDescription: plan.name,
      PatientName: `Bench^${plan.name}`,
      PatientID: `BENCH-${plan.name}`,
      PatientBirthDate: "19700101",
      PatientSex: "O",
      StudyInstanceUID: series.studyInstanceUid,
      SeriesInstanceUID: series.seriesInstanceUid,
      StudyID: "1",
      SeriesNumber: "1",
      InstanceNumber: String(n),
      ImagePositionPatient: ["0", "0", String(n)],
      ImageOrientationPatient: ["1", "0", "0", "0", "1", "0"],
      PixelSpacing: ["0.7", "0.7"],
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      Rows: plan.rows,
      Columns: plan.columns,
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
      PixelRepresentation: 1,
      WindowCenter: "40",
      WindowWidth: "400",
      RescaleIntercept: "0",
      RescaleSlope: "1",
      PixelData: pixels(plan.rows, plan.columns, n),
    });
    const bytes = writePart10({ dataSet, transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian });
    const file = path.join(folder, `${String(n).padStart(5, "0")}.dcm`);
    await fs.writeFile(file, bytes);
    series.files.push(file);
    series.sopInstanceUids.push(sopInstanceUid);
    series.bytes += bytes.length;
  }
  return series;
}

const studyModalities = ["CT", "MR", "US", "CR", "DX"];
const studyParts = ["Head", "Chest", "Abdomen", "Knee", "Spine"];

/** The n-th of many studies of one instance without pixels, each of a patient of its own. */
export function studyFile(n: number): Uint8Array {
  const day = new Date(Date.UTC(2025, 0, 1 + (n % 365))).toISOString().slice(0, 10).replaceAll("-", "");
  const modality = studyModalities[n % studyModalities.length]!;
  const part = studyParts[(n >> 3) % studyParts.length]!;
  const dataSet = dataSetOf({
    SOPClassUID: SopClasses.CTImageStorage,
    SOPInstanceUID: `2.25.7${n}`,
    StudyDate: day,
    StudyTime: String(100_000 + (n % 50_000)),
    AccessionNumber: `A${n}`,
    Modality: modality,
    ReferringPhysicianName: `Doctor${n % 100}^Jane`,
    StudyDescription: `${modality} ${part}`,
    PatientName: `Family${n}^Given${n % 1000}`,
    PatientID: `S-${n}`,
    PatientBirthDate: `19${String(10 + (n % 90))}0101`,
    PatientSex: n % 2 ? "F" : "M",
    StudyInstanceUID: `2.25.9${n}`,
    SeriesInstanceUID: `2.25.8${n}`,
    StudyID: String(n),
    SeriesNumber: 1,
    InstanceNumber: 1,
  });
  return writePart10({ dataSet, transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian });
}
