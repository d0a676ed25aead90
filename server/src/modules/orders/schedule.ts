import type { OpeningHours, Schedule, ScheduleQuery, SlotQuery, Slots } from "@isocenter/contract";
import { addDays, dayOf, invalidAt, localTime, type Reader, type Viewer } from "../../platform/index.ts";
import { freeSlots, type Interval, openingsOn } from "./calendar.ts";
import { procedureByCode } from "./examination.ts";
import { ofFacilities, placeOf } from "./facility.ts";
import { holdsItsTime } from "./order.ts";
import { noStation } from "./refusals.ts";
import { type OrderRow, orderColumns, toOrder } from "./rows.ts";
import { orderVisible } from "./sql.ts";

const longestAppointmentMs = 24 * 60 * 60_000;

interface StationRow {
  id: string;
  facilityId: string;
  aeTitle: string;
  openingHours: OpeningHours;
  active: boolean;
  timeZone: string;
}

/** A calendar begins and ends somewhere. */
function checkDate(date: string): void {
  if (date < "1900-01-02" || date > "9998-12-30")
    throw invalidAt("schedule.invalid-date", "querystring.date", "must be a date from 1900 to 9998");
}

const openAround = (hours: OpeningHours, date: string, timeZone: string): Interval[] =>
  openingsOn(hours, [addDays(date, -1), date, addDays(date, 1)], timeZone);

/**
 * The slots that are free at a station on a day of its facility's clock; none that lie behind us, none of a station out of use.
 * @throws Refusal `not-found` (`station.not-found`), `invalid` (`schedule.needs-duration`, `procedure.unknown`)
 */
export async function slotsOf(
  reader: Reader,
  viewer: Viewer,
  stationId: string,
  query: SlotQuery,
  now: Date,
): Promise<Slots> {
  const [station] = await reader<StationRow[]>`
    select s.id, s.facility_id as "facilityId", s.ae_title as "aeTitle", s.opening_hours as "openingHours", s.active,
      f.time_zone as "timeZone"
    from station s join facility f on f.id = s.facility_id
    where s.id = ${stationId} and ${ofFacilities(reader, viewer, "s.facility_id")}`;
  if (!station) throw noStation();
  const { date, procedureCode } = query;
  checkDate(date);
  if ((procedureCode === undefined) === (query.durationMinutes === undefined))
    throw invalidAt(
      "schedule.needs-duration",
      "querystring.durationMinutes",
      "is needed where no procedureCode is given, and only then",
    );
  const durationMinutes =
    procedureCode === undefined
      ? query.durationMinutes!
      : (await procedureByCode(reader, station.facilityId, procedureCode, "querystring.procedureCode"))
          .durationMinutes;
  const { timeZone } = station;
  const day = dayOf(date, timeZone);
  const taken = await reader<Interval[]>`
    select starts_at as "from", ends_at as "to" from scheduled_step
    where station_id = ${station.id} and status = any(${[...holdsItsTime]}::text[]) and ends_at > ${day.from}
      and starts_at > ${new Date(day.from.getTime() - longestAppointmentMs)}
      and starts_at < ${new Date(day.to.getTime() + longestAppointmentMs)}`;
  const open = station.active ? openAround(station.openingHours, date, timeZone) : [];
  const slots = freeSlots({ open, taken, day, earliest: now, durationMinutes });
  return {
    stationId: station.id,
    stationAeTitle: station.aeTitle,
    date,
    timeZone,
    durationMinutes,
    data: slots.map(({ from, to }) => ({ startsAt: from.toISOString(), endsAt: to.toISOString() })),
  };
}

interface Appointment extends OrderRow {
  stationId: string | null;
  startsAt: Date;
  /** Null: begun without an appointment. */
  endsAt: Date | null;
  modalities: string[];
}

const mostAppointments = 2000;
const mostStations = 500;

/** Who comes when, for each station of a facility; of orders that the viewer may see. @throws Refusal `not-found` (`facility.not-found`), `invalid` */
export async function scheduleOf(
  reader: Reader,
  viewer: Viewer,
  query: ScheduleQuery,
  now: Date,
): Promise<Schedule> {
  const { facilityId, timeZone } = await placeOf(reader, viewer, query.facilityId);
  const date = query.date ?? localTime(now, timeZone).date;
  checkDate(date);
  const day = dayOf(date, timeZone);
  const title = query.stationAeTitle?.trim();
  const stations = await reader<(Omit<StationRow, "timeZone"> & { name: string; modalities: string[] })[]>`
    select id, facility_id as "facilityId", ae_title as "aeTitle", name, modalities, opening_hours as "openingHours", active
    from station where facility_id = ${facilityId} ${title === undefined ? reader`` : reader`and ae_title = ${title}`}
    order by ae_title limit ${mostStations}`;
  if (title !== undefined && stations.length === 0)
    throw invalidAt("station.unknown", "querystring.stationAeTitle", "is of no station of the facility");
  const appointments = await reader<Appointment[]>`
    select ${orderColumns(reader)}, st.station_id as "stationId", st."startsAt", st."endsAt", st.modalities
    from (
      select order_id, station_id, starts_at as "startsAt", ends_at as "endsAt", array_agg(modality order by step_id) as modalities
      from scheduled_step
      where facility_id = ${facilityId} and starts_at < ${day.to} and starts_at > ${new Date(day.from.getTime() - longestAppointmentMs)}
        and (starts_at >= ${day.from} or ends_at > ${day.from})
        ${title === undefined ? reader`` : reader`and station_id = ${stations[0]!.id}`}
      group by order_id, station_id, starts_at, ends_at) st
    join imaging_order o on o.id = st.order_id where ${orderVisible(reader, viewer)} and o.status not in ('PENDING', 'ON_HOLD', 'CANCELLED')
    order by st."startsAt", o.id limit ${mostAppointments + 1}`;
  const listed = appointments.slice(0, mostAppointments);
  const at = (stationId: string | null) =>
    listed
      .filter((row) => row.stationId === stationId)
      .map(({ stationId: _, startsAt, endsAt, modalities, ...order }) => ({
        orderId: order.id,
        startsAt: startsAt.toISOString(),
        endsAt: (endsAt ?? startsAt).toISOString(),
        modalities,
        order: toOrder(viewer, order),
      }));
  const data: Schedule["data"] = stations
    .map(({ id, aeTitle, name, modalities, active, openingHours }) => ({
      station: { id, aeTitle, name, modalities, active },
      open: clipped(active ? openAround(openingHours, date, timeZone) : [], day),
      appointments: at(id),
    }))
    .filter((one) => one.station.active || one.appointments.length > 0);
  const without = at(null);
  if (without.length > 0) data.push({ station: null, open: [], appointments: without });
  return {
    facilityId,
    date,
    timeZone,
    from: day.from.toISOString(),
    to: day.to.toISOString(),
    complete: appointments.length <= mostAppointments && stations.length < mostStations,
    data,
  };
}

const clipped = (open: readonly Interval[], day: Interval) =>
  open
    .map(({ from, to }) => ({ from: from < day.from ? day.from : from, to: to > day.to ? day.to : to }))
    .filter(({ from, to }) => from < to)
    .map(({ from, to }) => ({ from: from.toISOString(), to: to.toISOString() }));
