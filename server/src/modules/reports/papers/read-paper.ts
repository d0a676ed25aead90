import {
  finalReportStatuses,
  type Report,
  type ReportVersion,
  type reportSections,
} from "@isocenter/contract";
import { type Reader, Refusal, type Viewer } from "../../../platform/index.ts";
import { firstIdentifier } from "../../patients/index.ts";
import { getReport } from "../queries.ts";
import { reportVersions } from "../version-queries.ts";
import type { PaperField, PaperFinding, PaperSection, ReportPaper } from "./paper.ts";
import { wordsOf } from "./words.ts";

/** What else the paper of a report says: rooms above know it. */
export type CriticalFindings = (
  reader: Reader,
  studyId: string,
  language: string,
) => Promise<readonly PaperFinding[]>;

const noFindings: CriticalFindings = async () => [];

const order = ["technique", "comparison", "findings", "impression", "recommendations"] as const;

type Text = Pick<ReportVersion, (typeof reportSections)[number] | "fields" | "template">;

const sectionsOf = (text: Text, language: string): PaperSection[] =>
  order.flatMap((key) =>
    text[key].trim() === "" ? [] : [{ key, heading: wordsOf(language).sections[key], text: text[key] }],
  );

function fieldsOf({ fields, template }: Text): PaperField[] {
  return (template?.fields ?? []).flatMap(({ key, label, unit }) => {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
    return value === undefined || value === "" ? [] : [{ label, value: String(value), unit }];
  });
}

function changedIn(version: ReportVersion, language: string): string[] {
  const headings = wordsOf(language).sections;
  return version.changed.map((name) => {
    const field = version.template?.fields.find(({ key }) => name === `fields.${key}`);
    return field?.label ?? headings[name as PaperSection["key"]] ?? name;
  });
}

interface Surroundings {
  language: string;
  facility: ReportPaper["facility"];
  study: ReportPaper["study"];
  order: ReportPaper["order"];
  patient: ReportPaper["patient"];
}

/** Where a study belongs, as it is known now: for whatever is made about it. */
export async function belongingsOf(
  reader: Reader,
  studyId: string,
): Promise<{ of: Surroundings; patientId: string; facilityId: string }> {
  const [row] = await reader<Row[]>`
    select st.patient_id as "patientId", st.facility_id as "facilityId",
      jsonb_build_object('name', f.name, 'timeZone', f.time_zone, 'address', f.address, 'phone', f.phone) as facility,
      f.language,
      st.study_instance_uid as "studyInstanceUid", st.study_id as "studyId", st.accession_number as "accessionNumber", st.description,
      st.study_date as date, to_char(st.study_time, 'HH24:MI:SS') as time, st.modalities, st.body_part as "bodyPart",
      st.referring_physician as "referringPhysician", p.name, coalesce(identifier.value, '') as identifier,
      coalesce(identifier.issuer, '') as issuer, p.birth_date as "birthDate", p.sex, o.procedure_name as procedure,
      o.procedure_code as "procedureCode", o.procedure_coding_scheme as "procedureScheme", o.clinical_indication as "clinicalIndication",
      u.full_name as "orderedBy", o.placer_order_number as "placerOrderNumber", o.requested_procedure_id as "requestedProcedureId"
    from study st join facility f on f.id = st.facility_id join patient p on p.id = st.patient_id ${firstIdentifier(reader)}
      left join imaging_order o on o.id = st.order_id left join app_user u on u.id = o.provider_id
    where st.id = ${studyId}`;
  if (!row) throw new Refusal("not-found", "study.not-found", "There is no such study.");
  const { patientId, facilityId, facility, language, name, identifier, issuer, birthDate, sex, ...rest } =
    row;
  const { procedure, procedureCode, procedureScheme, ...more } = rest;
  const { clinicalIndication, orderedBy, placerOrderNumber, requestedProcedureId, ...study } = more;
  const code = procedureCode === null ? null : { value: procedureCode, scheme: procedureScheme ?? "99ISO" };
  const order =
    procedure === null
      ? null
      : {
          procedure,
          procedureCode: code,
          clinicalIndication,
          orderedBy: orderedBy ?? "",
          placerOrderNumber,
          requestedProcedureId,
        };
  const patient = { name, identifier, issuer, birthDate, sex };
  return { of: { language, facility, study, order, patient }, patientId, facilityId };
}

type Row = Pick<ReportPaper, "facility" | "language"> &
  ReportPaper["study"] &
  ReportPaper["patient"] & {
    patientId: string;
    facilityId: string;
    procedure: string | null;
    procedureCode: string | null;
    procedureScheme: string | null;
    clinicalIndication: string;
    orderedBy: string | null;
    placerOrderNumber: string | null;
    requestedProcedureId: string;
  };

const isSigned = ({ status }: ReportVersion): boolean =>
  (finalReportStatuses as readonly string[]).includes(status);

