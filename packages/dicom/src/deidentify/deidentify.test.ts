import { createHash, createHmac, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  createDeidentifier,
  type DataSet,
  type DataSetValues,
  type DeidentifierOptions,
  dataSetOf,
  encapsulate,
  isUid,
  items,
  number,
  readDeidentification,
  readPart10,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
  texts,
  writePart10,
} from "../index.ts";
import { cleanText } from "./clean-text.ts";
import { movedDate, movedDateTime } from "./dates.ts";
import { identityOf } from "./identity.ts";
import { createPseudonyms } from "./pseudonyms.ts";
import { hmacSha256, sha256 } from "./sha256.ts";

const secret = new TextEncoder().encode("a secret of a set of objects");

const image: DataSetValues = {
  SpecificCharacterSet: "ISO_IR 192",
  ImageType: ["ORIGINAL", "PRIMARY"],
  SOPClassUID: SopClasses.CTImageStorage,
  SOPInstanceUID: "1.2.3.4.5.1",
  StudyDate: "20240229",
  SeriesDate: "20240229",
  AcquisitionDateTime: "20240229120000.5+0100",
  StudyTime: "120000",
  AccessionNumber: "ACC-4711",
  Modality: "CT",
  Manufacturer: "Maker",
  InstitutionName: "Clinic Saint Elsewhere",
  ReferringPhysicianName: "Referrer^Rita",
  StationName: "CTROOM7",
  StudyDescription: "CT chest with contrast, Herr Müller 1.2.3.4.5.9",
  SeriesDescription: "axial 5mm chest",
  OperatorsName: "Operator^Otto",
  PatientName: "Müller^Hans",
  PatientID: "PID-0815",
  PatientBirthDate: "19500102",
  PatientSex: "M",
  PatientAge: "074Y",
  ImageComments: "seen by Otto",
  DerivationDescription: "resampled for Müller",
  StudyInstanceUID: "1.2.3.4.5.2",
  SeriesInstanceUID: "1.2.3.4.5.3",
  FrameOfReferenceUID: "1.2.3.4.5.4",
  SamplesPerPixel: 1,
  PhotometricInterpretation: "MONOCHROME2",
  Rows: 4,
  Columns: 4,
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
  ReferencedImageSequence: [
    { ReferencedSOPClassUID: SopClasses.CTImageStorage, ReferencedSOPInstanceUID: "1.2.3.4.5.9" },
  ],
  RequestAttributesSequence: [{ ScheduledProcedureStepID: "STEP-1", RequestedProcedureID: "REQ-1" }],
  PixelData: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
};

function file(
  values: DataSetValues = image,
  transferSyntaxUID: string = TransferSyntaxes.ExplicitVRLittleEndian,
) {
  return writePart10({
    dataSet: dataSetOf(values),
    transferSyntaxUID,
    sourceApplicationEntityTitle: "SENDER",
  });
}

async function run(bytes: Uint8Array, options: Partial<DeidentifierOptions> = {}, size = 100) {
  const deidentifier = createDeidentifier({ options: [], secret, ...options });
  const object = await deidentifier.object(async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.bytes()) chunks.push(chunk.slice());
  const output = new Uint8Array(Buffer.concat(chunks));
  return { output, object, parsed: readPart10(output), set: readPart10(output).dataSet };
}
const withOptions = (list: string, values: DataSetValues = image) =>
  run(file(values), { options: readDeidentification(`basic,${list}`) });
const concept = (CodeValue: string, CodingSchemeDesignator = "DCM") => [
  { CodeValue, CodingSchemeDesignator, CodeMeaning: "A concept" },
];

