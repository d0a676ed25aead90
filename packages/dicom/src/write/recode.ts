import { decodeText } from "../charset/decode.ts";
import { encodeText } from "../charset/encode.ts";
import { DicomError } from "../errors.ts";
import { type DataSet, Element } from "../model.ts";
import { formatTag } from "../tags.ts";
import { vrFacts } from "../vr.ts";

const characterSetTag = 0x00080005;
const sameSets = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((term, i) => term === b[i]);

function isPlainAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x7f || byte === 0x1b) return false;
  return true;
}

function replaced(element: Element, bytes: Uint8Array): Element {
  const next = new Element(element.tag, element.vr, -1, bytes.length);
  next.source = bytes;
  next.size = bytes.length;
  return next;
}

function withItems(element: Element, items: DataSet[]): Element {
  const next = new Element(element.tag, element.vr, element.offset, element.length);
  next.items = items;
  return next;
}

/**
 * The data set with its text in other character sets, items included, and Specific Character Set saying so. Throws `DicomError`
 * ("not-encodable") where they do not have a character.
 */
export function recoded(set: DataSet, characterSets: readonly string[]): DataSet {
  if (sameSets(set.characterSets, characterSets)) return set;
  const next = convert(set, characterSets);
  const declared = encodeText(characterSets.join("\\"), [])!;
  next.elements.set(characterSetTag, replaced(new Element(characterSetTag, "CS", -1, 0), declared));
  next.elements = new Map([...next.elements].sort((a, b) => a[0] - b[0]));
  return next;
}

function convert(set: DataSet, characterSets: readonly string[]): DataSet {
  const elements = new Map<number, Element>();
  for (const [tag, element] of set.elements) elements.set(tag, convertElement(set, element, characterSets));
  // An item that said its own says the common one now, by saying nothing
  elements.delete(characterSetTag);
  return { ...set, elements, characterSets: [...characterSets] };
}

function convertElement(set: DataSet, element: Element, characterSets: readonly string[]): Element {
  if (element.items !== null)
    return withItems(
      element,
      element.items.map((item) => convert(item, characterSets)),
    );
  if (!vrFacts(element.vr).encoded || element.deferred || isPlainAscii(element.value)) return element;
  const text = decodeText(element.value, set.characterSets, element.vr);
  const bytes = encodeText(text, characterSets, element.vr);
  if (bytes === null)
    throw new DicomError(
      "not-encodable",
      `the character set does not have every character of ${formatTag(element.tag)}`,
    );
  return replaced(element, bytes);
}
