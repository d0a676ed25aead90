import type { Severity } from "@isocenter/contract";
import type { Priority } from "@isocenter/contract/workflow";
import type { IconName } from "../kit/Icon.tsx";
import { message, t } from "../words/words.ts";

/** What a priority is called and how it looks, on every page that shows one; the most urgent first. */
export const priorityLooks = {
  STAT: { word: message("STAT"), tone: "crit", icon: "critical", severity: "CRITICAL" },
  URGENT: { word: message("Urgent"), tone: "urg", icon: "urgent", severity: "HIGH" },
  ROUTINE: { word: message("Routine"), tone: "rtn", icon: "routine", severity: "LOW" },
} as const satisfies Record<Priority, { word: string; tone: string; icon: IconName; severity: Severity }>;

export const priorityWord = (priority: string): string =>
  Object.hasOwn(priorityLooks, priority) ? t(priorityLooks[priority as Priority].word) : priority;

const rank = Object.keys(priorityLooks);

/** The most urgent first, then in the order given. */
export const byPriority = (a: { priority: Priority }, b: { priority: Priority }): number =>
  rank.indexOf(a.priority) - rank.indexOf(b.priority);
