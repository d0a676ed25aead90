import { writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type ImageMeasurement,
  type KeyImageTitle,
  keyImageTitles,
  type MeasurementKind,
  measurementKinds,
  measurementPoints,
  type PlaneMeasurement,
} from "@isocenter/contract";
import { type DataSet, items, numbers, readPart10, SopClasses, Tags, text } from "@isocenter/dicom";
import { dciodvfy, dciodvfyMissing } from "@isocenter/test/support/dciodvfy.ts";
import { dcmtkMissing, run } from "@isocenter/test/support/dcmtk.ts";
import { reportPaper } from "@isocenter/test/support/paper.ts";
import { expect, test } from "vitest";
import { type DocumentSource, keyImageUids, keyObjectSelection, measurementReport } from "./documents.ts";

const image = (sop: string, series: string, numberOfFrames = 1) =>
  [
    sop,
    {
      SeriesInstanceUID: series,
      SOPInstanceUID: sop,
      SOPClassUID: numberOfFrames > 1 ? SopClasses.EnhancedCTImageStorage : SopClasses.CTImageStorage,
      numberOfFrames,
    },
  ] as const;
const source: DocumentSource = {
  of: reportPaper(),
  studyId: "0197d3f0-0000-7000-8000-000000000002",
  version: 3,
  author: { id: "0197d3f0-0000-7000-8000-000000000003", name: "Dr. Jürgen Löwe" },
  at: new Date("2026-01-05T09:31:00Z"),
  images: new Map([image("1.2.1", "1.2"), image("1.2.2", "1.2", 20), image("1.3.1", "1.3")]),
};
const drawn = (kind: MeasurementKind, more: Partial<ImageMeasurement> = {}): ImageMeasurement => ({
  id: kind,
  kind,
  values: [
    {
      quantity: kind === "angle" || kind === "cobb" ? "angle" : "length",
      value: 12.25,
      unit: kind === "angle" || kind === "cobb" ? "deg" : "mm",
    },
  ],
  sopInstanceUid: "1.2.1",
  points: Array.from({ length: measurementPoints[kind][0] }, (_, index) => [index * 2, (index % 2) * 3.5]),
  ...more,
});
const measurements = [
  ...measurementKinds.map((kind) => drawn(kind)),
  drawn("arrow", { id: "arrow only", values: [], label: "Here" }),
  drawn("ellipse", {
    id: "roi",
    label: "Läsion",
    sopInstanceUid: "1.2.2",
    frame: 7,
    values: [{ quantity: "area", value: 113.1, unit: "mm2" }],
    statistics: { mean: 18.2, standardDeviation: 3, minimum: -4, maximum: 40, unit: "[hnsf'U]" },
  }),
];
/** In a coronal plane through the slices of the volume. */
const inPlane = (kind: MeasurementKind, more: Partial<PlaneMeasurement> = {}): PlaneMeasurement => {
  const { sopInstanceUid: _image, points, ...common } = drawn(kind);
  return {
    ...common,
    id: `plane ${kind}`,
    plane: { frameOfReferenceUid: "1.9.9", seriesInstanceUid: "1.4", normal: [0, -1, 0] },
    points: points.map(([x = 0, z = 0]) => [x - 10, 30, z + 100]),
    ...more,
  };
};
const slab = { mode: "MIP", thickness: 12.5 } as const;
const planes = [
  ...measurementKinds.map((kind) => inPlane(kind)),
  inPlane("freehand", {
    id: "closed",
    points: [
      [0, 30, 0],
      [9, 30, 0],
      [9, 30, 9],
      [0, 30, 0],
    ],
  }),
  inPlane("arrow", { id: "plane arrow only", values: [] }),
  inPlane("ellipse", {
    id: "thick",
    plane: { ...inPlane("ellipse").plane, slab },
    values: [{ quantity: "area", value: 113.1, unit: "mm2" }],
    statistics: { mean: 418.2, standardDeviation: 3, minimum: -4, maximum: 640, unit: "[hnsf'U]" },
  }),
];
const slices = ["1.4.1", "1.4.2", "1.4.3"];
const withVolume: DocumentSource = {
  ...source,
  images: new Map([image("1.2.1", "1.2"), image("1.4.2", "1.4")]),
  volumes: new Map([["1.4", slices.map((uid) => image(uid, "1.4")[1])]]),
};
const keyImages = [{ sopInstanceUid: "1.2.2", frame: 7, note: "The lesion" }, { sopInstanceUid: "1.3.1" }];
// What is pointed at, and nothing else.
const pointed = (...uids: string[]) => ({
  ...source,
  images: new Map([...source.images].filter(([uid]) => uids.includes(uid))),
});

