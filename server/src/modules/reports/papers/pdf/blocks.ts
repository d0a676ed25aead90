import { parsePersonName } from "@isocenter/dicom";
import { displayName, nameParts } from "../../../patients/index.ts";
import { isInError, type ReportPaper, withUnit } from "../paper.ts";
import { localMoment } from "../when.ts";
import { type PaperWords, wordsOf } from "../words.ts";
import { canWrite } from "./fonts.ts";
import { accent, alarm, ink, left, line, type PageWriter, soft } from "./writer.ts";

/** `Papadopoulou, Ioanna (Παπαδοπούλου, Ιωάννα)` where the name is written in more than one way that can be printed. */
export function readableName(name: string): string {
  const { alphabetic, ideographic } = parsePersonName(name);
  const shown = displayName(nameParts(name));
  return alphabetic !== "" && ideographic !== "" && canWrite(ideographic)
    ? `${shown} (${displayName(nameParts(ideographic))})`
    : shown;
}

const addressLines = 6;

export function letterhead(page: PageWriter, paper: ReportPaper): void {
  page.block("Div", paper.facility.name, { size: 17, bold: true, color: accent });
  page.block("Div", wordsOf(paper.language).department, { size: 9.5, color: soft });
  const { address, phone } = paper.facility;
  const lines = [...address.split("\n").slice(0, addressLines), phone].filter((line) => line !== "");
  if (lines.length > 0) {
    page.space(2);
    page.block("Div", lines.join(" · "), { size: 9.5, color: soft });
  }
  page.space(6);
  page.rule(accent, 1.4);
  page.space(12);
}

interface Banner {
  title: string;
  lines: string[];
  color: string;
  background: string;
}

/** What must be seen before anything else; null for a final report. */
export function bannerOf(paper: ReportPaper): Banner | null {
  const { status, amendment, enteredInError, supersededBy } = paper;
  const zone = paper.facility.timeZone;
  const words = wordsOf(paper.language);
  if (isInError(paper)) {
    const said = enteredInError;
    return {
      title: words.doNotUse,
      lines: said ? [words.reason(said.reason), words.markedBy(said.name, localMoment(said.at, zone))] : [],
      color: "#ffffff",
      background: alarm,
    };
  }
  if (paper.anothers) {
    const { name, identifier } = paper.anothers;
    return {
      title: words.wrongPatient,
      lines: [words.notOf(readableName(paper.patient.name)), words.isOf(readableName(name), identifier)],
      color: "#ffffff",
      background: alarm,
    };
  }
  if (status === "DRAFT" || status === "PRELIMINARY" || status === "CANCELLED") {
    return {
      title: words.banner[status],
      lines: [words.unsigned[status]],
      color: "#5c3b00",
      background: "#fdecc8",
    };
  }
  if (supersededBy !== null) {
    const lines = [words.readInstead(supersededBy)];
    return { title: words.supersededVersion(paper.version), lines, color: "#5c3b00", background: "#fdecc8" };
  }
  if (amendment) {
    const changed = amendment.changed.length > 0 ? [words.changed(amendment.changed.join(", "))] : [];
    return {
      title: words.banner[status],
      lines: [
        words.takesThePlace(paper.version, amendment.previousVersion),
        ...changed,
        words.reason(amendment.reason),
      ],
      color: "#123f63",
      background: "#dcebf7",
    };
  }
  return null;
}

export function banner(page: PageWriter, paper: ReportPaper): void {
  const said = bannerOf(paper);
  if (!said) return;
  const width = page.width - 24;
  const heights = said.lines.map((text) => page.heightOf(text, { size: 9.5, width }));
  const height = 14 + 17 + heights.reduce((sum, one) => sum + one, 0);
  page.room(Math.min(height + 10, 400));
  const { y } = page;
  page.artifact(() => page.document.roundedRect(left, y, page.width, height, 4).fill(said.background));
  page.document.y = y + 8;
  page.group("Div", () => {
    page.block("P", said.title, { size: 12, bold: true, color: said.color, x: left + 12, width });
    for (const text of said.lines)
      page.block("P", text, { size: 9.5, color: said.color, x: left + 12, width });
  });
  page.document.y = Math.max(page.y, y + height) + 12;
}

type Pair = readonly [label: string, value: string | null | undefined];

