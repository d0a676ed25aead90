import type { Role } from "@isocenter/contract";
import { reachOf } from "@isocenter/contract/permissions";
import { message } from "../words/words.ts";

/** How a number is said. `money` is in minor units of the row's currency. */
export type Kind = "count" | "seconds" | "minutes" | "share" | "money" | "text";

export interface Column {
  name: string;
  label: string;
  kind: Kind;
}

export interface Grouping {
  /** As the API's `groupBy`; `time` stands for the day, week or month, whichever fits the period. */
  by: string;
  label: string;
}

export interface Figure {
  label: string;
  /** What is measured, in which unit, and which day counts. */
  unit: string;
  groupings: readonly Grouping[];
  columns: readonly Column[];
  /** Which filters the server knows for it, beside the facility. */
  narrowedBy: readonly ("modality" | "priority" | "radiologistId")[];
}

const byTime = { by: "time", label: message("over time") } as const;
const byModality = { by: "modality", label: message("by modality") } as const;
const byFacility = { by: "facility", label: message("by facility") } as const;
const byRadiologist = { by: "radiologist", label: message("by radiologist") } as const;
const byPriority = { by: "priority", label: message("by priority") } as const;
const byProcedure = { by: "procedure", label: message("by procedure") } as const;
const everyFilter = ["modality", "priority", "radiologistId"] as const;

