import { type JsonDataSet, type JsonPersonName, textOf } from "@isocenter/presentation";

/** "Family, Given Middle" with prefix before the given name and suffix behind; an ideographic form follows in brackets. */
export function personNameOf(dataSet: JsonDataSet, tag: string): string | undefined {
  const value = dataSet[tag]?.Value?.[0];
  if (value === undefined || value === null) return undefined;
  const name: JsonPersonName =
    typeof value === "object" ? (value as JsonPersonName) : { Alphabetic: String(value) };
  const alphabetic = formatPersonName(name.Alphabetic ?? "");
  const ideographic = formatPersonName(name.Ideographic ?? "");
  if (alphabetic && ideographic) return `${alphabetic} (${ideographic})`;
  return alphabetic || ideographic || undefined;
}

function formatPersonName(group: string): string {
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = group
    .split("^")
    .map((part) => part.trim());
  const rest = [prefix, given, middle, suffix].filter(Boolean).join(" ");
  return [family, rest].filter(Boolean).join(", ");
}

/** "20260105" as "2026-01-05"; anything else as it stands. */
export function dateOf(dataSet: JsonDataSet, tag: string): string | undefined {
  const text = textOf(dataSet, tag);
  const match = text === undefined ? null : /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : text;
}

/** "095812.123" as "09:58"; anything else as it stands. */
export function timeOf(dataSet: JsonDataSet, tag: string): string | undefined {
  const text = textOf(dataSet, tag);
  const match = text === undefined ? null : /^(\d{2}):?(\d{2})/.exec(text);
  return match ? `${match[1]}:${match[2]}` : text;
}
