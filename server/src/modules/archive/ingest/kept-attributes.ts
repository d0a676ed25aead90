import { type DataSet, Element, readingVr, toDicomJson } from "@isocenter/dicom";
import type { DicomJson } from "../types.ts";

/** A sequence or comment over this size is not kept beside the object. */
const maxElementBytes = 16 * 1024;

/** The attributes as DICOM JSON, without characters that PostgreSQL does not take. */
export function keptAttributes(dataSet: DataSet, wanted: ReadonlySet<number>): DicomJson {
  const elements = new Map<number, Element>();
  for (const [tag, element] of dataSet.elements)
    if (wanted.has(tag) && !element.deferred && element.length <= maxElementBytes)
      elements.set(tag, withKnownVr(element));
  const json = toDicomJson({ ...dataSet, elements });
  for (const element of Object.values(json)) if (element.Value) element.Value = element.Value.map(withoutNul);
  return json;
}

/** Some write UN for attributes that everybody knows: they are found all the same. */
function withKnownVr(element: Element): Element {
  const vr = readingVr(element);
  if (vr === element.vr || vr === "SQ" || element.items) return element;
  const known = new Element(element.tag, vr, element.offset, element.length);
  return Object.assign(known, { source: element.source, start: element.start, size: element.size });
}

function withoutNul<T>(value: T): T {
  if (typeof value === "string") return (value.includes("\0") ? value.replaceAll("\0", "") : value) as T;
  if (Array.isArray(value)) return value.map(withoutNul) as T;
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutNul(member)])) as T;
  return value;
}
