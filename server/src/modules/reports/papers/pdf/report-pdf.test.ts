import { createHash } from "node:crypto";
import { reportPaper } from "@isocenter/test/support/paper.ts";
import { pdfText, undefinedGlyphs } from "@isocenter/test/support/pdf-text.ts";
import { expect, test } from "vitest";
import type { ReportPaper } from "../paper.ts";
import { reportPdf } from "./report-pdf.ts";

const flat = (text: string) => text.replace(/\s+/g, " ");
const textOf = async (more: Partial<ReportPaper> = {}) => (await pagesOf(more)).map(flat).join(" ");
const pagesOf = async (more: Partial<ReportPaper> = {}) => pdfText(await reportPdf(reportPaper(more)));

test("a report says whose it is, of which examination, what was found, and who signed it when", async () => {
  const text = await textOf();
  for (const said of [
    "Universitätsklinikum Süd",
    "Ringstraße 12 · 80336 München · +49 89 5160 0",
    "Papadopoulou, Žofia Ιωάννα",
    "P00000123 (UKS)",
    "1961-11-30 (64 years at the examination)",
    "female",
    "CT abdomen with contrast",
    "2026-01-05 09:15",
    "A20261234",
    "Иванов, Пётр",
    "Gregory House",
    "Pain in the right upper quadrant",
    "A cyst of 14 × 12 mm.",
    "No lesion ≥ 5 mm elsewhere.",
    "Hepatic cyst → no follow-up.",
    "Mean attenuation 18 HU",
    "Electronically signed by Dr. Jürgen Löwe",
    // The facility's clock, not UTC's.
    "2026-01-05 10:31 (UTC+01:00)",
    "Final report, version 1",
    reportPaper().hash!,
  ])
    expect(text).toContain(said);
  expect(text).not.toMatch(/PRELIMINARY|AMENDED|ERROR|\u25a1|\ufffd|\bSR\b/);
});

test("a letter in French has every fixed word in French", async () => {
  const language = "fr";
  const told = { severity: "CRITICAL", description: "Perforation", communicated: null };
  const amendment = { reason: "côté", changed: ["Conclusion"], previousVersion: 1 };
  const text = await textOf({ language, version: 2, status: "CORRECTED", amendment, findings: [told] });
  for (const said of [
    "Imagerie médicale",
    "Compte rendu d’imagerie : CT abdomen",
    "CORRIGÉ La version 2 remplace la version 1. Modifié : Conclusion Motif : côté",
    "Naissance 1961-11-30 (64 ans lors de l’examen)",
    "féminin",
    "Réalisé le",
    "CRITIQUE: Perforation",
    "Mesures et résultats structurés",
    "Signé électroniquement par Dr. Jürgen Löwe",
    "Compte rendu corrigé, version 2, du 2026-01-05",
    "Page 1 sur 1",
  ])
    expect(text).toContain(said);
  const enteredInError = { reason: "autre patient", name: "Dr. Jürgen Löwe", at: new Date() };
  const more = [{ status: "DRAFT" }, { supersededBy: 3 }, { enteredInError }] as const;
  const others = await Promise.all(more.map((one) => textOf({ ...one, language, signature: null })));
  expect(others[0]).toContain("BROUILLON Brouillon : personne ne l’a signé");
  expect(others[1]).toContain("La version 3 de ce compte rendu l’a remplacée");
  expect(others[2]).toContain("SAISI PAR ERREUR : NE PAS UTILISER");
  // What is English here is what people wrote: the sections' own headings come with the paper.
  expect([text, ...others].join(" ")).not.toMatch(
    /Diagnostic imaging|report|signed|Written|Born|Sex\b|Ordered|Accession no|Reason|Version \d|version before/,
  );
});

test("the same paper gives the same bytes, and another letter other ones", async () => {
  const hash = async (more: Partial<ReportPaper> = {}) =>
    createHash("sha256")
      .update(await reportPdf(reportPaper(more)))
      .digest("hex");
  const first = await hash();
  await hash({ sections: [] });
  expect(await hash()).toBe(first);
  expect(await hash({ version: 2 })).not.toBe(first);
});

