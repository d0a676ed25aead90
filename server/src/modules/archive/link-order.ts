import { modalitiesOfOrder, type ReconciliationAction } from "@isocenter/contract";
import { type Fragment, newId, Refusal, systemViewer, type Tx, type Viewer } from "../../platform/index.ts";
import {
  completeOrder,
  type FoundOrder,
  findOrderForStudy,
  performOrder,
  startOrder,
  stepsOfModalities,
} from "../orders/index.ts";
import type { DecisionContext } from "./deletion/delete.ts";

interface StudyToLink {
  id: string;
  facilityId: string;
  patientId: string;
  studyInstanceUid: string;
  accessionNumber: string | null;
  orderId: string | null;
  orderDecided: boolean;
  modalities: string[];
  /** Whose it is waits for a decision: which order it answers is asked after that. */
  provisional: boolean;
}

async function readStudy(tx: Tx, studyId: string, lock: Fragment): Promise<StudyToLink | null> {
  const [study] = await tx<StudyToLink[]>`
    select st.id, st.facility_id as "facilityId", st.patient_id as "patientId", st.study_instance_uid as "studyInstanceUid",
      st.accession_number as "accessionNumber", st.order_id as "orderId", st.order_decided as "orderDecided", st.modalities,
      (select p.provisional from patient p where p.id = st.patient_id) as provisional
    from study st where st.id = ${studyId} ${lock}`;
  return study ?? null;
}

const lockStudy = (tx: Tx, studyId: string) => readStudy(tx, studyId, tx`for no key update of st`);

async function findOrder(tx: Tx, study: StudyToLink): Promise<FoundOrder | null> {
  const [requests] = await tx<{ steps: string[]; procedures: string[] }[]>`
    select coalesce(array_agg(distinct step) filter (where step is not null), '{}') as steps,
      coalesce(array_agg(distinct procedure) filter (where procedure is not null), '{}') as procedures
    from series se left join lateral unnest(se.scheduled_step_ids) step on true
      left join lateral unnest(se.requested_procedure_ids) procedure on true
    where se.study_id = ${study.id}`;
  return findOrderForStudy(
    tx,
    study.facilityId,
    {
      accessionNumber: study.accessionNumber ?? "",
      studyInstanceUid: study.studyInstanceUid,
      requestedProcedureIds: requests?.procedures ?? [],
      scheduledStepIds: requests?.steps ?? [],
    },
    study.patientId,
  );
}

/**
 * Finds the order that a study answers, where it has none yet and no person decided: by study UID, accession number, or what Request Attributes Sequence names;
 * only one of the study's own patient. Numbers that lead to another patient's order, or of a settled study to none, are written down for a person to decide.
 * @returns the order, or null
 */
export async function linkOrder(
  tx: Tx,
  context: DecisionContext,
  studyId: string,
  { settled = false }: { settled?: boolean } = {},
): Promise<string | null> {
  // While images come in nobody waits for a study that answers no order.
  const seen = settled ? null : await readStudy(tx, studyId, tx``);
  if (seen && (seen.orderId !== null || seen.orderDecided)) return seen.orderId;
  if (seen && (await findOrder(tx, seen)) === null) return null;
  const study = await lockStudy(tx, studyId);
  if (!study) return null;
  if (study.orderId !== null || study.orderDecided) return study.orderId;
  const found = await findOrder(tx, study);
  if (!found?.patientFits) {
    if (!study.provisional) await noteConflict(tx, context, study, found, settled);
    return null;
  }
  const viewer = systemViewer([study.facilityId]);
  await tx`update study set order_id = ${found.orderId}, version = version + 1 where id = ${studyId}`;
  await recordLink(tx, viewer, study, { orderId: found.orderId, by: found.by }, context);
  await closeConflict(tx, viewer, study, { action: "MATCH", orderId: found.orderId, reason: null }, context);
  return found.orderId;
}

async function recordLink(
  tx: Tx,
  viewer: Viewer,
  { id, facilityId, patientId }: Pick<StudyToLink, "id" | "facilityId" | "patientId">,
  data: { orderId: string; by: string },
  { journal }: DecisionContext,
  type = "study.linked",
): Promise<void> {
  const subject = { type: "study", id };
  await journal.record(tx, viewer, { type, subject, facilityId, patientId, data });
}

