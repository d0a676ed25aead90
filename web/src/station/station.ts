import type { ImagingOrder, PatientSummary, Schedule } from "@isocenter/contract";
import { minuteMs } from "../calendar/clock.ts";
import { fits } from "../calendar/columns.ts";
import { dayOf } from "../kit/dates.ts";
import { byPriority } from "../orders/priorities.ts";
import { message, t } from "../words/words.ts";
import { allStations } from "./station-state.ts";

type Column = Schedule["data"][number];

/** An examination of the day, as a station's list has it. */
export interface Examination {
  /** Of the order. */
  id: string;
  startsAt: string;
  order: ImagingOrder;
  /** Null: no station was chosen for it, so it is for any that can do it. */
  station: Column["station"];
}

/**
 * What a station has to do on a day: its own, and what has no station and is of its modalities, as its modality worklist tells it too. An order with several
 * steps stands once.
 */
export function examinationsOf(day: Pick<Schedule, "data">, station: string): Examination[] {
  const chosen = day.data.find((column) => column.station?.aeTitle === station)?.station ?? null;
  const all = new Map<string, Examination>();
  for (const { station: at, appointments } of day.data)
    for (const { orderId, startsAt, order } of appointments) {
      const here = station === allStations || at?.aeTitle === station || (!at && fits(chosen, order));
      if (here && !all.has(orderId)) all.set(orderId, { id: orderId, startsAt, order, station: at });
    }
  return [...all.values()];
}

/** Of the day before: who waits or is examined still, and whose examination ended on this day. Midnight sends nobody home. */
export function leftOver(
  before: Pick<Schedule, "data">,
  day: Pick<Schedule, "data" | "from">,
  station: string,
): Examination[] {
  const today = new Set(examinationsOf(day, allStations).map(({ id }) => id));
  const stays = ({ status, performedAt }: ImagingOrder) =>
    status === "ARRIVED" ||
    status === "IN_PROGRESS" ||
    // Which of them have ended is known here a moment before when.
    (status === "PERFORMED" && Date.parse(performedAt ?? day.from) >= Date.parse(day.from));
  return examinationsOf(before, station).filter(({ id, order }) => !today.has(id) && stays(order));
}

export const groups = [
  { id: "now", title: message("In the room"), statuses: ["IN_PROGRESS"] },
  { id: "waiting", title: message("Waiting|patients"), statuses: ["ARRIVED"] },
  { id: "expected", title: message("Expected|patients"), statuses: ["SCHEDULED", "PENDING", "ON_HOLD"] },
  { id: "done", title: message("Done|examinations"), statuses: ["PERFORMED", "COMPLETED"] },
  { id: "not", title: message("Did not take place"), statuses: ["NO_SHOW", "DISCONTINUED", "CANCELLED"] },
] as const satisfies readonly { id: string; title: string; statuses: readonly ImagingOrder["status"][] }[];

const text = (iso: string | null): string => iso ?? "";

/** Within its group: who waits by urgency and then by arrival, what is done the newest first, all others by their time. */
function compare(id: (typeof groups)[number]["id"], a: Examination, b: Examination): number {
  if (id === "waiting")
    return byPriority(a.order, b.order) || text(a.order.arrivedAt).localeCompare(text(b.order.arrivedAt));
  if (id === "done") return text(b.order.performedAt).localeCompare(text(a.order.performedAt));
  return a.startsAt.localeCompare(b.startsAt) || byPriority(a.order, b.order);
}

/** The day in the order in which it is worked through; groups without anybody are left out. */
export function grouped(examinations: readonly Examination[]) {
  return groups
    .map(({ id, title, statuses }) => ({
      id,
      title,
      items: examinations
        .filter(({ order }) => (statuses as readonly string[]).includes(order.status))
        .toSorted((a, b) => compare(id, a, b)),
    }))
    .filter(({ items }) => items.length > 0);
}

export interface Wait {
  kind: "waits" | "runs" | "late";
  minutes: number;
}

/** How long the patient has waited, or has been examined, or is late; null where nothing runs. @param now in milliseconds */
export function waitOf(
  { startsAt, order }: Pick<Examination, "startsAt" | "order">,
  now: number,
): Wait | null {
  const since = (iso: string) => Math.floor((now - Date.parse(iso)) / minuteMs);
  const of = (kind: Wait["kind"], iso: string | null) =>
    iso && since(iso) > 0 ? { kind, minutes: since(iso) } : null;
  if (order.status === "ARRIVED") return of("waits", order.arrivedAt);
  if (order.status === "IN_PROGRESS") return of("runs", order.startedAt);
  return order.status === "SCHEDULED" ? of("late", startsAt) : null;
}

/** A patient, also by what tells apart two of one name and number. */
export const namedApart = ({ name, identifier, sex, birthDate }: PatientSummary): string =>
  [name || t("No name"), identifier, sex, birthDate && t("born {date}", { date: dayOf(birthDate) })]
    .filter(Boolean)
    .join(", ");
