import { type DataSet, type Element, items, parseTag } from "@isocenter/dicom";

/** More than the nesting that is read from any object. */
const maxWords = 129;

/**
 * The element that a bulk data path names: a tag, or a tag, an item's index from 0, a tag, and so on, parted by slashes.
 * @returns null where the data set has none there
 */
export function elementAt(dataSet: DataSet, path: string): Element | null {
  const words = path.split("/");
  if (words.length % 2 === 0 || words.length > maxWords) return null;
  let current: DataSet | undefined = dataSet;
  for (let at = 0; ; at += 2) {
    const word = words[at] ?? "";
    const tag = /^[0-9A-Fa-f]{8}$/.test(word) ? parseTag(word) : null;
    const element: Element | undefined = tag === null ? undefined : current.elements.get(tag);
    if (!element || tag === null) return null;
    const index = words[at + 1];
    if (index === undefined) return element;
    current = /^\d{1,6}$/.test(index) ? items(current, tag)[Number(index)] : undefined;
    if (!current) return null;
  }
}
