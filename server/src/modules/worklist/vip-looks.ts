import { type Clock, type Platform, type Tx, transact } from "../../platform/index.ts";
import { notify } from "../notifications/index.ts";
import { privacyOfficers, survivorSql } from "../patients/index.ts";

const everySeconds = 15;
const batch = 2000;
const name = "vip";

interface Look {
  actorId: string;
  actorName: string;
  facilityId: string;
  patientId: string;
  action: string;
  at: Date;
  /** At the facility. */
  day: string;
}

/** Looks through what was looked at since the last time, so that the curious are told of within a minute. */
export function defineVipWatch({ db, clock, jobs }: Platform): void {
  jobs.every("worklist.vip-looks", everySeconds, async (signal) => {
    while (!signal.aborted && (await transact(db, (tx) => watchVipLooks(tx, clock))));
  });
}

/**
 * Tells the administrators and the privacy officer of people who looked at a patient whose records draw the curious, and who neither care for them, read
 * or read for them, nor broke the glass; once for each person, patient and day of the facility.
 * @returns whether there may be more
 */
export async function watchVipLooks(tx: Tx, clock: Clock): Promise<boolean> {
  await tx`insert into access_watch (name, position) values (${name}, 0) on conflict do nothing`;
  const [watch] = await tx<{ position: number }[]>`
    select position from access_watch where name = ${name} for update skip locked`;
  if (!watch) return false;
  const [{ end = null, seen = 0 } = {}] = await tx<{ end: number | null; seen: number }[]>`
    select max(position) as end, count(*)::int as seen from (
      select position from access where position > ${watch.position} order by position limit ${batch}) next`;
  if (end === null) return false;
  for (const look of await looksOfStrangers(tx, watch.position, end)) await tell(tx, clock, look);
  await tx`update access_watch set position = ${end} where name = ${name}`;
  return seen === batch;
}

/** `audit.viewed` is the watching itself. */
const looksOfStrangers = (tx: Tx, after: number, end: number): Promise<readonly Look[]> => tx<Look[]>`
  with looked as materialized (
    select a.position, case when a.actor_kind = 'user' then a.actor_id::uuid end as person, a.actor_name, a.facility_id, a.patient_id,
      a.action, a.recorded_at
    from access a where a.position > ${after} and a.position <= ${end} and a.actor_kind = 'user' and a.outcome = 'success'
      and a.patient_id is not null and a.facility_id is not null and a.action <> 'audit.viewed')
  select distinct on (l.person, v.id, "day") l.person as "actorId", l.actor_name as "actorName", l.facility_id as "facilityId",
    v.id as "patientId", l.action, l.recorded_at as at, (l.recorded_at at time zone f.time_zone)::date::text as "day"
  from looked l join patient p on p.id = l.patient_id and (p.vip or p.merged_into is not null)
  cross join lateral (${survivorSql(tx, "p.id")}) survivor join patient v on v.id = survivor.id
  join facility f on f.id = l.facility_id
  where (p.vip or v.vip)
    and not exists (select 1 from care_relation c where c.person_id = l.person and c.patient_id in (p.id, v.id))
    and not exists (select 1 from reading_claim c join study st on st.id = c.study_id where c.user_id = l.person and st.patient_id = v.id)
    and not exists (select 1 from report r join study st on st.id = r.study_id
      where st.patient_id = v.id and l.person::text in (r.author_id::text, r.signer_id::text))
    and not exists (select 1 from break_glass g where g.user_id = l.person and g.patient_id in (p.id, v.id)
      and g.starts_at <= l.recorded_at and g.ends_at > l.recorded_at)
  order by l.person, v.id, "day", l.position`;

async function tell(tx: Tx, clock: Clock, look: Look): Promise<void> {
  const { actorId, actorName, facilityId, patientId, action, at, day } = look;
  const notice = {
    kind: "access.vip-viewed",
    level: "IMPORTANT",
    facilityId,
    subject: { type: "patient", id: patientId },
    patientId,
    data: { userId: actorId, userName: actorName, action, at: at.toISOString() },
    key: `access.vip-viewed:${actorId}:${patientId}:${day}`,
  } as const;
  await notify(tx, clock, [
    { ...notice, to: { roles: ["ADMINISTRATOR"] } },
    { ...notice, to: { people: await privacyOfficers(tx, facilityId) } },
  ]);
}
