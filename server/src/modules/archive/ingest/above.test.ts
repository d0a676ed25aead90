import { createStreamParser, type DataSet } from "@isocenter/dicom";
import { ctInstance, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { expect, test } from "vitest";
import { aboveOf, aboveText } from "./above.ts";

const place = { facilityId: "here", issuer: "GENERAL" };
const uids = { StudyInstanceUID: "1.2.3", SeriesInstanceUID: "1.2.3.4" };

function parsed({ bytes }: MadeInstance): DataSet {
  const parser = createStreamParser();
  parser.push(Buffer.from(bytes));
  return parser.end().dataSet;
}
const above = (attributes: Parameters<typeof ctInstance>[0], at = place) =>
  aboveOf(parsed(ctInstance({ ...uids, ...attributes })), at, uids.StudyInstanceUID);
const code = (value: string, meaning: string) => [
  { CodeValue: value, CodingSchemeDesignator: "L", CodeMeaning: meaning },
];

test("images of one series share what they say above their level, and its text", () => {
  const [first, second] = [above({ InstanceNumber: 1 }), above({ InstanceNumber: 2, SliceThickness: "3" })];
  expect(second).toBe(first);
  expect(first).toMatchObject({
    claim: {
      facilityId: "here",
      studyInstanceUid: "1.2.3",
      value: "P-1",
      issuer: "GENERAL",
      name: "Doe^Jane",
    },
    said: { value: "P-1", issuer: "", birthDate: "1970-01-02", sex: "F" },
    patientIdText: "P-1",
    modality: "CT",
    studyDate: "2026-01-05",
    seriesDate: null,
  });
  expect(first.study["00081030"]).toEqual({ vr: "LO", Value: ["CT Abdomen"] });
  expect(first.series["0008103E"]).toEqual({ vr: "LO", Value: ["Axial 5 mm"] });
  expect(aboveText(first.study)).toBe(JSON.stringify(first.study));
  expect(() => Object.assign(first.study, { other: 1 })).toThrow(TypeError);
  expect(() => Object.assign(first.series["0008103E"]!.Value!, { 0: "other" })).toThrow(TypeError);
});

test("whatever differs above their level is read for itself", () => {
  const all = [
    above({}),
    above({}, { ...place, issuer: "OTHER" }),
    above({}, { ...place, facilityId: "there" }),
    above({ PatientName: "Doe^John" }),
    above({ PatientSex: "M" }),
    above({ StudyDescription: "CT Abdomen " }),
    above({ StudyDescription: "CT Abdomen, late" }),
    above({ SeriesDescription: "" }),
    above({ SpecificCharacterSet: "ISO_IR 100", PatientComments: "Ã©" }),
    above({ SpecificCharacterSet: "ISO_IR 192", PatientComments: "é" }),
    above({ ProcedureCodeSequence: code("1", "one") }),
    above({ ProcedureCodeSequence: code("1", "two") }),
    above({ ProcedureCodeSequence: [...code("1", "two"), ...code("1", "two")] }),
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(all.map(({ claim }) => claim.name).filter((name) => name === "Doe^John")).toHaveLength(1);
  expect(all[9]!.claim.attributes["00104000"]).toEqual({ vr: "LT", Value: ["é"] });
  expect(above({ ProcedureCodeSequence: code("1", "two") })).toBe(all[11]);
});

test("what is long is read each time", () => {
  const long = { AdditionalPatientHistory: "x".repeat(9000) };
  expect(above(long)).not.toBe(above(long));
  expect(above(long)).toEqual(above(long));
  expect(aboveText(above(long).study)).toContain("xxx");
});
