import { modalitiesOfOrder, type OpeningHours, type OrderStatus, type Priority } from "@isocenter/contract";
import { invalidAt, localTime, reach, type Tx, type Viewer } from "../../platform/index.ts";
import { isOpen } from "./calendar.ts";
import { holdsItsTime, stepStatusOf } from "./order.ts";
import { conflict } from "./refusals.ts";

/** Where and when an order is to be done. */
export interface Appointment {
  scheduledAt: Date | null;
  station: { id: string; aeTitle: string } | null;
  durationMinutes: number;
}

interface StationRow {
  id: string;
  aeTitle: string;
  modalities: string[];
  openingHours: OpeningHours;
  active: boolean;
  timeZone: string;
}

export interface Wish {
  facilityId: string;
  aeTitle: string;
  modality: string;
}

/**
 * The station, locked until the end of the transaction: who books it at the same time waits, and sees what is there then.
 * @throws Refusal `invalid` (`station.unknown`, `station.other-modality`), `conflict` (`station.inactive`)
 */
export async function lockStation(tx: Tx, { facilityId, aeTitle, modality }: Wish): Promise<StationRow> {
  const [station] = await tx<StationRow[]>`
    select s.id, s.ae_title as "aeTitle", s.modalities, s.opening_hours as "openingHours", s.active, f.time_zone as "timeZone"
    from station s join facility f on f.id = s.facility_id
    where s.facility_id = ${facilityId} and s.ae_title = ${aeTitle.trim()} for no key update of s`;
  if (!station) throw invalidAt("station.unknown", "body.stationAeTitle", "is of no station of the facility");
  if (!station.active) throw conflict("station.inactive", `The station ${station.aeTitle} is out of use.`);
  const missing = modalitiesOfOrder(modality).filter((name) => !station.modalities.includes(name));
  if (missing.length > 0)
    throw invalidAt(
      "station.other-modality",
      "body.stationAeTitle",
      `is of ${station.aeTitle}, which is for ${station.modalities.join(", ")}, not for ${missing.join(" and ")}`,
    );
  return station;
}

/** The station as an order that is not booked names it, whatever it can be used for now. */
export async function stationNamed(
  tx: Tx,
  facilityId: string,
  aeTitle: string,
): Promise<{ id: string; aeTitle: string } | null> {
  const [station] = await tx<{ id: string; aeTitle: string }[]>`
    select id, ae_title as "aeTitle" from station where facility_id = ${facilityId} and ae_title = ${aeTitle}`;
  return station ?? null;
}

export interface Reservation {
  orderId: string | null;
  from: Date;
  durationMinutes: number;
  priority: Priority;
}

const longestAppointmentMs = 24 * 60 * 60_000;
export const endOf = (from: Date, durationMinutes: number): Date =>
  new Date(from.getTime() + durationMinutes * 60_000);

/**
 * Says whether the time is free at a station that is locked. Emergencies are taken outside of the opening hours too.
 * @throws Refusal `conflict` (`schedule.closed`, `schedule.conflict`)
 */
export async function reserve(
  tx: Tx,
  viewer: Viewer,
  station: StationRow,
  { orderId, from, durationMinutes, priority }: Reservation,
): Promise<void> {
  const to = endOf(from, durationMinutes);
  const clockOf = (at: Date) => {
    const { date, time } = localTime(at, station.timeZone);
    return `${date} ${time.slice(0, 5)}`;
  };
  if (priority !== "STAT" && !isOpen(station.openingHours, { from, to }, station.timeZone))
    throw conflict(
      "schedule.closed",
      `The station ${station.aeTitle} is not open from ${clockOf(from)} to ${clockOf(to)} (${station.timeZone}).`,
    );
  const [other] = await tx<{ startsAt: Date; endsAt: Date; accessionNumber: string }[]>`
    select st.starts_at as "startsAt", st.ends_at as "endsAt", o.accession_number as "accessionNumber"
    from scheduled_step st join imaging_order o on o.id = st.order_id
    where st.station_id = ${station.id} and st.starts_at < ${to} and st.starts_at > ${new Date(from.getTime() - longestAppointmentMs)}
      and st.ends_at > ${from} and st.status = any(${[...holdsItsTime]}::text[])
      and st.order_id is distinct from ${orderId}::uuid
    order by st.starts_at, st.id limit 1`;
  if (!other) return;
  const whose = reach(viewer, "orders.read") === "all" ? `, order ${other.accessionNumber}` : "";
  throw conflict(
    "schedule.conflict",
    `The station ${station.aeTitle} is taken from ${clockOf(other.startsAt)} to ${clockOf(other.endsAt)} (${station.timeZone})${whose}.`,
  );
}

/** Brings the steps of an order that have not ended to its state and appointment. */
export async function moveSteps(
  tx: Tx,
  orderId: string,
  status: OrderStatus,
  at: Date,
  appointment?: Appointment,
): Promise<void> {
  const place = appointment
    ? {
        station_id: appointment.station?.id ?? null,
        station_ae_title: appointment.station?.aeTitle ?? null,
        starts_at: appointment.scheduledAt,
        ends_at: appointment.scheduledAt && endOf(appointment.scheduledAt, appointment.durationMinutes),
      }
    : {};
  await tx`
    update scheduled_step set ${tx({ status: stepStatusOf[status], updated_at: at, ...place })}, version = version + 1
    where order_id = ${orderId} and status not in ('COMPLETED', 'CANCELED', 'DISCONTINUED')`;
}
