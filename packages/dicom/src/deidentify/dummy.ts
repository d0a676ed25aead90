import type { Tag } from "../tags.ts";

const dummies: Readonly<Record<string, string>> = {
  AE: "REMOVED",
  AS: "000Y",
  CS: "REMOVED",
  DA: "19000101",
  DS: "0",
  DT: "19000101000000",
  IS: "0",
  LO: "REMOVED",
  LT: "REMOVED",
  PN: "REMOVED",
  SH: "REMOVED",
  ST: "REMOVED",
  TM: "000000",
  UC: "REMOVED",
  UR: "urn:x-removed",
  UT: "REMOVED",
};

/** A page with nothing on it: what stands for an encapsulated document. */
function emptyPdf(): string {
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
  ];
  let text = "%PDF-1.4\n";
  const entries = objects.map((object, i) => {
    const offset = String(text.length).padStart(10, "0");
    text += `${i + 1} 0 obj${object}endobj\n`;
    return `${offset} 00000 n \n`;
  });
  const start = text.length;
  const size = objects.length + 1;
  text += `xref\n0 ${size}\n0000000000 65535 f \n${entries.join("")}`;
  return `${text}trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
}

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const encapsulatedDocument: Tag = 0x00420011;

/** A value that says nothing, of the VR (PS3.15 E.1.1: replacement values). Sequences have none here. */
export function dummyValue(tag: Tag, vr: string, mimeType: string): Uint8Array {
  if (tag === encapsulatedDocument)
    return ascii(
      mimeType === "application/pdf" ? emptyPdf() : mimeType.includes("xml") ? "<removed/>" : "REMOVED",
    );
  const text = dummies[vr];
  if (text !== undefined) return ascii(text);
  return new Uint8Array(/^(FD|OD|OV|SV|UV)$/.test(vr) ? 8 : /^(US|SS|OB|OW|UN)$/.test(vr) ? 2 : 4);
}
