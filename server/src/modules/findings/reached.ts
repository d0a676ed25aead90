import type { NoticeChannel } from "@isocenter/contract";
import { type Db, systemViewer, type Tx, transact, type Viewer } from "../../platform/index.ts";
import type { Reached } from "../notifications/index.ts";
import { recordFact } from "./advance.ts";
import type { FindingContext } from "./context.ts";
import { isWaiting } from "./finding.ts";
import { addEvent } from "./history.ts";
import { isUnreached } from "./queries.ts";
import { lockAsSystem, saveFinding } from "./rows.ts";

/**
 * Notes that somebody whom the ladder told has opened the finding or read a notice of it here. The first is the contact, and makes an OPEN finding
 * NOTIFIED; reading of the alarm alone is none, and nothing of this is an acknowledgement. Again changes nothing.
 * @returns whether it was new
 */
async function markReached(
  tx: Tx,
  context: FindingContext,
  { findingId, viewer }: { findingId: string; viewer: Viewer },
): Promise<boolean> {
  const row = await lockAsSystem(tx, findingId);
  if (row === null) return false;
  const now = context.clock.now();
  const reached = await tx<{ target: string }[]>`
    update finding_recipient set reached_at = ${now}, reached_by = 'IN_APP'
    where finding_id = ${findingId} and person_id = ${viewer.id} and reached_at is null returning target`;
  if (reached.length === 0) return false;
  if (!isWaiting(row.status) || row.contactedAt !== null || onlyByAlarm(reached)) return true;
  const notified = row.status === "OPEN";
  row.status = "NOTIFIED";
  row.contactedAt = now;
  await addEvent(tx, context.clock, viewer, findingId, {
    kind: notified ? "NOTIFIED" : "REACHED",
    people: [viewer.id],
    data: { by: "IN_APP" },
  });
  await recordFact(tx, context, viewer, row, notified ? "notified" : "reached", { by: "IN_APP" });
  await saveFinding(tx, context, row);
  return true;
}

/**
 * Notes that the receiver of a channel has taken a notice for somebody whom the ladder told: the mail server, the service. The first makes an OPEN finding
 * NOTIFIED. Whether a person has seen it nobody knows, so the limit of the contact goes on.
 */
async function markDelivered(
  tx: Tx,
  context: FindingContext,
  { findingId, personId, by }: { findingId: string; personId: string; by: NoticeChannel },
): Promise<void> {
  const row = await lockAsSystem(tx, findingId);
  if (row === null) return;
  const delivered = await tx<{ target: string }[]>`
    update finding_recipient set delivered_at = ${context.clock.now()}, delivered_by = ${by}
    where finding_id = ${findingId} and person_id = ${personId} and delivered_at is null returning target`;
  if (delivered.length === 0 || row.status !== "OPEN" || onlyByAlarm(delivered)) return;
  row.status = "NOTIFIED";
  const system = systemViewer([row.facilityId]);
  await addEvent(tx, context.clock, system, findingId, {
    kind: "NOTIFIED",
    people: [personId],
    data: { by },
  });
  await recordFact(tx, context, system, row, "notified", { by });
  await saveFinding(tx, context, row);
}

/** The alarm is told to everybody who might do something: it is no contact. */
const onlyByAlarm = (told: readonly { target: string }[]): boolean =>
  told.every(({ target }) => target === "ALARM");

/** The viewer has opened the finding. @returns whether that was new */
export async function markOpened(
  db: Db,
  context: FindingContext,
  viewer: Viewer,
  findingId: string,
): Promise<boolean> {
  if (!(await isUnreached(db, viewer, findingId))) return false;
  return transact(db, (tx) => markReached(tx, context, { findingId, viewer }));
}

/** Notices of findings that have reached their recipients, in the transaction that writes it down; locks findings in the order of their ids. */
export async function followNotices(
  tx: Tx,
  context: FindingContext,
  reached: readonly Reached[],
): Promise<void> {
  const ours = reached.filter(({ subject }) => subject.type === "finding");
  ours.sort((a, b) => (a.subject.id < b.subject.id ? -1 : a.subject.id > b.subject.id ? 1 : 0));
  for (const { subject, recipientId, by, viewer } of ours) {
    const findingId = subject.id;
    if (viewer === null && by !== "IN_APP")
      await markDelivered(tx, context, { findingId, personId: recipientId, by });
    else if (viewer !== null && (await isUnreached(tx, viewer, findingId)))
      await markReached(tx, context, { findingId, viewer });
  }
}