describe("the Basic Profile", () => {
  test("removes, empties and replaces as the table says, and by the type of the attribute", async () => {
    const { set, parsed, output } = await run(file());
    expect(text(set, Tags.PatientName)).toBe(text(set, Tags.PatientID));
    expect(text(set, Tags.PatientID)).toMatch(/^ANON-/);
    // Z: type 2
    for (const tag of [
      Tags.AccessionNumber,
      Tags.StudyDate,
      Tags.PatientBirthDate,
      Tags.ReferringPhysicianName,
    ])
      expect(set.elements.get(tag)?.size).toBe(0);
    // X, and X/D of type 3
    for (const tag of [
      Tags.StudyDescription,
      Tags.SeriesDate,
      Tags.InstitutionName,
      Tags.OperatorsName,
      Tags.PatientAge,
      Tags.AcquisitionDateTime,
      Tags.RequestAttributesSequence,
    ])
      expect(set.elements.has(tag)).toBe(false);
    expect(texts(set, Tags.ImageType)).toEqual(["ORIGINAL", "PRIMARY"]);
    expect(text(set, Tags.SOPClassUID)).toBe(SopClasses.CTImageStorage);
    expect(set.elements.get(Tags.PixelData)?.value).toEqual(image.PixelData);
    expect(text(set, Tags.PatientIdentityRemoved)).toBe("YES");
    expect(text(set, Tags.LongitudinalTemporalInformationModified)).toBe("REMOVED");
    expect(
      items(set, Tags.DeidentificationMethodCodeSequence).map((item) => text(item, Tags.CodeValue)),
    ).toEqual(["113100"]);
    expect(parsed.meta?.elements.has(Tags.SourceApplicationEntityTitle)).toBe(false);
    for (const secretText of [
      "Müller",
      "PID-0815",
      "Otto",
      "SENDER",
      "1.2.3.4.5",
      "Elsewhere",
      "4711",
      "19500102",
    ])
      expect(Buffer.from(output).includes(secretText)).toBe(false);
  });

  test("finds a name where it does not belong, and leaves the rest of the text", async () => {
    const { set } = await run(file());
    expect(text(set, Tags.DerivationDescription)).toBeUndefined();
    const { set: kept } = await run(
      file({ ...image, AlgorithmName: "mueller-filter of Müller 2", ContentLabel: "X" }),
    );
    expect(text(kept, Tags.AlgorithmName)).toBe("mueller-filter of 2");
    expect(text(kept, Tags.Manufacturer)).toBe("Maker");
  });

  test("cleans sequences at every depth, private attributes, unknown ones, overlays and what follows the pixels", async () => {
    const { set } = await run(
      file({
        ...image,
        "00091010": { vr: "LO", value: "private Müller" },
        "00090010": { vr: "LO", value: "SOMEONE" },
        "00189999": { vr: "LO", value: "not of the dictionary" },
        "60003000": { vr: "OW", value: new Uint8Array(2) },
        "60000010": { vr: "US", value: 4 },
        FFFCFFFC: { vr: "OB", value: new Uint8Array(8) },
        SourceImageSequence: [
          {
            ReferencedSOPClassUID: SopClasses.CTImageStorage,
            ReferencedSOPInstanceUID: "1.2.3.4.5.1",
            PurposeOfReferenceCodeSequence: [
              {
                CodeValue: "1",
                CodingSchemeDesignator: "99X",
                CodeMeaning: "for Müller",
                ResponsiblePerson: "Müller^Eva",
              },
            ],
          },
        ],
      } as DataSetValues),
    );
    const [source] = items(set, Tags.SourceImageSequence);
    expect(text(source!, Tags.ReferencedSOPInstanceUID)).toBe(text(set, Tags.SOPInstanceUID));
    const [purpose] = items(source!, Tags.PurposeOfReferenceCodeSequence);
    expect(text(purpose!, Tags.CodeMeaning)).toBe("for");
    expect(
      [...set.elements.keys()].filter(
        (tag) => (tag & 0x10000) !== 0 || tag >>> 24 === 0x60 || tag > 0xfff00000,
      ),
    ).toEqual([]);
    expect(set.elements.has(0x00189999)).toBe(false);
  });

  test("what the table does not have and says who all the same goes too", async () => {
    const values = {
      ...image,
      PatientBirthDateInAlternativeCalendar: "R050102",
      CommentsOnTheScheduledProcedureStep: "chest for Hans",
      SecondaryCaptureDeviceID: "SCANNER-7",
      IssuerOfAccessionNumberSequence: [{ UniversalEntityID: "1.2.840.99", UniversalEntityIDType: "ISO" }],
    };
    const { set } = await run(file(values));
    expect(set.elements.has(Tags.PatientBirthDateInAlternativeCalendar)).toBe(false);
    expect(set.elements.has(Tags.CommentsOnTheScheduledProcedureStep)).toBe(false);
    expect(set.elements.has(Tags.SecondaryCaptureDeviceID)).toBe(false);
    const [issuer] = items(set, Tags.IssuerOfAccessionNumberSequence);
    expect(issuer ? text(issuer, Tags.UniversalEntityID) : "REMOVED").toBe("REMOVED");
    const kept = await withOptions("clean-descriptors,retain-device-identity", values);
    expect(text(kept.set, Tags.CommentsOnTheScheduledProcedureStep)).toBe("chest");
    expect(text(kept.set, Tags.SecondaryCaptureDeviceID)).toBe("SCANNER-7");
  });

  test("a directory of a medium is no object, whatever its file is called", async () => {
    const record = { DirectoryRecordType: "PATIENT", PatientName: "Miller^Hans", PatientID: "PID-0815" };
    const directory = file({ ...image, FileSetID: "CD", DirectoryRecordSequence: [record] });
    await expect(run(directory)).rejects.toThrow("A DICOMDIR lists instances, it is none.");
  });

  test("a sequence that someone wrote as UN of defined length is cleaned like any other", async () => {
    const inner = new Uint8Array([
      ...[0xfe, 0xff, 0x00, 0xe0, 26, 0, 0, 0],
      ...[0x08, 0x00, 0x55, 0x11, 12, 0, 0, 0, ...Buffer.from("1.2.3.4.5.1\0")],
      ...[0x08, 0x00, 0x60, 0x11, 2, 0, 0, 0].slice(0, 6),
    ]);
    const wellFormed = new Uint8Array([...inner.subarray(0, 4), 20, 0, 0, 0, ...inner.subarray(8, 28)]);
    const { set, output } = await run(
      file({ ...image, SourceImageSequence: { vr: "UN", value: wellFormed } }),
    );
    expect(Buffer.from(output).includes("1.2.3.4.5.1")).toBe(false);
    expect(text(items(set, Tags.SourceImageSequence)[0]!, Tags.ReferencedSOPInstanceUID)).toBe(
      text(set, Tags.SOPInstanceUID),
    );
    // What cannot be read is not kept
    const { set: broken } = await run(file({ ...image, SourceImageSequence: { vr: "UN", value: inner } }));
    expect(broken.elements.has(Tags.SourceImageSequence)).toBe(false);
  });

  test.each([
    TransferSyntaxes.ImplicitVRLittleEndian,
    TransferSyntaxes.ExplicitVRBigEndian,
    TransferSyntaxes.DeflatedExplicitVRLittleEndian,
  ])("keeps the transfer syntax %s", async (syntax) => {
    const { set, parsed } = await run(
      file({ ...image, BitsAllocated: 16, PixelData: new Uint8Array(32).fill(7) }, syntax),
    );
    expect(parsed.transferSyntaxUID).toBe(syntax);
    expect(number(set, Tags.Rows)).toBe(4);
    expect(set.elements.get(Tags.PixelData)?.value).toEqual(new Uint8Array(32).fill(7));
    expect(text(set, Tags.PatientID)).toMatch(/^ANON-/);
    expect(items(set, Tags.DeidentificationMethodCodeSequence)).toHaveLength(1);
  });

  test("large pixels, native and in fragments, pass from a second reading; memory holds the header", async () => {
    const pixels = randomBytes(9 * 1024 * 1024);
    const native = await run(file({ ...image, PixelData: new Uint8Array(pixels) }), {}, 65_536);
    expect(Buffer.compare(native.set.elements.get(Tags.PixelData)!.value, pixels)).toBe(0);
    const fragments = [
      new Uint8Array(pixels.subarray(0, 5_000_001)),
      new Uint8Array(pixels.subarray(5_000_001)),
    ];
    const { parsed, output } = await run(
      file({ ...image, PixelData: { frames: fragments } }, TransferSyntaxes.JPEGBaseline8Bit),
      {},
      65_536,
    );
    const hash = createHash("sha256");
    for (const { offset, length } of parsed.pixelData!.frames.flat())
      hash.update(output.subarray(offset, offset + length));
    const value = encapsulate(fragments);
    expect(hash.digest("hex")).toBe(
      createHash("sha256")
        .update(value.subarray(24, 24 + 5_000_002))
        .update(value.subarray(24 + 5_000_002 + 8, value.length - 8))
        .digest("hex"),
    );
  });

  test("fits together within a set and not between two", async () => {
    const other = { ...image, SOPInstanceUID: "1.2.3.4.5.9", PatientName: "Other^Name" };
    const [first, second] = [await run(file()), await run(file(other))];
    expect(text(second.set, Tags.StudyInstanceUID)).toBe(text(first.set, Tags.StudyInstanceUID));
    const [reference] = items(first.set, Tags.ReferencedImageSequence);
    expect(text(reference!, Tags.ReferencedSOPInstanceUID)).toBe(text(second.set, Tags.SOPInstanceUID));
    expect(text(second.set, Tags.PatientID)).toBe(text(first.set, Tags.PatientID));
    const third = await run(file(), { secret: secret.slice().reverse() });
    expect(text(third.set, Tags.StudyInstanceUID)).not.toBe(text(first.set, Tags.StudyInstanceUID));
    expect(isUid(text(first.set, Tags.StudyInstanceUID)!)).toBe(true);
    const named = await run(file(), {
      patient: ({ id }) => (id === "PID-0815" ? { id: "CASE-1", name: "Case^One" } : undefined),
    });
    expect([text(named.set, Tags.PatientID), text(named.set, Tags.PatientName)]).toEqual([
      "CASE-1",
      "Case^One",
    ]);
  });

  test("an encapsulated document is replaced by an empty one of its kind", async () => {
    const { set, object } = await run(
      file({
        ...image,
        SOPClassUID: SopClasses.EncapsulatedPDFStorage,
        PixelData: undefined,
        MIMETypeOfEncapsulatedDocument: "application/pdf",
        EncapsulatedDocument: new Uint8Array(Buffer.from("%PDF about Müller")),
      }),
    );
    const document = Buffer.from(set.elements.get(Tags.EncapsulatedDocument)!.value).toString("latin1");
    expect(document).toMatch(/^%PDF-1\.4/);
    expect(document).not.toContain("about");
    expect(object.warnings.map((warning) => warning.code)).toContain("encapsulated-document");
  });
});

