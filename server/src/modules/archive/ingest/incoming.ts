import {
  type DataSet,
  encodeFrameIndex,
  type FrameIndex,
  isTolerableUid,
  nonPatientSopClasses,
  type ParsedObject,
  SopClasses,
  sopClass,
  Tags,
  text,
} from "@isocenter/dicom";
import { Refusal } from "../../../platform/index.ts";
import type { PatientClaim } from "../../patients/index.ts";
import { dateOf, integerOf, jsonKey, textOf, timeOf } from "../attributes.ts";
import { attributesOf, instanceColumnTags, pick } from "../levels.ts";
import type { SaidIdentity } from "../read/overlay.ts";
import type { PixelLocation } from "../stored-instance.ts";
import type { DicomJson, IngestDoor, IngestSource } from "../types.ts";
import { aboveOf } from "./above.ts";
import { keptAttributes } from "./kept-attributes.ts";

/** What was written to the store, and what one pass over the bytes learned. */
export interface Received {
  objectKey: string;
  size: number;
  sha256: Buffer;
  parsed: ParsedObject;
  /** What was written before a bare data set: offsets in the object are this much greater than in what was parsed. */
  shift: number;
}

/** An instance that waits for its rows: everything the transaction needs, and none of the bytes. */
export interface Incoming {
  facilityId: string;
  /** Chosen by whoever uploads it; else found by the claim. */
  patientId: string | null;
  claim: PatientClaim;
  /** What the object itself says of its patient, without what was supposed. */
  said: SaidIdentity;
  studyUid: string;
  seriesUid: string;
  sopUid: string;
  sopClassUid: string;
  transferSyntaxUid: string;
  /** PatientID as the object has it, whole. */
  patientIdText: string;
  study: DicomJson;
  series: DicomJson;
  instance: DicomJson;
  instanceNumber: number | null;
  rows: number | null;
  columns: number | null;
  bitsAllocated: number | null;
  samplesPerPixel: number | null;
  numberOfFrames: number;
  contentDate: string | null;
  contentTime: string | null;
  acquisitionDate: string | null;
  acquisitionTime: string | null;
  /** The date that says best when the image was made. */
  madeOn: string | null;
  modality: string;
  objectKey: string;
  size: number;
  sha256: Buffer;
  dataSetOffset: number;
  headerLength: number;
  trailerOffset: number | null;
  pixels: PixelLocation | null;
  frameIndex: Uint8Array | null;
  original: { format: "PNG" | "JPEG"; objectKey: string; size: number; sha256: Buffer } | null;
  door: IngestDoor;
  sender: string;
}

const refused = (code: string, detail: string): Refusal => new Refusal("unprocessable", code, detail);

function requiredUid(dataSet: DataSet, tag: number, keyword: string): string {
  const uid = text(dataSet, tag) ?? "";
  if (uid === "") throw refused("dicom.missing-uid", `The object has no ${keyword}.`);
  if (!isTolerableUid(uid)) throw refused("dicom.invalid-uid", `${keyword} is not a UID.`);
  return uid;
}

/** The four UIDs that an object must have to be stored, checked against what the association said. */
function identification(dataSet: DataSet, source: IngestSource) {
  const sopClassUid = requiredUid(dataSet, Tags.SOPClassUID, "SOPClassUID");
  const sopUid = requiredUid(dataSet, Tags.SOPInstanceUID, "SOPInstanceUID");
  const { bareDataSet } = source;
  if (bareDataSet && bareDataSet.sopInstanceUid !== sopUid)
    throw refused("dicom.uid-mismatch", "SOPInstanceUID is not the one that was announced.");
  if (bareDataSet && bareDataSet.sopClassUid !== sopClassUid)
    throw refused("dicom.sop-class-mismatch", "SOPClassUID is not the one that was announced.");
  const known = sopClass(sopClassUid);
  // A DICOMDIR is a file of a medium, not an image of a patient.
  if (known && (known.kind !== "storage" || sopClassUid === SopClasses.MediaStorageDirectoryStorage))
    throw refused("dicom.not-storable", `${known.name} is not an object that is stored.`);
  if (known && nonPatientSopClasses.has(sopClassUid) && !text(dataSet, Tags.StudyInstanceUID))
    throw refused(
      "dicom.no-study",
      `${known.name}: such objects are of no patient and no study, and what is archived belongs to one.`,
    );
  const studyUid = requiredUid(dataSet, Tags.StudyInstanceUID, "StudyInstanceUID");
  if (source.studyInstanceUid !== undefined && source.studyInstanceUid !== studyUid)
    throw refused("dicom.study-mismatch", "StudyInstanceUID is not that of the study it was sent to.");
  return {
    sopClassUid,
    sopUid,
    studyUid,
    seriesUid: requiredUid(dataSet, Tags.SeriesInstanceUID, "SeriesInstanceUID"),
  };
}

