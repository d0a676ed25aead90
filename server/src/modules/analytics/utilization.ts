import type { FiguresQuery, Utilization } from "@isocenter/contract";
import { allOf } from "../patients/index.ts";
import {
  type Asked,
  commonDimensions,
  type Figures,
  figuresBy,
  reachOfFigures,
  stationName,
} from "./query.ts";

/**
 * How much of their opening hours stations are booked and used; by the day at the facility, on which an appointment or a performed step begins.
 * Opening hours are those of now. A day on which the clock changes is as long as it is.
 * @throws Refusal `forbidden`, `invalid`, `unprocessable`
 */
export async function utilization(asked: Asked, query: FiguresQuery): Promise<Figures<Utilization>> {
  const { viewer } = asked;
  reachOfFigures(viewer, ["all"]);
  type Summed = Omit<Utilization, "group" | "bookedShare" | "performedShare">;
  const found = await figuresBy<Summed>(asked, query, {
    dimensions: {
      station: { by: "t.station_id::text", name: stationName },
      ...commonDimensions("t.facility_id", "t.day"),
    },
    fallback: ["station"],
    // A row for each opening, each appointment (whose steps are one time of the station), each performed step.
    from: (sql, { from, to }) => sql`(
      with place as materialized (
        select st.*, f.time_zone from station st join facility f on f.id = st.facility_id
        where ${allOf(sql, [
          sql`st.facility_id = any(${[...viewer.facilityIds]}::uuid[])`,
          ...(query.facilityId ? [sql`st.facility_id = ${query.facilityId}`] : []),
        ])})
      select p.facility_id, p.id as station_id, d::date as day, 'OPEN' as kind,
        ((d::date + (hours ->> 1)::interval + case when (hours ->> 1)::interval <= (hours ->> 0)::interval then interval '1 day' else interval '0' end)
            at time zone p.time_zone)
          - ((d::date + (hours ->> 0)::interval) at time zone p.time_zone) as lasted
      from place p cross join generate_series(${from}::date::timestamp, ${to}::date::timestamp, interval '1 day') d
      cross join lateral jsonb_array_elements(coalesce(p.opening_hours -> extract(isodow from d)::int::text, '[]'::jsonb)) hours
      where p.active
      union all
      select * from (
        select distinct on (s.order_id, p.id, s.starts_at) p.facility_id, p.id, (s.starts_at at time zone p.time_zone)::date as day, 'BOOKED',
          s.ends_at - s.starts_at
        from place p join scheduled_step s on s.station_id = p.id
        where s.starts_at >= ${`${from}T00:00:00Z`}::timestamptz - interval '15 hours'
          and s.starts_at < ${`${to}T00:00:00Z`}::timestamptz + interval '38 hours' and s.ends_at is not null
          and s.status in ('SCHEDULED', 'ARRIVED', 'READY', 'STARTED', 'COMPLETED', 'DISCONTINUED')
        order by s.order_id, p.id, s.starts_at, s.ends_at desc) booked
      union all
      select p.facility_id, p.id, (m.started_at at time zone p.time_zone)::date, 'PERFORMED', m.ended_at - m.started_at
      from place p join performed_step m on m.facility_id = p.facility_id and m.station_ae_title = p.ae_title
      where m.started_at >= ${`${from}T00:00:00Z`}::timestamptz - interval '15 hours'
        and m.started_at < ${`${to}T00:00:00Z`}::timestamptz + interval '38 hours' and m.ended_at >= m.started_at) t`,
    where: (sql, { from, to }) => sql`t.day between ${from}::date and ${to}::date`,
    figures(sql) {
      const minutes = (kind: string) =>
        sql`coalesce(round(extract(epoch from sum(t.lasted) filter (where t.kind = ${kind})) / 60), 0)::bigint`;
      return sql`
        ${minutes("OPEN")} as "openMinutes", count(*) filter (where t.kind = 'BOOKED') as appointments,
        ${minutes("BOOKED")} as "bookedMinutes", count(*) filter (where t.kind = 'PERFORMED') as performed,
        ${minutes("PERFORMED")} as "performedMinutes"`;
    },
  });
  const share = (part: number, of: number) => (of === 0 ? null : part / of);
  const data = found.data.map((row) => ({
    ...row,
    bookedShare: share(row.bookedMinutes, row.openMinutes),
    performedShare: share(row.performedMinutes, row.openMinutes),
  }));
  return { ...found, data };
}