/** What the server can tell, in the order of the page; the columns are those of its CSV. */
export const figures = {
  turnaround: {
    label: message("Turnaround"),
    unit: message("median of each segment, examinations by the day they were performed"),
    groupings: [
      { by: "priority,modality", label: message("by priority and modality") },
      byPriority,
      byModality,
      byRadiologist,
      byFacility,
      byTime,
    ],
    columns: [
      { name: "examinations", label: message("Examinations"), kind: "count" },
      { name: "segment", label: message("Segment"), kind: "text" },
      { name: "count", label: message("Counted"), kind: "count" },
      { name: "medianSeconds", label: message("Median"), kind: "seconds" },
      { name: "p90Seconds", label: message("90th percentile"), kind: "seconds" },
    ],
    narrowedBy: everyFilter,
  },
  volumes: {
    label: message("Volumes"),
    unit: message("examinations by the day they were asked for"),
    groupings: [
      { by: "time,modality", label: message("over time, by modality") },
      { by: "time,priority", label: message("over time, by priority") },
      byModality,
      byProcedure,
      { by: "station", label: message("by station") },
      byFacility,
    ],
    columns: [
      { name: "examinations", label: message("Examinations"), kind: "count" },
      { name: "studies", label: message("Studies"), kind: "count" },
      { name: "performed", label: message("Performed"), kind: "count" },
      { name: "signed", label: message("Signed"), kind: "count" },
      { name: "cancelled", label: message("Cancelled"), kind: "count" },
      { name: "noShow", label: message("Did not come"), kind: "count" },
      { name: "stat", label: message("STAT"), kind: "count" },
      { name: "urgent", label: message("Urgent"), kind: "count" },
      { name: "routine", label: message("Routine"), kind: "count" },
    ],
    narrowedBy: everyFilter,
  },
  productivity: {
    label: message("Productivity"),
    unit: message("signed reports, by the day of the first signature"),
    groupings: [
      byRadiologist,
      { by: "author", label: message("by author") },
      { by: "technologist", label: message("by technologist") },
      byModality,
      byTime,
    ],
    columns: [
      { name: "signed", label: message("Signed"), kind: "count" },
      { name: "signedOfOthers", label: message("Of what others had submitted"), kind: "count" },
      { name: "amended", label: message("Amended"), kind: "count" },
      { name: "medianReadToSignedSeconds", label: message("Read to signed, median"), kind: "seconds" },
      { name: "p90ReadToSignedSeconds", label: message("Read to signed, 90th percentile"), kind: "seconds" },
      {
        name: "medianPerformedToSignedSeconds",
        label: message("Performed to signed, median"),
        kind: "seconds",
      },
    ],
    narrowedBy: everyFilter,
  },
  utilization: {
    label: message("Station use"),
    unit: message("performed time as a share of opening hours"),
    groupings: [
      { by: "station,time", label: message("by station, over time") },
      { by: "station", label: message("by station") },
      byFacility,
    ],
    columns: [
      { name: "openMinutes", label: message("Open time"), kind: "minutes" },
      { name: "appointments", label: message("Appointments"), kind: "count" },
      { name: "bookedMinutes", label: message("Booked"), kind: "minutes" },
      { name: "performed", label: message("Performed"), kind: "count" },
      { name: "performedMinutes", label: message("Time performed"), kind: "minutes" },
      { name: "bookedShare", label: message("Booked share"), kind: "share" },
      { name: "performedShare", label: message("Performed share"), kind: "share" },
    ],
    narrowedBy: [],
  },
  "critical-findings": {
    label: message("Critical findings"),
    unit: message("findings by the day they were raised, acknowledged in time or not"),
    groupings: [
      { by: "severity", label: message("by severity") },
      byTime,
      byModality,
      { by: "raiser", label: message("by who raised them") },
      byFacility,
    ],
    columns: [
      { name: "findings", label: message("Findings"), kind: "count" },
      { name: "contactedInTime", label: message("Reached in time"), kind: "count" },
      { name: "contactedLate", label: message("Reached late"), kind: "count" },
      { name: "neverContacted", label: message("Nobody reached"), kind: "count" },
      { name: "acknowledgedInTime", label: message("Acknowledged in time"), kind: "count" },
      { name: "acknowledgedLate", label: message("Acknowledged late"), kind: "count" },
      { name: "neverAcknowledged", label: message("Never acknowledged"), kind: "count" },
      { name: "acknowledgedShareInTime", label: message("Share in time"), kind: "share" },
      { name: "voided", label: message("Void"), kind: "count" },
      { name: "medianContactSeconds", label: message("To contact, median"), kind: "seconds" },
      { name: "p90ContactSeconds", label: message("To contact, 90th percentile"), kind: "seconds" },
      { name: "medianAcknowledgeSeconds", label: message("To acknowledgement, median"), kind: "seconds" },
      {
        name: "p90AcknowledgeSeconds",
        label: message("To acknowledgement, 90th percentile"),
        kind: "seconds",
      },
    ],
    narrowedBy: [],
  },
  quality: {
    label: message("Discrepancies"),
    unit: message("share of reviewed preliminaries that the final contradicts"),
    groupings: [{ by: "author", label: message("by author") }, byRadiologist, byModality, byTime],
    columns: [
      { name: "signed", label: message("Signed"), kind: "count" },
      { name: "reviewed", label: message("Reviewed"), kind: "count" },
      { name: "minorDiscrepancies", label: message("Minor"), kind: "count" },
      { name: "majorDiscrepancies", label: message("Major"), kind: "count" },
      { name: "discrepancyRate", label: message("Discrepancy rate"), kind: "share" },
      { name: "amended", label: message("Amended"), kind: "count" },
      { name: "corrected", label: message("Corrected"), kind: "count" },
      { name: "appended", label: message("Appended"), kind: "count" },
      { name: "enteredInError", label: message("Entered in error"), kind: "count" },
      { name: "changedRate", label: message("Changed share"), kind: "share" },
    ],
    narrowedBy: everyFilter,
  },
  revenue: {
    label: message("Revenue"),
    unit: message("bills by the day of issue, paid and still owed"),
    groupings: [byTime, byModality, byProcedure, byFacility],
    columns: [
      { name: "currency", label: message("Currency"), kind: "text" },
      { name: "bills", label: message("Bills"), kind: "count" },
      { name: "billed", label: message("Billed"), kind: "money" },
      { name: "paid", label: message("Paid"), kind: "money" },
      { name: "refunded", label: message("Refunded"), kind: "money" },
      { name: "outstanding", label: message("Owed"), kind: "money" },
      { name: "overdue", label: message("Overdue"), kind: "money" },
      { name: "voided", label: message("Void"), kind: "count" },
    ],
    narrowedBy: [],
  },
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof figures;
const figureNames = Object.keys(figures) as FigureName[];

/** The figures of a person with these roles, and whether they are the person's own alone. */
export function figuresFor(roles: readonly Role[]): { names: FigureName[]; own: boolean } {
  const reach = reachOf(roles, "analytics.read");
  const bills = reachOf(roles, "bills.read") !== null;
  const names = figureNames.filter((name) => {
    if (name === "revenue") return bills && (reach === "all" || reach === "for-bills");
    if (name === "utilization") return reach === "all";
    return reach === "all" || reach === "own";
  });
  return { names, own: reach === "own" };
}
