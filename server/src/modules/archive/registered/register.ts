import { modalitiesOfOrder, type RegisterStudy, readOrderModality } from "@isocenter/contract";
import { newUid } from "@isocenter/dicom";
import { newId, Refusal, requirePermission, type Tx, type Viewer } from "../../../platform/index.ts";
import { getOrder, newAccessionNumber } from "../../orders/index.ts";
import { noPatient } from "../../patients/index.ts";
import { personName, readStudyMembers } from "../correct/attributes.ts";
import type { DecisionContext } from "../deletion/delete.ts";
import { studyColumns } from "../levels.ts";
import { linkOrder } from "../link-order.ts";

const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);

/** What the study takes from the order that it is registered for. */
interface OrderOf {
  id: string;
  facilityId: string;
  studyInstanceUid: string;
  accessionNumber: string;
  bodyPart: string | null;
}

/** @throws Refusal `not-found` (`order.not-found`), `conflict` (`study.other-patient`, `order.ended`) */
async function orderOf(tx: Tx, viewer: Viewer, orderId: string, patientId: string): Promise<OrderOf> {
  const order = await getOrder(tx, viewer, orderId);
  if (order.patientId !== patientId)
    throw conflict("study.other-patient", "The order is of another patient than the study.");
  if (order.status === "CANCELLED" || order.status === "DISCONTINUED")
    throw conflict("order.ended", `The order is ${order.status}: no study is registered for it.`);
  return order;
}

/**
 * The first of the facilities where the patient is known, who is held against merges until the study is there.
 * @throws Refusal `not-found` (`patient.not-found`), `conflict` (`patient.merged`)
 */
async function facilityOfPatient(tx: Tx, facilityIds: readonly string[], patientId: string): Promise<string> {
  const [patient] = await tx<{ mergedInto: string | null; facilityId: string }[]>`
    select p.merged_into as "mergedInto", place.id as "facilityId" from patient p cross join lateral (
      select f.facility_id as id from patient_facility f where f.patient_id = p.id and f.facility_id = any(${[...facilityIds]}::uuid[])
      order by array_position(${[...facilityIds]}::uuid[], f.facility_id) limit 1) place
    where p.id = ${patientId} for key share of p`;
  if (!patient) throw noPatient();
  if (patient.mergedInto !== null)
    throw conflict("patient.merged", `The patient is merged into ${patient.mergedInto}: register for them.`);
  return patient.facilityId;
}

function readModalities(text: string): readonly string[] {
  const modality = readOrderModality(text);
  if (modality !== null) return modalitiesOfOrder(modality);
  const message = "must be a modality, such as CT, MR, US or PET_CT";
  throw new Refusal("invalid", "study.invalid-modality", `modality ${message}.`, {
    errors: [{ path: "body.modality", message }],
  });
}

/** That of the order where no study has it yet, else a new one. One who registers the same UID meanwhile is waited for. */
async function uidOf(tx: Tx, facilityId: string, given: string | undefined, order: OrderOf | null) {
  const taken = async (uid: string): Promise<boolean> => {
    await tx`select pg_advisory_xact_lock(hashtextextended(${`study ${facilityId} ${uid}`}, 0))`;
    const [there] =
      await tx`select 1 from study where facility_id = ${facilityId} and study_instance_uid = ${uid} limit 1`;
    return there !== undefined;
  };
  if (given !== undefined) {
    if (await taken(given))
      throw conflict("study.duplicate", "There is a study of this studyInstanceUid at the facility.");
    return given;
  }
  return order !== null && !(await taken(order.studyInstanceUid)) ? order.studyInstanceUid : newUid();
}

/**
 * Registers a study before its images come, or one that is kept elsewhere: SCHEDULED, in the lists of people, and of search protocols once it has images.
 * Images of its patient fill it, by its UID, or by its accession number where the UID was made here and it waits alone under the number, and what they do not say stays as it was registered.
 * @returns its id
 * @throws Refusal `not-found` (`patient.not-found`, `order.not-found`), `conflict` (`study.duplicate`, `study.other-patient`, `order.ended`,
 *   `patient.merged`, `study.number-of-another`), `invalid`, `forbidden`
 */
export async function registerStudy(
  tx: Tx,
  viewer: Viewer,
  input: RegisterStudy,
  context: DecisionContext,
): Promise<string> {
  requirePermission(viewer, "studies.write");
  const { clock, journal } = context;
  const patientId = input.patientId.toLowerCase();
  const order = input.orderId === undefined ? null : await orderOf(tx, viewer, input.orderId, patientId);
  const facilityId = await facilityOfPatient(
    tx,
    order ? [order.facilityId] : [viewer.homeFacilityId, ...viewer.facilityIds],
    patientId,
  );
  const modalities = readModalities(input.modality);
  const uid = await uidOf(tx, facilityId, input.studyInstanceUid, order);
  const accessionNumber =
    input.accessionNumber?.trim() ?? order?.accessionNumber ?? (await newAccessionNumber(tx));
  const attributes = readStudyMembers(
    {
      AccessionNumber: accessionNumber,
      ...(input.studyDescription === undefined ? {} : { StudyDescription: input.studyDescription.trim() }),
      ...(input.studyDate === undefined ? {} : { StudyDate: input.studyDate }),
      ...(input.referringPhysician === undefined
        ? {}
        : { ReferringPhysicianName: personName(input.referringPhysician) }),
    },
    memberOf,
  );
  attributes["0020000D"] = { vr: "UI", Value: [uid] };
  const id = newId(clock);
  const now = clock.now();
  await tx`insert into study ${tx({
    id,
    facility_id: facilityId,
    patient_id: patientId,
    claimed_patient_id: patientId,
    study_instance_uid: uid,
    uid_given: input.studyInstanceUid !== undefined,
    ...studyColumns(attributes),
    attributes: attributes as never,
    body_part: input.bodyPart?.trim() ?? order?.bodyPart ?? null,
    modalities: [...modalities],
    status: "SCHEDULED",
    order_id: order?.id ?? null,
    order_decided: order !== null,
    registered_at: now,
    created_at: now,
  })}`;
  await journal.record(tx, viewer, {
    type: "study.registered",
    subject: { type: "study", id },
    facilityId,
    patientId,
    data: { orderId: order?.id ?? null, modalities },
  });
  if (order === null && input.accessionNumber !== undefined) await linkRegistered(tx, id, context);
  return id;
}

const memberOf: Readonly<Record<string, string>> = {
  AccessionNumber: "accessionNumber",
  StudyDescription: "studyDescription",
  StudyDate: "studyDate",
  ReferringPhysicianName: "referringPhysician",
};

/** The order whose number was given; whoever registers is told at once where it is another patient's. @throws Refusal `conflict` (`study.number-of-another`) */
async function linkRegistered(tx: Tx, studyId: string, context: DecisionContext): Promise<void> {
  await linkOrder(tx, context, studyId);
  const [doubt] =
    await tx`select 1 from reconciliation_item where study_id = ${studyId} and about = 'ORDER' and resolved_at is null`;
  if (doubt)
    throw conflict(
      "study.number-of-another",
      "The accession number or studyInstanceUid is that of another patient's order.",
    );
}