describe("options", () => {
  test("dates are kept, or moved by the same days for one patient", async () => {
    const full = await withOptions("retain-full-dates");
    expect(text(full.set, Tags.AcquisitionDateTime)).toBe("20240229120000.5+0100");
    expect(text(full.set, Tags.LongitudinalTemporalInformationModified)).toBe("UNMODIFIED");
    const moved = await withOptions("retain-modified-dates");
    const days = createPseudonyms(secret).days("PID-0815");
    expect(days).toBeLessThan(0);
    expect(text(moved.set, Tags.StudyDate)).toBe(movedDate("20240229", days));
    expect(text(moved.set, Tags.SeriesDate)).toBe(text(moved.set, Tags.StudyDate));
    expect(text(moved.set, Tags.AcquisitionDateTime)).toBe(`${movedDate("20240229", days)}120000.5+0100`);
    expect(text(moved.set, Tags.StudyTime)).toBe("120000");
    expect(moved.set.elements.get(Tags.PatientBirthDate)?.size).toBe(0);
    expect(text(moved.set, Tags.LongitudinalTemporalInformationModified)).toBe("MODIFIED");
    const later = await withOptions("retain-modified-dates", { ...image, StudyDate: "20240310" });
    const span = (from: string, to: string) =>
      (Date.parse(to.replace(/(....)(..)(..)/, "$1-$2-$3")) -
        Date.parse(from.replace(/(....)(..)(..)/, "$1-$2-$3"))) /
      86_400_000;
    expect(span(text(moved.set, Tags.StudyDate)!, text(later.set, Tags.StudyDate)!)).toBe(10);
  });

  test("identity of patient characteristics, device, institution and UIDs stays where asked for", async () => {
    const { set } = await withOptions(
      "retain-patient-characteristics,retain-device-identity,retain-institution-identity,retain-uids",
    );
    expect(text(set, Tags.PatientAge)).toBe("074Y");
    expect(text(set, Tags.PatientSex)).toBe("M");
    expect(text(set, Tags.StationName)).toBe("CTROOM7");
    expect(text(set, Tags.InstitutionName)).toBe("Clinic Saint Elsewhere");
    expect(text(set, Tags.StudyInstanceUID)).toBe("1.2.3.4.5.2");
    expect(
      items(set, Tags.DeidentificationMethodCodeSequence).map((item) => text(item, Tags.CodeValue)),
    ).toEqual(["113100", "113108", "113109", "113112", "113110"]);
  });

  test("descriptors keep what was examined and how, and nothing else", async () => {
    const { set } = await withOptions("clean-descriptors");
    expect(text(set, Tags.StudyDescription)).toBe("CT chest with contrast");
    expect(text(set, Tags.SeriesDescription)).toBe("axial 5mm chest");
    expect(set.elements.has(Tags.ImageComments)).toBe(false);
    const named = identityOf(dataSetOf({ PatientName: "Hand^John" }), new Set());
    expect(cleanText("left hand T1 20240229 PID123 Dr. Hand", named)).toBe("left T1");
  });

  test("safe private attributes stay with their creator, others do not", async () => {
    const values = {
      ...image,
      "70530010": { vr: "LO", value: "Philips PET Private Group" },
      "70531000": { vr: "DS", value: "1.5" },
      "70531003": { vr: "ST", value: "a file of Müller" },
      "00090010": { vr: "LO", value: "SOMEONE" },
      "00091000": { vr: "DS", value: "2" },
    } as DataSetValues;
    const { set } = await withOptions("retain-safe-private", values);
    expect([...set.elements.keys()].filter((tag) => (tag & 0x10000) !== 0)).toEqual([0x70530010, 0x70531000]);
  });

  test("pixels that may bear names are refused, or blackened where told", async () => {
    const ultrasound = { ...image, Modality: "US", SOPClassUID: SopClasses.UltrasoundImageStorage };
    await expect(withOptions("clean-pixel-data", ultrasound)).rejects.toThrow(/may bear names/);
    const options = readDeidentification("basic,clean-pixel-data");
    const regions = [{ x: 1, y: 0, width: 2, height: 2 }];
    const { set, object } = await run(file(ultrasound), { options, regions });
    expect([...set.elements.get(Tags.PixelData)!.value]).toEqual([
      1, 0, 0, 4, 5, 0, 0, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    ]);
    expect(text(set, Tags.BurnedInAnnotation)).toBe("NO");
    expect(object.warnings.map((warning) => warning.code)).not.toContain("burned-in");
    const compressed = file(
      { ...ultrasound, PixelData: { frames: [new Uint8Array(4)] } },
      TransferSyntaxes.JPEGBaseline8Bit,
    );
    await expect(run(compressed, { options, regions })).rejects.toThrow(/compressed/);
    expect((await run(file(ultrasound))).object.warnings.map((warning) => warning.code)).toContain(
      "burned-in",
    );
    expect(text((await withOptions("clean-pixel-data")).set, Tags.BurnedInAnnotation)).toBe("NO");
  });

  test("regions are blackened in colours by pixel and by plane, in every frame, and white where black is", async () => {
    const options = readDeidentification("basic,clean-pixel-data");
    const regions = [{ x: 0, y: 1, width: 1, height: 1 }];
    const pixelsOf = async (values: DataSetValues) => {
      const frame = { ...image, Rows: 2, Columns: 2, ...values };
      const { set } = await run(file(frame), { options, regions }, 7);
      return [...set.elements.get(Tags.PixelData)!.value];
    };
    const colour = { SamplesPerPixel: 3, PhotometricInterpretation: "RGB", PlanarConfiguration: 0 };
    const bytes = (count: number) => new Uint8Array(count).fill(9);
    expect(await pixelsOf({ ...colour, PixelData: bytes(12) })).toEqual([9, 9, 9, 9, 9, 9, 0, 0, 0, 9, 9, 9]);
    expect(await pixelsOf({ ...colour, PlanarConfiguration: 1, PixelData: bytes(12) })).toEqual([
      ...[9, 9, 0, 9],
      ...[9, 9, 0, 9],
      ...[9, 9, 0, 9],
    ]);
    expect(await pixelsOf({ NumberOfFrames: 2, PixelData: bytes(8) })).toEqual([9, 9, 0, 9, 9, 9, 0, 9]);
    const wide = { BitsAllocated: 16, BitsStored: 12, HighBit: 11, PixelData: bytes(8) };
    expect(await pixelsOf({ ...wide, PhotometricInterpretation: "MONOCHROME1" })).toEqual([
      9, 9, 9, 9, 0xff, 0x0f, 9, 9,
    ]);
    const palette = { PhotometricInterpretation: "PALETTE COLOR", PixelData: bytes(4) };
    await expect(pixelsOf(palette)).rejects.toThrow(/PALETTE COLOR/);
  });

  test("annotations: what is drawn stays and what is written goes, where graphics are cleaned", async () => {
    const state = {
      ...image,
      PixelData: undefined,
      SOPClassUID: SopClasses.GrayscaleSoftcopyPresentationStateStorage,
      PresentationCreationDate: "20240229",
      GraphicAnnotationSequence: [
        {
          GraphicLayer: "ONE",
          TextObjectSequence: [{ UnformattedTextValue: "Müller" }],
          GraphicObjectSequence: [{ GraphicType: "POINT", GraphicData: [1, 1], GraphicFilled: "N" }],
        },
      ],
    };
    expect((await run(file(state))).set.elements.has(Tags.GraphicAnnotationSequence)).toBe(false);
    const { set } = await withOptions("clean-graphics", state);
    const [annotation] = items(set, Tags.GraphicAnnotationSequence);
    expect(annotation!.elements.has(Tags.TextObjectSequence)).toBe(false);
    expect(items(annotation!, Tags.GraphicObjectSequence)).toHaveLength(1);
    expect(text(set, Tags.PresentationCreationDate)).toBe("19000101");
  });

  describe("structured reports", () => {
    const report: DataSetValues = {
      ...image,
      PixelData: undefined,
      Modality: "SR",
      SOPClassUID: SopClasses.ComprehensiveSRStorage,
      ValueType: "CONTAINER",
      ContentSequence: [
        { ValueType: "PNAME", ConceptNameCodeSequence: concept("121008"), PersonName: "Observer^Olga" },
        {
          ValueType: "TEXT",
          ConceptNameCodeSequence: concept("121071"),
          TextValue: "chest nodule of Müller",
        },
        { ValueType: "TEXT", ConceptNameCodeSequence: concept("121030"), TextValue: "PID-0815" },
        { ValueType: "TEXT", ConceptNameCodeSequence: concept("X1", "99A"), TextValue: "free words" },
        { ValueType: "CODE", ConceptNameCodeSequence: concept("121032"), ConceptCodeSequence: concept("M") },
        {
          ValueType: "NUM",
          ConceptNameCodeSequence: concept("121206"),
          ContentSequence: [
            { ValueType: "UIDREF", ConceptNameCodeSequence: concept("112040"), UID: "1.2.3.4.5.77" },
          ],
        },
        {
          ValueType: "IMAGE",
          ReferencedSOPSequence: [
            { ReferencedSOPClassUID: SopClasses.CTImageStorage, ReferencedSOPInstanceUID: "1.2.3.4.5.9" },
          ],
        },
      ],
    };
    const types = (set: DataSet) =>
      items(set, Tags.ContentSequence).map((item) => text(item, Tags.ValueType));

    test("keep their outline and references, and say so where nothing is left", async () => {
      const { set } = await run(file(report));
      expect(types(set)).toEqual(["IMAGE"]);
      const reference = items(items(set, Tags.ContentSequence)[0]!, Tags.ReferencedSOPSequence)[0]!;
      expect(text(reference, Tags.ReferencedSOPInstanceUID)).toBe(
        createPseudonyms(secret).uid("1.2.3.4.5.9"),
      );
      const { set: words } = await run(
        file({ ...report, ContentSequence: [{ ValueType: "TEXT", TextValue: "words" }] }),
      );
      expect(text(items(words, Tags.ContentSequence)[0]!, Tags.TextValue)).toBe("REMOVED");
    });

    test("are cleaned item by item, each by its concept", async () => {
      const { set } = await withOptions("clean-structured-content", report);
      expect(types(set)).toEqual(["PNAME", "TEXT", "TEXT", "TEXT", "NUM", "IMAGE"]);
      const content = items(set, Tags.ContentSequence);
      expect(text(content[0]!, Tags.PersonName)).toBe("REMOVED");
      expect(content.slice(1, 4).map((item) => text(item, Tags.TextValue))).toEqual([
        "REMOVED",
        "REMOVED",
        "REMOVED",
      ]);
      const [tracked] = items(content[4]!, Tags.ContentSequence);
      expect(text(tracked!, Tags.UID)).toMatch(/^2\.25\./);
      const described = await withOptions("clean-structured-content,clean-descriptors", report);
      expect(text(items(described.set, Tags.ContentSequence)[1]!, Tags.TextValue)).toBe("chest of");
    });
  });

  test("a profile or an option that is not offered is refused by name", () => {
    expect(readDeidentification(" Basic , retain-uids ")).toEqual(["retain-uids"]);
    expect(() => readDeidentification("true")).toThrow(/begins with the profile/);
    expect(() => readDeidentification("basic,keep-everything")).toThrow(/keep-everything/);
    expect(() => readDeidentification("basic,retain-full-dates,retain-modified-dates")).toThrow(/choose one/);
    expect(() => readDeidentification("basic,clean-recognizable-visual-features")).toThrow(/pointed out/);
  });
});

describe("what it stands on", () => {
  test("hashes are those of the standards", () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
      const message = randomBytes(length);
      expect(Buffer.from(sha256(message)).toString("hex")).toBe(
        createHash("sha256").update(message).digest("hex"),
      );
      const key = randomBytes(length + 1);
      expect(Buffer.from(hmacSha256(key)(message)).toString("hex")).toBe(
        createHmac("sha256", key).update(message).digest("hex"),
      );
    }
  });

  test("dates move over leap days and keep what was left open", () => {
    expect(movedDate("20240301", -1)).toBe("20240229");
    expect(movedDate("2024.03.01", -1)).toBe("20240229");
    expect(movedDate("20230230", 1)).toBeNull();
    expect(movedDateTime("20240301120000+0200", -1)).toBe("20240229120000+0200");
    expect(movedDateTime("202403", -31)).toBe("202402");
    expect(movedDateTime("2024", -400)).toBe("2023");
    expect(movedDateTime("soon", 1)).toBeNull();
  });
});
