import type { ImagingOrder, Priority } from "@isocenter/contract";
import { type FieldInput, formatTime, type RepetitionInput } from "@isocenter/hl7";
import type { ReportPaper } from "../../../modules/reports/index.ts";
import { type Clinician, clinicianField, nameField } from "./people.ts";
import { olderThan } from "./versions.ts";

/** What a message is about: an examination that was ordered here, or a study that came without an order. */
export interface Examination {
  placerOrderNumber: string | null;
  accessionNumber: string | null;
  requestedProcedureId: string | null;
  procedure: { code: string | null; scheme: string | null; name: string };
  modality: string | null;
  priority: Priority | null;
  clinicalIndication: string;
  orderedBy: Clinician | null;
  /** As the images name them, where nobody ordered here; a name of DICOM. */
  referring: string | null;
  orderedAt: Date | null;
  scheduledAt: Date | null;
}

/** Table 0485 (TQ1-9) and, with the same letters, OBR-27.6. */
const priorityOf: Readonly<Record<Priority, string>> = { STAT: "S", URGENT: "A", ROUTINE: "R" };

const number = (value: string | null, application: string): RepetitionInput =>
  value === null ? "" : [value, application];

/** Our number is the accession number: what the images carry, and what both sides can look for. */
export const orderNumbers = (
  { placerOrderNumber, accessionNumber }: Examination,
  { receiver, sender }: { receiver: string; sender: string },
): Record<2 | 3, FieldInput> => ({
  2: number(placerOrderNumber, placerOrderNumber === null ? "" : receiver),
  3: number(accessionNumber, sender),
});

export const referringField = ({ orderedBy, referring }: Examination): FieldInput =>
  orderedBy ? clinicianField(orderedBy) : referring === null ? "" : nameField(referring);

/** OBR-4: the procedure's code, its name and the scheme; what has no code is named. */
const procedureField = ({ procedure: { code, scheme, name } }: Examination): FieldInput =>
  code === null ? ["", name] : [code, name, scheme ?? "L"];

/** Start and priority as they were written before v2.7: component 4 is the start, 6 the priority. */
const quantityTiming = (
  { priority, scheduledAt }: Examination,
  version: string,
  offset: number,
): FieldInput =>
  olderThan(version, "2.7")
    ? [
        "",
        "",
        "",
        scheduledAt ? formatTime(scheduledAt, offset) : "",
        "",
        priority ? priorityOf[priority] : "",
      ]
    : "";

/** TQ1, which says the same from v2.5 on; null before. */
export function timingFields(
  { priority, scheduledAt }: Examination,
  version: string,
  offset: number,
): Record<number, FieldInput> | null {
  if (olderThan(version, "2.5") || (priority === null && scheduledAt === null)) return null;
  return {
    1: "1",
    7: scheduledAt ? formatTime(scheduledAt, offset) : "",
    9: priority ? priorityOf[priority] : "",
  };
}

/** The fields of OBR that order messages and results have in common. */
export const requestFields = (
  examination: Examination,
  {
    receiver,
    sender,
    version,
    offset,
  }: { receiver: string; sender: string; version: string; offset: number },
): Record<number, FieldInput> => ({
  1: "1",
  ...orderNumbers(examination, { receiver, sender }),
  4: procedureField(examination),
  16: referringField(examination),
  18: examination.accessionNumber ?? "",
  19: examination.requestedProcedureId ?? "",
  24: examination.modality ?? "",
  27: quantityTiming(examination, version, offset),
  31: examination.clinicalIndication === "" ? "" : ["", examination.clinicalIndication],
});

export const examinationOfOrder = (
  order: ImagingOrder,
  orderedBy: Clinician | null,
  scheme: string | null,
): Examination => ({
  placerOrderNumber: order.placerOrderNumber,
  accessionNumber: order.accessionNumber,
  requestedProcedureId: order.requestedProcedureId,
  procedure: { code: order.procedureCode, scheme, name: order.procedureName },
  modality: order.modality,
  priority: order.priority,
  clinicalIndication: order.clinicalIndication,
  orderedBy,
  referring: null,
  orderedAt: new Date(order.orderedAt),
  scheduledAt: order.scheduledAt === null ? null : new Date(order.scheduledAt),
});

/** What the images say of a study that nobody ordered here. */
export const examinationOfStudy = (study: ReportPaper["study"]): Examination => ({
  placerOrderNumber: null,
  accessionNumber: study.accessionNumber,
  requestedProcedureId: null,
  procedure: { code: null, scheme: null, name: study.description ?? study.modalities.join(", ") },
  modality: study.modalities[0] ?? null,
  priority: null,
  clinicalIndication: "",
  orderedBy: null,
  referring: study.referringPhysician,
  orderedAt: null,
  scheduledAt: null,
});
