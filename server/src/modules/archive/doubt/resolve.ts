import {
  actionsOfReconciliation,
  type ReconciliationAction,
  type ReconciliationKind,
} from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import {
  type AcceptedBefore,
  acceptProvisional,
  dropMembership,
  ensureMembership,
  requirePatient,
  survivorOf,
  undoAcceptance,
} from "../../patients/index.ts";
import { moveStudies } from "../assign.ts";
import { type DecisionContext, deleteAgain, deleteImages, restoreDeletion } from "../deletion/delete.ts";
import { decideOrder, relinkOrder, restoreOrder } from "../link-order.ts";
import { leavePlace, type PlaceBefore, takePlace } from "./take-place.ts";

export interface Resolution {
  action: ReconciliationAction;
  /** Of MOVE. */
  patientId?: string;
  /** Of MATCH to an order. */
  orderId?: string;
  /** Of MATCH to a registered study. */
  studyId?: string;
  /** Of ACCEPT. */
  identifier?: { value: string; issuer?: string };
  reason?: string;
  expectedVersion?: number;
}

/** What an undo gives back. */
interface Before {
  assignedPatientId?: string | null;
  /** The facility knows the target only since then. */
  memberAdded?: boolean;
  accepted?: AcceptedBefore;
  deletionId?: string;
  /** Images that came back, by the deletion that had taken them. */
  restored?: Record<string, string[]>;
  /** The registered study whose place was taken. */
  place?: PlaceBefore;
  /** The order that the study answered, and whether a person had said so. */
  order?: { orderId: string | null; decided: boolean };
}

interface Item {
  id: string;
  facilityId: string;
  kind: ReconciliationKind;
  /** What is in doubt: IMAGES, ORDER, PATIENT. */
  about: string;
  studyId: string;
  /** The provisional patient. */
  patientId: string;
  knownPatientId: string | null;
  orderId: string | null;
  resolved: boolean;
  resolvedWith: string | null;
  action: ReconciliationAction | null;
  targetPatientId: string | null;
  before: Before | null;
  version: number;
}

const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);

/** The item, locked after its study, which is how ingest locks. @throws Refusal `not-found` (`reconciliation.not-found`) */
async function lockItem(tx: Tx, viewer: Viewer, itemId: string): Promise<Item> {
  const here = [...viewer.facilityIds];
  await tx`
    select 1 from study where id = (select study_id from reconciliation_item where id = ${itemId}) for no key update`;
  const [item] = await tx<Item[]>`
    select id, facility_id as "facilityId", upper(replace(kind, '-', '_')) as kind, about, order_id as "orderId", study_id as "studyId", patient_id as "patientId",
      known_patient_id as "knownPatientId", resolved_at is not null as resolved, resolved_with as "resolvedWith", action,
      target_patient_id as "targetPatientId", before, version
    from reconciliation_item where id = ${itemId} and facility_id = any(${here}::uuid[]) for update`;
  if (!item)
    throw new Refusal("not-found", "reconciliation.not-found", "There is no such item of reconciliation.");
  return item;
}

/**
 * Decides an item: whose the study is, or whether it is to be seen at all. What comes for the study from now on goes where it went.
 * @throws Refusal `not-found`, `conflict` (`reconciliation.resolved`, `reconciliation.action-not-allowed`, `version.conflict`, ...), `invalid`
 */
