import type { ReportVerification, ReportVersion } from "@isocenter/contract";
import { type Reader, requirePermission, type Viewer } from "../../platform/index.ts";
import { factsAbout } from "../journal/index.ts";
import { breachesOf, type VersionRow, type Witness } from "./chain.ts";
import { differences } from "./content.ts";
import { versionFacts } from "./facts.ts";
import { namesAnother, visible } from "./queries.ts";
import { noReport, type ReportRow } from "./report.ts";

type Kept = Pick<ReportRow, "status" | "lastNumber" | "signedNumber" | "content">;

async function findReport(reader: Reader, viewer: Viewer, reportId: string): Promise<Kept> {
  const [row] = await reader<Kept[]>`
    select r.status, r.last_number as "lastNumber", r.signed_number as "signedNumber", r.content
    from report r join study st on st.id = r.study_id where r.id = ${reportId} and ${visible(reader, viewer)}`;
  if (!row) throw noReport();
  return row;
}

const rowsOf = (reader: Reader, reportId: string): Promise<VersionRow[]> =>
  reader<VersionRow[]>`
    select id, report_id as "reportId", number, status, content, template, reason, signer_id as "signerId", signer_name as "signerName",
      signed_at as "signedAt", patient, order_id as "orderId", study_instance_uid as "studyInstanceUid",
      accession_number as "accessionNumber", image_set_hash as "imageSetHash", images, previous_hash as "previousHash", hash
    from report_version where report_id = ${reportId} order by number`;

/**
 * Every version that the viewer may see, the first first: whoever sees signed reports alone does not see preliminary ones.
 * @throws Refusal `not-found` (`report.not-found`)
 */
export async function reportVersions(
  reader: Reader,
  viewer: Viewer,
  reportId: string,
): Promise<ReportVersion[]> {
  const all = requirePermission(viewer, "reports.read") === "all";
  await findReport(reader, viewer, reportId);
  const rows = await rowsOf(reader, reportId);
  const others = await ofAnother(reader, reportId);
  const seen = all ? rows : rows.filter(({ status }) => status !== "PRELIMINARY");
  return seen.map((row, index) => ({
    ...toVersion(row, seen[index - 1] ?? null),
    namesAnotherPatient: others.has(row.number),
  }));
}

/** The versions that were made for another than the patient whom the study is of. */
async function ofAnother(reader: Reader, reportId: string): Promise<ReadonlySet<number>> {
  const rows = await reader<{ number: number }[]>`
    select v.number from report_version v join report r on r.id = v.report_id join study st on st.id = r.study_id
    where v.report_id = ${reportId} and ${namesAnother(reader)}`;
  return new Set(rows.map(({ number }) => number));
}

function toVersion(row: VersionRow, before: VersionRow | null): Omit<ReportVersion, "namesAnotherPatient"> {
  const { content, signerId, signerName, signedAt, imageSetHash, previousHash, hash, ...version } = row;
  return {
    ...version,
    ...content,
    changed: before ? differences(before.content, content) : [],
    signer: { id: signerId, name: signerName },
    signedAt: signedAt.toISOString(),
    imageSetHash: imageSetHash.toString("hex"),
    previousHash: previousHash?.toString("hex") ?? null,
    hash: hash.toString("hex"),
  };
}

/** A report as far as it went out to others. */
export interface GoneOut {
  reportId: string;
  /** Of the newest version. */
  number: number;
  /** The version that stands, and whether it is signed; null where the report was cancelled or entered in error. */
  standing: { number: number; signed: boolean } | null;
}

/** The reports of a study that have versions. */
export async function goneOutOf(reader: Reader, studyId: string): Promise<GoneOut[]> {
  const rows = await reader<(Pick<Kept, "status" | "lastNumber" | "signedNumber"> & { id: string })[]>`
    select id, status, last_number as "lastNumber", signed_number as "signedNumber" from report
    where study_id = ${studyId} and last_number > 0 order by id`;
  return rows.map(({ id, status, lastNumber, signedNumber }) => ({
    reportId: id,
    number: lastNumber,
    standing:
      status === "CANCELLED" || status === "ENTERED_IN_ERROR"
        ? null
        : { number: signedNumber ?? lastNumber, signed: signedNumber !== null },
  }));
}

/**
 * Computes the chain of a report anew and compares it with what is kept, and with what the journal recorded at each signature.
 * @throws Refusal `not-found` (`report.not-found`)
 */
export async function verifyReport(
  reader: Reader,
  viewer: Viewer,
  reportId: string,
): Promise<ReportVerification> {
  const report = await findReport(reader, viewer, reportId);
  const versions = await rowsOf(reader, reportId);
  const facts = await factsAbout(reader, { type: "report", id: reportId }, versionFacts);
  const witnesses = facts.flatMap(({ data }): Witness[] =>
    typeof data.number === "number" && typeof data.hash === "string"
      ? [{ number: data.number, hash: data.hash }]
      : [],
  );
  const breaches = breachesOf(versions, witnesses, report);
  return { reportId, intact: breaches.length === 0, versions: versions.length, breaches };
}
