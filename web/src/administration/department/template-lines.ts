import type { ReportTemplate, TemplateField, TemplateFieldType } from "@isocenter/contract";

/** A field of a template as it is typed. */
export interface FieldLine {
  line: number;
  key: string;
  label: string;
  type: TemplateFieldType;
  unit: string;
  minimum: string;
  maximum: string;
  /** One a line. */
  choices: string;
  required: boolean;
}
export interface MacroLine {
  line: number;
  name: string;
  text: string;
}

const keyPattern = /^[a-z][A-Za-z0-9_]{0,63}$/;
const macroPattern = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$/u;

/** The key of a label: "Largest diameter (mm)" is largestDiameterMm. Keys that are there already are not taken again. */
export function keyOf(label: string, taken: readonly string[]): string {
  const words = label
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  const joined = words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("")
    .replace(/^[^a-z]+/, "")
    .slice(0, 56);
  const base = joined || "field";
  for (let number = 1; ; number++) {
    const key = number === 1 ? base : `${base}${number}`;
    if (!taken.includes(key)) return key;
  }
}

export const fieldLines = (fields: readonly TemplateField[]): FieldLine[] =>
  fields.map(({ key, label, type, unit, minimum, maximum, choices, required }, line) => ({
    line,
    key,
    label,
    type,
    unit: unit ?? "",
    minimum: minimum === null ? "" : String(minimum),
    maximum: maximum === null ? "" : String(maximum),
    choices: choices.join("\n"),
    required,
  }));

export const macroLines = (macros: ReportTemplate["macros"]): MacroLine[] =>
  Object.entries(macros).map(([name, text], line) => ({ line, name, text }));

/** A number as it is typed, also with a comma; null for nothing, undefined for what is none. */
export function readNumber(text: string): number | null | undefined {
  const written = text.trim().replace(",", ".");
  if (written === "") return null;
  return /^-?\d{1,12}(?:\.\d{1,6})?$/.test(written) ? Number(written) : undefined;
}

export const choicesOf = (text: string): string[] => [
  ...new Set(text.split("\n").flatMap((choice) => choice.trim() || [])),
];

/** The lines as the server takes them; null where one is not finished. */
export function readFields(lines: readonly FieldLine[]): TemplateField[] | null {
  const read: TemplateField[] = [];
  for (const { key, label, type, unit, minimum, maximum, choices, required } of lines) {
    const name = key || keyOf(label, [...lines.map((one) => one.key), ...read.map((one) => one.key)]);
    const [low, high] = type === "NUMBER" ? [readNumber(minimum), readNumber(maximum)] : [null, null];
    const listed = type === "CHOICE" ? choicesOf(choices) : [];
    if (!label.trim() || !keyPattern.test(name) || low === undefined || high === undefined) return null;
    if (low !== null && high !== null && low > high) return null;
    if (type === "CHOICE" && listed.length === 0) return null;
    if (read.some((one) => one.key === name)) return null;
    read.push({
      key: name,
      label: label.trim(),
      type,
      unit: type === "NUMBER" ? unit.trim() || null : null,
      minimum: low,
      maximum: high,
      choices: listed,
      required,
    });
  }
  return read;
}

/** The lines as the server takes them; null where one is not finished or two have one name. */
export function readMacros(lines: readonly MacroLine[]): Record<string, string> | null {
  const names = lines.map(({ name }) => name.trim());
  if (new Set(names).size !== names.length) return null;
  if (!names.every((name) => macroPattern.test(name)) || lines.some(({ text }) => text.trim() === ""))
    return null;
  return Object.fromEntries(lines.map(({ name, text }) => [name.trim(), text]));
}
