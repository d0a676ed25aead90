import type { OrderStatus, Priority, StudyStatus } from "@isocenter/contract";
import { foldText, nameKeys } from "@isocenter/server/modules/patients/index.ts";
import { at, type Course, day, type Examination, hour, minute, type Seeding } from "./course.ts";
import type { SeededPatient } from "./people.ts";
import { idOf, type Random } from "./random.ts";
import { addReport } from "./reports.ts";

const stepStatus: Readonly<Record<OrderStatus, string>> = {
  PENDING: "PENDING",
  SCHEDULED: "SCHEDULED",
  ARRIVED: "ARRIVED",
  IN_PROGRESS: "STARTED",
  PERFORMED: "COMPLETED",
  COMPLETED: "COMPLETED",
  ON_HOLD: "PENDING",
  CANCELLED: "CANCELED",
  NO_SHOW: "CANCELED",
  DISCONTINUED: "DISCONTINUED",
};

/** How far the examination came until now: nearly all of the old ones to the end. */
function courseOf(dice: Random, priority: Priority, orderedAt: number, until: number): Course {
  const nothing = {
    scheduledAt: null,
    startedAt: null,
    performedAt: null,
    endedAt: null,
    signedAt: null,
    report: null,
  };
  const wait =
    priority === "STAT" ? 20 * minute : priority === "URGENT" ? day : day + dice.below(13 * 24) * hour;
  // Whole ten minutes of the day, from 07:00 to 19:00.
  const scheduledAt =
    priority === "STAT"
      ? orderedAt + wait
      : Math.floor((orderedAt + wait) / day) * day + 7 * hour + dice.below(72) * 10 * minute;
  const luck = dice.next();
  if (luck < 0.03)
    return { ...nothing, status: "CANCELLED", scheduledAt, endedAt: Math.min(until, orderedAt + hour) };
  if (scheduledAt > until)
    return dice.chance(0.1)
      ? { ...nothing, status: "PENDING" }
      : { ...nothing, status: "SCHEDULED", scheduledAt };
  if (luck < 0.045) return { ...nothing, status: "NO_SHOW", scheduledAt, endedAt: scheduledAt };
  if (luck < 0.047) return { ...nothing, status: "ON_HOLD", scheduledAt };
  const startedAt = scheduledAt + dice.below(40) * minute;
  if (startedAt > until) return { ...nothing, status: "ARRIVED", scheduledAt };
  const performedAt = startedAt + (5 + dice.below(40)) * minute;
  if (performedAt > until) return { ...nothing, status: "IN_PROGRESS", scheduledAt, startedAt };
  if (luck < 0.05)
    return { ...nothing, status: "DISCONTINUED", scheduledAt, startedAt, endedAt: performedAt };
  const signedAt =
    performedAt + (priority === "STAT" ? 10 + dice.below(50) : 30 + dice.below(36 * 60)) * minute;
  if (signedAt > until) {
    const report = dice.chance(0.1) ? "PRELIMINARY" : dice.chance(0.15) ? "DRAFT" : null;
    return { ...nothing, status: "PERFORMED", scheduledAt, startedAt, performedAt, report };
  }
  return {
    status: "COMPLETED",
    scheduledAt,
    startedAt,
    performedAt,
    endedAt: signedAt,
    signedAt,
    report: dice.chance(0.03) ? "AMENDED" : "FINAL",
  };
}

