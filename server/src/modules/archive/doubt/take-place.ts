import type { StudyStatus } from "@isocenter/contract";
import { type Fragment, type Reader, Refusal, type Tx, type Viewer } from "../../../platform/index.ts";
import type { DecisionContext } from "../deletion/delete.ts";
import { decideOrder } from "../link-order.ts";
import { type MovedStudy, writeStatus } from "../registered/status.ts";

/** What an undo gives back: the registered study its state, and the one with the images what it had not. */
export interface PlaceBefore {
  registeredId: string;
  status: StudyStatus;
  filled: ("description" | "body_part")[];
}

/** The studies `w` that wait under the number of the study joined as `st`, for images of that patient. */
export const awaiting = (sql: Reader): Fragment => sql`
  w.facility_id = st.facility_id and w.accession_number = st.accession_number and w.patient_id = st.patient_id and w.id <> st.id
    and w.registered_at is not null and not w.has_images and w.last_received_at is null and not w.uid_given and w.deleted_at is null
    and w.status in ('SCHEDULED', 'ARRIVED', 'IN_PROGRESS')`;

/**
 * The study that came is the one that was registered: it answers that one's order, says what was registered where its images say nothing, and nothing is
 * waited for any more.
 * @throws Refusal `conflict` (`reconciliation.not-waiting`)
 */
export async function takePlace(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  registeredId: string,
  context: DecisionContext,
): Promise<PlaceBefore> {
  const [registered] = await tx<
    (MovedStudy & { description: string | null; bodyPart: string | null; had: PlaceBefore["filled"] })[]
  >`
    select w.id, w.facility_id as "facilityId", w.patient_id as "patientId", w.status, w.order_id as "orderId",
      w.description, w.body_part as "bodyPart", array_remove(array[case when st.description is not null then 'description' end,
        case when st.body_part is not null then 'body_part' end], null) as had
    from study w, study st where st.id = ${studyId} and w.id = ${registeredId} and ${awaiting(tx)} for no key update of w`;
  if (!registered)
    throw new Refusal(
      "conflict",
      "reconciliation.not-waiting",
      "No such study waits under the number of what came.",
    );
  const { status, orderId, description, bodyPart, had } = registered;
  const told = { description, body_part: bodyPart };
  const filled = (["description", "body_part"] as const).filter(
    (name) => told[name] !== null && !had.includes(name),
  );
  if (filled.length > 0) await tx`update study set ${tx(told, ...filled)} where id = ${studyId}`;
  const [study] = await tx<{ orderId: string | null }[]>`
    select order_id as "orderId" from study where id = ${studyId}`;
  if (orderId !== null && study?.orderId !== orderId)
    await decideOrder(tx, viewer, studyId, { orderId }, context);
  const reason = `Its images came as study ${studyId}.`;
  await writeStatus(tx, viewer, registered, { to: "CANCELLED", reason, by: "person" }, context);
  return { registeredId, status: status as StudyStatus, filled };
}

/** @throws Refusal `conflict` (`reconciliation.changed-since`) where the registered study did not stay as it was left */
export async function leavePlace(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  { registeredId, status, filled }: PlaceBefore,
  context: DecisionContext,
): Promise<void> {
  const [registered] = await tx<MovedStudy[]>`
    select id, facility_id as "facilityId", patient_id as "patientId", status, order_id as "orderId"
    from study where id = ${registeredId} and status = 'CANCELLED' and deleted_at is null for no key update`;
  if (!registered)
    throw new Refusal(
      "conflict",
      "reconciliation.changed-since",
      "The registered study was changed since: it cannot wait for images again.",
    );
  if (filled.length > 0)
    await tx`update study set ${tx({ description: null, body_part: null }, ...filled)} where id = ${studyId}`;
  await writeStatus(tx, viewer, registered, { to: status, reason: null, by: "person" }, context);
}
