import type { OrderStatus, ReportStatus } from "@isocenter/contract";
import type { Rows } from "./copy.ts";
import type { Journal } from "./journal.ts";
import type { Person, SeededPatient } from "./people.ts";
import type { Random } from "./random.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export interface Seeding {
  rows: Rows;
  dice: Random;
  journal: Journal;
  /** The present of the department: nothing happened after it. */
  until: number;
  /** Which part of the signed reports has one. */
  findings: number;
  billNumbers: Map<string, number>;
}

export interface Examination {
  n: number;
  patient: SeededPatient;
  provider: Person;
  orderId: string;
  accessionNumber: string;
  procedure: SeededPatient["facility"]["procedures"][number];
  studyId: string;
  studyUid: string;
}

/** What became of an order, and when. */
export interface Course {
  status: OrderStatus;
  scheduledAt: number | null;
  startedAt: number | null;
  performedAt: number | null;
  endedAt: number | null;
  signedAt: number | null;
  report: ReportStatus | null;
}

export const at = (time: number | null): Date | null => (time === null ? null : new Date(time));