test("the document has a title, an author and a language, and can be read aloud", async () => {
  const file = Buffer.from(await reportPdf(reportPaper({ language: "de" }))).toString("latin1");
  const utf16 = (text: string) => `\ufeff${text}`;
  const be = Buffer.from(utf16("Dr. Jürgen Löwe"), "utf16le").swap16().toString("latin1");
  expect(file.startsWith("%PDF-1.7")).toBe(true);
  const said = (key: string) =>
    new RegExp(`\\n${new RegExp(`/${key} (\\d+) 0 R`).exec(file)?.[1]} 0 obj\\n\\((.*)\\)`).exec(file)?.[1];
  expect(said("Title")).toBe("Imaging report: CT abdomen");
  expect(said("Author")).toBe(be);
  expect(file.includes("/Lang (de)")).toBe(true);
  expect(file.includes("/Marked true") && file.includes("/StructTreeRoot")).toBe(true);
});

test("a long report goes on over pages, and each says whose it is and which of how many", async () => {
  const line = "The liver is of normal size and contour, without focal lesions. ";
  const text = Array.from({ length: 200 }, (_, index) => `${index}. ${line.repeat(3)}`).join("\n");
  const pages = await pagesOf({ sections: [{ key: "findings", heading: "Findings", text }] });
  expect(pages.length).toBeGreaterThan(8);
  pages.forEach((page, index) => {
    expect(flat(page)).toContain("Papadopoulou, Žofia Ιωάννα, P00000123, born 1961-11-30");
    expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
  });
  const all = flat(pages.join(" "));
  for (let index = 0; index < 200; index++) expect(all).toContain(`${index}. The liver`);
});

test("one word of pages is printed whole, and soon", async () => {
  const pages = await pagesOf({
    sections: [{ key: "findings", heading: "Findings", text: `x${"w".repeat(50_000)}y` }],
  });
  const printed = pages.join("").replace(/\s/g, "").match(/w/g)?.length ?? 0;
  expect(printed).toBeGreaterThanOrEqual(50_000);
  expect(pages.length).toBeLessThan(40);
});

test("what is not final says so, and on each page", async () => {
  expect(await textOf({ status: "PRELIMINARY", signature: null, hash: null })).toMatch(
    /PRELIMINARY Not yet signed.*Not signed.*PRELIMINARY $/,
  );
  expect(await textOf({ status: "DRAFT", signature: null })).toContain("DRAFT A draft");
  expect(await textOf({ supersededBy: 3 })).toContain("SUPERSEDED VERSION 1 Version 3 of this report");
});

test("an amendment says what it changed and why", async () => {
  const amendment = {
    reason: "The appendix had been overlooked.",
    changed: ["Findings", "Impression"],
    previousVersion: 1,
  };
  const text = await textOf({ version: 2, status: "AMENDED", amendment, previousHash: "a".repeat(64) });
  expect(text).toContain(
    "AMENDED Version 2 takes the place of version 1. Changed: Findings, Impression Reason: The appendix had been overlooked.",
  );
  expect(text).toContain(`of the version before: ${"a".repeat(64)}`);
});

test("a withdrawn report says so loudly, whichever version is printed", async () => {
  const enteredInError = { reason: "Wrong patient", name: "Dr. Who", at: new Date("2026-07-01T22:30:00Z") };
  for (const status of ["ENTERED_IN_ERROR", "FINAL"] as const) {
    const text = await textOf({ status, enteredInError, supersededBy: null });
    expect(text).toContain("ENTERED IN ERROR: DO NOT USE THIS REPORT Reason: Wrong patient");
    expect(text).toContain("Marked by Dr. Who, 2026-07-02 00:30 (UTC+02:00)");
    expect(text.match(/ENTERED IN ERROR/g)!.length).toBeGreaterThanOrEqual(3);
  }
});

test("critical findings stand out, with whom they were told", async () => {
  const findings = [
    {
      severity: "CRITICAL",
      description: "Perforated appendix",
      communicated: "Told to Dr. House, read back",
    },
  ];
  expect(await textOf({ findings })).toContain(
    "Critical findings CRITICAL: Perforated appendix Told to Dr. House, read back",
  );
});

