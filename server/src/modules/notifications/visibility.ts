import type { Permission } from "@isocenter/contract";
import { reach, type Viewer } from "../../platform/index.ts";
import type { SealedFact } from "../journal/index.ts";

/** What a viewer must be allowed to read to be told of a fact, by the noun of its type. What is not here is told to nobody. */
const permissionOfNoun: Readonly<Record<string, Permission>> = {
  study: "images.read",
  series: "images.read",
  image: "images.read",
  quarantine: "images.correct",
  reconciliation: "images.correct",
  patient: "patients.read",
  finding: "findings.read",
  "finding-policy": "finding-policies.manage",
  order: "orders.read",
  procedure: "orders.read",
  station: "orders.read",
  modality: "modalities.manage",
  peer: "modalities.manage",
  "routing-rule": "modalities.manage",
  commitment: "modalities.manage",
  "hl7-system": "hl7.manage",
  "hl7-message": "hl7.manage",
  send: "images.export",
  job: "jobs.read",
  user: "users.manage",
  "api-key": "keys.manage",
  facility: "facilities.manage",
  staff: "staff.manage",
  department: "staff.manage",
  "on-call": "on-call.manage",
  bill: "bills.read",
  report: "reports.read",
  "report-template": "reports.read",
  reading: "reading.claim",
  "reading-target": "reading.claim",
  webhook: "webhooks.manage",
  access: "audit.read",
};

/** Facts of reports that whoever sees signed reports alone may know of. */
const ofSignedReports: ReadonlySet<string> = new Set([
  "report.signed",
  "report.amended",
  "report.entered-in-error",
]);

/** Whether a webhook can be told of a noun. */
export const isKnownNoun = (noun: string): boolean => Object.hasOwn(permissionOfNoun, noun);

export interface CareRelation {
  personId: string;
  patientId: string;
  facilityId: string;
}

/** Which of the patients are in the care of which of the people, for all of them in one question. */
export type CareRelations = (
  personIds: readonly string[],
  patientIds: readonly string[],
) => Promise<readonly CareRelation[]>;

export type Sight = "seen" | "hidden" | "if-in-care";

/** Whether the viewer may know of the fact; facility first, then the reach of the permission to read what it is about. */
export function sightOf(viewer: Viewer, fact: SealedFact): Sight {
  const isNamed = viewer.kind === "user" && fact.people.includes(viewer.id);
  // Whose roles or facilities changed hears of it at any rate: their open pages follow.
  if (isNamed && fact.type === "user.changed") return "seen";
  if (fact.facilityId === null || !viewer.facilityIds.includes(fact.facilityId)) return "hidden";
  const noun = fact.type.slice(0, Math.max(0, fact.type.indexOf(".")));
  // A notice is its recipient's alone, whatever others may read.
  if (noun === "notice") return isNamed ? "seen" : "hidden";
  const permission = Object.hasOwn(permissionOfNoun, noun) ? permissionOfNoun[noun] : undefined;
  if (permission === undefined) return "hidden";
  switch (reach(viewer, permission)) {
    case "all":
      return "seen";
    case "final":
      return ofSignedReports.has(fact.type) ? "seen" : "hidden";
    case "final-in-care":
      return ofSignedReports.has(fact.type) && fact.patientId !== null ? "if-in-care" : "hidden";
    case "in-care":
      if (isNamed) return "seen";
      return fact.patientId === null ? "hidden" : "if-in-care";
    default:
      return "hidden";
  }
}

export const careKey = (relation: CareRelation): string =>
  `${relation.personId} ${relation.patientId} ${relation.facilityId}`;

/** The relations that decide about the facts for the viewers; nobody is asked where none does. */
export async function findCare(
  careRelations: CareRelations | null,
  viewers: readonly Viewer[],
  facts: readonly SealedFact[],
): Promise<ReadonlySet<string>> {
  const people = new Set<string>();
  const patients = new Set<string>();
  for (const viewer of viewers) {
    for (const fact of facts) {
      if (fact.patientId === null || sightOf(viewer, fact) !== "if-in-care") continue;
      people.add(viewer.id);
      patients.add(fact.patientId);
    }
  }
  if (careRelations === null || people.size === 0) return new Set();
  return new Set((await careRelations([...people], [...patients])).map(careKey));
}

export function maySee(viewer: Viewer, fact: SealedFact, care: ReadonlySet<string>): boolean {
  const sight = sightOf(viewer, fact);
  if (sight !== "if-in-care") return sight === "seen";
  const { patientId } = fact;
  if (patientId === null || viewer.kind !== "user") return false;
  // As in SQL: care at one of the viewer's facilities is care for the patient at all of them.
  return (
    viewer.openGlass?.some((glass) => glass.patientId === patientId) === true ||
    viewer.facilityIds.some((facilityId) => care.has(careKey({ personId: viewer.id, patientId, facilityId })))
  );
}
