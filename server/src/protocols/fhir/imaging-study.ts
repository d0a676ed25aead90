import { type Series, type Study, type StudyStatus, studyStatuses } from "@isocenter/contract";
import { type StudyCondition, searchStudies, seriesOfStudies } from "../../modules/archive/index.ts";
import { mapPage } from "../../platform/index.ts";
import { idsOf, patientParameter } from "./compile.ts";
import {
  meta,
  modalityCodings,
  numberIdentifier,
  patientReference,
  plain,
  readNumberSystem,
  referTo,
  said,
  systems,
  uidIdentifier,
  uidOf,
} from "./datatypes.ts";
import { dateTimeAt } from "./dates.ts";
import { wadoEndpoint } from "./endpoint-ids.ts";
import type { ImagingStudy, ImagingStudySeries } from "./r4.ts";
import { type Asked, type Resource, resource } from "./resource.ts";
import { codesInCapitals, named, type Token } from "./token.ts";

/** Available is what has images; what is expected is registered. */
const imagingStudyStatus = {
  SCHEDULED: "registered",
  ARRIVED: "registered",
  IN_PROGRESS: "available",
  COMPLETED: "available",
  PRELIMINARY: "available",
  FINAL: "available",
  CANCELLED: "cancelled",
} as const satisfies Record<StudyStatus, ImagingStudy["status"]>;

const toSeries = (series: Series): ImagingStudySeries =>
  said({
    uid: series.seriesInstanceUid,
    number: series.seriesNumber !== null && series.seriesNumber >= 0 ? series.seriesNumber : undefined,
    modality: { system: systems.dicom, code: series.modality },
    description: plain(series.seriesDescription),
    numberOfInstances: series.numberOfInstances,
    bodySite: plain(series.bodyPart) === undefined ? undefined : { display: plain(series.bodyPart) },
  });

/** A study with its series; its instances are found by the endpoint. @param timeZone of its facility */
export function toImagingStudy(study: Study, series: readonly Series[], timeZone: string): ImagingStudy {
  const { id, facilityId, orderId, accessionNumber, studyDate, studyTime, referringPhysician } = study;
  return said<ImagingStudy>({
    resourceType: "ImagingStudy",
    id,
    // Its version does not count images, which come by themselves.
    meta: meta(`${study.version}.${study.numberOfInstances}`, study.lastReceivedAt ?? study.createdAt),
    identifier: [
      uidIdentifier(study.studyInstanceUid),
      ...(accessionNumber === null
        ? []
        : [numberIdentifier(facilityId, "accession-number", accessionNumber)]),
    ],
    status: imagingStudyStatus[study.status],
    modality: study.modalities.flatMap(modalityCodings),
    subject: patientReference(study.patient),
    started: studyDate === null ? undefined : dateTimeAt(studyDate, studyTime, timeZone),
    basedOn: orderId === null ? [] : [referTo("ServiceRequest", orderId)],
    referrer: plain(referringPhysician) === undefined ? undefined : { display: plain(referringPhysician) },
    endpoint: study.numberOfInstances > 0 ? [referTo("Endpoint", wadoEndpoint)] : [],
    numberOfSeries: study.numberOfSeries,
    numberOfInstances: study.numberOfInstances,
    description: plain(study.studyDescription),
    series: series.map(toSeries),
  });
}

async function shown(asked: Asked, studies: readonly Study[]): Promise<ImagingStudy[]> {
  const { db } = asked.deps.platform;
  const series = await seriesOfStudies(
    db,
    studies.map(({ id }) => id),
  );
  const facilities = await asked.facilities();
  return studies.map((study) =>
    toImagingStudy(study, series.get(study.id) ?? [], facilities.get(study.facilityId)?.timeZone ?? "UTC"),
  );
}

