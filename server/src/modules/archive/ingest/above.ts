import { type DataSet, type Element, Tags } from "@isocenter/dicom";
import type { PatientClaim, Sex } from "../../patients/index.ts";
import { dateOf, jsonKey, personNameOf, textOf } from "../attributes.ts";
import { attributesOf, pick } from "../levels.ts";
import { wholePatientId } from "../orthanc-ids.ts";
import { type SaidIdentity, saidSex } from "../read/overlay.ts";
import type { DicomJson } from "../types.ts";
import { keptAttributes } from "./kept-attributes.ts";

/** What an object says above its own level. Shared by all objects that say the same, and never changed. */
export interface Above {
  claim: PatientClaim;
  /** What the object itself says of its patient, without what was supposed. */
  said: SaidIdentity;
  /** PatientID as the object has it, whole. */
  patientIdText: string;
  study: DicomJson;
  series: DicomJson;
  modality: string;
  seriesDate: string | null;
  studyDate: string | null;
}

export interface AbovePlace {
  facilityId: string;
  /** Of patient identifiers, where the object names none. */
  issuer: string;
}

const tags: ReadonlySet<number> = new Set([
  ...attributesOf.PATIENT,
  ...attributesOf.STUDY,
  ...attributesOf.SERIES,
]);
const mostRemembered = 200;
const longestKey = 8 * 1024;

/** By what was said, byte for byte; the oldest go first. */
const remembered = new Map<string, Above>();

/**
 * Nearly all objects of a series say the same of it, of its study and of their patient: it is read once, and known again by its bytes.
 * @param studyUid StudyInstanceUID of the data set
 */
export function aboveOf(dataSet: DataSet, place: AbovePlace, studyUid: string): Above {
  const key = keyOf(dataSet, place);
  const known = key === null ? undefined : remembered.get(key);
  if (known) return known;
  const read = readAbove(dataSet, place, studyUid);
  if (key !== null) {
    if (remembered.size >= mostRemembered) remembered.delete(remembered.keys().next().value!);
    remembered.set(key, frozen(read));
  }
  return read;
}

/** All that `readAbove` reads, as one text that tells any two of them apart; null where that is too long to be kept. */
function keyOf(dataSet: DataSet, { facilityId, issuer }: AbovePlace): string | null {
  let key = `${facilityId} ${issuer.length} ${issuer}${settingOf(dataSet)}`;
  for (const [tag, element] of dataSet.elements) {
    if (!tags.has(tag)) continue;
    const said = saidBy(element);
    if (said === null) return null;
    key += said;
    if (key.length > longestKey) return null;
  }
  return key;
}

const settingOf = ({ littleEndian, explicitVR, characterSets }: DataSet): string =>
  ` ${littleEndian} ${explicitVR} ${JSON.stringify(characterSets)}`;

/** Each length stands before what it is the length of, so that no value passes for another element. */
function saidBy({ tag, vr, items, fragments, deferred, source, start, size }: Element): string | null {
  if (fragments !== null || deferred || size > longestKey) return null;
  if (items === null) {
    const bytes = Buffer.isBuffer(source)
      ? source
      : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    return ` ${tag} ${vr} ${size} ${size === 0 ? "" : bytes.toString("latin1", start, start + size)}`;
  }
  let key = ` ${tag} ${vr} of ${items.length}`;
  for (const item of items) {
    key += `${settingOf(item)} ${item.elements.size}`;
    for (const element of item.elements.values()) {
      const said = saidBy(element);
      if (said === null || key.length > longestKey) return null;
      key += said;
    }
  }
  return key;
}

function readAbove(dataSet: DataSet, place: AbovePlace, studyUid: string): Above {
  const json = keptAttributes(dataSet, tags);
  return {
    claim: claimOf(json, place, studyUid),
    said: saidOf(json),
    patientIdText: wholePatientId(dataSet),
    study: pick(json, attributesOf.STUDY),
    series: pick(json, attributesOf.SERIES),
    modality: textOf(json, Tags.Modality) ?? "",
    seriesDate: dateOf(json, Tags.SeriesDate),
    studyDate: dateOf(json, Tags.StudyDate),
  };
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

function readSex(code: string | null): Sex | null {
  const upper = (code ?? "").toUpperCase();
  return upper === "F" || upper === "M" || upper === "O" || upper === "U" ? upper : null;
}

const saidOf = (json: DicomJson): SaidIdentity => ({
  name: personNameOf(json, Tags.PatientName),
  value: textOf(json, Tags.PatientID) ?? "",
  issuer: textOf(json, Tags.IssuerOfPatientID) ?? "",
  birthDate: dateOf(json, Tags.PatientBirthDate),
  sex: saidSex(textOf(json, Tags.PatientSex)),
});

function claimOf(json: DicomJson, { facilityId, issuer }: AbovePlace, studyUid: string): PatientClaim {
  const patient = pick(json, attributesOf.PATIENT);
  for (const tag of [
    Tags.PatientName,
    Tags.PatientID,
    Tags.IssuerOfPatientID,
    Tags.PatientBirthDate,
    Tags.PatientSex,
  ])
    delete patient[jsonKey(tag)];
  return {
    facilityId,
    studyInstanceUid: studyUid,
    value: textOf(json, Tags.PatientID) ?? "",
    issuer: textOf(json, Tags.IssuerOfPatientID) ?? issuer,
    name: personNameOf(json, Tags.PatientName),
    birthDate: dateOf(json, Tags.PatientBirthDate),
    sex: readSex(textOf(json, Tags.PatientSex)),
    attributes: patient as Record<string, unknown>,
  };
}

const texts = new WeakMap<object, string>();

/** A part of `Above` as JSON, which is made once for all objects that share it. */
export function aboveText(part: PatientClaim | DicomJson): string {
  const known = texts.get(part);
  if (known !== undefined) return known;
  const text = JSON.stringify(part);
  if (Object.isFrozen(part)) texts.set(part, text);
  return text;
}
