import type { Clock, Jobs, Reader, Tx } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import type { FindingMetrics } from "./metrics.ts";

export interface Whereabouts {
  facilityId: string;
  patientId: string;
  at: Date;
}

/** Where the ladder finds people: users by id. Who is found is told only if they are active, at the facility and may read findings. */
export interface LadderSources {
  /** Who is on call in place of those people. */
  onCallColleaguesOf(tx: Tx, people: readonly string[], where: Whereabouts): Promise<readonly string[]>;
  /** Who cares for the patient. */
  careTeamOf(tx: Tx, where: Whereabouts): Promise<readonly string[]>;
  /** Who heads the departments of those people. */
  departmentHeadsOf(tx: Tx, people: readonly string[], where: Whereabouts): Promise<readonly string[]>;
  /** The study that a report is of; null where there is no such report. */
  studyOfReport(reader: Reader, reportId: string): Promise<string | null>;
}

/** Looks at what is due; there is one for each finding that waits, at the time when it has to be looked at. */
export const wakeJob = "findings.wake";

/** What the commands of this room need beside the transaction. */
export interface FindingContext {
  clock: Clock;
  journal: Journal;
  jobs: Pick<Jobs, "add">;
  sources: LadderSources;
  metrics: FindingMetrics;
}
