import { type DataSet, items, numbers, Tags, text, texts } from "@isocenter/dicom";
import { readableDate, readableDateTime, readableName, readableTime } from "./banner.ts";

/** The meaning of a coded entry (PS3.3 Table 8.8-1); its value where it has none. */
export function meaningOf(set: DataSet, tag: number): string {
  const [code] = items(set, tag);
  if (!code) return "";
  const value = text(code, Tags.CodeValue) ?? text(code, Tags.LongCodeValue) ?? text(code, Tags.URNCodeValue);
  return text(code, Tags.CodeMeaning) ?? value ?? "";
}

function measured(item: DataSet): string {
  const [value] = items(item, Tags.MeasuredValueSequence);
  if (!value) return meaningOf(item, Tags.NumericValueQualifierCodeSequence) || "not measured";
  const [unit] = items(value, Tags.MeasurementUnitsCodeSequence);
  const name = unit ? (text(unit, Tags.CodeValue) ?? text(unit, Tags.CodeMeaning) ?? "") : "";
  // UCUM writes what has no unit as 1, and annotations in braces.
  const shown = name === "1" ? "" : name.replace(/^\{(.*)\}$/, "$1");
  const number = texts(value, Tags.NumericValue).join(", ");
  return [number, shown].filter(Boolean).join(" ");
}

function referenced(item: DataSet): string {
  const [object] = items(item, Tags.ReferencedSOPSequence);
  if (!object) return "";
  const frames = texts(object, Tags.ReferencedFrameNumber);
  const channels = texts(object, Tags.ReferencedWaveformChannels);
  return [
    text(object, Tags.ReferencedSOPInstanceUID) ?? "",
    ...(frames.length > 0 ? [`frame ${frames.join(", ")}`] : []),
    ...(channels.length > 0 ? [`channels ${channels.join(", ")}`] : []),
  ].join(", ");
}

/** Coordinates of a drawing, the first of many. */
function drawn(item: DataSet): string {
  const kind = (text(item, Tags.GraphicType) ?? "").toLowerCase();
  const points = numbers(item, Tags.GraphicData);
  const shown = points.slice(0, 12).map((value) => String(Math.round(value * 100) / 100));
  return `${kind} ${shown.join(", ")}${points.length > shown.length ? " …" : ""}`.trim();
}

/** The same in the patient (PS3.3 C.18.9): points by their millimetres along the patient's axes. */
function drawnInPatient(item: DataSet): string {
  const kind = (text(item, Tags.GraphicType) ?? "").toLowerCase();
  const values = numbers(item, Tags.GraphicData);
  const points = Array.from({ length: Math.floor(values.length / 3) }, (_, n) =>
    values
      .slice(n * 3, n * 3 + 3)
      .map((value) => String(Math.round(value * 100) / 100))
      .join(", "),
  );
  if (points.length === 0) return kind;
  const shown = points.slice(0, 4).join("; ");
  return `${kind} ${shown}${points.length > 4 ? " …" : ""} mm to the left, the back and the head`;
}

function temporal(item: DataSet): string {
  const kind = (text(item, Tags.TemporalRangeType) ?? "").toLowerCase();
  const places = [Tags.ReferencedSamplePositions, Tags.ReferencedTimeOffsets, Tags.ReferencedDateTime]
    .flatMap((tag) => texts(item, tag))
    .slice(0, 12);
  return `${kind} ${places.join(", ")}`.trim();
}

const values: Readonly<Record<string, (item: DataSet) => string>> = {
  TEXT: (item) => text(item, Tags.TextValue) ?? "",
  CODE: (item) => meaningOf(item, Tags.ConceptCodeSequence),
  NUM: measured,
  DATETIME: (item) => readableDateTime(text(item, Tags.DateTime)),
  DATE: (item) => readableDate(text(item, Tags.Date)),
  TIME: (item) => readableTime(text(item, Tags.Time)),
  UIDREF: (item) => text(item, Tags.UID) ?? "",
  PNAME: (item) => readableName(item, Tags.PersonName),
  COMPOSITE: referenced,
  IMAGE: referenced,
  WAVEFORM: referenced,
  SCOORD: drawn,
  SCOORD3D: drawnInPatient,
  TCOORD: temporal,
};

/** What a content item says (PS3.3 C.17.3.2), as text; "" for a container. */
export function contentText(item: DataSet): string {
  return values[text(item, Tags.ValueType) ?? ""]?.(item) ?? "";
}