test("writing that no font has is a box, and the paper says how many", async () => {
  const sections = [{ key: "findings" as const, heading: "Findings", text: "𓀀𓁐 normal\u0007 שלום" }];
  const text = await textOf({ sections });
  expect(text).toContain("\u25a1\u25a1 normal");
  expect(text).toContain("2 characters of this report cannot be printed");
  expect(text).not.toContain("\ufffd");
});

test.each([
  ["Japanese", "Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou (山田, 太郎)"],
  ["Korean", "Hong^Gildong=洪^吉洞=홍^길동", "Hong, Gildong (洪, 吉洞)"],
  ["Hangul alone", "김^민준", "김, 민준"],
  ["Chinese, simplified", "张^伟", "张, 伟"],
  ["Chinese, traditional", "黃^灣龍", "黃, 灣龍"],
  ["Arabic", "قباني^نزار", "ن"],
  ["Greek", "Παπαδοπούλου^Ιωάννα", "Παπαδοπούλου, Ιωάννα"],
])("a name in %s is printed, searchable, with no letter left out", async (_name, name, said) => {
  const patient = { ...reportPaper().patient, name };
  const bytes = await reportPdf(reportPaper({ patient }));
  const text = pdfText(bytes).join(" ").replace(/\s+/g, "");
  expect(text).toContain(said.replace(/\s+/g, ""));
  expect(text).not.toMatch(/\u25a1|\ufffd|cannot be printed/);
  expect(undefinedGlyphs(bytes)).toBe(0);
});

test("the same letters, bold in a heading and plain in the text, are two fonts, each of its weight", async () => {
  const file = Buffer.from(
    await reportPdf(reportPaper({ sections: [{ key: "findings", heading: "肝脏", text: "肝脏" }] })),
  ).toString("latin1");
  const names = new Set([...file.matchAll(/\/FontName \/\w+\+(Noto-[\w-]+)/g)].map(([, name]) => name!));
  const plain = [...names].filter((name) => !name.endsWith("-bold"));
  expect(plain.length).toBeGreaterThan(0);
  for (const name of plain) expect(names).toContain(`${name}-bold`);
});

test("a whole report in Chinese, with Latin and numbers between, keeps its lines in the page", async () => {
  const line =
    "肝脏大小形态正常，轮廓光整，实质内见一囊肿 14 × 12 mm，CT 值 18 HU。胆囊、胰腺、脾脏未见异常。";
  const text = Array.from({ length: 60 }, (_, index) => `${index}、${line.repeat(3)}`).join("\n");
  const bytes = await reportPdf(reportPaper({ sections: [{ key: "findings", heading: "所见", text }] }));
  const pages = pdfText(bytes);
  expect(undefinedGlyphs(bytes)).toBe(0);
  const all = pages.join("").replace(/\s+/g, "");
  for (let index = 0; index < 60; index++) expect(all).toContain(`${index}、肝脏大小形态正常`);
  expect(all.match(/未见异常/g)).toHaveLength(180);
  expect(pages.length).toBeLessThan(12);
});

test("a text of characters of every kind ends soon, and says what it leaves out", async () => {
  const every = Array.from({ length: 2_600 }, (_, index) => String.fromCodePoint(0x4e00 + index * 8)).join(
    "",
  );
  const text = await textOf({ sections: [{ key: "findings", heading: "Findings", text: every }] });
  expect(text).toMatch(/\d{3,5} characters of this report cannot be printed/);
});

test("a facility without an address has none on its letters, and a long one is cut", async () => {
  const { facility } = reportPaper();
  expect(await textOf({ facility: { ...facility, address: "", phone: "" } })).toMatch(
    /Diagnostic imaging Imaging report/,
  );
  const address = Array.from({ length: 9 }, (_, index) => `line ${index}`).join("\n");
  const text = await textOf({ facility: { ...facility, address } });
  expect(text).toContain("line 5 · +49");
  expect(text).not.toContain("line 6");
});