/** Numbers that are asked about: those of an order are unique, while those of steps repeat from machine to machine. */
const tells: readonly FoundOrder["by"][] = ["studyInstanceUid", "accessionNumber"];
/** Where orders of the modality come to the facility, a number that none has is an exception. */
const ordersOfLastDays = 30;

async function noteConflict(
  tx: Tx,
  { clock, journal }: DecisionContext,
  study: StudyToLink,
  found: FoundOrder | null,
  settled: boolean,
): Promise<void> {
  const named = found !== null && tells.includes(found.by) ? found : null;
  if (named === null && !(settled && (await ordersAreUsual(tx, study, clock.now())))) return;
  const { id: studyId, facilityId, patientId } = study;
  const [opened] = await tx<{ id: string }[]>`
    insert into reconciliation_item (id, facility_id, kind, study_id, patient_id, known_patient_id, order_id, claim, created_at)
    select ${newId(clock)}, ${facilityId}, 'order-conflict', ${studyId}, p.id, ${named?.patientId ?? null}, ${named?.orderId ?? null},
      json_build_object('name', p.name, 'value', coalesce(i.value, ''), 'issuer', coalesce(i.issuer, ''), 'birthDate', p.birth_date, 'sex', p.sex),
      ${clock.now()}
    from patient p left join lateral (
      select value, issuer from patient_identifier where patient_id = p.id order by position, id limit 1) i on true
    where p.id = ${patientId}
    on conflict (study_id, about) where resolved_at is null do nothing returning id`;
  if (!opened) return;
  await journal.record(tx, systemViewer([facilityId]), {
    type: "reconciliation.opened",
    subject: { type: "reconciliation", id: opened.id },
    facilityId,
    patientId,
    data: { kind: "order-conflict", studyId, orderId: named?.orderId ?? null },
  });
}

/** The study has an accession number, and orders of its modality came to the facility of late. */
async function ordersAreUsual(tx: Tx, study: StudyToLink, now: Date): Promise<boolean> {
  if (study.accessionNumber === null) return false;
  const since = new Date(now.getTime() - ordersOfLastDays * 86_400_000);
  const combined = study.modalities.some((modality) => modalitiesOfOrder("PET_CT").includes(modality));
  const modalities = [...study.modalities, ...(combined ? ["PET_CT"] : [])];
  const [usual] = await tx`
    select 1 from imaging_order where facility_id = ${study.facilityId} and ordered_at > ${since} and modality = any(${modalities}::text[])
    limit 1`;
  return usual !== undefined;
}

/** What was open about the study's order is decided by what happened to it. */
async function closeConflict(
  tx: Tx,
  viewer: Viewer,
  { id, facilityId, patientId, orderId: before, orderDecided }: StudyToLink,
  {
    action,
    orderId,
    reason,
  }: { action: ReconciliationAction; orderId: string | null; reason: string | null },
  { clock, journal }: DecisionContext,
): Promise<void> {
  const undo = { order: { orderId: before, decided: orderDecided } };
  const closed = await tx<{ id: string }[]>`
    update reconciliation_item set action = ${action}, target_order_id = ${orderId}, reason = ${reason}, before = ${tx.json(undo)},
      resolved_by = ${viewer.id}, resolved_by_name = ${viewer.name}, resolved_at = ${clock.now()}, version = version + 1
    where study_id = ${id} and about = 'ORDER' and resolved_at is null returning id`;
  for (const item of closed)
    await journal.record(tx, viewer, {
      type: "reconciliation.resolved",
      subject: { type: "reconciliation", id: item.id },
      facilityId,
      patientId,
      data: { action, kind: "ORDER_CONFLICT", studyId: id, orderId },
    });
}

