import type { ImagingOrder } from "@isocenter/contract";
import type { IconName } from "../kit/Icon.tsx";
import { message } from "../words/words.ts";

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