/** Labels and values, row by row. */
function pairs(page: PageWriter, all: readonly Pair[], columns = 2): void {
  const said = all.filter((pair): pair is [string, string] => Boolean(pair[1]));
  const width = (page.width - 24 * (columns - 1)) / columns;
  for (let at = 0; at < said.length; at += columns) {
    const row = said.slice(at, at + columns);
    const height = Math.max(...row.map(([, value]) => page.heightOf(value, { size: 10, width: width - 88 })));
    page.room(Math.min(height + 4, 500));
    const { y } = page;
    page.group("TR", () => {
      row.forEach(([label, value], column) => {
        const x = left + column * (width + 24);
        page.block("TH", label, { size: 8.5, color: soft, x, y: y + 1.5, width: 84 });
        page.block("TD", value, { size: 10, x: x + 88, y, width: width - 88 });
      });
    });
    page.document.y = columns === 1 ? page.y + 3 : y + height + 3;
  }
}

function ageAt(birthDate: string | null, date: string | null, { age }: PaperWords): string {
  if (birthDate === null || date === null || date < birthDate) return "";
  const years =
    Number(date.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (date.slice(5) < birthDate.slice(5) ? 1 : 0);
  return ` ${age(years)}`;
}

export function patientBlock(page: PageWriter, { patient, study, language }: ReportPaper): void {
  const words = wordsOf(language);
  page.block("Div", readableName(patient.name), { size: 13, bold: true });
  page.space(3);
  page.group("Table", () =>
    pairs(page, [
      [
        words.patientId,
        patient.issuer === "" ? patient.identifier : `${patient.identifier} (${patient.issuer})`,
      ],
      [words.born, patient.birthDate && `${patient.birthDate}${ageAt(patient.birthDate, study.date, words)}`],
      [words.sex, patient.sex && words.sexes[patient.sex]],
    ]),
  );
  page.space(5);
  page.rule();
  page.space(8);
}

export function studyBlock(page: PageWriter, { study, order, language }: ReportPaper): void {
  const words = wordsOf(language);
  const described = study.description ?? order?.procedure ?? null;
  page.group("Table", () =>
    pairs(page, [
      [words.examination, described],
      [words.performed, study.date && `${study.date} ${study.time?.slice(0, 5) ?? ""}`.trim()],
      [words.ordered, order && order.procedure !== described ? order.procedure : null],
      [words.accessionNumber, study.accessionNumber],
      [words.modality, study.modalities.filter((code) => !["SR", "DOC", "KO"].includes(code)).join(", ")],
      [words.bodyPart, study.bodyPart],
      [words.orderedBy, order?.orderedBy],
      [words.orderNumber, order?.placerOrderNumber],
      [words.referring, study.referringPhysician && readableName(study.referringPhysician)],
    ]),
  );
  if (order && order.clinicalIndication !== "") {
    page.group("Table", () => pairs(page, [[words.indication, order.clinicalIndication]], 1));
  }
  page.space(5);
  page.rule();
  page.space(12);
}

export function sections(page: PageWriter, paper: ReportPaper): void {
  for (const { heading, text } of paper.sections) {
    if (text.trim() === "") continue;
    page.room(52);
    page.block("H2", heading, { size: 11.5, bold: true, color: accent });
    page.space(2);
    for (const paragraph of text.trim().split(/\r?\n/))
      if (paragraph.trim() === "") page.space(6);
      else page.block("P", paragraph.trimEnd(), { size: 10.5, lineGap: 2.5 });
    page.space(10);
  }
}

export function fieldTable(page: PageWriter, { fields, language }: ReportPaper): void {
  if (fields.length === 0) return;
  page.room(60);
  page.block("H2", wordsOf(language).measurements, { size: 11.5, bold: true, color: accent });
  page.space(3);
  const labelWidth = page.width * 0.42;
  const valueWidth = page.width - labelWidth - 20;
  page.group("Table", () => {
    fields.forEach(({ label, value, unit }, index) => {
      const shown = withUnit(value, unit);
      const height =
        Math.max(
          page.heightOf(label, { size: 9.5, width: labelWidth }),
          page.heightOf(shown, { size: 10, width: valueWidth }),
        ) + 6;
      page.room(Math.min(height, 500));
      const { y } = page;
      if (index % 2 === 0)
        page.artifact(() => page.document.rect(left, y, page.width, height).fill("#f3f6f8"));
      page.group("TR", () => {
        page.block("TH", label, { size: 9.5, color: soft, x: left + 8, y: y + 3, width: labelWidth });
        page.block("TD", shown, { size: 10, x: left + labelWidth + 12, y: y + 3, width: valueWidth });
      });
      page.document.y = Math.max(page.y, y + height);
    });
  });
  page.space(12);
}

export function criticalFindings(page: PageWriter, { findings, language }: ReportPaper): void {
  const words = wordsOf(language);
  if (findings.length === 0) return;
  page.room(64);
  page.block("H2", words.critical, { size: 11.5, bold: true, color: alarm });
  page.space(3);
  for (const { severity, description, communicated } of findings) {
    page.room(34);
    page.block("P", `${words.severity[severity] ?? severity}: ${description}`, { size: 10.5, bold: true });
    if (communicated) page.block("P", communicated, { size: 9.5, color: soft });
    page.space(4);
  }
  page.space(8);
}

export function signatureBlock(page: PageWriter, paper: ReportPaper): void {
  const { signature, author, hash, previousHash, facility, version } = paper;
  const words = wordsOf(paper.language);
  page.room(92);
  page.space(2);
  page.rule();
  page.space(8);
  if (signature) {
    page.block("P", words.signedBy(signature.name), { size: 11, bold: true });
    page.block("P", localMoment(signature.at, facility.timeZone), { size: 9.5, color: soft });
  } else {
    page.block("P", words.notSigned, { size: 11, bold: true });
  }
  if (author && author !== signature?.name)
    page.block("P", words.writtenBy(author), { size: 9.5, color: soft });
  page.space(5);
  const made = localMoment(paper.createdAt, facility.timeZone);
  const stands = words.stands(words.status[paper.status], version, made);
  page.block("P", stands, { size: 8.5, color: soft });
  if (hash) page.block("P", words.hash(hash), { size: 7.5, color: soft });
  if (previousHash) page.block("P", words.hashBefore(previousHash), { size: 7.5, color: soft });
}

/** Says that the paper is not the whole text, where that is so. */
export function missingNote(page: PageWriter, { language }: ReportPaper): void {
  if (page.missing === 0) return;
  page.room(40);
  page.space(6);
  page.block("P", wordsOf(language).missing(page.missing), { size: 8.5, color: alarm });
}

/** Across each page of what must not be taken for a report that stands. */
function watermarkOf(paper: ReportPaper): string | null {
  const { banner, superseded, anothers } = wordsOf(paper.language);
  if (isInError(paper)) return banner.ENTERED_IN_ERROR;
  if (paper.anothers) return anothers;
  if (paper.supersededBy !== null) return superseded;
  return ["DRAFT", "PRELIMINARY", "CANCELLED"].includes(paper.status) ? banner[paper.status] : null;
}

/** On each page: whose it is, which version, and which of how many pages. */
export function footers(page: PageWriter, paper: ReportPaper): void {
  const { patient, hash } = paper;
  const { document } = page;
  const inError = isInError(paper);
  const words = wordsOf(paper.language);
  const word = inError ? words.banner.ENTERED_IN_ERROR : words.status[paper.status];
  const born = patient.birthDate ? `, ${words.bornOn(patient.birthDate)}` : "";
  page.onEachPage((number, pages) => {
    const { width, height } = document.page;
    const y = height - 54;
    document
      .moveTo(left, y)
      .lineTo(left + page.width, y)
      .lineWidth(0.7)
      .strokeColor(line)
      .stroke();
    const style = { size: 8, lineGap: 0 };
    const name = oneLine(page, `${readableName(patient.name)}, ${patient.identifier}${born}`);
    page.draw(name, { ...style, color: ink, bold: true, y: y + 6, width: page.width - 90 });
    page.draw(words.page(number, pages), { ...style, color: ink, align: "right", y: y + 6 });
    const stands = `${word}, ${words.version(paper.version)}${hash ? `, ${hash.slice(0, 16)}` : ""}`;
    page.draw(stands, { ...style, color: inError ? alarm : soft, y: y + 18 });
    const mark = watermarkOf(paper);
    if (mark === null) return;
    document
      .save()
      .rotate(-54, { origin: [width / 2, height / 2] })
      .fillOpacity(0.09);
    const across = { size: 74, bold: true, align: "center" as const, x: -200, width: width + 400 };
    page.draw(mark, { ...across, color: alarm, y: height / 2 - 48 });
    document.restore();
  });
}

/** Cut to what stands beside the page number. */
function oneLine(page: PageWriter, text: string): string {
  const fits = (shown: string) =>
    page.heightOf(shown, { size: 8, bold: true, lineGap: 0, width: page.width - 90 }) < 14;
  if (fits(text)) return text;
  let kept = Math.min(text.length, 140);
  while (kept > 10 && !fits(`${text.slice(0, kept)}…`)) kept -= 4;
  return `${text.slice(0, kept)}…`;
}
