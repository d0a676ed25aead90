import {
  type ImageMeasurement,
  isInPlane,
  type KeyImage,
  type KeyImageTitle,
  type MeasuredQuantity,
  type Measurement,
  type PlaneMeasurement,
} from "@isocenter/contract";
import { type DataSetValues, SopClasses } from "@isocenter/dicom";
import {
  codedItem,
  container,
  type Item,
  languageItem,
  observerItems,
  procedureItem,
  rootContainer,
  textItem,
  uidItem,
} from "../papers/dicom/content.ts";
import {
  type Belongings,
  type Code,
  code,
  codeItem,
  commonModules,
  derivedUid,
  fileOf,
  personNameOf,
  procedureReported,
  requestItems,
  seriesModule,
  short,
} from "../papers/dicom/modules.ts";
import { dicomMoment } from "../papers/when.ts";
import { planeWords } from "./plane-words.ts";

/** What a document says of an image that it points at. */
export interface Pointed {
  SeriesInstanceUID: string;
  SOPInstanceUID: string;
  SOPClassUID: string;
  numberOfFrames: number;
}

export interface DocumentSource {
  of: Belongings;
  studyId: string;
  version: number;
  author: { id: string; name: string };
  at: Date;
  images: ReadonlyMap<string, Pointed>;
  /** The slices of each series from which planes were cut that something was measured in. */
  volumes?: ReadonlyMap<string, readonly Pointed[]>;
}

export const measurementUids = (studyId: string, userId: string, version: number) => ({
  SeriesInstanceUID: derivedUid("measurements-series", studyId, userId),
  SOPInstanceUID: derivedUid("measurements", studyId, userId, version),
});

/** Coordinates in the patient are more than Comprehensive SR has (PS3.3 A.35.3.3.1.1). */
const classOf = (measurements: readonly Measurement[]): string =>
  measurements.some(isInPlane) ? SopClasses.Comprehensive3DSRStorage : SopClasses.ComprehensiveSRStorage;

/** A version of the list is a document for each title that its images have. */
export const keyImageUids = (studyId: string, version: number, title: KeyImageTitle = "OF_INTEREST") => ({
  SeriesInstanceUID: derivedUid("key-images-series", studyId),
  SOPInstanceUID: derivedUid("key-images", studyId, version, ...(title === "OF_INTEREST" ? [] : [title])),
  SOPClassUID: SopClasses.KeyObjectSelectionDocumentStorage,
});

const referenceWhole = ({ SOPClassUID, SOPInstanceUID }: Pointed) => ({
  ReferencedSOPClassUID: SOPClassUID,
  ReferencedSOPInstanceUID: SOPInstanceUID,
});

const reference = (image: Pointed, frames: readonly number[]) => ({
  ...referenceWhole(image),
  ...(image.numberOfFrames > 1 ? { ReferencedFrameNumber: frames } : {}),
});

/** Everything that is pointed at, by series (PS3.3 C.17.2.3). */
function evidence({ of, images, volumes }: DocumentSource): DataSetValues {
  const series = new Map<string, Map<string, Pointed>>();
  for (const image of [...images.values(), ...(volumes ? [...volumes.values()].flat() : [])]) {
    const held = series.get(image.SeriesInstanceUID) ?? new Map<string, Pointed>();
    series.set(image.SeriesInstanceUID, held.set(image.SOPInstanceUID, image));
  }
  return {
    CurrentRequestedProcedureEvidenceSequence: [
      {
        StudyInstanceUID: of.study.studyInstanceUid,
        ReferencedSeriesSequence: [...series].map(([SeriesInstanceUID, held]) => ({
          SeriesInstanceUID,
          ReferencedSOPSequence: [...held.values()].map(referenceWhole),
        })),
      },
    ],
  };
}

const quantities: Readonly<Record<MeasuredQuantity, Code>> = {
  length: code("410668003", "SCT", "Length"),
  diameter: code("81827009", "SCT", "Diameter"),
  perimeter: code("131191004", "SCT", "Perimeter"),
  area: code("42798000", "SCT", "Area"),
  angle: code("1483009", "SCT", "Angle"),
  value: code("112031", "DCM", "Attenuation Coefficient"),
};
const derivations = {
  mean: code("373098007", "SCT", "Mean"),
  standardDeviation: code("386136009", "SCT", "Standard Deviation"),
  minimum: code("255605001", "SCT", "Minimum"),
  maximum: code("56851009", "SCT", "Maximum"),
} as const;
const derivation = code("121401", "DCM", "Derivation");
const imageRegion = code("111030", "DCM", "Image Region");

const unitMeanings: Readonly<Record<string, string>> = {
  mm: "millimeter",
  mm2: "square millimeter",
  cm: "centimeter",
  cm2: "square centimeter",
  deg: "degree",
  "[hnsf'U]": "Hounsfield unit",
  "1": "no units",
};

