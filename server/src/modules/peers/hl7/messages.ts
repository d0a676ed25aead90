import {
  type DismissHl7Message,
  type Hl7MessageDetail,
  type Hl7MessageItem,
  type Hl7MessageListQuery,
  hl7Directions,
  hl7MessageStatuses,
} from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  readMember,
  requirePermission,
  sinceOf,
  type Tx,
  untilOf,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { PeersDeps } from "../deps.ts";
import {
  type ListedMessageRow,
  messageDetailOf,
  messageItemOf,
  requireMove,
  type WholeMessageRow,
} from "./message.ts";

const listedColumns = (reader: Reader) => reader`
  m.id, m.direction, m.system_id, m.facility_id, m.control_id, m.message_type, m.status, m.patient_id, m.subject, m.characters, m.reason,
  m.attempts, m.next_attempt_at, m.happened_at, m.finished_at, m.dismissed_by, m.dismissed_at, m.dismissed_reason, m.sending_application,
  m.sending_facility, m.address, m.certificate_sha256, m.version, length(m.text) as size, s.name as system_name, u.full_name as dismisser`;

const from = (reader: Reader) => reader`
  hl7_messages m left join hl7_systems s on s.id = m.system_id left join app_user u on u.id = m.dismissed_by`;

/** Those of the viewer's facilities, and those of senders that nobody knows, which are no facility's yet. */
const visible = (reader: Reader, viewer: Viewer) => reader`
  (m.facility_id = any(${viewer.facilityIds as string[]}::uuid[]) or m.facility_id is null)`;

/** With its text, locked for who changes it. @throws Refusal `not-found` (`hl7-message.not-found`), also where it is another facility's */
export async function messageRow(
  reader: Reader,
  viewer: Viewer,
  id: string,
  forUpdate = false,
): Promise<WholeMessageRow> {
  const [row] = await reader<WholeMessageRow[]>`
    select ${listedColumns(reader)}, m.text, m.acknowledgement from ${from(reader)}
    where m.id = ${id} and ${visible(reader, viewer)} ${forUpdate ? reader`for update of m` : reader``}`;
  if (!row) throw new Refusal("not-found", "hl7-message.not-found", "There is no such message.");
  return row;
}

/** Without its text. @throws Refusal `not-found` (`hl7-message.not-found`), `forbidden` */
export async function getMessage(reader: Reader, viewer: Viewer, id: string): Promise<Hl7MessageItem> {
  requirePermission(viewer, "hl7.manage");
  return messageItemOf(await messageRow(reader, viewer, id));
}

/** The message with its text. Recorded as an access to the patient's data. @throws Refusal `not-found`, `forbidden` */
export async function readMessage(
  reader: Reader,
  journal: Journal,
  viewer: Viewer,
  id: string,
): Promise<Hl7MessageDetail> {
  requirePermission(viewer, "hl7.manage");
  const row = await messageRow(reader, viewer, id);
  await journal.access(viewer, {
    action: "hl7-message.viewed",
    subject: { type: "hl7-message", id },
    patientId: row.patient_id,
    ...(row.facility_id === null ? {} : { facilityId: row.facility_id }),
  });
  return messageDetailOf(row);
}

function readWord<T extends string>(values: readonly T[], text: string | undefined, name: string): T | null {
  if (text === undefined) return null;
  return readMember(values, text, `hl7-message.unknown-${name}`, `querystring.${name}`);
}

/** The newest first, without texts. @throws Refusal `invalid` (`hl7-message.unknown-status`, `hl7-message.unknown-direction`, ...), `forbidden` */
export async function listMessages(
  reader: Reader,
  viewer: Viewer,
  query: Hl7MessageListQuery,
): Promise<ListPage<Hl7MessageItem>> {
  requirePermission(viewer, "hl7.manage");
  const direction = readWord(hl7Directions, query.direction, "direction");
  const status = readWord(hl7MessageStatuses, query.status, "status");
  const type = query.messageType?.trim().toUpperCase() ?? null;
  const page = await keysetPage<ListedMessageRow, "happenedAt">(reader, query, {
    name: "hl7-messages",
    sorts: { happenedAt: { by: reader`m.happened_at`, type: "timestamptz" } },
    fallback: "-happenedAt",
    id: reader`m.id`,
    columns: listedColumns(reader),
    from: from(reader),
    where: reader`${visible(reader, viewer)}
      ${direction ? reader`and m.direction = ${direction}` : reader``}
      ${status ? reader`and m.status = ${status}` : reader``}
      ${query.systemId ? reader`and m.system_id = ${query.systemId}` : reader``}
      ${type === null ? reader`` : type.includes("^") ? reader`and m.message_type = ${type}` : reader`and split_part(m.message_type, '^', 1) = ${type}`}
      ${query.patientId ? reader`and m.patient_id = ${query.patientId}` : reader``}
      ${query.since ? reader`and m.happened_at >= ${sinceOf(query.since)}` : reader``}
      ${query.until ? reader`and m.happened_at < ${untilOf(query.until)}` : reader``}
      ${query.q ? reader`and m.control_id = ${query.q}` : reader``}`,
  });
  return mapPage(page, messageItemOf);
}

/**
 * It is left as it is, and settled: nothing more is done with it.
 * @throws Refusal `not-found`, `conflict` (`hl7-message.illegal-transition`), `forbidden`
 */
export async function dismissMessage(
  deps: PeersDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: DismissHl7Message,
): Promise<Hl7MessageItem> {
  requirePermission(viewer, "hl7.manage");
  const row = await messageRow(tx, viewer, id, true);
  requireMove(row, "DISMISSED");
  const now = deps.clock.now();
  await tx`
    update hl7_messages set status = 'DISMISSED', dismissed_at = ${now}, dismissed_by = ${viewer.kind === "user" ? viewer.id : null},
      dismissed_reason = ${input.reason}, finished_at = ${now}, next_attempt_at = null, version = version + 1 where id = ${id}`;
  await deps.journal.record(tx, viewer, {
    type: "hl7-message.dismissed",
    subject: { type: "hl7-message", id },
    facilityId: row.facility_id,
    patientId: row.patient_id,
    data: { direction: row.direction, messageType: row.message_type, before: row.status },
  });
  return messageItemOf(await messageRow(tx, viewer, id));
}
