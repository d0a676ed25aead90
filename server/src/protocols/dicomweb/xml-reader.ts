import { SaxesParser } from "saxes";

/** An element of a document, with its name without a prefix. */
export interface XmlElement {
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** In their order. Beside them only white space may stand. */
  children: readonly XmlElement[];
  /** What stands in an element without children, as it is. */
  text: string;
}

export class XmlError extends Error {}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

/** The text of a document in the encoding that its byte order mark or declaration says, else UTF-8 (XML 1.0 4.3.3). */
function textOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  const mark = start.startsWith("\xfe\xff") ? "utf-16be" : start.startsWith("\xff\xfe") ? "utf-16le" : null;
  const declared = /^(?:\xef\xbb\xbf)?<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    start,
  )?.[1];
  try {
    return new TextDecoder(mark ?? declared ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new XmlError("bytes that are no text in the encoding of the document");
  }
}

interface Open {
  name: string;
  attributes: Map<string, string>;
  children: XmlElement[];
  pieces: string[];
}

/**
 * Reads a document of XML 1.0 whose elements have either children or text, in one pass. A document type is refused, and with it every entity
 * of the document's own.
 * @throws XmlError with the place (line:column), for what is not well-formed or deeper than `maxDepth`
 */
export function readXml(bytes: Uint8Array, maxDepth: number): XmlElement {
  const parser = new SaxesParser({ defaultXMLVersion: "1.0", forceXMLVersion: true });
  const open: Open[] = [];
  let root: XmlElement | undefined;
  const refuse = (what: string): never => {
    throw new XmlError(`${parser.line}:${parser.column}: ${what}`);
  };
  const add = (piece: string) => void open.at(-1)?.pieces.push(piece);
  parser.on("error", ({ message }) => {
    throw new XmlError(message);
  });
  parser.on("doctype", () => refuse("a document type is not taken"));
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length >= maxDepth) refuse(`more than ${maxDepth} elements within each other`);
    open.push({
      name: local(name),
      attributes: new Map(Object.entries(attributes)),
      children: [],
      pieces: [],
    });
  });
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", () => {
    const { name, attributes, children, pieces } = open.pop()!;
    const all = pieces.join("");
    if (children.length > 0 && all.trim() !== "") refuse(`text beside the elements of ${name}`);
    const element = { name, attributes, children, text: children.length > 0 ? "" : all };
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  });
  parser.write(textOf(bytes)).close();
  return root ?? refuse("there is no element");
}
