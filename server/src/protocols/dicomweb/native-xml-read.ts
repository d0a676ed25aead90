import { dictionaryEntry, formatTag, isPrivate, parseTag, privateCreatorTag } from "@isocenter/dicom";
import type { DicomJson } from "../../modules/archive/index.ts";
import { personNameComponents } from "./native-xml.ts";
import { readXml, type XmlElement, XmlError } from "./xml-reader.ts";

/** An attribute as it is read; what its values are worth is found where DICOM JSON is read. */
type Attribute = { vr: string; Value?: unknown[]; BulkDataURI?: string; InlineBinary?: string };
type DataSet = Record<string, Attribute>;

/** Two elements for each level of a sequence, and those of a value: deeper than DICOM JSON is read. */
const maxDepth = 300;
/** Values that are left out by the numbers of the others, in a whole document. */
const mostLeftOut = 100_000;

interface Reading {
  leftOut: number;
}
const nameGroups = ["Alphabetic", "Ideographic", "Phonetic"] as const;

const refuse = (what: string): never => {
  throw new XmlError(what);
};

function personName(element: XmlElement): Record<string, string> {
  const groups: Record<string, string> = {};
  for (const { name, children } of element.children) {
    if (!(nameGroups as readonly string[]).includes(name)) refuse(`${name} in a PersonName`);
    const parts = new Map(children.map((child) => [child.name, child.text]));
    groups[name] = personNameComponents
      .map((part) => parts.get(part) ?? "")
      .join("^")
      .replace(/\^+$/, "");
  }
  return groups;
}

/** Values in the order of their numbers (from 1); what is between them is empty. */
function numbered(
  reading: Reading,
  elements: readonly XmlElement[],
  read: (element: XmlElement) => unknown,
): unknown[] {
  const values: unknown[] = [];
  for (const element of elements) {
    const text = element.attributes.get("number");
    const number = text === undefined ? values.length + 1 : Number(text);
    if (!Number.isInteger(number) || number <= values.length)
      refuse("the number of a value is none, or does not follow the others");
    reading.leftOut += number - 1 - values.length;
    if (reading.leftOut > mostLeftOut) refuse(`more than ${mostLeftOut} values are left out`);
    while (values.length < number - 1) values.push(null);
    values.push(read(element));
  }
  return values;
}

function valuesOf(reading: Reading, tag: string, vr: string, { children }: XmlElement): Attribute {
  const [first] = children;
  if (!first) return { vr };
  const kind = first.name;
  if (children.some(({ name }) => name !== kind)) refuse(`${tag} has values of more than one kind`);
  if (kind === "Item") return { vr, Value: numbered(reading, children, (item) => dataSetOf(reading, item)) };
  if (kind === "PersonName") return { vr, Value: numbered(reading, children, personName) };
  if (kind === "Value")
    return { vr, Value: numbered(reading, children, ({ text }) => (text === "" ? null : text)) };
  if (children.length > 1) refuse(`${tag} has ${kind} more than once`);
  if (kind === "InlineBinary") return { vr, InlineBinary: first.text.replace(/\s/g, "") };
  const uri = kind === "BulkData" ? first.attributes.get("uri") : undefined;
  return uri === undefined
    ? refuse(`${tag} has neither values nor a BulkData with a uri`)
    : { vr, BulkDataURI: uri };
}

/**
 * Where a private attribute stands (PS3.5 7.8.1): in the block of its creator, which it may leave to us (PS3.19 A.1.6); the creator's own element is
 * added where it is not among the attributes.
 */
function privateTag(set: DataSet, tag: number, creator: string): number {
  const inGroup = (block: number): number => ((tag & 0xffff0000) | block) >>> 0;
  const nameAt = (block: number): unknown => set[formatTag(inGroup(block))]?.Value?.[0];
  let block = (tag >>> 8) & 0xff;
  if (block === 0) {
    for (block = 0x10; block <= 0xff; block++) {
      const name = nameAt(block);
      if (name === creator || name === undefined) break;
    }
    if (block > 0xff) refuse("a group has more private creators than it has places");
  }
  const placed = ((tag & 0xffff00ff) | (block << 8)) >>> 0;
  const key = formatTag(privateCreatorTag(placed));
  set[key] ??= { vr: "LO", Value: [creator] };
  if (set[key].Value?.[0] !== creator)
    refuse(`${formatTag(tag)} is of another private creator than ${key} says`);
  return placed;
}

function dataSetOf(reading: Reading, { children }: XmlElement): DataSet {
  const set: DataSet = {};
  const add = (tag: number, element: XmlElement): void => {
    const key = formatTag(tag);
    if (Object.hasOwn(set, key)) refuse(`${key} is there twice`);
    const vr = element.attributes.get("vr") ?? dictionaryEntry(tag)?.vr ?? "";
    set[key] = valuesOf(reading, key, vr, element);
  };
  const inBlocks: { tag: number; creator: string; element: XmlElement }[] = [];
  for (const element of children) {
    const tag = element.name === "DicomAttribute" ? parseTag(element.attributes.get("tag") ?? "") : null;
    if (tag === null) return refuse(`a ${element.name} that is no DicomAttribute with a tag`);
    const creator = element.attributes.get("privateCreator");
    if (creator !== undefined && isPrivate(tag)) inBlocks.push({ tag, creator, element });
    else add(tag, element);
  }
  // Behind the others: the creators' own elements are known then.
  for (const { tag, creator, element } of inBlocks) add(privateTag(set, tag, creator), element);
  return set;
}

/**
 * A data set of the Native DICOM Model (PS3.19 A.1), as the same in DICOM JSON.
 * @throws XmlError for what is no such document
 */
export function readNativeXml(bytes: Uint8Array): DicomJson {
  const root = readXml(bytes, maxDepth);
  if (root.name !== "NativeDicomModel")
    refuse(`the document is a ${root.name.slice(0, 40)}, no NativeDicomModel`);
  return dataSetOf({ leftOut: 0 }, root) as DicomJson;
}
