import { searchStudies, seriesOfStudies } from "../../modules/archive/index.ts";
import { searchPractitioners } from "../../modules/identity/index.ts";
import { searchOrders } from "../../modules/orders/index.ts";
import { getPatient } from "../../modules/patients/index.ts";
import { namesPatient, reportVersions, searchReports } from "../../modules/reports/index.ts";
import { Refusal } from "../../platform/index.ts";
import { asVersion, shown } from "./diagnostic-report.ts";
import { toImagingStudy } from "./imaging-study.ts";
import { toOrganization } from "./organization.ts";
import { toPatient } from "./patient.ts";
import { toPractitioner } from "./practitioner.ts";
import type { Bundle, DiagnosticReport, FhirResource } from "./r4.ts";
import { readForm } from "./report-form.ts";
import type { Asked } from "./resource.ts";
import { toServiceRequest } from "./service-request.ts";

const one = { limit: 1 };

/**
 * A version of a report with what it names and with its letter, as a transaction: each resource is put under its id here, so that the same again changes
 * nothing. @throws Refusal `not-found` where the report or its version is gone
 */
export async function resultBundle(asked: Asked, reportId: string, number: number): Promise<Bundle> {
  const { viewer, base } = asked;
  const { db, clock } = asked.deps.platform;
  const found = (await searchReports(db, viewer, [{ by: "ids", values: [reportId] }], one, clock.now()))
    .data[0];
  const version = (await reportVersions(db, viewer, reportId)).find((made) => made.number === number);
  if (!found || !version) throw new Refusal("not-found", "report.not-found", "There is no such report.");
  const { report } = found;
  const facilities = await asked.facilities();
  const facility = facilities.get(report.facilityId);
  const patient = await getPatient(db, viewer, report.patientId);
  const said = await shown(asked, asVersion(found, version));
  const { presentedForm: _, ...bare } = said;
  const told = namesPatient(version, patient) ? await withLetter(asked, said, number) : bare;
  const orders =
    report.orderId === null
      ? []
      : (await searchOrders(db, viewer, [{ by: "ids", values: [report.orderId] }], one)).data;
  const studies = (await searchStudies(db, viewer, [{ by: "ids", values: [report.studyId] }], one)).data;
  const series = await seriesOfStudies(
    db,
    studies.map(({ id }) => id),
  );
  const ids = [...new Set([version.signer.id, ...orders.map(({ order }) => order.providerId)])];
  const people = (await searchPractitioners(db, viewer, [{ by: "ids", values: ids }], { limit: ids.length }))
    .data;
  const resources: FhirResource[] = [
    told,
    toPatient(patient),
    ...(facility ? [toOrganization(facility)] : []),
    ...people.map(toPractitioner),
    ...orders.map(toServiceRequest),
    ...studies.map((study) => toImagingStudy(study, series.get(study.id) ?? [], facility?.timeZone ?? "UTC")),
  ];
  return {
    resourceType: "Bundle",
    type: "transaction",
    timestamp: clock.now().toISOString(),
    entry: resources.map((resource) => ({
      fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
      resource,
      request: { method: "PUT", url: `${resource.resourceType}/${resource.id}` },
    })),
  };
}

/** Whoever is sent it need not come and fetch it. */
async function withLetter(asked: Asked, told: DiagnosticReport, number: number): Promise<DiagnosticReport> {
  const form = told.presentedForm?.[0];
  if (!form || told.id === undefined) return told;
  const { bytes } = await readForm(asked, told.id, number);
  return { ...told, presentedForm: [{ ...form, data: Buffer.from(bytes).toString("base64") }] };
}
