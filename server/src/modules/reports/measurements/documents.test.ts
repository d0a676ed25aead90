import { writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type Measurement,
  type MeasurementKind,
  measurementKinds,
  measurementPoints,
} from "@isocenter/contract";
import { type DataSet, items, readPart10, SopClasses, Tags, text } from "@isocenter/dicom";
import { dciodvfy, dciodvfyMissing } from "@isocenter/test/support/dciodvfy.ts";
import { dcmtkMissing, run } from "@isocenter/test/support/dcmtk.ts";
import { reportPaper } from "@isocenter/test/support/paper.ts";
import { expect, test } from "vitest";
import { type DocumentSource, keyObjectSelection, measurementReport } from "./documents.ts";

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
const drawn = (kind: MeasurementKind, more: Partial<Measurement> = {}): Measurement => ({
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
const keyImages = [{ sopInstanceUid: "1.2.2", frame: 7, note: "The lesion" }, { sopInstanceUid: "1.3.1" }];
// What is pointed at, and nothing else.
const pointed = (...uids: string[]) => ({
  ...source,
  images: new Map([...source.images].filter(([uid]) => uids.includes(uid))),
});

test("they speak the language of the facility", () => {
  const french = (at: DocumentSource) => ({ ...at, of: { ...at.of, language: "fr" } });
  const report = readPart10(measurementReport(french(pointed("1.2.1", "1.2.2")), measurements)).dataSet;
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
  expect(dciodvfy(keyObjectSelection(pointed("1.3.1"), [{ sopInstanceUid: "1.3.1" }]))).toEqual([]);
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
    const key = await dump(keyObjectSelection(pointed("1.2.2", "1.3.1"), keyImages));
    expect(key).toContain('"1: The lesion"');
    expect(key.match(/IMAGE/g)).toHaveLength(2);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
});

test("the same measurements give the same bytes", () => {
  const bytes = () => Buffer.from(measurementReport(pointed("1.2.1", "1.2.2"), measurements));
  expect(bytes().equals(bytes())).toBe(true);
});