/** The n-th order, with everything that came of it. */
export function addExamination(seeding: Seeding, patient: SeededPatient, orderedAt: number, n: number): void {
  const { rows, dice, journal, until } = seeding;
  const { facility } = patient;
  const priority = dice.next() < 0.06 ? "STAT" : dice.next() < 0.15 ? "URGENT" : "ROUTINE";
  const procedure = dice.of(facility.procedures);
  const provider = dice.chance(0.9) ? patient.physician : dice.of(facility.physicians);
  const course = courseOf(dice, priority, orderedAt, until);
  const one: Examination = {
    n,
    patient,
    provider,
    procedure,
    orderId: idOf(10, orderedAt, n),
    accessionNumber: `A${n + 1}`,
    studyId: idOf(13, course.startedAt ?? orderedAt, n),
    studyUid: `2.25.${10n ** 30n + BigInt(n)}`,
  };
  const station = facility.stations.find(({ modality }) => modality === procedure.modality)!;
  const minutes = procedure.minutes;
  const updated = course.endedAt ?? course.performedAt ?? course.startedAt ?? orderedAt;
  rows.add("imaging_order", {
    id: one.orderId,
    facility_id: facility.id,
    patient_id: patient.id,
    provider_id: provider.id,
    accession_number: one.accessionNumber,
    requested_procedure_id: `R${n + 1}`,
    study_instance_uid: one.studyUid,
    procedure_id: procedure.id,
    procedure_code: procedure.code,
    procedure_coding_scheme: "99ISO",
    procedure_name: procedure.name,
    modality: procedure.modality,
    body_part: procedure.bodyPart,
    clinical_indication: "Pain for two weeks, no trauma; rule out a pathology.",
    priority,
    status: course.status,
    status_reason: course.status === "CANCELLED" ? "No longer needed" : null,
    scheduled_at: at(course.scheduledAt),
    station_ae_title: course.scheduledAt === null ? null : station.aeTitle,
    duration_minutes: minutes,
    ordered_at: new Date(orderedAt),
    arrived_at: at(course.startedAt ?? (course.status === "ARRIVED" ? course.scheduledAt : null)),
    started_at: at(course.startedAt),
    performed_at: at(course.performedAt),
    completed_at: at(course.signedAt),
    ended_at: at(course.endedAt),
    created_by: provider.id,
    version: course.signedAt === null ? 2 : 5,
    updated_at: new Date(updated),
  });
  rows.add("scheduled_step", {
    id: idOf(11, orderedAt, n),
    order_id: one.orderId,
    facility_id: facility.id,
    step_id: `P${n + 1}`,
    modality: procedure.modality,
    description: procedure.name,
    station_id: course.scheduledAt === null ? null : station.id,
    station_ae_title: course.scheduledAt === null ? null : station.aeTitle,
    starts_at: at(course.scheduledAt),
    ends_at: course.scheduledAt === null ? null : new Date(course.scheduledAt + minutes * minute),
    status: stepStatus[course.status],
    updated_at: new Date(updated),
  });
  journal.fact(orderedAt, "order.created", provider, one, { type: "order", id: one.orderId }, [provider.id], {
    status: course.scheduledAt === null ? "PENDING" : "SCHEDULED",
    priority,
  });
  if (course.startedAt === null) return;
  addStudy(seeding, one, course);
  if (course.report !== null) addReport(seeding, one, course);
}

function addStudy({ rows, dice }: Seeding, one: Examination, course: Course): void {
  const { procedure, patient, provider } = one;
  const startedAt = course.startedAt!;
  const instances = { CT: 300, MR: 200, US: 20, DX: 2, MG: 4 }[procedure.modality] ?? 1;
  const images = 1 + dice.below(instances);
  const series = procedure.modality === "CT" || procedure.modality === "MR" ? 3 : 1;
  const stamp = new Date(startedAt).toISOString();
  const date = stamp.slice(0, 10);
  const referrer = provider.name.split(" ").reverse().join("^");
  const settled = course.performedAt ?? (course.status === "DISCONTINUED" ? course.endedAt : null);
  const status: StudyStatus =
    course.report === "DRAFT" || course.report === null
      ? course.status === "IN_PROGRESS"
        ? "IN_PROGRESS"
        : course.status === "DISCONTINUED"
          ? "CANCELLED"
          : "COMPLETED"
      : course.report === "PRELIMINARY"
        ? "PRELIMINARY"
        : "FINAL";
  rows.add("study", {
    id: one.studyId,
    facility_id: patient.facility.id,
    patient_id: patient.id,
    claimed_patient_id: patient.id,
    study_instance_uid: one.studyUid,
    accession_number: one.accessionNumber,
    study_id: String(one.n + 1),
    study_date: date,
    study_time: stamp.slice(11, 19),
    study_at: stamp.slice(0, 19),
    description: procedure.name,
    description_folded: foldText(procedure.name),
    referring_physician: referrer,
    referring_physician_folded: foldText(referrer),
    referring_physician_sounds: nameKeys(referrer).sounds,
    body_part: procedure.bodyPart,
    modalities: [procedure.modality],
    status,
    own_report: course.report !== null,
    number_of_series: series,
    number_of_instances: images,
    size: images * 526_000,
    attributes: {
      "00080020": { vr: "DA", Value: [date.replaceAll("-", "")] },
      "00080030": { vr: "TM", Value: [stamp.slice(11, 19).replaceAll(":", "")] },
      "00080050": { vr: "SH", Value: [one.accessionNumber] },
      "00080090": { vr: "PN", Value: [{ Alphabetic: referrer }] },
      "00081030": { vr: "LO", Value: [procedure.name] },
      "0020000D": { vr: "UI", Value: [one.studyUid] },
      "00200010": { vr: "SH", Value: [String(one.n + 1)] },
    },
    created_at: new Date(startedAt),
    last_received_at: new Date(settled ?? startedAt),
    settled_at: at(settled),
    order_id: one.orderId,
  });
  for (let number = 1; number <= series; number++)
    rows.add("series", {
      id: idOf(14, startedAt, one.n * 4 + number),
      study_id: one.studyId,
      facility_id: patient.facility.id,
      series_instance_uid: `${one.studyUid}.${number}`,
      modality: procedure.modality,
      series_number: number,
      series_date: date,
      description: `${procedure.name} ${number}`,
      description_folded: foldText(`${procedure.name} ${number}`),
      body_part: procedure.bodyPart,
      number_of_instances: Math.max(1, Math.floor(images / series)),
      size: images * 175_000,
      created_at: new Date(startedAt),
    });
}