export async function resolveReconciliation(
  tx: Tx,
  viewer: Viewer,
  itemId: string,
  resolution: Resolution,
  context: DecisionContext,
): Promise<void> {
  requirePermission(viewer, "images.correct");
  const item = await lockItem(tx, viewer, itemId);
  const { action } = resolution;
  if (item.resolved)
    throw conflict("reconciliation.resolved", `This was decided already: ${item.action}. Undo it first.`);
  checkVersion(resolution.expectedVersion, item.version);
  const allowed = actionsOfReconciliation[item.kind];
  if (!allowed.includes(action))
    throw conflict(
      "reconciliation.action-not-allowed",
      `${item.kind} takes ${allowed.map((one) => one.toLowerCase()).join(", ")}.`,
    );
  checkMembers(item.kind, resolution);
  const orderBefore = await orderOf(tx, item.studyId);
  const { targetPatientId, before } =
    item.kind === "ORDER_CONFLICT"
      ? await applyToOrder(tx, viewer, item, resolution, context)
      : await apply(tx, viewer, item, resolution, context);
  if (targetPatientId !== null) await relinkOrder(tx, viewer, item.studyId, context);
  const order = await orderOf(tx, item.studyId);
  if (order.orderId !== orderBefore.orderId || order.decided !== orderBefore.decided)
    before.order = orderBefore;
  const at = context.clock.now();
  await tx`
    update reconciliation_item set action = ${action}, reason = ${resolution.reason ?? null}, target_patient_id = ${targetPatientId},
      target_order_id = ${item.kind === "ORDER_CONFLICT" ? order.orderId : null}, target_study_id = ${before.place?.registeredId ?? null}, before = ${tx.json(before as never)}, resolved_by = ${viewer.id}, resolved_by_name = ${viewer.name}, resolved_at = ${at},
      version = version + 1
    where id = ${itemId}`;
  if (before.accepted)
    // The patient is no longer in doubt, whatever study of theirs is looked at.
    await tx`
      update reconciliation_item set action = ${action}, resolved_with = ${itemId}, resolved_by = ${viewer.id},
        resolved_by_name = ${viewer.name}, resolved_at = ${at}, version = version + 1
      where patient_id = ${item.patientId} and resolved_at is null and about = 'PATIENT'`;
  await record(tx, viewer, "reconciliation.resolved", item, action, context);
}

function checkMembers(kind: ReconciliationKind, resolution: Resolution): void {
  const { action, patientId, orderId, studyId, identifier, reason } = resolution;
  const toOrder = action === "MATCH" && kind === "ORDER_CONFLICT";
  const toStudy = action === "MATCH" && kind === "SEVERAL_REGISTERED";
  const wrong = (path: string, message: string): Refusal =>
    new Refusal("invalid", "reconciliation.invalid", `${path} ${message}.`, {
      errors: [{ path: `body.${path}`, message }],
    });
  if ((action === "MOVE") !== (patientId !== undefined))
    throw wrong("patientId", "is given with move, and only then");
  if (toOrder !== (orderId !== undefined))
    throw wrong("orderId", "is given with match to an order, and only then");
  if (toStudy !== (studyId !== undefined))
    throw wrong("studyId", "is given with match to a registered study, and only then");
  if (
    (action !== "ACCEPT" || kind === "ORDER_CONFLICT" || kind === "SEVERAL_REGISTERED") &&
    identifier !== undefined
  )
    throw wrong("identifier", "is given with accept of a patient only");
  if (action === "REJECT" && !reason) throw wrong("reason", "is needed to reject");
}

async function apply(
  tx: Tx,
  viewer: Viewer,
  item: Item,
  { action, patientId, studyId, identifier, reason = "" }: Resolution,
  context: DecisionContext,
): Promise<{ targetPatientId: string | null; before: Before }> {
  const { clock } = context;
  if (item.kind === "SEVERAL_REGISTERED")
    return {
      targetPatientId: null,
      before:
        action === "MATCH" ? { place: await takePlace(tx, viewer, item.studyId, studyId!, context) } : {},
    };
  if (item.kind === "RESENT_AFTER_DELETION")
    return {
      targetPatientId: null,
      before: action === "ACCEPT" ? await bringBack(tx, viewer, item, context) : {},
    };
  if (action === "REJECT") {
    const deletionId = await deleteImages(tx, viewer, { kind: "STUDY", id: item.studyId }, reason, context);
    return { targetPatientId: null, before: { deletionId } };
  }
  if (action === "ACCEPT") {
    const accepted = await acceptProvisional(tx, clock, item.patientId, item.facilityId, identifier);
    return { targetPatientId: item.patientId, before: { accepted } };
  }
  const named = action === "ATTACH" ? knownPatientOf(item) : patientId!;
  if (action === "MOVE") await requirePatient(tx, item.facilityId, named);
  return giveTo(tx, viewer, item, named, context);
}