/** The UID of a study, or its accession number. */
function numbered({ system, code }: Token): StudyCondition[] {
  const uid = (text: string): StudyCondition => ({ by: "uids", values: [uidOf(text)] });
  if (system === systems.dicomUid)
    return [code === null ? { by: "statuses", values: studyStatuses } : uid(code)];
  if (system === null) return [];
  if (system === undefined)
    return code === null
      ? []
      : /^(urn:oid:)?[0-2](\.\d+)+$/.test(code)
        ? [uid(code)]
        : [{ by: "accessionNumbers", values: [{ facilityId: null, value: code }] }];
  const place = readNumberSystem(system);
  return place?.kind === "accession-number"
    ? [{ by: "accessionNumbers", values: [{ facilityId: place.facilityId, value: code }] }]
    : [];
}

const patient = patientParameter("Whose images they are", ({ subject }: ImagingStudy) => [subject]);

export const imagingStudies: Resource = resource<ImagingStudy, StudyCondition>({
  type: "ImagingStudy",
  permission: "images.read",
  documentation:
    "A study of the archive with its series; its images are read by the DICOMweb endpoint that it names.",
  async read(asked, id) {
    const study = await asked.deps.archive.getStudy(asked.viewer, id);
    return (await shown(asked, [study]))[0]!;
  },
  search: {
    parameters: {
      patient,
      subject: patient,
      identifier: {
        type: "token",
        documentation: "Study instance UID (of urn:dicom:uid, with or without urn:oid:) or accession number",
        condition: (values) => {
          const any = values.flatMap(numbered);
          return any.length === 1 ? any[0]! : { by: "any", of: any };
        },
      },
      status: {
        type: "token",
        not: true,
        documentation: "registered, available, cancelled",
        condition: (values, not) => ({
          by: "statuses",
          values: named(values, "http://hl7.org/fhir/imagingstudy-status", imagingStudyStatus, not),
        }),
      },
      modality: {
        type: "token",
        documentation: "Of any of its series, as DICOM writes it",
        condition: (values) => ({
          by: "modalities",
          values: codesInCapitals(values, systems.dicom),
        }),
      },
      started: {
        type: "date",
        at: "clock",
        documentation: "Date and time of the study, at the facility's clock",
        condition: (spans) => ({ by: "started", spans }),
      },
      basedon: {
        type: "reference",
        targets: ["ServiceRequest"],
        documentation: "The order that it answers",
        condition: (targets) => ({ by: "orders", values: idsOf(targets) }),
        of: ({ basedOn }: ImagingStudy) => basedOn ?? [],
      },
      endpoint: {
        type: "reference",
        targets: ["Endpoint"],
        documentation: "Where its images are read: all are at one place",
        condition: (targets) =>
          targets.some(({ id }) => id === wadoEndpoint) ? { by: "received" } : { by: "none" },
        of: ({ endpoint }: ImagingStudy) => endpoint ?? [],
      },
      _lastUpdated: {
        type: "date",
        at: "moment",
        documentation: "When its last image came, or it was registered",
        condition: (spans) => ({ by: "updatedAt", spans }),
      },
    },
    sorts: { started: "studyDate" },
    fallback: "-studyDate",
    async find(asked, conditions, range) {
      const { deps, viewer } = asked;
      const page = await searchStudies(deps.platform.db, viewer, conditions, range);
      const patients = new Set(page.data.map(({ patientId }) => patientId));
      await deps.journal.access(viewer, {
        action: "study.searched",
        subject: { type: "search", id: "studies" },
        patientId: patients.size === 1 ? [...patients][0]! : null,
        data: { found: page.total },
      });
      const resources = await shown(asked, page.data);
      const at = new Map(page.data.map((study, index) => [study, resources[index]!]));
      return mapPage(page, (study) => at.get(study)!);
    },
  },
  summary: [
    "identifier",
    "status",
    "modality",
    "subject",
    "started",
    "basedOn",
    "referrer",
    "endpoint",
    "numberOfSeries",
    "numberOfInstances",
    "description",
    "series",
  ],
  mandatory: ["status", "subject"],
});
