import { dictionaryEntry, Tags } from "@isocenter/dicom";
import { jsonKey } from "../attributes.ts";
import type { DicomJson, DicomJsonElement, QueryLevel } from "../types.ts";
import type { Key } from "./keys.ts";

/** A row as the statement gives it; `o0`, `o1` ... hold the order's values and `c0`, `c1` ... the computed keys. */
export interface FoundRow {
  patientId: string;
  patientName: string;
  birthDate: string | null;
  sex: string | null;
  patient: DicomJson;
  patientIdentifier: string | null;
  patientIssuer: string | null;
  study?: DicomJson;
  series?: DicomJson;
  instance?: DicomJson;
  /** Of the whole query, to the limit and one more; null where the page is not full. */
  total?: number | null;
  [orderOrComputed: `o${number}` | `c${number}`]: unknown;
}

const attributesAt: Readonly<Record<QueryLevel, "patient" | "study" | "series" | "instance">> = {
  PATIENT: "patient",
  STUDY: "study",
  SERIES: "series",
  INSTANCE: "instance",
};

/** The returned keys as DICOM JSON, in order of their tags; a key without value is there without Value. */
export function toAttributes(row: FoundRow, returned: readonly Key[], computed: readonly Key[]): DicomJson {
  const found: [string, DicomJsonElement][] = returned.map((key) => {
    const name = jsonKey(key.tag);
    const index = computed.indexOf(key);
    if (index >= 0) return [name, element(key.tag, row[`c${index}`])];
    const current = key.level === "PATIENT" ? patientElement(row, key.tag) : undefined;
    return [name, current ?? row[attributesAt[key.level]]?.[name] ?? element(key.tag, null)];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function element(tag: number, value: unknown): DicomJsonElement {
  const vr = dictionaryEntry(tag)?.vr ?? "UN";
  const values = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  return values.length > 0 ? { vr, Value: values } : { vr };
}

/** Patient attributes as the patient is known now, which is what every door shows. */
function patientElement(row: FoundRow, tag: number): DicomJsonElement | undefined {
  switch (tag) {
    case Tags.PatientName:
      return personName(row.patientName);
    case Tags.PatientID:
      return element(tag, row.patientIdentifier);
    case Tags.IssuerOfPatientID:
      return element(tag, row.patientIssuer || null);
    case Tags.PatientBirthDate:
      return element(tag, row.birthDate?.replaceAll("-", "") ?? null);
    case Tags.PatientSex:
      // DICOM has no code for unknown: it leaves the sex empty (PS3.3 C.7.1.1).
      return element(tag, row.sex === "U" ? null : row.sex);
    default:
      return undefined;
  }
}

/** A person name in the DICOM JSON model (PS3.18 F.2.2). */
export function personName(name: string): DicomJsonElement {
  const [Alphabetic = "", Ideographic = "", Phonetic = ""] = name.split("=");
  const groups = Object.fromEntries(
    Object.entries({ Alphabetic, Ideographic, Phonetic }).filter(([, group]) => group !== ""),
  );
  return Object.keys(groups).length > 0 ? { vr: "PN", Value: [groups] } : { vr: "PN" };
}