test("key images have the title that they were chosen for, in a document of its own", () => {
  const meaningsOf = (title?: KeyImageTitle) => {
    const { dataSet } = readPart10(
      keyObjectSelection(pointed("1.3.1"), [{ sopInstanceUid: "1.3.1" }], title),
    );
    const code = items(dataSet, Tags.ConceptNameCodeSequence)[0]!;
    return [
      text(code, Tags.CodeValue),
      text(code, Tags.CodingSchemeDesignator),
      text(code, Tags.CodeMeaning),
    ];
  };
  expect(keyImageTitles.map(meaningsOf)).toEqual([
    ["113000", "DCM", "Of Interest"],
    ["113002", "DCM", "For Referring Provider"],
    ["113003", "DCM", "For Surgery"],
    ["113006", "DCM", "For Therapy"],
    ["113005", "DCM", "For Conference"],
    ["113004", "DCM", "For Teaching"],
    ["113007", "DCM", "For Patient"],
    ["113008", "DCM", "For Peer Review"],
    ["113009", "DCM", "For Research"],
    ["113018", "DCM", "For Printing"],
    ["113020", "DCM", "For Report Attachment"],
  ]);
  expect(meaningsOf()).toEqual(meaningsOf("OF_INTEREST"));
  const uids = keyImageTitles.map((title) => keyImageUids("study", 3, title).SOPInstanceUID);
  expect(new Set(uids).size).toBe(keyImageTitles.length);
  expect(keyImageUids("study", 3).SOPInstanceUID).toBe(uids[0]);
});

test("they speak the language of the facility", () => {
  const french = (at: DocumentSource) => ({ ...at, of: { ...at.of, language: "fr" } });
  const all = { ...withVolume, images: source.images };
  const report = readPart10(measurementReport(french(all), [...measurements, ...planes])).dataSet;
  const selection = readPart10(keyObjectSelection(french(pointed("1.2.2", "1.3.1")), keyImages)).dataSet;
  const title = (set: DataSet) => text(items(set, Tags.ConceptNameCodeSequence)[0]!, Tags.CodeMeaning);
  expect([title(report), text(report, Tags.SeriesDescription)]).toEqual([
    "Compte rendu de mesures d’imagerie",
    "Mesures",
  ]);
  expect([title(selection), text(selection, Tags.SeriesDescription)]).toEqual([
    "Images remarquables",
    "Images clés",
  ]);
  const meanings = new Set<string>();
  const collect = (set: DataSet): void => {
    for (const element of set.elements.values())
      if (element.tag === Tags.CodeMeaning) meanings.add(text(set, Tags.CodeMeaning)!);
      else for (const item of items(set, element.tag)) collect(item);
  };
  collect(report);
  for (const word of ["Français", "Longueur", "Écart type", "millimètre carré", "Région de l’image"])
    expect(meanings).toContain(word);
  // Whatever has no French would stand among it in English.
  expect([...meanings].filter((word) => /\b(of|and|the|Unit|Image|Measure\w*)\b/.test(word))).toEqual([]);
  expect([...meanings]).toContain("Bibliothèque d’images");
  expect(title(readPart10(measurementReport(pointed("1.2.1", "1.2.2"), measurements)).dataSet)).toBe(
    "Imaging Measurement Report",
  );
});

test.skipIf(dciodvfyMissing())("dciodvfy has nothing to say of measurements and key images", () => {
  const of = { ...source.of, language: "fr" };
  expect(dciodvfy(measurementReport({ ...pointed("1.2.1", "1.2.2"), of }, measurements))).toEqual([]);
  expect(dciodvfy(keyObjectSelection({ ...pointed("1.2.2", "1.3.1"), of }, keyImages))).toEqual([]);
  expect(dciodvfy(measurementReport(pointed("1.2.1", "1.2.2"), measurements))).toEqual([]);
  expect(dciodvfy(keyObjectSelection(pointed("1.2.2", "1.3.1"), keyImages))).toEqual([]);
  for (const title of keyImageTitles)
    expect(dciodvfy(keyObjectSelection(pointed("1.3.1"), [{ sopInstanceUid: "1.3.1" }], title))).toEqual([]);
});

