import type { ReportStatus, ReportVersion } from "@isocenter/contract";
import { type FoundReport, type ReportCondition, reportVersions } from "../../modules/reports/index.ts";
import { mapPage, Refusal } from "../../platform/index.ts";
import { idsOf, patientParameter } from "./compile.ts";
import {
  concept,
  meta,
  modalityCodings,
  numberIdentifier,
  patientReference,
  plain,
  readNumberSystem,
  referTo,
  said,
  systemOfScheme,
  systems,
} from "./datatypes.ts";
import { dateTimeAt } from "./dates.ts";
import type { Attachment, DiagnosticReport } from "./r4.ts";
import { formOf, weighed } from "./report-form.ts";
import { type Asked, type Resource, resource } from "./resource.ts";
import { codesOf } from "./service-request.ts";
import { codesInCapitals, named, type Token } from "./token.ts";

export const diagnosticReportStatus = {
  DRAFT: "registered",
  PRELIMINARY: "preliminary",
  FINAL: "final",
  AMENDED: "amended",
  CORRECTED: "corrected",
  APPENDED: "appended",
  CANCELLED: "cancelled",
  ENTERED_IN_ERROR: "entered-in-error",
} as const satisfies Record<ReportStatus, DiagnosticReport["status"]>;

const signedStatuses: readonly ReportStatus[] = [
  "FINAL",
  "AMENDED",
  "CORRECTED",
  "APPENDED",
  "ENTERED_IN_ERROR",
];
const radiology = { system: systems.diagnosticService, code: "RAD", display: "Radiology" };
/** LOINC's code for whatever imaging there is. */
const imagingStudy = { system: systems.loinc, code: "18748-4", display: "Diagnostic imaging study" };

export interface Place {
  timeZone: string;
  language: string;
}

/**
 * A version that was signed has its number; what is being written has the number of the one before and a count of changes, so that it changes whenever what
 * is shown may have.
 */
const versionId = ({ status, versionNumber, version }: FoundReport["report"]): string =>
  signedStatuses.includes(status) ? String(versionNumber ?? version) : `${versionNumber ?? 0}-${version}`;

/** A report. Texts that nobody has submitted yet are not told: they are nobody's word. */
function toDiagnosticReport(
  { report, study, procedure }: FoundReport,
  base: string,
  { timeZone, language }: Place,
): DiagnosticReport {
  const { id, status, facilityId, accessionNumber, orderId, studyId, versionNumber } = report;
  const isTold = status !== "DRAFT" && status !== "CANCELLED";
  const by = report.signer ?? (isTold ? report.submittedBy : null);
  const issued = isTold ? (report.signedAt ?? report.submittedAt) : null;
  const title = procedure?.name ?? study.description ?? study.modalities.join(", ");
  return said<DiagnosticReport>({
    resourceType: "DiagnosticReport",
    id,
    meta: meta(versionId(report), report.updatedAt),
    identifier: [
      { system: "urn:ietf:rfc:3986", value: `urn:uuid:${id}` },
      ...(accessionNumber === null
        ? []
        : [numberIdentifier(facilityId, "accession-number", accessionNumber)]),
    ],
    basedOn: orderId === null ? [] : [referTo("ServiceRequest", orderId)],
    status: diagnosticReportStatus[status],
    category: [concept("Radiology", radiology, ...study.modalities.flatMap(modalityCodings))],
    code: concept(
      title || imagingStudy.display,
      ...(procedure?.code ? [{ system: systemOfScheme(procedure.scheme), code: procedure.code }] : []),
      imagingStudy,
    ),
    subject: patientReference(report.patient),
    effectiveDateTime: study.date === null ? undefined : dateTimeAt(study.date, study.time, timeZone),
    issued: issued ?? undefined,
    performer: [referTo("Organization", facilityId)],
    resultsInterpreter: by === null ? [] : [referTo("Practitioner", by.id, by.name)],
    imagingStudy: [referTo("ImagingStudy", studyId)],
    conclusion: isTold ? (plain(report.impression) ?? plain(report.findings)) : undefined,
    presentedForm:
      isTold && versionNumber !== null && issued !== null
        ? [
            formOf(
              { base },
              { id, number: versionNumber, creation: issued, title: plain(title) ?? "", language },
            ),
          ]
        : [],
  });
}

