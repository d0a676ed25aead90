import { reportSections } from "@isocenter/contract";
import { Refusal } from "../../platform/index.ts";
import type { Content } from "./content.ts";

/**
 * The signed text with what is added to it. A section that does not begin with the signed one is taken for the addition alone, and goes after it.
 * @throws Refusal `unprocessable` (`report.not-appended`) where a value that is signed would be another
 */
export function appended(signed: Content, text: Content): Content {
  const content: Content = { ...text, fields: { ...text.fields } };
  for (const section of reportSections) {
    const [before, after] = [signed[section], text[section]];
    if (!after.startsWith(before)) content[section] = after.trim() === "" ? before : `${before}\n\n${after}`;
  }
  for (const [key, value] of Object.entries(signed.fields)) {
    if (content.fields[key] === value) continue;
    throw new Refusal(
      "unprocessable",
      "report.not-appended",
      `An addendum adds to what is signed; fields.${key} would be another: amend or correct it.`,
      { errors: [{ path: `body.fields.${key}`, message: "is signed and stays in an addendum" }] },
    );
  }
  return content;
}
