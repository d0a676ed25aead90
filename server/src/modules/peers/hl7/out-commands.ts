import type { Hl7MessageItem } from "@isocenter/contract";
import { newId, Refusal, requirePermission, type Tx, type Viewer } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";
import { messageItemOf, requireMove } from "./message.ts";
import { messageRow } from "./messages.ts";
import { controlIdOf } from "./outbox.ts";

/**
 * Sends a message again, with its attempts before it. One that was answered is made anew, with what is known now and another control id; one that was
 * never answered may have been taken, so it goes as it was.
 * @throws Refusal `not-found`, `conflict` (`hl7-message.illegal-transition`, `hl7-message.system-gone`), `forbidden`
 */
export async function sendAgain(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
): Promise<Hl7MessageItem> {
  requirePermission(viewer, "hl7.manage");
  const row = await messageRow(tx, viewer, id, true);
  requireMove(row, "QUEUED");
  if (row.system_id === null)
    throw new Refusal(
      "conflict",
      "hl7-message.system-gone",
      "The system that it was for is not here any more.",
    );
  const anew = row.acknowledgement !== null || row.text.length === 0;
  const now = deps.clock.now();
  await tx`
    update hl7_messages set status = 'QUEUED', attempts = 0, next_attempt_at = ${now}, reason = null, acknowledgement = null,
      version = version + 1 ${anew ? tx`, text = ''::bytea, control_id = ${controlIdOf(newId(deps.clock))}` : tx``}
    where id = ${id}`;
  await tx`update hl7_systems set resume_at = null where id = ${row.system_id}`;
  await deps.journal.record(tx, viewer, {
    type: "hl7-message.retried",
    subject: { type: "hl7-message", id },
    facilityId: row.facility_id,
    patientId: row.patient_id,
    data: { direction: row.direction, messageType: row.message_type, before: row.status },
  });
  return messageItemOf(await messageRow(tx, viewer, id));
}
