import type { Db, Fragment, Tx } from "../../platform/index.ts";
import { announceChange, type IdentityDeps } from "./deps.ts";

export interface BrokenGlass {
  id: string;
  userId: string;
  patientId: string;
  facilityId: string;
  reason: string;
  startsAt: Date;
  endsAt: Date;
}

/** Keeps it; once committed every process knows. The caller has checked who and whom, records the fact and tells those who watch. */
export async function keepBrokenGlass(tx: Tx, deps: IdentityDeps, glass: BrokenGlass): Promise<void> {
  await tx`insert into break_glass ${tx({
    id: glass.id,
    user_id: glass.userId,
    patient_id: glass.patientId,
    facility_id: glass.facilityId,
    reason: glass.reason,
    starts_at: glass.startsAt,
    ends_at: glass.endsAt,
  })}`;
  await announceChange(tx, deps);
}

/** Of the user joined as `u`, as JSON: `OpenGlass[]`; what was broken at a facility that is the user's no more is left out. */
export const openGlassOf = (db: Db, now: Date): Fragment => db`(
  select coalesce(json_agg(json_build_object('patientId', g.patient_id, 'until', (extract(epoch from g.ends_at) * 1000)::bigint)), '[]'::json)
  from break_glass g join user_facility f on f.user_id = g.user_id and f.facility_id = g.facility_id
  where g.user_id = u.id and g.ends_at > ${now.toISOString()}::timestamptz)`;
