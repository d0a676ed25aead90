import type { OrderStatus, Priority } from "@isocenter/contract/workflow";
import type { Tone } from "../kit/Tag.tsx";
import { message, t } from "../words/words.ts";

const looks: Readonly<Record<OrderStatus, { word: string; tone: Tone }>> = {
  PENDING: { word: message("To be scheduled"), tone: "urg" },
  SCHEDULED: { word: message("Scheduled"), tone: "line" },
  ARRIVED: { word: message("Arrived"), tone: "beam" },
  IN_PROGRESS: { word: message("In progress"), tone: "beam" },
  PERFORMED: { word: message("Performed"), tone: "beam" },
  COMPLETED: { word: message("Completed"), tone: "ok" },
  ON_HOLD: { word: message("On hold"), tone: "urg" },
  CANCELLED: { word: message("Cancelled"), tone: "line" },
  NO_SHOW: { word: message("Did not come"), tone: "crit" },
  DISCONTINUED: { word: message("Discontinued"), tone: "crit" },
};

export const orderTone = (status: string): Tone => looks[status as OrderStatus]?.tone ?? "line";
export const orderWord = (status: string): string =>
  Object.hasOwn(looks, status) ? t(looks[status as OrderStatus].word) : status;

const moves: Readonly<Record<string, string>> = {
  PENDING: message("Release"),
  SCHEDULED: message("Schedule|move"),
  ARRIVED: message("Patient has arrived"),
  IN_PROGRESS: message("Start the examination"),
  PERFORMED: message("End the examination"),
  ON_HOLD: message("Put on hold"),
  CANCELLED: message("Cancel the order"),
  NO_SHOW: message("Patient did not come"),
  DISCONTINUED: message("Discontinue"),
};

/** What the move to a state is called on a button. */
export const moveWord = (status: string): string => t(moves[status] ?? status);

const priorityWords: Readonly<Record<Priority, string>> = {
  STAT: message("STAT"),
  URGENT: message("Urgent"),
  ROUTINE: message("Routine"),
};
export const priorityWord = (priority: string): string =>
  Object.hasOwn(priorityWords, priority) ? t(priorityWords[priority as Priority]) : priority;

/** The states that an order passes on its way, for the line on its page. */
export const way: readonly OrderStatus[] = [
  "PENDING",
  "SCHEDULED",
  "ARRIVED",
  "IN_PROGRESS",
  "PERFORMED",
  "COMPLETED",
];
