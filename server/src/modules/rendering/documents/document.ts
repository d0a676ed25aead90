import { type DataSet, SopClasses, sopClass } from "@isocenter/dicom";
import type { StoredInstance } from "../../archive/index.ts";
import { reportHtml } from "./report-html.ts";
import { waveformSvg } from "./waveform-svg.ts";

interface Kind {
  mediaType: string;
  make(set: DataSet): string | null;
}

const report: Kind = { mediaType: "text/html", make: reportHtml };
const waveform: Kind = { mediaType: "image/svg+xml", make: waveformSvg };

/** Classes of reports without the word in their name. */
const reports: ReadonlySet<string> = new Set([
  SopClasses.KeyObjectSelectionDocumentStorage,
  SopClasses.ProcedureLogStorage,
  SopClasses.MammographyCADSRStorage,
  SopClasses.ChestCADSRStorage,
  SopClasses.ColonCADSRStorage,
]);

function kindOf({ SOPClassUID }: Pick<StoredInstance, "SOPClassUID">): Kind | null {
  const name = sopClass(SOPClassUID)?.name ?? "";
  if (reports.has(SOPClassUID) || /\bSR\b|Structured Report/.test(name)) return report;
  // Sound is heard, not drawn.
  return /Waveform|ECG/.test(name) && !/Audio/.test(name) ? waveform : null;
}

/** What a report or a recording can be shown as to a person; null for everything else. */
export const documentMediaType = (instance: Pick<StoredInstance, "SOPClassUID">): string | null =>
  kindOf(instance)?.mediaType ?? null;

/** The document; null where the object does not hold what its class says. */
export const documentText = (instance: Pick<StoredInstance, "SOPClassUID">, set: DataSet): string | null =>
  kindOf(instance)?.make(set) ?? null;

/** Headers under which it is safe in a browser: it looks as we made it, and runs nothing. */
export const documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
