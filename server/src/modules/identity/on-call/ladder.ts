import type { Reader } from "../../../platform/index.ts";
import { foldService } from "./queries.ts";

/*
 * Who is called, for the rooms above that must reach somebody: only people who can sign in at the facility now.
 */

export interface OnCallPerson {
  userId: string;
  service: string;
  /** 1 is called first. */
  level: number;
  startsAt: Date;
  endsAt: Date;
}

/** How long a turn on a roster counts its person among the service's colleagues. */
const colleagueMs = 90 * 86_400_000;

/** Who is on call at the facility for a service, or a department by its name; who is called first comes first. */
export async function onCallAt(
  reader: Reader,
  facilityId: string,
  service: string,
  at: Date,
): Promise<OnCallPerson[]> {
  return onCallFor(reader, facilityId, [foldService(service)], at);
}

async function onCallFor(
  reader: Reader,
  facilityId: string,
  services: readonly string[],
  at: Date,
): Promise<OnCallPerson[]> {
  return await reader<OnCallPerson[]>`
    select o.user_id as "userId", r.service, o.level, o.starts_at as "startsAt", o.ends_at as "endsAt"
    from on_call o
    join on_call_roster r on r.facility_id = o.facility_id and r.service_folded = o.service_folded
    join app_user u on u.id = o.user_id and u.active
    join user_facility f on f.user_id = u.id and f.facility_id = o.facility_id
    where o.facility_id = ${facilityId} and o.service_folded = any(${services as string[]}::text[])
      and o.starts_at <= ${at} and o.ends_at > ${at}
    order by array_position(${services as string[]}::text[], o.service_folded), o.level, o.id`;
}

/**
 * The colleague who is on call at the time for the services of a user: the department where the user works, else the rosters on which the
 * user takes turns; never the user.
 * @returns null where nobody is
 */
export async function onCallColleagueOf(
  reader: Reader,
  facilityId: string,
  userId: string,
  at: Date,
): Promise<OnCallPerson | null> {
  const own = await departmentOf(reader, facilityId, userId);
  const turns = await reader<{ service: string }[]>`
    select service_folded as service from on_call
    where user_id = ${userId} and facility_id = ${facilityId} and ends_at > ${new Date(at.getTime() - colleagueMs)}
    group by service_folded order by service_folded`;
  const services = [
    ...new Set([...(own ? [foldService(own.name)] : []), ...turns.map((turn) => turn.service)]),
  ];
  const people = await onCallFor(reader, facilityId, services, at);
  return people.find((person) => person.userId !== userId) ?? null;
}

/** The head of the department where the user works at the facility; null where there is none, or it is the user. */
export async function departmentHeadOf(
  reader: Reader,
  facilityId: string,
  userId: string,
): Promise<string | null> {
  const headId = (await departmentOf(reader, facilityId, userId))?.headId ?? null;
  if (headId === null || headId === userId) return null;
  const [row] = await reader`
    select from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where u.id = ${headId} and u.active`;
  return row ? headId : null;
}

async function departmentOf(
  reader: Reader,
  facilityId: string,
  userId: string,
): Promise<{ name: string; headId: string | null } | null> {
  const [row] = await reader<{ name: string; headId: string | null }[]>`
    select d.name, d.head_id as "headId" from staff s
    join staff_facility f on f.staff_id = s.id and f.facility_id = ${facilityId}
    join department d on d.id = f.department_id
    where s.user_id = ${userId} and s.active`;
  return row ?? null;
}
