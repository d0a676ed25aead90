import PDFDocument from "pdfkit";
import { isSlice, type Run, registerFonts, registerSlice, runsOf } from "./fonts.ts";

export const ink = "#17212b";
export const soft = "#566270";
export const accent = "#0f4c6e";
export const line = "#ccd4db";
export const alarm = "#a4161a";

export const left = 56;
export const right = 56;
const top = 52;
const bottom = 74;

export interface TextStyle {
  size?: number;
  bold?: boolean;
  color?: string;
  x?: number;
  y?: number;
  width?: number;
  align?: "left" | "right" | "center";
  /** Points between lines. */
  lineGap?: number;
}

/** What the structure tree calls a block (PDF 32000-1 14.8.4). */
type Role = "H1" | "H2" | "P" | "Div" | "TH" | "TD";

/**
 * A4 pages being written from top to bottom: text in the fonts that have it, each block known to the structure tree, so that it can be selected,
 * searched and read aloud.
 */
export class PageWriter {
  readonly document: PDFKit.PDFDocument;
  /** Characters that no font has. */
  missing = 0;
  readonly #tree: PDFKit.PDFStructureElement;
  readonly #chunks: Buffer[] = [];
  readonly #slices = new Set<string>();
  #inside: PDFKit.PDFStructureElement | null = null;

  constructor(about: { title: string; author: string; subject: string; language: string; createdAt: Date }) {
    this.document = new PDFDocument({
      size: "A4",
      margins: { top, bottom, left, right },
      bufferPages: true,
      pdfVersion: "1.7",
      subset: "PDF/A-2a",
      tagged: true,
      lang: about.language,
      displayTitle: true,
      font: null as never,
      info: {
        Title: about.title,
        Author: about.author,
        Subject: about.subject,
        Creator: "Isocenter",
        Producer: "Isocenter",
        CreationDate: about.createdAt,
        ModDate: about.createdAt,
      },
    });
    registerFonts(this.document);
    this.document.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
    this.#tree = this.document.struct("Document");
    this.document.addStructure(this.#tree);
  }

  get y(): number {
    return this.document.y;
  }

  get width(): number {
    return this.document.page.width - left - right;
  }

  /** Begins another page where less than so many points are left on this one. */
  room(points: number): void {
    if (this.document.y + points > this.document.page.height - bottom) this.document.addPage();
  }

  space(points: number): void {
    this.document.y += points;
  }

  /** A block that holds blocks: a table, its rows. */
  group(role: string, write: () => void): void {
    const outer = this.#inside;
    const group = this.document.struct(role);
    (outer ?? this.#tree).add(group);
    this.#inside = group;
    write();
    group.end();
    this.#inside = outer;
  }

  block(role: Role, text: string, style: TextStyle = {}): void {
    const element = this.document.struct(role, {}, () => this.draw(text, style));
    (this.#inside ?? this.#tree).add(element);
    element.end();
  }

  /** What is on the page without being part of the text: lines, footers. */
  artifact(write: () => void): void {
    this.document.markContent("Artifact", { type: "Layout" });
    write();
    this.document.endMarkedContent();
  }

  /** The height that the text will take. */
  heightOf(text: string, style: TextStyle = {}): number {
    const { runs } = this.#runs(text, style.bold ?? false);
    const { width = this.width, lineGap = 2, size = 10 } = style;
    this.#font(runs[0]?.font ?? "main");
    this.document.fontSize(size);
    if (runs.length > 1)
      return this.#linesOf(runs, width) * (this.document.currentLineHeight(true) + lineGap);
    return this.document.heightOfString(runs[0]?.text || " ", { width, lineGap });
  }

  /** How many lines runs of several fonts take; all fonts have the same height of line. */
  #linesOf(runs: readonly Run[], width: number): number {
    let lines = 1;
    let at = 0;
    for (const { font, text } of runs) {
      this.#font(font);
      // What is not written with spaces may break anywhere.
      const pieces = isSlice(font) ? text.match(/./gsu) : text.match(/\n|[^\s]*[^\S\n]*/g);
      for (const piece of pieces ?? []) {
        if (piece === "") continue;
        const wide = piece === "\n" ? 0 : this.document.widthOfString(piece.trimEnd());
        if (piece === "\n" || (at > 0 && at + wide > width)) {
          lines += 1;
          at = 0;
        }
        if (wide > width) lines += Math.floor(wide / width);
        at += piece === "\n" ? 0 : this.document.widthOfString(piece);
      }
    }
    return lines;
  }

  /** Chooses a font, and makes it known first where the document does not have it. */
  #font(name: string): void {
    if (isSlice(name) && !this.#slices.has(name)) {
      this.#slices.add(name);
      registerSlice(this.document, name);
    }
    this.document.font(name);
  }

  #runs(text: string, bold: boolean): ReturnType<typeof runsOf> {
    return runsOf(text, bold, this.#slices);
  }

  draw(text: string, style: TextStyle): void {
    const { document } = this;
    const { size = 10, bold = false, color = ink, width = this.width, align = "left", lineGap = 2 } = style;
    const { runs, missing } = this.#runs(text, bold);
    this.missing += missing;
    document.fontSize(size).fillColor(color);
    const options = { width, align, lineGap };
    runs.forEach((run, index) => {
      this.#font(run.font);
      const continued = index < runs.length - 1;
      if (index === 0)
        document.text(run.text, style.x ?? left, style.y ?? document.y, { ...options, continued });
      else document.text(run.text, { ...options, continued });
    });
    document.x = left;
  }

  rule(color = line, weight = 0.7): void {
    this.artifact(() => {
      const { y } = this.document;
      this.document
        .moveTo(left, y)
        .lineTo(left + this.width, y)
        .lineWidth(weight)
        .strokeColor(color)
        .stroke();
    });
  }

  /** Draws on every page when all of them are known. */
  onEachPage(draw: (page: number, pages: number) => void): void {
    const { start, count } = this.document.bufferedPageRange();
    for (let page = start; page < start + count; page++) {
      this.document.switchToPage(page);
      // Text below the margin would begin a page of its own.
      this.document.page.margins.bottom = 0;
      this.artifact(() => draw(page - start + 1, count));
    }
  }

  finish(): Promise<Uint8Array> {
    this.#tree.end();
    return new Promise((resolve, reject) => {
      this.document.on("end", () => resolve(new Uint8Array(Buffer.concat(this.#chunks))));
      this.document.on("error", reject);
      this.document.end();
    });
  }
}
