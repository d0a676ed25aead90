import { createHash } from "node:crypto";
import type { ReportStatus } from "@isocenter/contract";
import { hashOf } from "@isocenter/server/modules/reports/chain.ts";
import { emptyContent } from "@isocenter/server/modules/reports/content.ts";
import { addBill } from "./bills.ts";
import { at, type Course, day, type Examination, hour, minute, type Seeding } from "./course.ts";
import { addFinding } from "./findings.ts";
import { idOf } from "./random.ts";

const noImages = createHash("sha256").update("seeded").digest();

/** The report of an examination with its versions, and what follows a signature. */
export function addReport(seeding: Seeding, one: Examination, course: Course): void {
  const { rows, dice, journal, until } = seeding;
  const { patient } = one;
  const author = dice.of(patient.facility.readers);
  const id = idOf(15, course.performedAt!, one.n);
  const status = course.report!;
  const firstSigned = course.signedAt;
  const content = {
    ...emptyContent(),
    technique: `${one.procedure.name}, standard protocol.`,
    findings:
      "No acute abnormality. Age-appropriate appearance of the depicted structures; no focal lesion, no effusion, no fracture.",
    impression: dice.chance(0.8) ? "Normal examination." : "Degenerative changes, otherwise unremarkable.",
  };
  const kinds: ReportStatus[] =
    status === "DRAFT"
      ? []
      : status === "PRELIMINARY"
        ? ["PRELIMINARY"]
        : status === "AMENDED"
          ? ["FINAL", "AMENDED"]
          : ["FINAL"];
  const times = kinds.map((_, index) =>
    firstSigned === null ? course.performedAt! + 10 * minute : Math.min(until, firstSigned + index * 2 * day),
  );
  const resident = kinds[0] === "PRELIMINARY" ? dice.of(patient.facility.residents) : author;
  let previousHash: Buffer | null = null;
  kinds.forEach((kind, index) => {
    const signer = kind === "PRELIMINARY" ? resident : author;
    const version = {
      reportId: id,
      number: index + 1,
      status: kind,
      content,
      template: null,
      reason: kind === "AMENDED" ? "A prior was compared later." : null,
      signerId: signer.id,
      signerName: signer.name,
      signedAt: new Date(times[index]!),
      patient: {
        id: patient.id,
        name: patient.name,
        identifier: patient.identifier,
        issuer: patient.issuer,
        birthDate: patient.birthDate,
        sex: patient.sex,
      },
      orderId: one.orderId,
      studyInstanceUid: one.studyUid,
      accessionNumber: one.accessionNumber,
      imageSetHash: noImages,
      images: 1,
      previousHash,
    };
    const hash = hashOf(version);
    rows.add("report_version", {
      id: idOf(16, times[index]!, one.n * 2 + index),
      report_id: id,
      number: index + 1,
      status: kind,
      content,
      reason: version.reason,
      signer_id: signer.id,
      signer_name: signer.name,
      signed_at: version.signedAt,
      patient: version.patient,
      order_id: one.orderId,
      study_instance_uid: one.studyUid,
      accession_number: one.accessionNumber,
      image_set_hash: noImages,
      images: 1,
      previous_hash: previousHash,
      hash,
    });
    const fact =
      kind === "PRELIMINARY" ? "report.submitted" : kind === "AMENDED" ? "report.amended" : "report.signed";
    journal.fact(times[index]!, fact, signer, one, { type: "report", id }, [one.provider.id, signer.id], {
      hash: hash.toString("hex"),
      number: index + 1,
    });
    previousHash = hash;
  });
  const last = kinds.length;
  rows.add("report", {
    id,
    facility_id: patient.facility.id,
    study_id: one.studyId,
    status,
    version: last + 1,
    author_id: resident.id,
    author_name: resident.name,
    content,
    last_number: last,
    signed_number: firstSigned === null ? null : last,
    submitted_by: status === "PRELIMINARY" ? resident.id : null,
    submitted_by_name: status === "PRELIMINARY" ? resident.name : null,
    submitted_at: status === "PRELIMINARY" ? new Date(times[0]!) : null,
    signer_id: firstSigned === null ? null : author.id,
    signer_name: firstSigned === null ? null : author.name,
    first_signed_at: at(firstSigned),
    signed_at: firstSigned === null ? null : new Date(times.at(-1)!),
    known_images: 1,
    created_at: new Date(course.performedAt!),
    updated_at: new Date(times.at(-1) ?? course.performedAt!),
  });
  rows.add("report_person", {
    user_id: resident.id,
    report_id: id,
    created_at: new Date(course.performedAt!),
  });
  rows.add("report_reader", {
    report_id: id,
    user_id: resident.id,
    known_images: 1,
    active_at: new Date(times[0] ?? course.performedAt!),
  });
  if (firstSigned === null) return;
  if (firstSigned > until - 365 * day) addNotice(seeding, one, id, firstSigned);
  if (dice.chance(seeding.findings)) addFinding(seeding, one, id, author, firstSigned);
  addBill(seeding, one, id, firstSigned);
}

/** Whoever asked is told that the report is there, and has read most of what is older than two days. */
function addNotice(
  { rows, dice, until }: Seeding,
  one: Examination,
  reportId: string,
  signedAt: number,
): void {
  const read = signedAt < until - 2 * day ? dice.chance(0.98) : dice.chance(0.5);
  rows.add("notice", {
    id: idOf(20, signedAt, one.n),
    facility_id: one.patient.facility.id,
    recipient_id: one.provider.id,
    kind: "report.available",
    level: "INFO",
    subject_type: "report",
    subject_id: reportId,
    patient_id: one.patient.id,
    key: `report.available:${reportId}:1`,
    created_at: new Date(signedAt),
    read_at: read ? new Date(Math.min(until, signedAt + 3 * hour)) : null,
  });
  if (!read) return;
  rows.add("report_delivery", {
    report_id: reportId,
    number: 1,
    recipient_kind: "user",
    recipient_id: one.provider.id,
    way: "viewed",
    delivered_at: new Date(Math.min(until, signedAt + 3 * hour)),
  });
}
