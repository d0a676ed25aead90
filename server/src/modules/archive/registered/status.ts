import type { StudyStatus } from "@isocenter/contract";
import {
  checkVersion,
  type Platform,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { facilities } from "../../patients/index.ts";
import type { DecisionContext } from "../deletion/delete.ts";
import { moveOrderOf } from "../link-order.ts";
import { settleNow } from "../settle.ts";
import { requireMove, type StudyState } from "../study-states.ts";

interface LockedStudy extends StudyState {
  id: string;
  facilityId: string;
  patientId: string;
  orderId: string | null;
  version: number;
}

export interface StatusChange {
  to: StudyStatus;
  reason?: string;
  expectedVersion?: number;
}

/**
 * Moves a study by hand, by the table of states; its order goes with it. COMPLETED settles it at once. PRELIMINARY and FINAL are for studies that are
 * reported elsewhere: a study with a report of ours follows it.
 * @throws Refusal `not-found` (`study.not-found`), `conflict` (`study.illegal-transition`, `study.has-images`, `study.has-report`, `version.conflict`), `forbidden`
 */
export async function changeStudyStatus(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  { to, reason, expectedVersion }: StatusChange,
  { platform, journal }: { platform: Platform; journal: Journal },
): Promise<void> {
  requirePermission(viewer, "studies.write");
  const [study] = await tx<LockedStudy[]>`
    select id, facility_id as "facilityId", patient_id as "patientId", order_id as "orderId", status,
      number_of_instances as "numberOfInstances", own_report as "ownReport", version
    from study where id = ${studyId} and deleted_at is null and facility_id = any(${facilities(viewer)}::uuid[]) for no key update`;
  if (!study) throw new Refusal("not-found", "study.not-found", "There is no such study.");
  checkVersion(expectedVersion, study.version);
  requireMove(study, to);
  const { clock } = platform;
  const move = { to, reason: reason ?? null, by: "person" };
  if (to === "COMPLETED" && study.status === "IN_PROGRESS") {
    await recordStatus(tx, viewer, study, move, journal);
    await settleNow(tx, platform, journal, studyId);
    return;
  }
  await writeStatus(tx, viewer, study, move, { clock, journal });
  await moveOrderOf(tx, viewer, studyId, "study", { clock, journal });
}

export type MovedStudy = Pick<LockedStudy, "id" | "facilityId" | "patientId" | "status" | "orderId">;

interface StatusMove {
  to: StudyStatus;
  reason: string | null;
  /** What brought it about: `person`, `order`, `mpps`. */
  by: string;
}

/** Writes the state that a study goes to, with its fact. */
export async function writeStatus(
  tx: Tx,
  viewer: Viewer,
  study: MovedStudy,
  move: StatusMove,
  { journal }: DecisionContext,
): Promise<void> {
  await tx`update study set status = ${move.to}, version = version + 1 where id = ${study.id}`;
  await recordStatus(tx, viewer, study, move, journal);
}

async function recordStatus(
  tx: Tx,
  viewer: Viewer,
  { id, facilityId, patientId, status, orderId }: MovedStudy,
  { to, reason, by }: StatusMove,
  journal: Journal,
): Promise<void> {
  await journal.record(tx, viewer, {
    type: "study.status-changed",
    subject: { type: "study", id },
    facilityId,
    patientId,
    data: { from: status, to, by, orderId, ...(reason === null ? {} : { reason }) },
  });
}