/** An order of the facility and the patient. @throws Refusal `not-found` (`order.not-found`), `conflict` (`study.other-patient`) */
async function requireOrderOf(tx: Tx, study: StudyToLink, orderId: string): Promise<void> {
  const [order] = await tx<{ fits: boolean }[]>`
    select patient_id = ${study.patientId} as fits from imaging_order where id = ${orderId} and facility_id = ${study.facilityId}`;
  if (!order) throw new Refusal("not-found", "order.not-found", "There is no such order.");
  if (!order.fits)
    throw new Refusal(
      "conflict",
      "study.other-patient",
      "The order is of another patient than the study: give the study to that patient first, if it is theirs.",
    );
}

/**
 * A person says which order a study answers, or that it answers none: images that come later do not change it. The order goes on as the study has.
 * @param closes whether this decides an open item about it too; false where the item is what is being decided
 * @throws Refusal `not-found` (`order.not-found`), `conflict` (`study.other-patient`)
 */
export async function decideOrder(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  {
    orderId,
    reason = null,
    closes = true,
  }: { orderId: string | null; reason?: string | null; closes?: boolean },
  context: DecisionContext,
): Promise<void> {
  const study = await lockStudy(tx, studyId);
  if (!study) throw new Refusal("not-found", "study.not-found", "There is no such study.");
  if (orderId !== null) await requireOrderOf(tx, study, orderId);
  if (closes)
    await closeConflict(
      tx,
      viewer,
      study,
      { action: orderId === null ? "ACCEPT" : "MATCH", orderId, reason },
      context,
    );
  await setOrder(tx, viewer, study, { orderId, decided: true }, context);
  if (orderId !== null) await moveOrderOf(tx, viewer, studyId, "linked", context);
}

/** The order that a study answers is another; both sides are recorded. */
async function setOrder(
  tx: Tx,
  viewer: Viewer,
  study: StudyToLink,
  { orderId, decided }: { orderId: string | null; decided: boolean },
  context: DecisionContext,
): Promise<void> {
  await tx`
    update study set order_id = ${orderId}, order_decided = ${decided}, version = version + 1 where id = ${study.id}`;
  if (orderId === study.orderId) return;
  const by = viewer.kind === "system" ? "patient" : "person";
  if (study.orderId !== null)
    await recordLink(tx, viewer, study, { orderId: study.orderId, by }, context, "study.unlinked");
  if (orderId !== null) await recordLink(tx, viewer, study, { orderId, by }, context);
}

/** What an undo gives back: the order, and whether a person had decided it. */
export async function restoreOrder(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  before: { orderId: string | null; decided: boolean },
  context: DecisionContext,
): Promise<void> {
  const study = await lockStudy(tx, studyId);
  if (study) await setOrder(tx, viewer, study, before, context);
}

/** The study is another patient's now: an order of whom it was is not its own any more, and one of whose it is may be. */
export async function relinkOrder(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  context: DecisionContext,
): Promise<void> {
  const study = await lockStudy(tx, studyId);
  if (!study) return;
  if (study.orderId !== null) {
    const [fitting] = await tx`
      select 1 from imaging_order where id = ${study.orderId} and patient_id = ${study.patientId}`;
    if (fitting) return;
    await setOrder(tx, viewer, study, { orderId: null, decided: false }, context);
  }
  const orderId = await linkOrder(tx, context, studyId);
  if (orderId !== null) await moveOrderOf(tx, viewer, studyId, "linked", context);
}

/** The order goes on as its study has: begun with it, performed when it is settled, completed when it is reported. */
export async function moveOrderOf(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  by: string,
  { clock, journal }: DecisionContext,
): Promise<void> {
  const [study] = await tx<{ orderId: string | null; status: string; modalities: string[] }[]>`
    select order_id as "orderId", status, modalities from study where id = ${studyId}`;
  if (!study || study.orderId === null) return;
  const { orderId, status, modalities } = study;
  if (["SCHEDULED", "ARRIVED", "CANCELLED"].includes(status)) return;
  const stepIds = await stepsOfModalities(tx, orderId, modalities);
  const event = { orderId, at: clock.now(), by, stepIds };
  await startOrder(tx, viewer, event, { clock, journal });
  if (status === "IN_PROGRESS") return;
  await performOrder(tx, viewer, event, { clock, journal });
  if (status === "FINAL") await completeOrder(tx, viewer, event, { clock, journal });
}
