import { describe, expect, test } from "vitest";
import {
  createDirectory,
  type DataSetValues,
  dataSetOf,
  items,
  newUid,
  number,
  readPart10,
  recordTypeOf,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  texts,
} from "../index.ts";

const image = (values: DataSetValues = {}) => ({
  dataSet: dataSetOf({
    SOPClassUID: SopClasses.CTImageStorage,
    SOPInstanceUID: newUid(),
    StudyInstanceUID: "1.2.3.1",
    SeriesInstanceUID: "1.2.3.1.1",
    PatientID: "P1",
    PatientName: "Dvořák^Antonín",
    StudyDate: "1994.11.05",
    Modality: "CT",
    ...values,
  }),
  transferSyntaxUID: TransferSyntaxes.JPEG2000Lossless,
});

describe("a directory of a medium", () => {
  test("links its records by where they stand in the file", () => {
    const directory = createDirectory("SET");
    const paths = [
      directory.add(image()),
      directory.add(image()),
      directory.add(image({ SeriesInstanceUID: "1.2.3.1.2" })),
      directory.add(image({ PatientID: "P2", StudyInstanceUID: "1.2.3.2", SeriesInstanceUID: "1.2.3.2.1" })),
    ].map((path) => path.join("/"));
    expect(paths).toEqual([
      "DICOM/PA000001/ST000001/SE000001/IM000001",
      "DICOM/PA000001/ST000001/SE000001/IM000002",
      "DICOM/PA000001/ST000001/SE000002/IM000001",
      "DICOM/PA000002/ST000001/SE000001/IM000001",
    ]);
    const bytes = directory.bytes("1.2.3.9");
    const { dataSet, meta } = readPart10(bytes);
    expect(text(meta!, Tags.MediaStorageSOPInstanceUID)).toBe("1.2.3.9");
    const records = items(dataSet, Tags.DirectoryRecordSequence);
    // An item is found by its offset: there stands the item tag, and the record that has it as its content
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const offsets = new Map<number, (typeof records)[number]>();
    let at = dataSet.elements.get(Tags.DirectoryRecordSequence)!.offset;
    for (const record of records) {
      expect(view.getUint32(at, true)).toBe(0xe000fffe);
      offsets.set(at, record);
      at += 8 + view.getUint32(at + 4, true);
    }
    const walked: string[] = [];
    const walk = (offset: number, depth: number): void => {
      const record = offsets.get(offset)!;
      walked.push(
        `${" ".repeat(depth)}${text(record, Tags.DirectoryRecordType)} ${texts(record, Tags.ReferencedFileID).join("/")}`.trimEnd(),
      );
      const lower = number(record, Tags.OffsetOfReferencedLowerLevelDirectoryEntity)!;
      if (lower > 0) walk(lower, depth + 1);
      const next = number(record, Tags.OffsetOfTheNextDirectoryRecord)!;
      if (next > 0) walk(next, depth);
    };
    walk(number(dataSet, Tags.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity)!, 0);
    expect(walked).toEqual([
      "PATIENT",
      " STUDY",
      "  SERIES",
      `   IMAGE ${paths[0]}`,
      `   IMAGE ${paths[1]}`,
      "  SERIES",
      `   IMAGE ${paths[2]}`,
      "PATIENT",
      " STUDY",
      "  SERIES",
      `   IMAGE ${paths[3]}`,
    ]);
    const last = offsets.get(number(dataSet, Tags.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity)!);
    expect(text(last!, Tags.PatientID)).toBe("P2");
  });

  test("has every key that is needed, from the instance or invented, in a character set that has its letters", () => {
    const directory = createDirectory("SET");
    directory.add(image());
    const [patient, study, series, leaf] = items(
      readPart10(directory.bytes(newUid())).dataSet,
      Tags.DirectoryRecordSequence,
    );
    expect(text(patient!, Tags.PatientName)).toBe("Dvořák^Antonín");
    expect(text(study!, Tags.StudyDate)).toBe("19941105");
    expect(text(study!, Tags.StudyTime)).toBe("000000");
    expect(study!.elements.get(Tags.AccessionNumber)?.size).toBe(0);
    expect(number(series!, Tags.SeriesNumber)).toBe(1);
    expect(number(leaf!, Tags.InstanceNumber)).toBe(1);
    expect(text(leaf!, Tags.ReferencedTransferSyntaxUIDInFile)).toBe(TransferSyntaxes.JPEG2000Lossless);
  });

  test("mends what is wrong in the instance where its meaning is clear, and leaves the rest out", () => {
    const record = (values: DataSetValues, at = 3) => {
      const directory = createDirectory("SET");
      directory.add(image(values));
      const { dataSet } = readPart10(directory.bytes(newUid()));
      return items(dataSet, Tags.DirectoryRecordSequence)[at]!;
    };
    const patient = (values: DataSetValues) => record(values, 0);
    const study = (values: DataSetValues) => record(values, 1);
    expect(text(study({ StudyDate: "2026-01-05" }), Tags.StudyDate)).toBe("20260105");
    expect(text(study({ StudyDate: "20260231" }), Tags.StudyDate)).toBe("19000101");
    expect(text(study({ StudyTime: "10:15:30.25" }), Tags.StudyTime)).toBe("101530.25");
    expect(text(study({ StudyTime: "late" }), Tags.StudyTime)).toBe("000000");
    expect(text(study({ StudyID: "A study of the abdomen" }), Tags.StudyID)).toBe("A study of the a");
    expect(text(study({ StudyID: "" }), Tags.StudyID)).toBe("1");
    expect(text(study({ AccessionNumber: "12345678901234567" }), Tags.AccessionNumber)).toBeUndefined();
    expect(texts(study({ StudyDescription: ["Abdomen", "Pelvis"] }), Tags.StudyDescription)).toEqual([
      "Abdomen",
    ]);
    expect(text(patient({ PatientSex: "f" }), Tags.PatientSex)).toBe("F");
    expect(patient({ PatientSex: "X" }).elements.has(Tags.PatientSex)).toBe(false);
    expect(patient({ PatientBirthDate: "unknown" }).elements.has(Tags.PatientBirthDate)).toBe(false);
    expect(text(patient({ PatientID: ["", "P2"] }), Tags.PatientID)).toBe("UNKNOWN");
    expect(text(patient({ PatientID: `P\u0007${"1".repeat(80)}` }), Tags.PatientID)).toBe(
      `P${"1".repeat(63)}`,
    );
    expect(text(patient({ PatientName: "A^B^C^D^E^F=G=H=I" }), Tags.PatientName)).toBe("A^B^C^D^E=G=H");
    expect(number(record({ InstanceNumber: "12.0" }), Tags.InstanceNumber)).toBe(12);
    expect(number(record({ InstanceNumber: "twelve" }), Tags.InstanceNumber)).toBe(1);
    expect(record({ ImageType: ["ORIGINAL", "what is this?"] }).elements.has(Tags.ImageType)).toBe(false);
    const imageType = ["ORIGINAL", "PRIMARY", "", "AXIAL"];
    expect(texts(record({ ImageType: imageType }), Tags.ImageType)).toEqual(imageType);
    const title = (item: DataSetValues) => {
      const made = record({
        SOPClassUID: SopClasses.BasicTextSRStorage,
        CompletionFlag: "done",
        ConceptNameCodeSequence: [item],
      });
      expect(text(made, Tags.CompletionFlag)).toBe("PARTIAL");
      const titles = items(made, Tags.ConceptNameCodeSequence);
      return titles.map((one) => [text(one, Tags.CodeValue), text(one, Tags.CodeMeaning)]);
    };
    const verified = (more: DataSetValues) =>
      text(
        record({
          SOPClassUID: SopClasses.BasicTextSRStorage,
          VerificationFlag: "VERIFIED",
          ContentDate: "20260105",
          ...more,
        }),
        Tags.VerificationDateTime,
      );
    const VerifyingObserverSequence = [{ VerificationDateTime: "20260106101530" }];
    expect(verified({ VerifyingObserverSequence })).toBe("20260106101530");
    expect(verified({ ContentTime: "1015" })).toBe("202601051015");
    expect(verified({ VerificationFlag: "UNVERIFIED" })).toBeUndefined();
    const code = { CodeValue: "18748-4", CodingSchemeDesignator: "LN", CodeMeaning: "Report" };
    expect(title(code)).toEqual([["18748-4", "Report"]]);
    expect(title({ ...code, CodeMeaning: "" })).toEqual([["121144", "Document Title"]]);
  });

  test.each([
    [SopClasses.CTImageStorage, "IMAGE"],
    [SopClasses.SegmentationStorage, "IMAGE"],
    [SopClasses.RTImageStorage, "IMAGE"],
    [SopClasses.RTDoseStorage, "RT DOSE"],
    [SopClasses.RTStructureSetStorage, "RT STRUCTURE SET"],
    [SopClasses.RTPlanStorage, "RT PLAN"],
    [SopClasses.RTBeamsTreatmentRecordStorage, "RT TREAT RECORD"],
    [SopClasses.GrayscaleSoftcopyPresentationStateStorage, "PRESENTATION"],
    [SopClasses.KeyObjectSelectionDocumentStorage, "KEY OBJECT DOC"],
    [SopClasses.ComprehensiveSRStorage, "SR DOCUMENT"],
    [SopClasses.EncapsulatedPDFStorage, "ENCAP DOC"],
    [SopClasses.TwelveLeadECGWaveformStorage, "WAVEFORM"],
    [SopClasses.RawDataStorage, "RAW DATA"],
    [SopClasses.SpatialRegistrationStorage, "REGISTRATION"],
    [SopClasses.RealWorldValueMappingStorage, "VALUE MAP"],
    [SopClasses.MRSpectroscopyStorage, "SPECTROSCOPY"],
    ["1.3.12.2.1107.5.9.1", "PRIVATE"],
  ])("lists %s as %s", (sopClass, type) => {
    expect(recordTypeOf(sopClass)).toBe(type);
  });
});