/** Pixels that are not Hounsfield units have no concept of their own; the unit says what they are. */
const pixelValue = (unit: string): Code =>
  unit === "[hnsf'U]" ? quantities.value : code("246205007", "SCT", "Quantity");

function numberItem(name: Code, value: number, unit: string, children: readonly Item[]): Item {
  return {
    RelationshipType: "CONTAINS",
    ValueType: "NUM",
    ConceptNameCodeSequence: [codeItem(name)],
    MeasuredValueSequence: [
      {
        MeasurementUnitsCodeSequence: [codeItem(code(unit, "UCUM", unitMeanings[unit] ?? unit))],
        NumericValue: value,
      },
    ],
    ContentSequence: children,
  };
}

const openPaths = new Set<Measurement["kind"]>(["length", "angle", "cobb", "arrow"]);

type Relation = "CONTAINS" | "INFERRED FROM";

/** A drawing, whose rectangle comes back to where it began. */
function drawingItem(relation: Relation, { kind, points }: Measurement): Item {
  const closed = kind === "rectangle" ? [...points, points[0]!] : points;
  const isPath = relation === "INFERRED FROM" && openPaths.has(kind);
  return {
    RelationshipType: relation,
    ConceptNameCodeSequence: [codeItem(isPath ? code("121055", "DCM", "Path") : imageRegion)],
    GraphicType: kind === "ellipse" ? "ELLIPSE" : kind === "probe" ? "POINT" : "POLYLINE",
    GraphicData: closed.flat(),
  };
}

/** In a plane (PS3.3 C.18.9), where what comes back to where it began has a name of its own. */
function planeRegionItem(relation: Relation, one: PlaneMeasurement): Item {
  const { kind, points, plane } = one;
  const [first, last] = [points[0]!, points.at(-1)!];
  const isClosed = kind === "freehand" && points.length > 3 && first.every((part, n) => part === last[n]);
  return {
    ...drawingItem(relation, one),
    ...(isClosed || kind === "rectangle" ? { GraphicType: "POLYGON" } : {}),
    ValueType: "SCOORD3D",
    ReferencedFrameOfReferenceUID: plane.frameOfReferenceUid,
  };
}

/** In an image (PS3.3 C.18.6). */
function imageRegionItem(relation: Relation, one: ImageMeasurement, image: Pointed): Item {
  return {
    ...drawingItem(relation, one),
    ValueType: "SCOORD",
    ContentSequence: [
      {
        RelationshipType: "SELECTED FROM",
        ValueType: "IMAGE",
        ReferencedSOPSequence: [reference(image, [one.frame ?? 1])],
      },
    ],
  };
}

/** The images of the volumes that planes were cut from (PS3.16 TID 1600); nothing where there are none. */
function libraryItems({ volumes = new Map() }: DocumentSource): Item[] {
  if (volumes.size === 0) return [];
  const groups = [...volumes.values()].map((slices) =>
    container(
      code("126200", "DCM", "Image Library Group"),
      slices.map((slice) => ({
        RelationshipType: "CONTAINS",
        ValueType: "IMAGE",
        ReferencedSOPSequence: [referenceWhole(slice)],
      })),
    ),
  );
  return [container(code("111028", "DCM", "Image Library"), groups)];
}

/** Which volume a plane was cut from, and how: coordinates alone say neither. */
const planeItems = ({ plane }: PlaneMeasurement, language: string): Item[] => [
  textItem("CONTAINS", code("121106", "DCM", "Comment"), planeWords(plane, language)),
  uidItem("CONTAINS", code("121232", "DCM", "Source series for segmentation"), plane.seriesInstanceUid),
];

function groupItem(one: Measurement, source: DocumentSource): Item {
  const region = (relation: Relation) =>
    isInPlane(one)
      ? planeRegionItem(relation, one)
      : imageRegionItem(relation, one, source.images.get(one.sopInstanceUid)!);
  const inferred = () => [region("INFERRED FROM")];
  const numbers = one.values.map(({ quantity, value, unit }) =>
    numberItem(quantity === "value" ? pixelValue(unit) : quantities[quantity], value, unit, inferred()),
  );
  const { statistics } = one;
  const derived = statistics
    ? Object.entries(derivations).flatMap(([key, how]) => {
        const value = statistics[key as keyof typeof derivations];
        if (value === undefined) return [];
        const method = codedItem("HAS CONCEPT MOD", derivation, how);
        return [numberItem(pixelValue(statistics.unit), value, statistics.unit, [method, ...inferred()])];
      })
    : [];
  const measured = [...numbers, ...derived];
  return container(code("125007", "DCM", "Measurement Group"), [
    textItem("HAS OBS CONTEXT", code("112039", "DCM", "Tracking Identifier"), short(one.label || one.id, 64)),
    uidItem(
      "HAS OBS CONTEXT",
      code("112040", "DCM", "Tracking Unique Identifier"),
      derivedUid("measurement", source.studyId, source.author.id, one.id),
    ),
    ...(isInPlane(one) ? planeItems(one, source.of.language) : []),
    ...(measured.length > 0 ? measured : [region("CONTAINS")]),
  ]);
}

