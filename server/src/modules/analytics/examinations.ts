import type { Db, Fragment, Reader, Tx } from "../../platform/index.ts";
import { transact } from "../../platform/index.ts";

/** Modalities of what is added to an examination, which do not name it. */
const auxiliary = ["SR", "PR", "KO", "DOC", "OT", "SC", "REG", "SEG"];

/** The rows of orders with their studies, as they are now. */
const ofOrders = (sql: Reader, ids: readonly string[]): Fragment => sql`
  select o.id as order_id, s.id as study_id, s.created_at
  from imaging_order o left join study s on s.order_id = o.id and s.deleted_at is null where o.id = any(${[...ids]}::uuid[])`;

/** The rows of studies that came without an order. */
const withoutOrder = (sql: Reader, ids: readonly string[]): Fragment => sql`
  select null::uuid, s.id, s.created_at from study s
  where s.id = any(${[...ids]}::uuid[]) and s.order_id is null and s.deleted_at is null and s.last_received_at is not null`;

/** Makes the rows of the orders and of the studies without order; the ones that were there are gone already. */
async function insertRows(tx: Tx, orderIds: readonly string[], studyIds: readonly string[]): Promise<void> {
  await tx`
    insert into examination (id, facility_id, order_id, study_id, counts_order, ordered_day, performed_day, signed_day, modality, priority, station,
      procedure_code, status, provider_id, radiologist_id, author_id, technologist_id, ordered_at, scheduled_at, arrived_at, performed_at, read_at,
      submitted_at, report_id, signed_at, acknowledged_at, discrepancy, amended, corrected, appended, entered_in_error)
    with wanted (order_id, study_id, created_at) as materialized (${ofOrders(tx, orderIds)} union all ${withoutOrder(tx, studyIds)}),
    ranked as (
      select *, row_number() over (partition by coalesce(order_id, study_id) order by created_at, study_id) = 1 as counts_order from wanted)
    select coalesce(w.study_id, w.order_id), f.id, w.order_id, w.study_id, w.counts_order,
      (coalesce(o.ordered_at, s.created_at) at time zone f.time_zone)::date,
      (x.performed_at at time zone f.time_zone)::date, (r.first_signed_at at time zone f.time_zone)::date,
      coalesce(o.modality, (select m from unnest(s.modalities) m order by m = any(${auxiliary}::text[]), m limit 1)),
      o.priority, o.station_ae_title, o.procedure_code, coalesce(o.status, s.status), o.provider_id,
      signature.signer_id, r.author_id, performer.id,
      o.ordered_at, o.scheduled_at, o.arrived_at, x.performed_at, least(claim.at, r.created_at), r.submitted_at, r.id, r.first_signed_at,
      seen.at, r.discrepancy_category, coalesce(signature.amended, 0), coalesce(signature.corrected, 0), coalesce(signature.appended, 0),
      coalesce(r.status = 'ENTERED_IN_ERROR', false)
    from ranked w
    left join imaging_order o on o.id = w.order_id
    left join study s on s.id = w.study_id
    join facility f on f.id = coalesce(o.facility_id, s.facility_id)
    cross join lateral (select coalesce(o.performed_at, s.settled_at, case when s.status <> 'IN_PROGRESS' then s.last_received_at end)) x (performed_at)
    left join lateral (
      select * from report where study_id = w.study_id and status <> 'CANCELLED'
      order by status = 'ENTERED_IN_ERROR', created_at desc limit 1) r on true
    left join lateral (
      select (array_agg(v.signer_id order by v.number) filter (where v.status = 'FINAL'))[1] as signer_id,
        count(*) filter (where v.status = 'AMENDED') as amended, count(*) filter (where v.status = 'CORRECTED') as corrected,
        count(*) filter (where v.status = 'APPENDED') as appended
      from report_version v where v.report_id = r.id) signature on true
    left join lateral (
      select min(recorded_at) as at from fact where subject_id = w.study_id::text and type = 'reading.claimed') claim on true
    left join lateral (
      select actor_id::uuid as id from fact
      where subject_id = w.order_id::text and type in ('order.performed', 'order.started', 'order.arrived') and actor_kind = 'user'
      order by recorded_at desc limit 1) performer on true
    left join lateral (${firstView(tx, tx`r.id`, tx`o.provider_id`)}) seen on true
    on conflict (id) do nothing`;
}

/** When whoever asked for the examination first had the signed report before them. */
const firstView = (sql: Reader, reportId: Fragment, providerId: Fragment): Fragment => sql`
  select min(d.delivered_at) as at from report_delivery d
  where d.report_id = ${reportId} and d.recipient_kind = 'user' and d.recipient_id = ${providerId}::text and d.way = 'viewed'`;

/** Makes the rows of the orders and studies anew, and of whatever was or is together with them. */
export async function refreshExaminations(
  tx: Tx,
  touched: { orderIds: readonly string[]; studyIds: readonly string[] },
): Promise<void> {
  const { orderIds, studyIds } = touched;
  if (orderIds.length + studyIds.length === 0) return;
  const rows = await tx<{ id: string }[]>`
    select id from unnest(${[...orderIds]}::uuid[]) id
    union select order_id from study where id = any(${[...studyIds]}::uuid[]) and order_id is not null
    union select order_id from examination where id = any(${[...studyIds]}::uuid[]) and order_id is not null`;
  const orders = rows.map(({ id }) => id);
  await tx`delete from examination where order_id = any(${orders}::uuid[]) or id = any(${[...studyIds]}::uuid[])
    or id in (select id from study where order_id = any(${orders}::uuid[]))`;
  await insertRows(tx, orders, studyIds);
}

/** Makes everything anew, a part at a time: after records were brought in by other ways than ours. @returns how many orders and studies */
export async function rebuildExaminations(
  db: Db,
  { part = 5000, advance = () => {} }: { part?: number; advance?: (by: number) => void } = {},
): Promise<number> {
  let done = 0;
  for (const table of ["imaging_order", "study"] as const) {
    let after = "00000000-0000-0000-0000-000000000000";
    for (;;) {
      const rows = await db<{ id: string }[]>`
        select id from ${db(table)} where id > ${after} ${table === "study" ? db`and order_id is null` : db``} order by id limit ${part}`;
      const last = rows.at(-1);
      if (!last) break;
      const ids = rows.map(({ id }) => id);
      await transact(db, (tx) =>
        refreshExaminations(
          tx,
          table === "study" ? { orderIds: [], studyIds: ids } : { orderIds: ids, studyIds: [] },
        ),
      );
      after = last.id;
      done += ids.length;
      advance(ids.length);
    }
  }
  return done;
}

/** Looking at a report is no fact: those of the last time that nobody has looked at yet are asked again. @returns how many were looked at */
export async function noteAcknowledged(tx: Tx, since: Date): Promise<number> {
  const rows = await tx`
    update examination e set acknowledged_at = seen.at
    from examination x cross join lateral (${firstView(tx, tx`x.report_id`, tx`x.provider_id`)}) seen
    where x.id = e.id and x.signed_at >= ${since} and x.acknowledged_at is null and seen.at is not null returning 1`;
  return rows.length;
}
