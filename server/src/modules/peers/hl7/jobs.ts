import type { Db, Platform } from "../../../platform/index.ts";

const keptDays = 90;
const clearEverySeconds = 3600;
/** At once, so that no statement takes long. */
const batch = 5000;

/**
 * Forgets messages that were settled so long ago, but not who was told of a report; what was refused, could not be read or not be sent stays until a
 * person dismisses it.
 */
export function defineHl7Jobs({ jobs, db, clock }: Pick<Platform, "jobs" | "db" | "clock">): void {
  jobs.every("peers.clear-hl7-messages", clearEverySeconds, () =>
    clearMessages(db, new Date(clock.now().getTime() - keptDays * 86_400_000)),
  );
}

export async function clearMessages(db: Db, settledBefore: Date): Promise<void> {
  for (;;) {
    const [row] = await db<{ count: number }[]>`
      with gone as (
        delete from hl7_messages where id in (
          select id from hl7_messages where finished_at < ${settledBefore} and status in ('ACCEPTED', 'ACKNOWLEDGED', 'DISMISSED')
          limit ${batch})
        returning system_id, subject, message_type, status),
      told as (
        insert into hl7_told (subject, system_id) select distinct subject, system_id from gone
        where status = 'ACKNOWLEDGED' and message_type = 'ORU^R01' and subject is not null and system_id is not null
        on conflict do nothing)
      select count(*)::int as count from gone`;
    if (row!.count < batch) return;
  }
}
