import type { DataSet, Element } from "../model.ts";
import { formatTag } from "../tags.ts";
import { vrFacts } from "../vr.ts";
import { toBase64 } from "./base64.ts";
import {
  characterSetTag,
  isAscii,
  jsonItems,
  jsonValues,
  jsonVr,
  littleEndianValue,
  type ToJsonOptions,
} from "./to-json.ts";

/**
 * The text of `toDicomJson`, made without the objects between: faster, and with every attribute in ascending order (an object of JavaScript puts
 * keys such as "20100010", which are whole numbers, before the others).
 */
export function toDicomJsonText(set: DataSet, options: ToJsonOptions = {}): string {
  return setText(set, options, "");
}

function setText(set: DataSet, options: ToJsonOptions, prefix: string): string {
  let text = "{";
  for (const element of set.elements.values()) {
    if ((element.tag & 0xffff) === 0) continue;
    const key = formatTag(element.tag);
    const path = prefix === "" ? key : prefix + key;
    if (options.omit?.(path, element)) continue;
    text += `${text === "{" ? "" : ","}"${key}":${elementText(set, element, options, path)}`;
  }
  return `${text}}`;
}

function elementText(set: DataSet, element: Element, options: ToJsonOptions, path: string): string {
  const items = jsonItems(set, element);
  if (items === null) {
    const vr = jsonVr(element);
    return `{"vr":"${vr}"${contentText(set, element, vr, options, path)}}`;
  }
  if (items.length === 0) return '{"vr":"SQ"}';
  return `{"vr":"SQ","Value":[${items.map((item, i) => setText(item, options, `${path}/${i}/`)).join(",")}]}`;
}

function contentText(
  set: DataSet,
  element: Element,
  vr: string,
  options: ToJsonOptions,
  path: string,
): string {
  const isHere = element.size > 0 && element.fragments === null;
  if (isHere || element.deferred || element.fragments !== null || element.bulkDataUri !== null) {
    const uri = options.bulkDataUri?.(path, element) ?? element.bulkDataUri;
    if (uri) return `,"BulkDataURI":${JSON.stringify(uri)}`;
  }
  if (!isHere) return "";
  if (element.tag === characterSetTag && options.characterSet !== "as-received" && !isAscii(set))
    return ',"Value":["ISO_IR 192"]';
  if (element.vr === "US" && element.size === 2) return `,"Value":[${shortNumber(set, element)}]`;
  if (vrFacts(vr).kind === "bulk") return `,"InlineBinary":"${toBase64(littleEndianValue(set, element))}"`;
  const values = jsonValues(set, element);
  if (values.length === 0 || (values.length === 1 && values[0] === null)) return "";
  if (values.length === 1 && typeof values[0] === "number") return `,"Value":[${values[0]}]`;
  return `,"Value":${JSON.stringify(values)}`;
}

function shortNumber(set: DataSet, { source, start }: Element): number {
  const first = source[start]!;
  const second = source[start + 1]!;
  return set.littleEndian ? first | (second << 8) : (first << 8) | second;
}
