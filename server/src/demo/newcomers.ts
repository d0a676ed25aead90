import { Refusal, type Tx } from "../platform/index.ts";

/** What hangs on a demonstration without being of it. */
interface Newcomers {
  /** With images that came after it was there. */
  studies: number;
  /** Registered by somebody who is not of it. */
  patients: number;
  /** Of it, who are known at another facility too. */
  shared: number;
  people: number;
  machines: number;
}

/**
 * Refuses to have more taken away than the demonstration made, and what its own people did in it.
 * @param prefix before the user names of its people
 * @throws Refusal `conflict` (`demo.in-use`), which counts what is in the way
 */
export async function requireNoNewcomers(tx: Tx, facilityId: string, prefix: string): Promise<void> {
  const own = tx`(
    select u.id from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where left(u.username, ${prefix.length + 1}) = ${`${prefix}-`}
      and exists (select from fact t where t.type = 'user.created' and t.subject_id = u.id::text
        and (t.rehearsed or t.actor_kind = 'system')))`;
  const since = tx`not t.rehearsed and t.facility_id = ${facilityId} and t.actor_kind <> 'system'`;
  const [found] = await tx<Newcomers[]>`
    select (select count(distinct s.id)::int from fact t join study s on s.id::text = t.subject_id
        where t.type in ('study.received', 'image.registered') and ${since} and s.deleted_at is null and s.number_of_instances > 0) as studies,
      (select count(distinct t.subject_id)::int from fact t
        where t.type = 'patient.created' and ${since} and t.actor_id not in (select id::text from ${own} o)) as patients,
      (select count(*)::int from patient_facility p where p.facility_id = ${facilityId}
        and exists (select from patient_facility other where other.patient_id = p.patient_id and other.facility_id <> p.facility_id)) as shared,
      (select count(*)::int from user_facility h where h.facility_id = ${facilityId} and h.user_id not in (select id from ${own} o)
        and not exists (select from user_facility b where b.user_id = h.user_id and (b.position, b.facility_id) < (h.position, h.facility_id)))
        as people,
      (select count(*)::int from fact t join modality m on m.id::text = t.subject_id
        where t.type = 'modality.created' and ${since} and m.facility_id = ${facilityId} and t.actor_id not in (select id::text from ${own} o))
        as machines`;
  const said: string[] = [];
  const say = (count: number, one: string, many: string) => {
    if (count > 0) said.push(`${count} ${count === 1 ? one : many}`);
  };
  say(found!.studies, "study that came in", "studies that came in");
  say(found!.patients, "patient whom others registered", "patients whom others registered");
  say(found!.shared, "patient known at another facility", "patients known at another facility");
  say(found!.people, "person who works there", "people who work there");
  say(found!.machines, "machine that was entered", "machines that were entered");
  if (said.length === 0) return;
  throw new Refusal(
    "conflict",
    "demo.in-use",
    `The demonstration is not taken away, for something hangs on it that it did not make: ${said.join(", ")}. Delete those studies, and give people and machines another facility.`,
    { members: { inTheWay: found! } },
  );
}
