import { inflateSync } from "node:zlib";

interface PdfObject {
  head: string;
  stream: string | null;
}

/** The objects of a PDF that stand one by one in the file, streams inflated. */
function objectsOf(bytes: Uint8Array): Map<number, PdfObject> {
  const file = Buffer.from(bytes).toString("latin1");
  const objects = new Map<number, PdfObject>();
  for (const match of file.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, number, body] = match as unknown as [string, string, string];
    const at = body.indexOf("\nstream\n");
    const head = at < 0 ? body : body.slice(0, at);
    const raw = at < 0 ? null : Buffer.from(body.slice(at + 8, body.lastIndexOf("\nendstream")), "latin1");
    const stream = raw && (head.includes("/FlateDecode") ? inflateSync(raw) : raw).toString("latin1");
    objects.set(Number(number), { head, stream });
  }
  return objects;
}

const utf16 = (hex: string): string => Buffer.from(hex, "hex").swap16().toString("utf16le");

/** What each glyph number of a font stands for (PDF 32000-1 9.10.3). */
function lettersOf(cmap: string): Map<number, string> {
  const letters = new Map<number, string>();
  for (const [, first, , list] of cmap.matchAll(/<([0-9a-f]{4})> <([0-9a-f]{4})> \[([^\]]*)\]/g))
    [...list!.matchAll(/<([0-9a-f ]*)>/g)].forEach(([, hex], index) => {
      letters.set(Number.parseInt(first!, 16) + index, utf16(hex!.replaceAll(" ", "")));
    });
  return letters;
}

/** The text of each page in the order in which it is drawn, by the document's own tables: what a person copies out of it. */
export function pdfText(bytes: Uint8Array): string[] {
  const objects = objectsOf(bytes);
  const reference = (head: string, name: string) =>
    objects.get(Number(new RegExp(`/${name} (\\d+) 0 R`).exec(head)?.[1] ?? Number.NaN));
  const fonts = new Map<string, Map<number, string>>();
  const pages: string[] = [];
  for (const { head } of objects.values()) {
    if (!/\/Type \/Page\n/.test(head)) continue;
    const resources = reference(head, "Resources")?.head ?? "";
    for (const [, name, number] of resources.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const cmap = reference(objects.get(Number(number))?.head ?? "", "ToUnicode")?.stream;
      if (cmap) fonts.set(name!, lettersOf(cmap));
    }
    let letters = new Map<number, string>();
    let text = "";
    const content = reference(head, "Contents")?.stream ?? "";
    for (const [, font, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (font !== undefined) letters = fonts.get(font) ?? new Map();
      for (const [, hex] of (shown ?? "").matchAll(/<([0-9a-f]+)>/g))
        for (let at = 0; at < hex!.length; at += 4)
          text += letters.get(Number.parseInt(hex!.slice(at, at + 4), 16)) ?? "\ufffd";
      if (shown !== undefined) text += "\n";
    }
    pages.push(text);
  }
  return pages;
}

/** How often a page draws a glyph that stands for no letter: number 0 of its font, which is drawn as an empty box. */
export function undefinedGlyphs(bytes: Uint8Array): number {
  let count = 0;
  for (const { head, stream } of objectsOf(bytes).values()) {
    if (stream === null || head.includes("/Length1") || !stream.includes(" TJ")) continue;
    for (const [, shown] of stream.matchAll(/\[([^\]]*)\] TJ/g))
      for (const [, hex] of shown!.matchAll(/<([0-9a-f]+)>/g))
        for (let at = 0; at < hex!.length; at += 4) if (hex!.slice(at, at + 4) === "0000") count += 1;
  }
  return count;
}
