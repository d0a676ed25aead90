import { dictionaryEntry, formatTag, isPrivate, parseTag, privateCreatorTag } from "@isocenter/dicom";
import type { DicomJson, DicomJsonElement } from "../../modules/archive/index.ts";
import { type MultipartMessage, multipartMessage, type OutgoingPart } from "./multipart-writer.ts";

/** What XML 1.0 has no place for (2.2), beside halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const noCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML 1.0 can hold it: characters that it has no place for become U+FFFD. */
function escaped(text: string): string {
  const holdable = text.toWellFormed().replace(noCharacters, "\ufffd");
  return holdable.replace(/[&<>"]/g, (character) => entities[character]!).replaceAll("\r", "&#13;");
}

/** In the order of PS3.5 6.2.1.1. */
export const personNameComponents = [
  "FamilyName",
  "GivenName",
  "MiddleName",
  "NamePrefix",
  "NameSuffix",
] as const;

/** The groups of a person name, each by its components (PS3.19 A.1.5). */
function personName(groups: Readonly<Record<string, unknown>>, number: number): string {
  const parts = ["Alphabetic", "Ideographic", "Phonetic"].flatMap((group) => {
    const text = groups[group];
    if (typeof text !== "string") return [];
    const words = text.split("^");
    const inner = personNameComponents.map((name, index) =>
      words[index] ? `<${name}>${escaped(words[index])}</${name}>` : "",
    );
    return [`<${group}>${inner.join("")}</${group}>`];
  });
  return `<PersonName number="${number}">${parts.join("")}</PersonName>`;
}

function valueXml(element: DicomJsonElement): string {
  if (element.BulkDataURI !== undefined) return `<BulkData uri="${escaped(element.BulkDataURI)}"/>`;
  if (element.InlineBinary !== undefined) return `<InlineBinary>${element.InlineBinary}</InlineBinary>`;
  return (element.Value ?? [])
    .map((value, index) => {
      const number = index + 1;
      if (element.vr === "SQ")
        return `<Item number="${number}">${attributes((value ?? {}) as DicomJson)}</Item>`;
      if (value === null) return "";
      if (typeof value === "object") return personName(value as Record<string, unknown>, number);
      return `<Value number="${number}">${escaped(String(value))}</Value>`;
    })
    .join("");
}

function creatorOf(json: DicomJson, tag: number): string {
  const creator = isPrivate(tag) ? json[formatTag(privateCreatorTag(tag))]?.Value?.[0] : undefined;
  return typeof creator === "string" ? ` privateCreator="${escaped(creator)}"` : "";
}

function attributes(json: DicomJson): string {
  return Object.entries(json)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, element]) => {
      const tag = parseTag(key) ?? 0;
      const keyword = dictionaryEntry(tag)?.keyword;
      const name = keyword ? ` keyword="${keyword}"` : "";
      const content = valueXml(element);
      const start = `<DicomAttribute tag="${key}" vr="${element.vr}"${name}${creatorOf(json, tag)}`;
      return content === "" ? `${start}/>` : `${start}>${content}</DicomAttribute>`;
    })
    .join("");
}

/** A data set in the Native DICOM Model (PS3.19 A.1), from the same in DICOM JSON. */
export function nativeXml(json: DicomJson): string {
  const namespace = "http://dicom.nema.org/PS3.19/models/NativeDICOM";
  return `<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="${namespace}" xml:space="preserve">${attributes(json)}</NativeDicomModel>`;
}

export const xmlOffer = { multipart: true, type: "application/dicom+xml" } as const;

/** A message with a part for each data set (PS3.18 8.7.3.2). */
export function xmlMessage(all: AsyncIterable<DicomJson>): MultipartMessage {
  async function* parts(): AsyncGenerator<OutgoingPart> {
    for await (const json of all) {
      const body = Buffer.from(nativeXml(json));
      yield { contentType: xmlOffer.type, size: body.length, body };
    }
  }
  return multipartMessage(xmlOffer.type, parts());
}