const instanceTags: ReadonlySet<number> = new Set(attributesOf.INSTANCE);

/**
 * What the rows of the instance say, from its header.
 * @throws Refusal `unprocessable` where the object cannot be stored
 */
export function readIncoming(
  received: Received,
  source: IngestSource,
  place: { facilityId: string; issuer: string; sender: string },
): Incoming {
  const { parsed, shift } = received;
  const { dataSet, pixelData } = parsed;
  const ids = identification(dataSet, source);
  const above = aboveOf(dataSet, place, ids.studyUid);
  const json = keptAttributes(dataSet, instanceTags);
  const acquisitionDate =
    dateOf(json, Tags.AcquisitionDate) ?? datePart(textOf(json, Tags.AcquisitionDateTime));
  const contentDate = dateOf(json, Tags.ContentDate);
  const saidFrames = integerOf(json, Tags.NumberOfFrames);
  const { headerLength, trailerOffset } = aroundPixels(received);
  const instance = pick(json, attributesOf.INSTANCE);
  for (const tag of instanceColumnTags) delete instance[jsonKey(tag)];
  return {
    ...ids,
    facilityId: place.facilityId,
    patientId: source.patientId ?? null,
    claim: above.claim,
    said: above.said,
    transferSyntaxUid: parsed.transferSyntaxUID,
    patientIdText: above.patientIdText,
    study: above.study,
    series: above.series,
    instance,
    instanceNumber: integerOf(json, Tags.InstanceNumber),
    rows: integerOf(json, Tags.Rows),
    columns: integerOf(json, Tags.Columns),
    bitsAllocated: integerOf(json, Tags.BitsAllocated),
    samplesPerPixel: integerOf(json, Tags.SamplesPerPixel),
    numberOfFrames: pixelData ? Math.max(1, saidFrames ?? 1) : 0,
    contentDate,
    contentTime: timeOf(json, Tags.ContentTime),
    acquisitionDate,
    acquisitionTime: timeOf(json, Tags.AcquisitionTime),
    madeOn: acquisitionDate ?? contentDate ?? above.seriesDate ?? above.studyDate,
    modality: above.modality,
    objectKey: received.objectKey,
    size: received.size,
    sha256: received.sha256,
    dataSetOffset: parsed.dataSetOffset + shift,
    headerLength,
    trailerOffset,
    pixels: pixelData && {
      tag: pixelData.tag,
      vr: pixelData.vr,
      offset: pixelData.offset + shift,
      length: pixelData.length,
      encapsulated: pixelData.encapsulated,
    },
    frameIndex: pixelData ? encodeFrameIndex(shifted(pixelData.frames, shift)) : null,
    original: null,
    door: source.door,
    sender: place.sender,
  };
}

const datePart = (dateTime: string | null): string | null =>
  dateTime && /^\d{8}/.test(dateTime)
    ? `${dateTime.slice(0, 4)}-${dateTime.slice(4, 6)}-${dateTime.slice(6, 8)}`
    : null;

/** Bytes of an element before its value (PS3.5 7.1.2, 7.1.3). */
export function elementHeaderBytes(explicitVr: boolean, vr: string): number {
  return explicitVr && /^(OB|OD|OF|OL|OV|OW|SQ|SV|UC|UN|UR|UT|UV)$/.test(vr) ? 12 : 8;
}

const shifted = (frames: FrameIndex, by: number): FrameIndex =>
  by === 0
    ? frames
    : frames.map((pieces) => pieces.map(({ offset, length }) => ({ offset: offset + by, length })));

/** Where the header ends, and where what follows the pixels begins. A deflated data set has no places that could be read alone. */
function aroundPixels({ parsed, size, shift }: Received): {
  headerLength: number;
  trailerOffset: number | null;
} {
  if (!parsed.pixelData || parsed.deflated) return { headerLength: size, trailerOffset: null };
  const { explicitVR } = parsed.dataSet;
  const start = ({ offset, vr }: { offset: number; vr: string }) =>
    offset + shift - elementHeaderBytes(explicitVR, vr);
  let trailerOffset: number | null = null;
  for (const [tag, element] of parsed.dataSet.elements) {
    if (tag <= parsed.pixelData.tag) continue;
    trailerOffset = start(element);
    break;
  }
  return { headerLength: start(parsed.pixelData), trailerOffset };
}