function knownPatientOf({ knownPatientId }: Item): string {
  if (knownPatientId !== null) return knownPatientId;
  throw conflict("reconciliation.no-known-patient", "There is no known patient to attach this to.");
}

/** The study is the named patient's. */
async function giveTo(
  tx: Tx,
  viewer: Viewer,
  item: Item,
  named: string,
  context: DecisionContext,
): Promise<{ targetPatientId: string; before: Before }> {
  const { clock } = context;
  const targetPatientId = await survivorOf(tx, named);
  const [target] = await tx<{ provisional: boolean }[]>`
    select provisional from patient where id = ${targetPatientId} for key share`;
  if (target?.provisional)
    throw conflict("patient.provisional", "The identity of that patient is in doubt itself.");
  const { added } = await ensureMembership(tx, clock, targetPatientId, item.facilityId);
  const [study] = await tx<{ assigned: string | null }[]>`
    update study st set assigned_patient_id = ${named} from study old where st.id = ${item.studyId} and old.id = st.id
    returning old.assigned_patient_id as assigned`;
  await moveStudies(tx, context.journal, viewer, [item.studyId], clock.now());
  return {
    targetPatientId: named,
    before: { assignedPatientId: study?.assigned ?? null, memberAdded: added },
  };
}

/** Which order the study answers; to attach it gives it to whose order its numbers name, and links it. */
async function applyToOrder(
  tx: Tx,
  viewer: Viewer,
  item: Item,
  { action, orderId }: Resolution,
  context: DecisionContext,
): Promise<{ targetPatientId: string | null; before: Before }> {
  if (action === "ATTACH") {
    const given = await giveTo(tx, viewer, item, knownPatientOf(item), context);
    await decideOrder(tx, viewer, item.studyId, { orderId: item.orderId, closes: false }, context);
    return given;
  }
  await decideOrder(tx, viewer, item.studyId, { orderId: orderId ?? null, closes: false }, context);
  return { targetPatientId: null, before: {} };
}

async function orderOf(tx: Tx, studyId: string): Promise<NonNullable<Before["order"]>> {
  const [study] = await tx<NonNullable<Before["order"]>[]>`
    select order_id as "orderId", order_decided as decided from study where id = ${studyId}`;
  return study ?? { orderId: null, decided: false };
}

/** The images that came again are there again. */
async function bringBack(tx: Tx, viewer: Viewer, item: Item, context: DecisionContext): Promise<Before> {
  const rows = await tx<{ id: string; deletionId: string }[]>`
    select i.id, i.deletion_id as "deletionId" from reconciliation_instance r join instance i on i.id = r.instance_id
    where r.item_id = ${item.id} and i.deletion_id is not null order by i.deletion_id, i.id`;
  const groups = Map.groupBy(rows, ({ deletionId }) => deletionId);
  const restored = Object.fromEntries(
    [...groups].map(([id, images]) => [id, images.map((image) => image.id)]),
  );
  for (const [deletionId, ids] of Object.entries(restored))
    await restoreDeletion(tx, viewer, deletionId, context, ids);
  return { restored };
}

/**
 * Takes a decision back: everything is where it was, with what came since, and the item waits for a decision again.
 * @throws Refusal `not-found`, `conflict` (`reconciliation.open`, `reconciliation.open-again`, `reconciliation.resolved-with`, `deletion.purged`, ...)
 */
