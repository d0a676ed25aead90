import { createHash } from "node:crypto";
import {
  type DataSet,
  type DataSetValues,
  dictionaryEntry,
  type Element,
  type ElementValue,
  fromDicomJson,
  items,
  parseDate,
  Tags,
  text,
  texts,
} from "@isocenter/dicom";
import { namesFit } from "../../patients/index.ts";
import { jsonKey, saysSomething } from "../attributes.ts";
import type { DicomJson, Tag } from "../types.ts";

/** Who a patient is, as objects say it: "" where it is not said. */
export interface SaidIdentity {
  name: string;
  value: string;
  issuer: string;
  /** `YYYY-MM-DD`. */
  birthDate: string | null;
  sex: string | null;
}

/** What is to be written over an instance when it is sent. */
export interface Overlay {
  /** Null where the object says what is known. */
  identity: { is: CurrentIdentity; at: Date } | null;
  corrections: { attributes: DicomJson; at: Date } | null;
  /** Of the instance's sender, for what is replaced; "" where it is no application. */
  source: string;
  /** Our AE title: who replaces it. */
  system: string;
  /** Changes whenever anything of this does. */
  fingerprint: string;
}

export interface CurrentIdentity extends SaidIdentity {
  /** Fields that a person corrected: `name`, `birthDate`, `sex`. */
  corrected: readonly string[];
  /** The images name somebody else, who was merged, or whose study was moved. */
  moved: boolean;
}

const bare = (name: string): string =>
  name
    .split("=")
    .map((group) => group.replace(/[\s^]+$/, "").trim())
    .join("=")
    .replace(/=+$/, "");

function sameName(said: string, is: string, exactly: boolean): boolean {
  if (bare(said) === bare(is)) return true;
  return !exactly && namesFit(is, said);
}

/**
 * Whether objects that say so are sent with another identity. How a name is spelled and written, and what an object does not say, is left as it came, unless
 * a person corrected it or the images went to another patient: a name by which images are known to be the patient's is the patient's.
 */
export function isOther(said: SaidIdentity | null, is: CurrentIdentity): boolean {
  // What it says is not known: whoever reads it will see.
  if (said === null || is.moved) return true;
  const corrected = (field: string) => is.corrected.includes(field);
  if (said.name !== "" || corrected("name"))
    if (!sameName(said.name, is.name, corrected("name"))) return true;
  if (said.value !== is.value) return true;
  if (said.issuer !== "" && said.issuer !== is.issuer) return true;
  if ((said.birthDate !== null || corrected("birthDate")) && said.birthDate !== is.birthDate) return true;
  return (said.sex !== null || corrected("sex")) && said.sex !== sexCode(is.sex);
}

/** DICOM has no code for unknown: it leaves the sex empty (PS3.3 C.7.1.1). */
const sexCode = (sex: string | null): string | null => (sex === "U" ? null : sex);

export const fingerprintOf = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** Attributes as values to write; an element without value empties the attribute. */
export function valuesOf(json: DicomJson): Record<string, ElementValue> {
  const read = fromDicomJson(json).elements;
  const entries = Object.entries(json).map(([key, { vr, Value }]): [string, ElementValue] => {
    if (!Value || Value.length === 0) return [key, { vr, value: null }];
    if (vr !== "SQ") return [key, { vr, value: Value as ElementValue }];
    return [key, { vr, value: read.get(Number.parseInt(key, 16))?.items ?? [] }];
  });
  return Object.fromEntries(entries);
}

/** What the object itself says. */
function saidBy(dataSet: DataSet): SaidIdentity {
  const birthDate = text(dataSet, Tags.PatientBirthDate);
  return {
    name: text(dataSet, Tags.PatientName) ?? "",
    value: text(dataSet, Tags.PatientID) ?? "",
    issuer: text(dataSet, Tags.IssuerOfPatientID) ?? "",
    birthDate: birthDate === undefined ? null : parseDate(birthDate),
    sex: saidSex(text(dataSet, Tags.PatientSex) ?? null),
  };
}

