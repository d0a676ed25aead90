import { systemViewer, type Tx, type Viewer } from "../../platform/index.ts";
import { recordFact } from "./advance.ts";
import type { FindingContext } from "./context.ts";
import { addEvent } from "./history.ts";
import { lockAsSystem, saveFinding } from "./rows.ts";

/**
 * Notes that a finding has reached somebody whom the ladder told: they opened it or its notice here (`IN_APP`), or a channel delivered it. The first makes an
 * OPEN finding NOTIFIED; the alarm is no contact, and nothing of this is an acknowledgement. Again changes nothing.
 * @returns whether it was new
 */
export async function markReached(
  tx: Tx,
  context: FindingContext,
  { findingId, personId, by, viewer }: { findingId: string; personId: string; by: string; viewer?: Viewer },
): Promise<boolean> {
  const row = await lockAsSystem(tx, findingId);
  if (row === null) return false;
  const { clock } = context;
  const now = clock.now();
  const reached = await tx<{ target: string }[]>`
    update finding_recipient set reached_at = ${now}, reached_by = ${by}
    where finding_id = ${findingId} and person_id = ${personId} and reached_at is null returning target`;
  if (reached.length === 0) return false;
  if (row.status !== "OPEN" || reached.every(({ target }) => target === "ALARM")) return true;
  row.status = "NOTIFIED";
  row.contactedAt ??= now;
  const actor = viewer ?? systemViewer([row.facilityId]);
  await addEvent(tx, clock, actor, findingId, { kind: "NOTIFIED", people: [personId], data: { by } });
  await recordFact(tx, context, actor, row, "notified", { by });
  await saveFinding(tx, context, row);
  return true;
}