export async function undoReconciliation(
  tx: Tx,
  viewer: Viewer,
  itemId: string,
  context: DecisionContext,
): Promise<void> {
  requirePermission(viewer, "images.correct");
  const item = await lockItem(tx, viewer, itemId);
  const { clock } = context;
  if (!item.resolved || !item.action) throw conflict("reconciliation.open", "Nothing was decided yet.");
  if (item.resolvedWith !== null)
    throw conflict(
      "reconciliation.resolved-with",
      `This was decided with item ${item.resolvedWith}: undo that one.`,
    );
  const [again] = await tx`
    select 1 from reconciliation_item where study_id = ${item.studyId} and resolved_at is null and about = ${item.about}`;
  if (again)
    throw conflict(
      "reconciliation.open-again",
      "The study is in doubt again by what came since: decide that first.",
    );
  const before = item.before ?? {};
  if (before.accepted) await undoAcceptance(tx, clock, item.patientId, before.accepted);
  if (before.deletionId) await restoreDeletion(tx, viewer, before.deletionId, context);
  if (before.assignedPatientId !== undefined) {
    await tx`update study set assigned_patient_id = ${before.assignedPatientId} where id = ${item.studyId}`;
    await moveStudies(tx, context.journal, viewer, [item.studyId], clock.now());
    if (before.memberAdded && item.targetPatientId) await forgetUnlessKnown(tx, item);
  }
  if (before.order) await restoreOrder(tx, viewer, item.studyId, before.order, context);
  if (before.place) await leavePlace(tx, viewer, item.studyId, before.place, context);
  for (const [deletionId, ids] of Object.entries(before.restored ?? {}))
    await deleteAgain(tx, item.studyId, deletionId, ids, clock.now());
  await tx`
    update reconciliation_item set action = null, reason = null, target_patient_id = null, target_order_id = null, target_study_id = null, before = null, resolved_by = null,
      resolved_by_name = null, resolved_at = null, resolved_with = null, version = version + 1
    where id = ${itemId} or resolved_with = ${itemId}`;
  if (item.about === "PATIENT") await relinkOrder(tx, viewer, item.studyId, context);
  await record(tx, viewer, "reconciliation.undone", item, item.action, context);
}

/** The facility knew the target only by this study: now it does not, unless other studies of theirs are here. */
async function forgetUnlessKnown(tx: Tx, { facilityId, targetPatientId }: Item): Promise<void> {
  const patientId = await survivorOf(tx, targetPatientId!);
  const [known] =
    await tx`select 1 from study where patient_id = ${patientId} and facility_id = ${facilityId} limit 1`;
  if (!known) await dropMembership(tx, patientId, facilityId);
}

async function record(
  tx: Tx,
  viewer: Viewer,
  type: string,
  item: Item,
  action: ReconciliationAction,
  { journal }: DecisionContext,
): Promise<void> {
  const [study] = await tx<
    { patientId: string }[]
  >`select patient_id as "patientId" from study where id = ${item.studyId}`;
  await journal.record(tx, viewer, {
    type,
    subject: { type: "reconciliation", id: item.id },
    facilityId: item.facilityId,
    patientId: study?.patientId ?? item.patientId,
    data: { action, kind: item.kind, studyId: item.studyId, provisionalPatientId: item.patientId },
  });
}

/** Notes that images came again that were deleted: one item for each study, however many they are. */
export async function noteResent(
  tx: Tx,
  viewer: Viewer,
  image: { id: string; studyId: string; facilityId: string; patientId: string },
  claim: object,
  { clock, journal }: DecisionContext,
): Promise<string> {
  const [opened] = await tx<{ id: string }[]>`
    insert into reconciliation_item ${tx({
      id: newId(clock),
      facility_id: image.facilityId,
      kind: "resent-after-deletion",
      study_id: image.studyId,
      patient_id: image.patientId,
      claim: tx.json(claim as never),
      created_at: clock.now(),
    })} on conflict (study_id, about) where resolved_at is null do nothing returning id`;
  const [item] = opened
    ? [opened]
    : await tx<{ id: string }[]>`
        select id from reconciliation_item where study_id = ${image.studyId} and kind = 'resent-after-deletion' and resolved_at is null
        for update`;
  if (!item) throw Object.assign(new Error("the item was decided at this moment"), { code: "40001" });
  await tx`insert into reconciliation_instance (item_id, instance_id) values (${item.id}, ${image.id}) on conflict do nothing`;
  if (opened)
    await journal.record(tx, viewer, {
      type: "reconciliation.opened",
      subject: { type: "reconciliation", id: item.id },
      facilityId: image.facilityId,
      patientId: image.patientId,
      data: { kind: "resent-after-deletion", studyId: image.studyId },
    });
  return item.id;
}
