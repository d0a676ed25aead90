import type { Db } from "@isocenter/server/platform/database/database.ts";
import { newId } from "@isocenter/server/platform/index.ts";

/** Two systems of a facility, and what came from them and went to them: one in a hundred is not settled. */
export async function seedMessages(db: Db, until: Date): Promise<void> {
  const [facility] = await db<{ id: string }[]>`select facility_id as id from station order by 1 limit 1`;
  const facilityId = facility!.id;
  const clock = { now: () => until };
  const systems = [newId(clock), newId(clock)];
  for (const [index, id] of systems.entries())
    await db`insert into hl7_systems (id, name, facility_id, application, host, port, created_at, updated_at)
      values (${id}, ${`System ${index}`}, ${facilityId}, ${`APP${index}`}, '127.0.0.1', 2575, ${until}, ${until})`;
  await db`
    insert into hl7_messages (id, direction, system_id, facility_id, control_id, message_type, status, patient_id, text, happened_at, finished_at, position, next_attempt_at)
    select md5(n::text)::uuid, case when n % 2 = 0 then 'IN' else 'OUT' end, (${systems}::uuid[])[n / 2 % 2 + 1], ${facilityId}, n::text,
      case when n % 2 = 0 then 'ADT^A08' else 'ORU^R01' end,
      case when n % 100 = 0 then 'REFUSED' when n % 100 = 1 then 'QUEUED' when n % 2 = 0 then 'ACCEPTED' else 'ACKNOWLEDGED' end,
      (select array_agg(id order by id) from (select id from patient order by id limit 500) p)[n % 500 + 1], 'MSH|',
      ${until}::timestamptz - n * interval '1 minute', case when n % 100 > 1 then ${until}::timestamptz end,
      case when n % 2 = 1 then n end, case when n % 100 = 1 then ${until}::timestamptz end
    from generate_series(0, 9999) n`;
}
