import type { CommitmentState, SendItem, SendState } from "@isocenter/contract";
import { reach, type Viewer } from "../../../platform/index.ts";

/** A study, a series of it, or an instance of that. */
export interface SendSelection {
  StudyInstanceUID: string;
  SeriesInstanceUID?: string;
  SOPInstanceUID?: string;
}

export interface SendItemRow {
  id: string;
  facility_id: string;
  modality_id: string | null;
  ae_title: string;
  rule_id: string | null;
  by_rule: boolean;
  send_back: boolean;
  requested_by: string;
  selection: SendSelection[];
  study_uids: string[];
  state: SendState;
  attempts: number;
  next_attempt_at: Date | null;
  holds_others: boolean;
  runner: string | null;
  cancel_requested: boolean;
  total: number;
  sent: number;
  warnings: number;
  skipped: number;
  failed: number;
  failures: { sopInstanceUid: string; problem: string }[];
  last_error: string | null;
  request_commitment: boolean;
  commitment: CommitmentState | null;
  transaction_uid: string | null;
  commitment_attempts: number;
  commitment_due_at: Date | null;
  committed: number;
  commitment_failed: number;
  commitment_problem: string | null;
  version: number;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

/** What may be done with an item in each state. */
export const actionsOf: Readonly<Record<SendState, readonly string[]>> = {
  PENDING: ["retry", "cancel"],
  SENDING: ["cancel"],
  SENT: [],
  FAILED: ["retry"],
  CANCELLED: ["retry"],
};

export const sendItemOf = (viewer: Viewer, row: SendItemRow): SendItem => ({
  id: row.id,
  facilityId: row.facility_id,
  modalityId: row.modality_id,
  aeTitle: row.ae_title,
  ruleId: row.rule_id,
  requestedBy: row.requested_by,
  selection: row.selection.map(({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }) => ({
    studyInstanceUid: StudyInstanceUID,
    ...(SeriesInstanceUID === undefined ? {} : { seriesInstanceUid: SeriesInstanceUID }),
    ...(SOPInstanceUID === undefined ? {} : { sopInstanceUid: SOPInstanceUID }),
  })),
  state: row.state,
  total: row.total,
  sent: row.sent,
  warnings: row.warnings,
  skipped: row.skipped,
  failed: row.failed,
  failures: row.failures,
  attempts: row.attempts,
  lastError: row.last_error,
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  commitment: row.commitment && {
    state: row.commitment,
    transactionUid: row.transaction_uid,
    committed: row.committed,
    failed: row.commitment_failed,
    problem: row.commitment_problem,
  },
  version: row.version,
  createdAt: row.created_at.toISOString(),
  startedAt: row.started_at?.toISOString() ?? null,
  finishedAt: row.finished_at?.toISOString() ?? null,
  actions:
    reach(viewer, "images.export") === null
      ? []
      : actionsOf[row.state].filter((action) => action !== "retry" || row.modality_id !== null),
});
