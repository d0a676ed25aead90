import { readModality } from "@isocenter/contract";
import { isUuid, type Part, parseMediaType, Refusal } from "../../platform/index.ts";

/** The fields of an upload, whether they come before the files or after them. */
export interface UploadFields {
  patientId?: string;
  /** A DICOM code. */
  modality?: string;
  studyId?: string;
}

/** What a part of the form is (RFC 7578 4.2). */
export type FormPart = { kind: "file"; filename: string } | { kind: "field"; name: string };

const fieldNames = ["patientId", "modality", "studyId"] as const;
const maxFieldBytes = 1024;
const maxFilenameLength = 255;

const refuse = (path: string, message: string): Refusal =>
  new Refusal("invalid", "upload.invalid", `${path}: ${message}`, { errors: [{ path, message }] });

/** Header values are bytes; browsers write names in UTF-8 and escape what would end the quotation (RFC 7578 4.2, 5.1). */
function readName(value: string): string {
  const text = Buffer.from(value, "latin1").toString("utf8");
  return text.replace(/%22/g, '"').replace(/%0D%0A|%0D|%0A/gi, " ");
}

/** The last word of a path, for people to know the file by. */
function shortName(filename: string): string {
  const last = readName(filename).split(/[/\\]/).at(-1) ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return last.replace(/[\u0000-\u001f\u007f]/g, "").slice(0, maxFilenameLength);
}

/** @throws Refusal `invalid` (`upload.invalid`) for parts that are no part of an upload */
export function formPart(part: Part): FormPart {
  // A disposition reads like a media type, but for its first word (RFC 2183 2).
  const disposition = parseMediaType(`disposition/${part.headers.get("content-disposition") ?? ""}`);
  const name = disposition?.parameters.get("name");
  if (disposition?.type !== "disposition/form-data" || name === undefined)
    throw refuse(`part ${part.number}`, "has no name.");
  const encoding = part.headers.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (encoding !== "binary" && encoding !== "8bit" && encoding !== "7bit")
    throw refuse(name, `comes in the transfer encoding ${encoding}, which is not read.`);
  if (name === "file") {
    const filename = disposition.parameters.get("filename") ?? "";
    return { kind: "file", filename: shortName(filename) || `file ${part.number}` };
  }
  if (fieldNames.some((known) => known === name)) return { kind: "field", name };
  throw refuse(readName(name).slice(0, 64), "This member is not known here.");
}

/** Adds a field to what is known. @throws Refusal `invalid` (`upload.invalid`) */
export async function readField(
  name: string,
  body: AsyncIterable<Uint8Array>,
  fields: UploadFields,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxFieldBytes) throw refuse(name, "is too long.");
    chunks.push(chunk);
  }
  const value = Buffer.concat(chunks).toString("utf8").trim();
  if (value === "") return;
  const key = name as (typeof fieldNames)[number];
  if (fields[key] !== undefined) throw refuse(name, "is given twice.");
  if (key === "modality") {
    const code = readModality(value);
    if (code === null) throw refuse(name, "is not a DICOM modality code.");
    fields.modality = code;
    return;
  }
  if (!isUuid(value)) throw refuse(name, "must be a UUID.");
  fields[key] = value;
}