/** The report as one of its versions was. */
export function asVersion(found: FoundReport, version: ReportVersion): FoundReport {
  const {
    status,
    number,
    signer,
    signedAt,
    findings,
    impression,
    recommendations,
    technique,
    comparison,
    fields,
  } = version;
  const texts = { findings, impression, recommendations, technique, comparison, fields };
  const report = {
    ...found.report,
    ...texts,
    status,
    signer,
    signedAt,
    submittedAt: signedAt,
    versionNumber: number,
    updatedAt: signedAt,
  };
  return { ...found, report };
}

async function placeOf(asked: Asked, facilityId: string): Promise<Place> {
  const facility = (await asked.facilities()).get(facilityId);
  return { timeZone: facility?.timeZone ?? "UTC", language: facility?.language ?? "en" };
}

/** Shown whole: the letter is made to say how large it is and what it is. */
export async function shown(asked: Asked, found: FoundReport): Promise<DiagnosticReport> {
  const whole = toDiagnosticReport(found, asked.base, await placeOf(asked, found.report.facilityId));
  const form = whole.presentedForm?.[0];
  if (!form) return whole;
  const { report } = found;
  const presented: Attachment = { ...form, ...(await weighed(asked, report.id, report.versionNumber ?? 0)) };
  return { ...whole, presentedForm: [presented] };
}

/** The report, opened, and its versions that the viewer may see. */
async function opened(asked: Asked, id: string): Promise<{ found: FoundReport; versions: ReportVersion[] }> {
  const found = await asked.deps.desk.openFound(asked.viewer, id);
  const versions = await reportVersions(asked.deps.platform.db, asked.viewer, id);
  await asked.deps.journal.access(asked.viewer, {
    action: "report.versions-viewed",
    subject: { type: "report", id },
    patientId: found.report.patientId,
    facilityId: found.report.facilityId,
  });
  return { found, versions };
}

function numbered({ system, code }: Token): ReportCondition[] {
  const uuid = code?.replace(/^urn:uuid:/, "").toLowerCase() ?? null;
  const isUuid = uuid !== null && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid);
  if (system === null || (system === undefined && code === null)) return [];
  if (system === "urn:ietf:rfc:3986") return isUuid ? [{ by: "ids", values: [uuid] }] : [];
  if (system === undefined)
    return isUuid
      ? [{ by: "ids", values: [uuid] }]
      : [{ by: "accessionNumbers", values: [{ facilityId: null, value: code }] }];
  const place = readNumberSystem(system);
  return place?.kind === "accession-number"
    ? [{ by: "accessionNumbers", values: [{ facilityId: place.facilityId, value: code }] }]
    : [];
}

const patient = patientParameter("Whose report it is", ({ subject }: DiagnosticReport) => [subject]);

const anyReport: ReportCondition = {
  by: "statuses",
  values: Object.keys(diagnosticReportStatus) as ReportStatus[],
};

