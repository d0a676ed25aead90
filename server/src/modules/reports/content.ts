import {
  type FieldValue,
  type ReportSection,
  type ReportTemplateUsed,
  reportSections,
  type TemplateField,
} from "@isocenter/contract";
import { Refusal } from "../../platform/index.ts";

/** A report's text: its sections, and the values of its template's fields. */
export interface Content {
  findings: string;
  impression: string;
  recommendations: string;
  technique: string;
  comparison: string;
  fields: Record<string, string | number>;
}

/** What a client gives of it; null takes a field's value away. */
export type GivenContent = Partial<Record<ReportSection, string>> & { fields?: Record<string, FieldValue> };

export const emptyContent = (): Content => ({
  findings: "",
  impression: "",
  recommendations: "",
  technique: "",
  comparison: "",
  fields: {},
});

const wrong = (path: string, message: string): Refusal =>
  new Refusal("invalid", "report.invalid-content", `${path} ${message}.`, {
    errors: [{ path: `body.${path}`, message }],
  });

// Control characters but tabulator and line feed: neither PostgreSQL, HL7 nor DICOM (PS3.5 6.1.3) would carry them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** Text with line feeds alone at the ends of its lines. @throws Refusal `invalid` (`report.invalid-content`) */
export function readText(text: string, path: string): string {
  const lines = text.replace(/\r\n?/g, "\n");
  if (controls.test(lines) || !lines.isWellFormed())
    throw wrong(path, "has control characters, which are no text");
  return lines;
}

function readField(field: TemplateField, value: string | number, path: string): string | number {
  if (field.type === "NUMBER") {
    if (typeof value !== "number")
      throw wrong(path, `must be a number${field.unit ? ` in ${field.unit}` : ""}`);
    if (field.minimum !== null && value < field.minimum)
      throw wrong(path, `must be at least ${field.minimum}`);
    if (field.maximum !== null && value > field.maximum)
      throw wrong(path, `must be at most ${field.maximum}`);
    return value;
  }
  if (typeof value !== "string") throw wrong(path, "must be text");
  if (field.type === "CHOICE" && !field.choices.includes(value))
    throw wrong(path, `must be one of ${field.choices.join(", ")}`);
  return readText(value, path);
}

/**
 * The text with what a client gives of it; what is left out stays.
 * @throws Refusal `invalid` (`report.invalid-content`): an unknown field, a value that does not fit, characters that are no text
 */
export function withGiven(
  before: Content,
  given: GivenContent,
  template: Pick<ReportTemplateUsed, "fields"> | null,
): Content {
  const content: Content = { ...before, fields: { ...before.fields } };
  for (const section of reportSections) {
    const text = given[section];
    if (text !== undefined) content[section] = readText(text, section);
  }
  for (const [key, value] of Object.entries(given.fields ?? {})) {
    const path = `fields.${key}`;
    const field = template?.fields.find((one) => one.key === key);
    if (!field)
      throw wrong(path, template ? "is no field of the template" : "needs a template with this field");
    if (value === null || value === "") delete content.fields[key];
    else content.fields[key] = readField(field, value, path);
  }
  return content;
}

/** The text under another template: empty sections begin with its text, and values stay where they fit its fields. */
export function underTemplate(
  before: Content,
  template: { sections: Partial<Record<ReportSection, string>>; fields: readonly TemplateField[] } | null,
): Content {
  const content: Content = { ...before, fields: {} };
  for (const section of reportSections)
    if (content[section] === "") content[section] = template?.sections[section] ?? "";
  for (const field of template?.fields ?? []) {
    const value = before.fields[field.key];
    if (value === undefined) continue;
    try {
      content.fields[field.key] = readField(field, value, field.key);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return content;
}

/**
 * That the text can leave the writer's desk: it says something, and required fields are filled in.
 * @throws Refusal `unprocessable` (`report.incomplete`)
 */
export function requireComplete(content: Content, template: Pick<ReportTemplateUsed, "fields"> | null): void {
  const errors = (template?.fields ?? [])
    .filter((field) => field.required && content.fields[field.key] === undefined)
    .map((field) => ({ path: `body.fields.${field.key}`, message: `${field.label} is to be filled in` }));
  if (content.findings.trim() === "" && content.impression.trim() === "")
    errors.unshift({ path: "body.impression", message: "findings or impression must say something" });
  if (errors.length === 0) return;
  throw new Refusal(
    "unprocessable",
    "report.incomplete",
    `The report is not complete: ${errors.map(({ message }) => message).join("; ")}.`,
    { errors },
  );
}

/** Where two texts differ: sections by name, fields as `fields.key`. */
export function differences(before: Content, after: Content): string[] {
  const sections = reportSections.filter((section) => before[section] !== after[section]);
  const keys = new Set([...Object.keys(before.fields), ...Object.keys(after.fields)]);
  const fields = [...keys].filter((key) => before.fields[key] !== after.fields[key]).sort();
  return [...sections, ...fields.map((key) => `fields.${key}`)];
}
