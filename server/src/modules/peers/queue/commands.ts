import type { SendItem } from "@isocenter/contract";
import { newId, Refusal, requirePermission, type Tx, type Viewer } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";
import { type SendItemRow, type SendSelection, sendItemOf } from "./item.ts";

/** At most so many parts of a selection. */
export const maxSelected = 1000;
/** At most so many items wait for one destination: an archive that is never emptied ends in an alarm, not in a full disk. */
const maxWaiting = 100_000;

export interface Enqueue {
  modalityId: string;
  /** Of what is sent. */
  facilityId: string;
  selection: readonly SendSelection[];
  /** Instances, as far as that is known. */
  total: number;
  /** As the modality has it when left out. */
  commit?: boolean | null;
  /** Set where a rule asks. */
  rule?: { id: string; name: string; sendBack: boolean };
  /** Where all of it is of one. */
  patientId?: string | null;
}

/**
 * Puts what the viewer may send into the queue; whether it may is for the caller to know, who knows the archive.
 * @throws Refusal `not-found` (`modality.not-found`), `too-many` (`send.queue-full`)
 */
export async function enqueue(deps: PeersDeps, tx: Tx, viewer: Viewer, input: Enqueue): Promise<SendItemRow> {
  const [modality] = await tx<{ ae_title: string; request_commitment: boolean }[]>`
    select ae_title, request_commitment from modality where id = ${input.modalityId} for key share`;
  if (!modality) throw new Refusal("not-found", "modality.not-found", "There is no such modality.");
  const [waiting] = await tx<{ many: boolean }[]>`
    select count(*) >= ${maxWaiting} as many from (
      select from send_item where modality_id = ${input.modalityId} and state in ('PENDING', 'SENDING') limit ${maxWaiting}) w`;
  if (waiting!.many) {
    throw new Refusal("too-many", "send.queue-full", `${maxWaiting} items wait for ${modality.ae_title}.`);
  }
  const now = deps.clock.now();
  const row = {
    id: newId(deps.clock),
    facility_id: input.facilityId,
    modality_id: input.modalityId,
    ae_title: modality.ae_title,
    rule_id: input.rule?.id ?? null,
    by_rule: input.rule !== undefined,
    send_back: input.rule?.sendBack ?? true,
    requested_by: input.rule?.name ?? viewer.name,
    selection: tx.json(input.selection as never),
    study_uids: [...new Set(input.selection.map(({ StudyInstanceUID }) => StudyInstanceUID))],
    state: "PENDING",
    next_attempt_at: now,
    total: input.total,
    request_commitment: input.commit ?? modality.request_commitment,
    created_at: now,
  };
  const [made] = await tx<SendItemRow[]>`insert into send_item ${tx(row as never)} returning *`;
  await deps.journal.record(tx, viewer, {
    type: "send.queued",
    subject: { type: "send", id: row.id },
    facilityId: input.facilityId,
    patientId: input.patientId ?? null,
    data: {
      aeTitle: row.ae_title,
      modalityId: row.modality_id,
      studies: row.study_uids.length,
      instances: row.total,
      ...(input.rule ? { ruleId: input.rule.id } : {}),
    },
  });
  return made!;
}

/** @throws Refusal `not-found` (`send.not-found`), also at a facility that is not the viewer's */
async function lockItem(tx: Tx, viewer: Viewer, id: string): Promise<SendItemRow> {
  requirePermission(viewer, "images.export");
  const [row] = await tx<SendItemRow[]>`
    select * from send_item where id = ${id} and facility_id = any(${viewer.facilityIds as string[]}::uuid[]) for update`;
  if (!row) throw new Refusal("not-found", "send.not-found", "There is no such item in the queue.");
  return row;
}

const illegal = (row: SendItemRow, action: string): Refusal =>
  new Refusal("conflict", "send.illegal-transition", `An item that is ${row.state} cannot be ${action}.`);

/** Now, with its attempts before it again. @throws Refusal `not-found`, `conflict` (`send.illegal-transition`, `send.destination-gone`) */
export async function retryItem(deps: PeersDeps, tx: Tx, viewer: Viewer, id: string): Promise<SendItem> {
  const row = await lockItem(tx, viewer, id);
  if (row.state === "SENT" || row.state === "SENDING") throw illegal(row, "tried again");
  if (row.modality_id === null)
    throw new Refusal("conflict", "send.destination-gone", `${row.ae_title} is no modality any more.`);
  const [after] = await tx<SendItemRow[]>`
    update send_item set state = 'PENDING', attempts = 0, next_attempt_at = ${deps.clock.now()}, holds_others = false,
      cancel_requested = false, failed = 0, failures = '[]', last_error = null, finished_at = null, version = version + 1
    where id = ${id} returning *`;
  await deps.journal.record(tx, viewer, {
    type: "send.retried",
    subject: { type: "send", id },
    facilityId: row.facility_id,
    data: { aeTitle: row.ae_title, from: row.state },
  });
  return sendItemOf(viewer, after!);
}

/** At once, or where it is being sent within seconds. @throws Refusal `not-found`, `conflict` (`send.illegal-transition`) */
export async function cancelItem(deps: PeersDeps, tx: Tx, viewer: Viewer, id: string): Promise<SendItem> {
  const row = await lockItem(tx, viewer, id);
  if (row.state !== "PENDING" && row.state !== "SENDING") throw illegal(row, "cancelled");
  const now = deps.clock.now();
  const [after] = await tx<SendItemRow[]>`
    update send_item set cancel_requested = true, version = version + 1
      ${row.state === "PENDING" ? tx`, state = 'CANCELLED', next_attempt_at = null, holds_others = false, finished_at = ${now}` : tx``}
    where id = ${id} returning *`;
  await deps.journal.record(tx, viewer, {
    type: "send.cancelled",
    subject: { type: "send", id },
    facilityId: row.facility_id,
    data: { aeTitle: row.ae_title, sent: row.sent },
  });
  return sendItemOf(viewer, after!);
}

/** The destination goes: what waits for it is over, each a fact. */
export async function dropItemsOf(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  modalityId: string,
): Promise<void> {
  const dropped = await tx<{ id: string; facility_id: string; ae_title: string; sent: number }[]>`
    update send_item set state = 'CANCELLED', cancel_requested = true, next_attempt_at = null, holds_others = false, runner = null,
      last_error = 'The destination was removed.', finished_at = ${deps.clock.now()}, version = version + 1
    where modality_id = ${modalityId} and state in ('PENDING', 'SENDING') returning id, facility_id, ae_title, sent`;
  if (dropped.length === 0) return;
  await deps.journal.recordMany(
    tx,
    viewer,
    dropped.map((row) => ({
      type: "send.cancelled",
      subject: { type: "send", id: row.id },
      facilityId: row.facility_id,
      data: { aeTitle: row.ae_title, sent: row.sent },
    })),
  );
}