/** What somebody measured in a study as Comprehensive SR (PS3.3 A.35.3; in planes: A.35.13) by TID 1500, as a Part 10 file. */
export function measurementReport(source: DocumentSource, measurements: readonly Measurement[]): Uint8Array {
  const { of, author, at, version } = source;
  const { date, time } = dicomMoment(at, of.facility.timeZone);
  const uids = measurementUids(source.studyId, author.id, version);
  return fileOf(of, {
    ...commonModules(of, at),
    ...seriesModule({
      uid: uids.SeriesInstanceUID,
      number: 9003,
      modality: "SR",
      description: "Measurements",
    }),
    SOPClassUID: classOf(measurements),
    SOPInstanceUID: uids.SOPInstanceUID,
    ReferencedPerformedProcedureStepSequence: [],
    InstanceNumber: version,
    CompletionFlag: "COMPLETE",
    VerificationFlag: "UNVERIFIED",
    ContentDate: date,
    ContentTime: time,
    AuthorObserverSequence: [
      {
        ObserverType: "PSN",
        PersonName: personNameOf(author.name),
        PersonIdentificationCodeSequence: [],
        InstitutionName: short(of.facility.name, 64),
        InstitutionCodeSequence: [],
      },
    ],
    ...evidence(source),
    ...requestItems(of),
    PerformedProcedureCodeSequence: [],
    ...rootContainer(code("126000", "DCM", "Imaging Measurement Report"), "1500", [
      languageItem(of.language),
      ...observerItems(author.name, short(of.facility.name, 64)),
      procedureItem(procedureReported(of)),
      ...libraryItems(source),
      container(
        code("126010", "DCM", "Imaging Measurements"),
        measurements.map((one) => groupItem(one, source)),
      ),
    ]),
  });
}

/** Document titles (PS3.16 CID 7010). */
const titles: Readonly<Record<KeyImageTitle, Code>> = {
  OF_INTEREST: code("113000", "DCM", "Of Interest"),
  FOR_REFERRING_PROVIDER: code("113002", "DCM", "For Referring Provider"),
  FOR_SURGERY: code("113003", "DCM", "For Surgery"),
  FOR_TEACHING: code("113004", "DCM", "For Teaching"),
  FOR_CONFERENCE: code("113005", "DCM", "For Conference"),
  FOR_THERAPY: code("113006", "DCM", "For Therapy"),
  FOR_PATIENT: code("113007", "DCM", "For Patient"),
  FOR_PEER_REVIEW: code("113008", "DCM", "For Peer Review"),
  FOR_RESEARCH: code("113009", "DCM", "For Research"),
  FOR_PRINTING: code("113018", "DCM", "For Printing"),
  FOR_REPORT_ATTACHMENT: code("113020", "DCM", "For Report Attachment"),
};

/**
 * The images that show what matters, as Key Object Selection (PS3.3 A.35.4) by TID 2010, as a Part 10 file.
 * @param keyImages of one title
 */
export function keyObjectSelection(
  source: DocumentSource,
  keyImages: readonly KeyImage[],
  title: KeyImageTitle = "OF_INTEREST",
): Uint8Array {
  const { of, author, at, version, images } = source;
  const { date, time } = dicomMoment(at, of.facility.timeZone);
  const uids = keyImageUids(source.studyId, version, title);
  const notes = keyImages.flatMap(({ note }, index) =>
    note?.trim() ? [`${index + 1}: ${note.trim()}`] : [],
  );
  return fileOf(of, {
    ...commonModules(of, at),
    ...seriesModule({ uid: uids.SeriesInstanceUID, number: 9004, modality: "KO", description: "Key images" }),
    SOPClassUID: uids.SOPClassUID,
    SOPInstanceUID: uids.SOPInstanceUID,
    ReferencedPerformedProcedureStepSequence: [],
    InstanceNumber: version,
    ContentDate: date,
    ContentTime: time,
    ...evidence(source),
    ...requestItems(of),
    ...rootContainer(titles[title], "2010", [
      languageItem(of.language),
      ...observerItems(author.name, short(of.facility.name, 64)),
      ...(notes.length > 0
        ? [textItem("CONTAINS", code("113012", "DCM", "Key Object Description"), notes.join("\n"))]
        : []),
      ...keyImages.map(({ sopInstanceUid, frame = 1 }) => ({
        RelationshipType: "CONTAINS",
        ValueType: "IMAGE",
        ReferencedSOPSequence: [reference(images.get(sopInstanceUid)!, [frame])],
      })),
    ]),
  });
}