test.skipIf(dcmtkMissing("dsrdump"))("DCMTK reads them back", async () => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-measurements-"));
  try {
    const dump = async (bytes: Uint8Array) => {
      const file = path.join(folder, "object.dcm");
      writeFileSync(file, bytes);
      const { code, output } = await run("dsrdump", "+U8", "+Pl", "+Pu", file);
      expect([code, output]).toEqual([0, expect.stringContaining("Manufacturer")]);
      return output;
    };
    const measured = await dump(measurementReport(pointed("1.2.1", "1.2.2"), measurements));
    expect(measured).toContain('NUM:(,,"Length")="12.25" (mm,UCUM,"millimeter")');
    expect(measured).toContain('NUM:(,,"Attenuation Coefficient")="18.2" ([hnsf\'U],UCUM,"Hounsfield unit")');
    expect(measured).toContain('TEXT:(,,"Tracking Identifier")="Läsion"');
    expect(measured).toMatch(/SCOORD:\(,,"Image Region"\)=\(ELLIPSE,0\/0,2\/3\.5,4\/0,6\/3\.5\)/);
    expect(measured).toMatch(/IMAGE:=\(.*1\.2\.2.*7.*\)/);
    const inPlanes = await dump(measurementReport(withVolume, [drawn("length"), ...planes]));
    expect(inPlanes).toMatch(/SCOORD3D:\(,,"Path"\)=\(POLYLINE,"1\.9\.9",-10\/30\/100,-8\/30\/103\.5\)/);
    const key = await dump(keyObjectSelection(pointed("1.2.2", "1.3.1"), keyImages));
    expect(key).toContain('"1: The lesion"');
    expect(key.match(/IMAGE/g)).toHaveLength(2);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
});

test("what lies in a plane stands in the patient, with its volume and how it was cut", () => {
  const { dataSet } = readPart10(measurementReport(withVolume, [drawn("length"), ...planes]));
  expect(text(dataSet, Tags.SOPClassUID)).toBe(SopClasses.Comprehensive3DSRStorage);
  const plain = readPart10(measurementReport(pointed("1.2.1"), [drawn("length")])).dataSet;
  expect(text(plain, Tags.SOPClassUID)).toBe(SopClasses.ComprehensiveSRStorage);
  const named = (set: DataSet, name: string) =>
    items(set, Tags.ContentSequence).filter(
      (item) => text(items(item, Tags.ConceptNameCodeSequence)[0]!, Tags.CodeMeaning) === name,
    );
  const groups = named(named(dataSet, "Imaging Measurements")[0]!, "Measurement Group");
  /** The drawing on which the first figure of a group rests, or the group itself. */
  const drawings = groups.slice(1).map((group) => {
    const regions = [group, ...items(group, Tags.ContentSequence)].flatMap((item) =>
      items(item, Tags.ContentSequence).filter((child) => text(child, Tags.ValueType) === "SCOORD3D"),
    );
    expect(regions.every((item) => text(item, Tags.ReferencedFrameOfReferenceUID) === "1.9.9")).toBe(true);
    return [text(regions[0]!, Tags.GraphicType), numbers(regions[0]!, Tags.GraphicData).length / 3];
  });
  expect(drawings).toEqual([
    ["POLYLINE", 2],
    ["POLYLINE", 3],
    ["POLYLINE", 4],
    ["ELLIPSE", 4],
    ["POLYGON", 5],
    ["POLYLINE", 2],
    ["POINT", 1],
    ["POLYLINE", 2],
    ["POLYGON", 4],
    ["POLYLINE", 2],
    ["ELLIPSE", 4],
  ]);
  const said = (group: DataSet, name: string, tag: number) => text(named(group, name)[0]!, tag);
  expect(said(groups[1]!, "Source series for segmentation", Tags.UID)).toBe("1.4");
  expect(said(groups[1]!, "Comment", Tags.TextValue)).toBe("Coronal plane");
  expect(said(groups.at(-1)!, "Comment", Tags.TextValue)).toBe("Coronal plane, MIP 12.5 mm");
  expect(named(groups[0]!, "Source series for segmentation")).toEqual([]);

  const [library] = named(dataSet, "Image Library");
  const entries = items(named(library!, "Image Library Group")[0]!, Tags.ContentSequence);
  const pointedAt = entries.flatMap((item) => items(item, Tags.ReferencedSOPSequence));
  expect(pointedAt.map((item) => text(item, Tags.ReferencedSOPInstanceUID))).toEqual(slices);
  const [evidence] = items(dataSet, Tags.CurrentRequestedProcedureEvidenceSequence);
  const series = items(evidence!, Tags.ReferencedSeriesSequence).map((item) => [
    text(item, Tags.SeriesInstanceUID),
    items(item, Tags.ReferencedSOPSequence).length,
  ]);
  expect(series).toEqual([
    ["1.2", 1],
    ["1.4", 3],
  ]);
});

test.skipIf(dciodvfyMissing())("dciodvfy has nothing to say of measurements in planes", () => {
  const of = { ...source.of, language: "fr" };
  expect(dciodvfy(measurementReport(withVolume, [drawn("length"), ...planes]))).toEqual([]);
  expect(dciodvfy(measurementReport({ ...withVolume, images: new Map(), of }, planes))).toEqual([]);
});

test("the same measurements give the same bytes", () => {
  const bytes = () => Buffer.from(measurementReport(pointed("1.2.1", "1.2.2"), measurements));
  expect(bytes().equals(bytes())).toBe(true);
});
