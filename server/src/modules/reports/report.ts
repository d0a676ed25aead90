import {
  finalReportStatuses,
  mayFollow,
  type ReportStatus,
  type ReportTemplateUsed,
  reportTransitions,
} from "@isocenter/contract";
import { type Clock, Refusal, reach, type Viewer } from "../../platform/index.ts";
import type { Identity } from "../identity/index.ts";
import type { Journal } from "../journal/index.ts";
import type { Content } from "./content.ts";

/** What the commands of this room need beside the transaction. */
export interface ReportContext {
  clock: Clock;
  journal: Journal;
}

/** What signs needs the password again, which is asked before the transaction. */
export type PasswordCheck = Pick<Identity, "confirmPassword">;

/** A report as a command finds it; locked. */
export interface ReportRow {
  id: string;
  facilityId: string;
  studyId: string;
  status: ReportStatus;
  version: number;
  authorId: string;
  template: ReportTemplateUsed | null;
  content: Content;
  amendment: Content | null;
  lastNumber: number;
  signedNumber: number | null;
  submittedBy: string | null;
  signerId: string | null;
  discrepancyAt: Date | null;
  knownImages: number;
  knownImagesAt: Date | null;
}

export const isFinal = (status: ReportStatus): boolean =>
  (finalReportStatuses as readonly ReportStatus[]).includes(status);

/** Nothing is signed yet: it may be written, signed or cancelled. */
export const isUnsigned = (status: ReportStatus): boolean => status === "DRAFT" || status === "PRELIMINARY";

export const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);
export const noReport = (): Refusal =>
  new Refusal("not-found", "report.not-found", "There is no such report.");

/** @throws Refusal `conflict` (`report.illegal-transition`), which names the present state and what may follow */
export function requireTransition(from: ReportStatus, to: ReportStatus): void {
  if (mayFollow(reportTransitions, from, to)) return;
  throw illegal(from, `become ${to}`);
}

/** What is done only in some states, without being a change of state. */
export function illegal(from: ReportStatus, what: string): Refusal {
  const next = reportTransitions[from];
  const successors = next.length === 0 ? "nothing may follow" : `it may become ${next.join(", ")}`;
  return new Refusal(
    "conflict",
    "report.illegal-transition",
    `The report is ${from} and cannot ${what}: ${successors}.`,
    { members: { state: from, successors: next } },
  );
}

/** Reports are written and signed by people: what they say stands for somebody. @throws Refusal `forbidden` (`api-key.may-not-report`) */
export function requirePerson(viewer: Viewer): void {
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.may-not-report", "People write and sign reports, not keys.");
}

interface Shown {
  status: ReportStatus;
  authorId: string;
  submitted: boolean;
  discrepancy: boolean;
}

/** What the viewer may do with the report now; `edit` of a final report begins an amendment. */
export function actionsOf(viewer: Viewer, { status, authorId, submitted, discrepancy }: Shown): string[] {
  const person = viewer.kind === "user";
  const writes = person && reach(viewer, "reports.write") !== null;
  const signs = person && reach(viewer, "reports.sign") !== null;
  const actions: string[] = [];
  if (writes && (isUnsigned(status) || isFinal(status))) actions.push("edit");
  if (writes && status === "DRAFT") actions.push("submit");
  if (signs && isUnsigned(status)) actions.push("sign");
  if (writes && isUnsigned(status) && (signs || authorId === viewer.id)) actions.push("cancel");
  if (signs && isFinal(status)) actions.push("amend", "entered-in-error");
  if (signs && isFinal(status) && submitted && !discrepancy) actions.push("discrepancy");
  return actions;
}