export const diagnosticReports: Resource = resource<DiagnosticReport, ReportCondition>({
  type: "DiagnosticReport",
  permission: "reports.read",
  documentation:
    "A report on a study. Whoever reads signed reports alone finds nothing of drafts. The letter (PDF) is at presentedForm; its size and hash are told where one report is read.",
  async read(asked, id) {
    return await shown(asked, await asked.deps.desk.openFound(asked.viewer, id));
  },
  async vread(asked, id, version) {
    const { found, versions } = await opened(asked, id);
    if (versionId(found.report) === version) return await shown(asked, found);
    const wanted = versions.find(({ number }) => String(number) === version);
    if (!wanted)
      throw new Refusal("not-found", "report.version-not-found", "The report has no such version.");
    return { ...(await shown(asked, asVersion(found, wanted))), meta: meta(wanted.number, wanted.signedAt) };
  },
  async history(asked, id) {
    const { found, versions } = await opened(asked, id);
    const place = await placeOf(asked, found.report.facilityId);
    const before = versions
      .map((version) => ({
        ...toDiagnosticReport(asVersion(found, version), asked.base, place),
        meta: meta(version.number, version.signedAt),
      }))
      .reverse();
    const current = toDiagnosticReport(found, asked.base, place);
    return before[0]?.meta.versionId === current.meta?.versionId ? before : [current, ...before];
  },
  search: {
    parameters: {
      patient,
      subject: patient,
      identifier: {
        type: "token",
        documentation: "The report's own (urn:uuid:) or the accession number of its study",
        condition: (values) => {
          const any = values.flatMap(numbered);
          return any.length === 1 ? any[0]! : { by: "any", of: any };
        },
      },
      status: {
        type: "token",
        not: true,
        documentation:
          "registered, preliminary, final, amended, corrected, appended, cancelled, entered-in-error",
        condition: (values, not) => ({
          by: "statuses",
          values: named(values, "http://hl7.org/fhir/diagnostic-report-status", diagnosticReportStatus, not),
        }),
      },
      category: {
        type: "token",
        documentation: "RAD, which all are, or a modality of DICOM",
        condition: (values) => {
          const all = values.some(
            ({ system, code }) =>
              (system === undefined || system === radiology.system) && (code === "RAD" || code === null),
          );
          if (all) return anyReport;
          return {
            by: "modalities",
            values: codesInCapitals(values, systems.dicom),
          };
        },
      },
      code: {
        type: "token",
        documentation: "The procedure's code in the catalogue, or 18748-4 of LOINC, which all have",
        condition: (values) =>
          named(values, systems.loinc, { imaging: imagingStudy.code }).length > 0
            ? anyReport
            : { by: "codes", values: codesOf(values) },
      },
      issued: {
        type: "date",
        at: "moment",
        documentation: "When it was signed",
        condition: (spans) => ({ by: "signedAt", spans }),
      },
      date: {
        type: "date",
        at: "clock",
        documentation: "When the study was made, at the facility's clock",
        condition: (spans) => ({ by: "started", spans }),
      },
      "based-on": {
        type: "reference",
        targets: ["ServiceRequest"],
        documentation: "The order that it answers",
        condition: (targets) => ({ by: "orders", values: idsOf(targets) }),
        of: ({ basedOn }: DiagnosticReport) => basedOn ?? [],
      },
      "results-interpreter": {
        type: "reference",
        targets: ["Practitioner"],
        documentation: "Who signed it",
        condition: (targets) => ({ by: "signers", values: idsOf(targets) }),
        of: ({ resultsInterpreter }: DiagnosticReport) => resultsInterpreter ?? [],
      },
      "imaging-study": {
        type: "reference",
        targets: ["ImagingStudy"],
        documentation: "The study that it is on (a parameter of ours: R4 has none)",
        condition: (targets) => ({ by: "studies", values: idsOf(targets) }),
        of: ({ imagingStudy: studies }: DiagnosticReport) => studies ?? [],
      },
      _lastUpdated: {
        type: "date",
        at: "moment",
        documentation: "When what is shown of it last changed",
        condition: (spans) => ({ by: "updatedAt", spans }),
      },
    },
    sorts: { _lastUpdated: "updatedAt" },
    fallback: "-updatedAt",
    async find(asked, conditions, range) {
      const page = await asked.deps.desk.search(asked.viewer, conditions, range);
      const facilities = await asked.facilities();
      return mapPage(page, (found) => {
        const facility = facilities.get(found.report.facilityId);
        return toDiagnosticReport(found, asked.base, {
          timeZone: facility?.timeZone ?? "UTC",
          language: facility?.language ?? "en",
        });
      });
    },
  },
  summary: [
    "identifier",
    "basedOn",
    "status",
    "category",
    "code",
    "subject",
    "effectiveDateTime",
    "issued",
    "performer",
    "resultsInterpreter",
  ],
  mandatory: ["status", "code"],
});