/** The version as it was made, whatever came later. */
function paperOf(
  report: Report,
  version: ReportVersion,
  before: readonly ReportVersion[],
  around: Surroundings,
  findings: readonly PaperFinding[],
): ReportPaper {
  const signedBefore = before.filter(isSigned).at(-1);
  const withdrawn = version.status === "ENTERED_IN_ERROR";
  // Whoever withdraws a report has not signed what it says.
  const signed = withdrawn ? signedBefore : isSigned(version) ? version : undefined;
  const { signer, signedAt } = version;
  return {
    ...around,
    reportId: report.id,
    version: version.number,
    status: version.status,
    hash: version.hash,
    previousHash: version.previousHash,
    patient: { ...version.patient, sex: version.patient.sex as ReportPaper["patient"]["sex"] },
    sections: sectionsOf(version, around.language),
    fields: fieldsOf(version),
    findings,
    author: report.author.name,
    signature: signed ? { name: signed.signer.name, at: new Date(signed.signedAt) } : null,
    amendment:
      isSigned(version) && signedBefore
        ? {
            reason: version.reason ?? "",
            changed: changedIn(version, around.language),
            previousVersion: signedBefore.number,
          }
        : null,
    enteredInError: withdrawn
      ? { reason: version.reason ?? "", name: signer.name, at: new Date(signedAt) }
      : null,
    supersededBy: null,
    anothers: null,
    createdAt: new Date(signedAt),
  };
}

/** What was not submitted yet, or was cancelled: of no version. */
const draftOf = (report: Report, around: Surroundings): ReportPaper => ({
  ...around,
  reportId: report.id,
  version: 0,
  status: report.status,
  hash: null,
  previousHash: null,
  sections: sectionsOf(report, around.language),
  fields: fieldsOf(report),
  findings: [],
  author: report.author.name,
  signature: null,
  amendment: null,
  enteredInError: null,
  supersededBy: null,
  anothers: null,
  createdAt: new Date(report.updatedAt),
});

export interface PaperReader {
  /**
   * What is printed for the viewer: the version asked for, marked where it stands no more or names another patient than the study is of; without a number the newest, and the draft where there is none
   * or it was written after the last one that was submitted.
   * @throws Refusal `not-found` (`report.not-found`, `report.version-not-found`)
   */
  forViewer(viewer: Viewer, reportId: string, number: number | undefined, now: Date): Promise<ReportPaper>;
  /** Every version that leaves the house, each as it was made, and the number of the one that it follows. */
  signed(
    viewer: Viewer,
    reportId: string,
    now: Date,
  ): Promise<{ paper: ReportPaper; follows: number | null; report: Report }[]>;
}

export function createPaperReader(db: Reader, criticalFindings: CriticalFindings = noFindings): PaperReader {
  return {
    async forViewer(viewer, reportId, number, now) {
      const report = await getReport(db, viewer, reportId, now);
      const versions = await reportVersions(db, viewer, reportId);
      const around = (await belongingsOf(db, report.studyId)).of;
      const newest = versions.at(-1);
      const unsigned = ["DRAFT", "PRELIMINARY", "CANCELLED"].includes(report.status);
      if (number === undefined && (!newest || (unsigned && report.status !== newest.status)))
        return draftOf(report, around);
      const version = number === undefined ? newest : versions.find((one) => one.number === number);
      if (!version)
        throw new Refusal("not-found", "report.version-not-found", "The report has no such version.");
      const findings = isSigned(version) ? await criticalFindings(db, report.studyId, around.language) : [];
      const before = versions.filter((one) => one.number < version.number);
      const { name, identifier } = around.patient;
      const paper = {
        ...paperOf(report, version, before, around, findings),
        anothers: version.namesAnotherPatient ? { name, identifier } : null,
      };
      if (newest && newest.number > version.number) {
        if (newest.status === "ENTERED_IN_ERROR")
          return {
            ...paper,
            enteredInError: {
              reason: newest.reason ?? "",
              name: newest.signer.name,
              at: new Date(newest.signedAt),
            },
          };
        return { ...paper, supersededBy: newest.number };
      }
      return paper;
    },
    async signed(viewer, reportId, now) {
      const report = await getReport(db, viewer, reportId, now);
      const versions = await reportVersions(db, viewer, reportId);
      const around = (await belongingsOf(db, report.studyId)).of;
      const leaving = versions.filter((one) => isSigned(one) || one.status === "ENTERED_IN_ERROR");
      const findings = leaving.length > 0 ? await criticalFindings(db, report.studyId, around.language) : [];
      return leaving.map((version, index) => {
        const before = versions.filter((one) => one.number < version.number);
        const told = version === leaving.at(-1) ? findings : [];
        return {
          paper: paperOf(report, version, before, around, told),
          follows: leaving[index - 1]?.number ?? null,
          report,
        };
      });
    },
  };
}
