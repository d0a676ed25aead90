import type { ImagingOrder } from "@isocenter/contract";
import type { OrderStatus } from "@isocenter/contract/workflow";
import { momentIn } from "../kit/dates.ts";
import type { IconName } from "../kit/Icon.tsx";
import { joined } from "../kit/joined.ts";
import type { Tone } from "../kit/Tag.tsx";
import { message, t } from "../words/words.ts";

/** What a state of an order is called and how it looks, on every page that shows one: green is who is here and waits. */
export const orderLooks: Readonly<Record<OrderStatus, { word: string; tone: Tone; icon: IconName }>> = {
  PENDING: { word: message("To be scheduled"), tone: "urg", icon: "clock" },
  SCHEDULED: { word: message("Scheduled"), tone: "line", icon: "calendar" },
  ARRIVED: { word: message("Arrived"), tone: "ok", icon: "person" },
  IN_PROGRESS: { word: message("In progress"), tone: "beam", icon: "scan" },
  PERFORMED: { word: message("Performed"), tone: "line", icon: "check" },
  COMPLETED: { word: message("Reported"), tone: "line", icon: "check" },
  ON_HOLD: { word: message("On hold"), tone: "urg", icon: "clock" },
  CANCELLED: { word: message("Cancelled"), tone: "line", icon: "x" },
  NO_SHOW: { word: message("Did not come"), tone: "urg", icon: "x" },
  DISCONTINUED: { word: message("Discontinued"), tone: "urg", icon: "x" },
};

export const orderTone = (status: string): Tone => orderLooks[status as OrderStatus]?.tone ?? "line";
export const orderWord = (status: string): string =>
  Object.hasOwn(orderLooks, status) ? t(orderLooks[status as OrderStatus].word) : status;

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

/** The states that an order passes on its way, for the line on its page. */
export const way: readonly OrderStatus[] = [
  "PENDING",
  "SCHEDULED",
  "ARRIVED",
  "IN_PROGRESS",
  "PERFORMED",
  "COMPLETED",
];

const endedStatuses: readonly OrderStatus[] = ["PERFORMED", "COMPLETED", "CANCELLED", "DISCONTINUED"];

/** Whether nobody moves the order on any more: who is to be examined after all is asked for once more. */
export const hasEnded = (status: OrderStatus): boolean => endedStatuses.includes(status);

/** The last appointment that the patient did not come to, once it is no longer the state that says so; null: they missed none. */
export const missedWords = (
  { status, missedAt, missedReason }: Pick<ImagingOrder, "status" | "missedAt" | "missedReason">,
  timeZone: string | undefined,
): string | null =>
  missedAt === null || status === "NO_SHOW" ? null : joined(momentIn(timeZone, missedAt), missedReason);

/** When, for how long and where, in the facility's time; "none yet" without an appointment. */
export const appointmentWords = (
  { scheduledAt, durationMinutes }: Pick<ImagingOrder, "scheduledAt" | "durationMinutes">,
  timeZone: string | undefined,
  station: string | null,
): string =>
  scheduledAt
    ? joined(momentIn(timeZone, scheduledAt), t("{minutes} min", { minutes: durationMinutes }), station)
    : t("none yet");
