import { type PlaceHold, readModality } from "@isocenter/contract";
import {
  invalidAt,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { requirePatient } from "../../patients/index.ts";
import type { DecisionContext } from "./delete.ts";
import type { RetentionRule } from "./retention.ts";

/**
 * Puts a legal hold on a patient or a study of the viewer's home facility: nothing of it is deleted or purged until it is lifted.
 * @throws Refusal `not-found`, `invalid` (`hold.invalid`), `forbidden`
 */
export async function placeHold(
  tx: Tx,
  viewer: Viewer,
  { patientId, studyId, reason }: PlaceHold,
  { clock, journal }: DecisionContext,
): Promise<string> {
  requirePermission(viewer, "retention.manage");
  if ((patientId === undefined) === (studyId === undefined))
    throw invalidAt("hold.invalid", "body.patientId", "or studyId is given, one of the two");
  if (patientId !== undefined) await requirePatient(tx, viewer.homeFacilityId, patientId);
  // Whoever is deleting has finished, or will see the hold.
  const studies = await tx<{ id: string; facilityId: string; patientId: string }[]>`
    select id, facility_id as "facilityId", patient_id as "patientId" from study
    where ${studyId === undefined ? tx`patient_id = ${patientId!} and facility_id = ${viewer.homeFacilityId}` : tx`id = ${studyId}`}
      and facility_id = any(${[...viewer.facilityIds]}::uuid[])
    order by facility_id, study_instance_uid, claimed_patient_id for no key update`;
  const [study] = studies;
  if (studyId !== undefined && !study)
    throw new Refusal("not-found", "study.not-found", "There is no such study.");
  const facilityId = studyId === undefined ? viewer.homeFacilityId : study!.facilityId;
  const id = newId(clock);
  await tx`insert into legal_hold ${tx({
    id,
    facility_id: facilityId,
    patient_id: patientId ?? null,
    study_id: studyId ?? null,
    reason,
    placed_by: viewer.id,
    placed_by_name: viewer.name,
    placed_at: clock.now(),
  })}`;
  await journal.record(tx, viewer, {
    type: "hold.placed",
    subject: studyId === undefined ? { type: "patient", id: patientId! } : { type: "study", id: studyId },
    facilityId,
    patientId: patientId ?? study!.patientId,
    data: { holdId: id },
  });
  return id;
}

/** @throws Refusal `not-found` (`hold.not-found`), `conflict` (`hold.lifted`) */
export async function liftHold(
  tx: Tx,
  viewer: Viewer,
  holdId: string,
  reason: string,
  { clock, journal }: DecisionContext,
): Promise<void> {
  requirePermission(viewer, "retention.manage");
  const [hold] = await tx<
    { facilityId: string; patientId: string | null; studyId: string | null; lifted: boolean }[]
  >`
    select facility_id as "facilityId", patient_id as "patientId", study_id as "studyId", lifted_at is not null as lifted
    from legal_hold where id = ${holdId} and facility_id = any(${[...viewer.facilityIds]}::uuid[]) for update`;
  if (!hold) throw new Refusal("not-found", "hold.not-found", "There is no such legal hold.");
  if (hold.lifted) throw new Refusal("conflict", "hold.lifted", "This legal hold was lifted already.");
  await tx`
    update legal_hold set lifted_by = ${viewer.id}, lifted_by_name = ${viewer.name}, lifted_at = ${clock.now()}, lift_reason = ${reason}
    where id = ${holdId}`;
  await journal.record(tx, viewer, {
    type: "hold.lifted",
    subject: hold.studyId ? { type: "study", id: hold.studyId } : { type: "patient", id: hold.patientId! },
    facilityId: hold.facilityId,
    patientId: hold.patientId,
    data: { holdId },
  });
}

/** As images have it: a rule for MRI would keep nothing, because theirs is MR. */
function modalityOf(text: string, index: number): string {
  if (text.trim() === "") return "";
  const modality = readModality(text);
  if (modality !== null) return modality;
  throw invalidAt(
    "retention.invalid-modality",
    `body.data.${index}.modality`,
    "is no modality as images have it, such as CT or MG",
  );
}

/**
 * The retention rules of the viewer's home facility, all at once.
 * @throws Refusal `invalid` (`retention.invalid-modality`, `retention.duplicate`)
 */
export async function setRetentionRules(
  tx: Tx,
  viewer: Viewer,
  rules: readonly RetentionRule[],
  { clock, journal }: DecisionContext,
): Promise<void> {
  requirePermission(viewer, "retention.manage");
  const clean = rules.map((rule, index) => ({ ...rule, modality: modalityOf(rule.modality, index) }));
  if (new Set(clean.map(({ modality }) => modality)).size < clean.length)
    throw new Refusal("invalid", "retention.duplicate", "A modality has one rule.");
  const facilityId = viewer.homeFacilityId;
  await tx`delete from retention_rule where facility_id = ${facilityId}`;
  for (const { modality, years, untilAge } of clean)
    await tx`insert into retention_rule (facility_id, modality, years, until_age, updated_at)
      values (${facilityId}, ${modality}, ${years}, ${untilAge}, ${clock.now()})`;
  await journal.record(tx, viewer, {
    type: "retention.changed",
    subject: { type: "facility", id: facilityId },
    facilityId,
    data: { rules: clean },
  });
}
