import { formatTag, type JsonValue, type Tag } from "@isocenter/dicom";
import type { DicomJson, DicomJsonElement } from "../../modules/archive/index.ts";

/** An element of the DICOM JSON model (PS3.18 F.2.2); without values it is empty. */
export function element(vr: string, ...values: JsonValue[]): DicomJsonElement {
  return values.length === 0 ? { vr } : { vr, Value: values };
}

/** A data set of the DICOM JSON model, its attributes in the order of their tags (PS3.18 F.2.2). */
export function jsonOf(entries: readonly (readonly [Tag, DicomJsonElement])[]): DicomJson {
  const sorted = [...entries].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([tag, value]) => [formatTag(tag), value]));
}

/** The first value as text, or null. */
export function textIn(json: DicomJson, tag: Tag): string | null {
  const value = json[formatTag(tag)]?.Value?.[0];
  return typeof value === "string" ? value : null;
}
