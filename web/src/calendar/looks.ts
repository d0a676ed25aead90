import type { ImagingOrder } from "@isocenter/contract";
import type { IconName } from "../kit/Icon.tsx";
import type { Tone } from "../kit/Tag.tsx";
import { message } from "../words/words.ts";

type Status = ImagingOrder["status"];

/** How an order's state looks and is said at the desk. */
export const orderLooks: Readonly<Record<Status, { word: string; tone: Tone; icon: IconName }>> = {
  PENDING: { word: message("No appointment"), tone: "line", icon: "clock" },
  SCHEDULED: { word: message("Expected"), tone: "line", icon: "calendar" },
  ARRIVED: { word: message("Arrived"), tone: "ok", icon: "person" },
  IN_PROGRESS: { word: message("In progress"), tone: "beam", icon: "scan" },
  PERFORMED: { word: message("Performed"), tone: "line", icon: "check" },
  COMPLETED: { word: message("Reported"), tone: "line", icon: "check" },
  ON_HOLD: { word: message("On hold"), tone: "urg", icon: "clock" },
  CANCELLED: { word: message("Cancelled"), tone: "line", icon: "x" },
  NO_SHOW: { word: message("Did not come"), tone: "urg", icon: "x" },
  DISCONTINUED: { word: message("Stopped"), tone: "urg", icon: "x" },
};

export const priorityLooks = {
  STAT: { word: message("STAT"), tone: "crit", icon: "critical" },
  URGENT: { word: message("Urgent"), tone: "urg", icon: "urgent" },
  ROUTINE: { word: message("Routine"), tone: "rtn", icon: "routine" },
} as const satisfies Record<ImagingOrder["priority"], { word: string; tone: string; icon: IconName }>;

const rank = { STAT: 0, URGENT: 1, ROUTINE: 2 } as const;

/** The most urgent first, then in the order given. */
export const byPriority = (a: ImagingOrder, b: ImagingOrder): number => rank[a.priority] - rank[b.priority];

/** "Thorsby, Elin" shown short where there is little room. */
export function shortName(name: string): string {
  const [family = "", given = ""] = name.split(",").map((part) => part.trim());
  return given ? `${family}, ${given.slice(0, 1)}.` : family;
}
