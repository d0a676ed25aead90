import type { ChangeReadingTargets, Priority, ReadingTargets } from "@isocenter/contract";
import {
  type Clock,
  checkVersion,
  type Fragment,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";

/** Minutes that a study may wait to be read where the facility says nothing else. */
const defaultTargets: Readonly<Record<Priority, number>> = { STAT: 60, URGENT: 240, ROUTINE: 1440 };

/** The target in minutes of the priority, with `reading_target` joined as `t`. */
export const targetMinutes = (sql: Reader, priority: Fragment): Fragment => sql`
  case ${priority} when 'STAT' then coalesce(t.stat_minutes, ${defaultTargets.STAT}::int)
    when 'URGENT' then coalesce(t.urgent_minutes, ${defaultTargets.URGENT}::int)
    else coalesce(t.routine_minutes, ${defaultTargets.ROUTINE}::int) end`;

function facilityOf(viewer: Viewer, facilityId: string | undefined): string {
  const chosen = facilityId ?? viewer.homeFacilityId;
  if (!viewer.facilityIds.includes(chosen))
    throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  return chosen;
}

/** @throws Refusal `not-found` (`facility.not-found`), `forbidden` */
export async function getTargets(
  reader: Reader,
  viewer: Viewer,
  facilityId: string | undefined,
): Promise<ReadingTargets> {
  requirePermission(viewer, "reading.claim");
  const chosen = facilityOf(viewer, facilityId);
  const [row] = await reader<{ stat: number; urgent: number; routine: number; version: number }[]>`
    select stat_minutes as stat, urgent_minutes as urgent, routine_minutes as routine, version from reading_target
    where facility_id = ${chosen}`;
  return {
    facilityId: chosen,
    minutes: row ? { STAT: row.stat, URGENT: row.urgent, ROUTINE: row.routine } : { ...defaultTargets },
    version: row?.version ?? 0,
    actions: reach(viewer, "reading.assign") ? ["edit"] : [],
  };
}

/** @throws Refusal `not-found` (`facility.not-found`), `conflict` (`version.conflict`), `forbidden` */
export async function changeTargets(
  tx: Tx,
  viewer: Viewer,
  input: ChangeReadingTargets,
  { clock, journal }: { clock: Clock; journal: Journal },
): Promise<string> {
  requirePermission(viewer, "reading.assign");
  const facilityId = facilityOf(viewer, input.facilityId);
  await tx`select from facility where id = ${facilityId} for no key update`;
  const [row] = await tx<{ version: number }[]>`
    select version from reading_target where facility_id = ${facilityId}`;
  checkVersion(input.expectedVersion, row?.version ?? 0);
  const targets = {
    stat_minutes: input.minutes.STAT,
    urgent_minutes: input.minutes.URGENT,
    routine_minutes: input.minutes.ROUTINE,
    version: (row?.version ?? 0) + 1,
    updated_by: viewer.id,
    updated_at: clock.now(),
  };
  await tx`insert into reading_target ${tx({ facility_id: facilityId, ...targets })}
    on conflict (facility_id) do update set ${tx(targets)}`;
  await journal.record(tx, viewer, {
    type: "reading-target.changed",
    subject: { type: "facility", id: facilityId },
    facilityId,
    data: { ...input.minutes },
  });
  return facilityId;
}
