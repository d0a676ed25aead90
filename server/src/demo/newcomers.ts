import type { DemoNewcomer } from "@isocenter/contract";
import { Refusal, type Tx } from "../platform/index.ts";

type Kind = DemoNewcomer["kind"];

/** What hangs on a demonstration without being of it, and what one and many of it are called. */
const words: Readonly<Record<Kind, readonly [member: string, one: string, many: string]>> = {
  study: ["studies", "study that came in", "studies that came in"],
  patient: ["patients", "patient whom others registered", "patients whom others registered"],
  shared: ["shared", "patient known at another facility", "patients known at another facility"],
  person: ["people", "person who works there", "people who work there"],
  machine: ["machines", "machine that was entered", "machines that were entered"],
  system: ["systems", "HL7 system that was entered", "HL7 systems that were entered"],
};
/** So many of each kind are named. */
const named = 20;

/**
 * Refuses to have more taken away than the demonstration made, and what its own people did in it.
 * @param prefix before the user names of its people
 * @param withPatients what the facility has of patients goes although others registered them or know them: whoever asks has seen whom
 * @throws Refusal `conflict` (`demo.in-use`), which counts and names what is in the way
 */
export async function requireNoNewcomers(
  tx: Tx,
  facilityId: string,
  prefix: string,
  withPatients: boolean,
): Promise<void> {
  const own = tx`(
    select u.id from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where left(u.username, ${prefix.length + 1}) = ${`${prefix}-`}
      and exists (select from fact t where t.type = 'user.created' and t.subject_id = u.id::text
        and (t.rehearsed or t.actor_kind = 'system')))`;
  const since = tx`not t.rehearsed and t.facility_id = ${facilityId} and t.actor_kind <> 'system'`;
  const number = tx`(select value from patient_identifier i where i.patient_id = p.id order by position, id limit 1)`;
  const found = await tx<{ kind: Kind; id: string; name: string | null; count: number; nth: number }[]>`
    select * from (
      select kind, id, name, count(*) over (partition by kind)::int as count, row_number() over (partition by kind order by name, id)::int as nth from (
        select distinct 'study' as kind, s.id, coalesce(s.accession_number, s.description) as name from fact t join study s on s.id::text = t.subject_id
        where t.type in ('study.received', 'image.registered') and ${since} and s.deleted_at is null and s.number_of_instances > 0
        union select 'patient', p.id, ${number} from fact t join patient p on p.id::text = t.subject_id
        where t.type = 'patient.created' and ${since} and t.actor_id not in (select id::text from ${own} o)
        union select 'shared', p.id, ${number} from patient_facility f join patient p on p.id = f.patient_id where f.facility_id = ${facilityId}
          and exists (select from patient_facility other where other.patient_id = p.id and other.facility_id <> f.facility_id)
        union select 'person', u.id, u.full_name from user_facility h join app_user u on u.id = h.user_id
        where h.facility_id = ${facilityId} and h.user_id not in (select id from ${own} o)
          and not exists (select from user_facility b where b.user_id = h.user_id and (b.position, b.facility_id) < (h.position, h.facility_id))
        union select 'machine', m.id, m.ae_title from fact t join modality m on m.id::text = t.subject_id
        where t.type = 'modality.created' and ${since} and m.facility_id = ${facilityId} and t.actor_id not in (select id::text from ${own} o)
        union select 'system', s.id, s.name from fact t join hl7_systems s on s.id::text = t.subject_id
        where t.type = 'hl7-system.created' and ${since} and s.facility_id = ${facilityId} and t.actor_id not in (select id::text from ${own} o)
      ) one
    ) numbered where nth <= ${named} order by kind, nth`;
  const isInTheWay = (kind: Kind) => !(withPatients && (kind === "patient" || kind === "shared"));
  const countOf = (kind: Kind) => found.find((one) => one.kind === kind)?.count ?? 0;
  const kinds = Object.keys(words) as Kind[];
  const said = kinds.flatMap((kind) => {
    const [, one, many] = words[kind];
    const count = countOf(kind);
    return count > 0 && isInTheWay(kind) ? [`${count} ${count === 1 ? one : many}`] : [];
  });
  if (said.length === 0) return;
  throw new Refusal(
    "conflict",
    "demo.in-use",
    `The demonstration is not taken away, for something hangs on it that it did not make: ${said.join(", ")}. Delete those studies, give people, machines and systems another facility, and say whether its records of those patients may go.`,
    {
      members: {
        inTheWay: Object.fromEntries(
          kinds.map((kind) => [words[kind][0], isInTheWay(kind) ? countOf(kind) : 0]),
        ),
        records: found
          .filter(({ kind }) => isInTheWay(kind))
          .map(({ kind, id, name }): DemoNewcomer => ({ kind, id, name })),
      },
    },
  );
}