/** A code of the standard, or null. */
export function saidSex(code: string | null): string | null {
  const upper = (code ?? "").toUpperCase();
  return /^[FMO]$/.test(upper) ? upper : null;
}

function identityValues(is: SaidIdentity): Record<string, ElementValue> {
  const said = (value: string | null) => (value === "" ? null : value);
  return {
    [jsonKey(Tags.PatientName)]: said(is.name),
    [jsonKey(Tags.PatientID)]: said(is.value),
    [jsonKey(Tags.IssuerOfPatientID)]: is.issuer === "" ? undefined : is.issuer,
    // It says more of an issuer that is another one now.
    [jsonKey(Tags.IssuerOfPatientIDQualifiersSequence)]: undefined,
    [jsonKey(Tags.PatientBirthDate)]: said(is.birthDate?.replaceAll("-", "") ?? null),
    [jsonKey(Tags.PatientSex)]: sexCode(is.sex),
  };
}

/** Whether the object says just this already. */
function saysThis(dataSet: DataSet, tag: Tag, value: ElementValue): boolean {
  if (value === undefined) return !dataSet.elements.has(tag);
  const given = texts(dataSet, tag).join("\\");
  const plain = typeof value === "object" && value !== null && "vr" in value ? value.value : value;
  if (plain === null) return given === "" && !(dataSet.elements.get(tag)?.size ?? 0);
  const all = Array.isArray(plain) ? plain : [plain];
  return all.every((one) => typeof one === "string" || typeof one === "number")
    ? dataSet.elements.has(tag) && bare(given) === bare(all.join("\\"))
    : false;
}

/** DT with its offset (PS3.5 6.2). */
const dateTime = (at: Date): string => `${at.toISOString().replaceAll(/[-:TZ]/g, "")}000+0000`;

/**
 * What the overlay changes of this object, with what was replaced kept in the Original Attributes Sequence (PS3.3 C.12.1.1.9); null where it
 * changes nothing.
 */
export function changesOf(dataSet: DataSet, overlay: Overlay): DataSetValues | null {
  const changes: Record<string, ElementValue> = {};
  const entries: ElementValue[] = [];
  const replace = (values: Record<string, ElementValue>, reason: "COERCE" | "CORRECT", at: Date) => {
    const replaced = new Map<Tag, Element>();
    for (const [key, value] of Object.entries(values)) {
      const tag = Number.parseInt(key, 16);
      if (saysThis(dataSet, tag, value)) continue;
      changes[key] = value;
      const element = dataSet.elements.get(tag);
      if (element && !element.deferred) replaced.set(tag, element);
    }
    if (replaced.size === 0) return;
    const modified: DataSet = { ...dataSet, elements: replaced, undefinedLength: false };
    entries.push({
      AttributeModificationDateTime: dateTime(at),
      ModifyingSystem: overlay.system,
      SourceOfPreviousValues: overlay.source === "" ? null : overlay.source,
      ReasonForTheAttributeModification: reason,
      ModifiedAttributesSequence: [modified],
    } as ElementValue);
  };
  const { identity, corrections } = overlay;
  if (identity && isOther(saidBy(dataSet), identity.is))
    replace(identityValues(identity.is), "COERCE", identity.at);
  if (corrections) replace(valuesOf(corrections.attributes), "CORRECT", corrections.at);
  if (Object.keys(changes).length === 0) return null;
  if (entries.length > 0)
    changes[jsonKey(Tags.OriginalAttributesSequence)] = [
      ...items(dataSet, Tags.OriginalAttributesSequence),
      ...entries,
    ] as ElementValue;
  return changes as DataSetValues;
}

/** Corrected attributes of a level: those that the level keeps now, and empty where it keeps none. */
export function correctedOf(attributes: DicomJson, corrected: readonly string[]): DicomJson {
  return Object.fromEntries(
    corrected.map((key) => {
      const element = attributes[key];
      const vr = element?.vr ?? dictionaryEntry(Number.parseInt(key, 16))?.vr ?? "UN";
      return [key, element && saysSomething(element) ? element : { vr }];
    }),
  );
}
