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

/** What XML 1.0 has no place for (2.2), beside halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const noCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const refuse = (what: string, at: number): never => {
  throw new XmlError(`${what} at character ${at + 1}`);
};

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const nameStart = /[A-Za-z_\u00c0-\uffff]/;
const nameHere = /[A-Za-z_\u00c0-\uffff][\w.\-:\u00b7-\uffff]*/y;
const spaceHere = /[ \t\r\n]*/y;
const local = (name: string): string => name.slice(name.indexOf(":") + 1);

function isCharacter(code: number): boolean {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  return String.fromCodePoint(code).search(noCharacters) < 0;
}

function unescaped(text: string, at: number): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]{0,12};?)/g, (_, reference: string, offset: number) => {
    const word = reference.endsWith(";") ? reference.slice(0, -1) : "";
    const digits = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(word);
    if (digits) {
      const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
      return isCharacter(code) ? String.fromCodePoint(code) : refuse("no character of XML", at + offset);
    }
    return Object.hasOwn(named, word) ? named[word]! : refuse("an entity that is not known", at + offset);
  });
}

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

/**
 * Reads a document of XML 1.0 whose elements have either children or text, in one pass. A document type is refused, and with it every entity
 * of the document's own.
 * @throws XmlError with the place, for what is not well-formed or deeper than `maxDepth`
 */
export function readXml(bytes: Uint8Array, maxDepth: number): XmlElement {
  const text = textOf(bytes).replace(/\r\n?/g, "\n");
  let at = 0;

  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const upTo = (end: string): string => {
    const found = text.indexOf(end, at);
    if (found < 0) refuse(`no ${end}`, at);
    const inner = text.slice(at, found);
    at = found + end.length;
    return inner;
  };
  /** Comments and processing instructions; true where one was there. */
  const passOver = (): boolean => {
    if (text.startsWith("<!--", at)) {
      at += 4;
      upTo("-->");
    } else if (text.startsWith("<?", at)) {
      at += 2;
      upTo("?>");
    } else if (text.startsWith("<!DOCTYPE", at)) refuse("a document type, which is not taken,", at);
    else return false;
    return true;
  };

  const attributesOf = (): Map<string, string> => {
    const attributes = new Map<string, string>();
    for (;;) {
      const before = skip(spaceHere);
      if (!nameStart.test(text[at] ?? "")) return attributes;
      if (before === "") refuse("no space before an attribute", at);
      const name = skip(nameHere);
      skip(spaceHere);
      if (text[at] !== "=") refuse("an attribute without a value", at);
      at += 1;
      skip(spaceHere);
      const quote = text[at];
      if (quote !== '"' && quote !== "'") return refuse("a value without quotes", at);
      const from = ++at;
      const value = upTo(quote);
      if (value.includes("<")) refuse("< in a value", from);
      if (attributes.has(name)) refuse("an attribute that is there twice", from);
      attributes.set(name, unescaped(value.replace(/[\t\n]/g, " "), from));
    }
  };

  const contentOf = (name: string, depth: number): Pick<XmlElement, "children" | "text"> => {
    const children: XmlElement[] = [];
    const pieces: string[] = [];
    for (;;) {
      const from = at;
      const next = text.indexOf("<", at);
      if (next < 0) refuse(`no end of ${local(name)}`, at);
      if (next > at) pieces.push(unescaped(text.slice(at, next), from));
      at = next;
      if (text.startsWith("<![CDATA[", at)) {
        at += 9;
        pieces.push(upTo("]]>"));
      } else if (text.startsWith("</", at)) {
        at += 2;
        if (skip(nameHere) !== name) refuse(`another end than that of ${local(name)}`, at);
        skip(spaceHere);
        if (text[at] !== ">") refuse("no >", at);
        at += 1;
        break;
      } else if (!passOver()) children.push(elementHere(depth + 1));
    }
    const all = pieces.join("");
    if (children.length > 0 && all.trim() !== "") refuse(`text beside the elements of ${local(name)}`, at);
    return { children, text: children.length > 0 ? "" : all };
  };

  const elementHere = (depth: number): XmlElement => {
    if (depth > maxDepth) refuse(`more than ${maxDepth} elements within each other`, at);
    const from = at;
    if (text[at] !== "<" || !nameStart.test(text[at + 1] ?? "")) refuse("no element", at);
    at += 1;
    const name = skip(nameHere);
    const attributes = attributesOf();
    const isEmpty = text[at] === "/";
    if (isEmpty) at += 1;
    if (text[at] !== ">") refuse(`no end of what begins here, ${local(name)},`, from);
    at += 1;
    const content = isEmpty ? { children: [], text: "" } : contentOf(name, depth);
    return { name: local(name), attributes, ...content };
  };

  const passOverAll = (): void => {
    do skip(spaceHere);
    while (passOver());
  };
  const wrong = text.search(noCharacters);
  if (wrong >= 0) refuse("no character of XML", wrong);
  passOverAll();
  const root = elementHere(1);
  passOverAll();
  if (at < text.length) refuse("something behind the document", at);
  return root;
}
