import { createHash } from "node:crypto";
import type { ReportStatus, ReportTemplateUsed } from "@isocenter/contract";
import { canonicalJson } from "../../platform/index.ts";
import type { Content } from "./content.ts";

/** Who the patient was when a version was signed. */
export interface PatientThen {
  id: string;
  /** With carets, as DICOM writes it. */
  name: string;
  identifier: string;
  issuer: string;
  birthDate: string | null;
  sex: string | null;
}

/** A version as it is kept. */
export interface VersionRow {
  id: string;
  reportId: string;
  number: number;
  status: ReportStatus;
  content: Content;
  template: ReportTemplateUsed | null;
  reason: string | null;
  signerId: string;
  signerName: string;
  signedAt: Date;
  patient: PatientThen;
  orderId: string | null;
  studyInstanceUid: string;
  accessionNumber: string | null;
  imageSetHash: Buffer;
  images: number;
  previousHash: Buffer | null;
  hash: Buffer;
}

/** Of what is hashed, so that another form can follow. */
const form = "isocenter report version 1";

/** SHA-256 over everything that a version says, and over the hash of the one before it. */
export function hashOf(version: Omit<VersionRow, "hash" | "id">): Buffer {
  const text = canonicalJson({
    form,
    reportId: version.reportId,
    number: version.number,
    status: version.status,
    content: version.content,
    template: version.template,
    reason: version.reason,
    signer: { id: version.signerId, name: version.signerName },
    signedAt: version.signedAt.toISOString(),
    patient: version.patient,
    orderId: version.orderId,
    studyInstanceUid: version.studyInstanceUid,
    accessionNumber: version.accessionNumber,
    imageSetHash: version.imageSetHash.toString("hex"),
    images: version.images,
    previousHash: version.previousHash?.toString("hex") ?? null,
  });
  return createHash("sha256").update(text).digest();
}

export interface ReportBreach {
  number: number | null;
  kind: "changed" | "removed" | "added" | "reordered" | "state";
  detail: string;
}

/** What the journal, which is sealed, says of a version. */
export interface Witness {
  number: number;
  hash: string;
}

/** What is wrong with the versions, in their order, as they are kept now. */
export function breachesOf(
  versions: readonly VersionRow[],
  witnesses: readonly Witness[],
  report: { status: ReportStatus; lastNumber: number; signedNumber: number | null; content: Content },
): ReportBreach[] {
  const breaches: ReportBreach[] = [];
  const witnessed = new Map(witnesses.map(({ number, hash }) => [number, hash]));
  let previous: VersionRow | null = null;
  let expected = 1;
  for (const version of versions) {
    const { number } = version;
    for (; expected < number; expected++)
      breaches.push({ number: expected, kind: "removed", detail: `Version ${expected} is not there.` });
    expected = number + 1;
    const hash = version.hash.toString("hex");
    if (!hashOf(version).equals(version.hash))
      breaches.push({
        number,
        kind: "changed",
        detail: `Version ${number} does not say any more what was signed: its hash is of something else.`,
      });
    const before = previous?.hash ?? null;
    if (previous?.number === number - 1 || number === 1)
      if ((version.previousHash?.toString("hex") ?? null) !== (before?.toString("hex") ?? null))
        breaches.push({
          number,
          kind: "reordered",
          detail: `Version ${number} does not follow the version before it: the hashes do not meet.`,
        });
    const said = witnessed.get(number);
    if (said === undefined)
      breaches.push({
        number,
        kind: "added",
        detail: `The journal knows of no version ${number}.`,
      });
    else if (said !== hash)
      breaches.push({
        number,
        kind: "changed",
        detail: `Version ${number} has another hash than the journal recorded when it was signed.`,
      });
    previous = version;
  }
  for (const { number } of witnesses)
    if (number >= expected)
      breaches.push({
        number,
        kind: "removed",
        detail: `The journal recorded version ${number}, which is not there.`,
      });
  return [...breaches, ...stateBreaches(versions, report)];
}

/** What lists show beside the versions must be what the newest signed one says. */
function stateBreaches(
  versions: readonly VersionRow[],
  report: Parameters<typeof breachesOf>[2],
): ReportBreach[] {
  const last = versions.at(-1);
  const signed = versions.filter(({ status }) => status !== "PRELIMINARY").at(-1);
  const wrong = (number: number | null, detail: string): ReportBreach => ({ number, kind: "state", detail });
  const breaches: ReportBreach[] = [];
  if (report.lastNumber !== (last?.number ?? 0) || report.signedNumber !== (signed?.number ?? null))
    breaches.push(wrong(report.lastNumber, "The report names another newest version than there is."));
  if (!signed) return breaches;
  if (report.status !== signed.status)
    breaches.push(wrong(signed.number, `The report is ${report.status}, its version ${signed.status}.`));
  if (canonicalJson(report.content) !== canonicalJson(signed.content))
    breaches.push(wrong(signed.number, "The report shows another text than its signed version."));
  return breaches;
}
