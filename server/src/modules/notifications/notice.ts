import type { Role } from "@isocenter/contract";
import { type Clock, newId, type Tx } from "../../platform/index.ts";

export interface Notice {
  /** `<noun>.<what happened>`: `report.available`. */
  kind: string;
  /** ALARM stays on the screen until somebody answers. */
  level: "INFO" | "IMPORTANT" | "ALARM";
  facilityId: string;
  subject: { type: string; id: string };
  patientId?: string | null;
  /** Users by id, or everyone who is active with one of the roles at the facility. */
  to: { people: readonly string[] } | { roles: readonly Role[] };
  /** Ids, states, times. No clinical text. */
  data?: Readonly<Record<string, unknown>>;
  /** The same key is told to the same person once. */
  key: string;
}

/**
 * Tells people in the caller's transaction; who is not active or not of the facility is not told.
 * @returns the ids of those who are told now, and were not before
 */
export async function notify(tx: Tx, clock: Clock, notices: readonly Notice[]): Promise<string[]> {
  const told: string[] = [];
  for (const notice of notices) {
    const people = await recipients(tx, notice);
    if (people.length === 0) continue;
    const rows = people.map((recipientId) => ({
      id: newId(clock),
      facility_id: notice.facilityId,
      recipient_id: recipientId,
      kind: notice.kind,
      level: notice.level,
      subject_type: notice.subject.type,
      subject_id: notice.subject.id,
      patient_id: notice.patientId ?? null,
      data: tx.json((notice.data ?? {}) as never),
      key: notice.key,
      created_at: clock.now(),
    }));
    const inserted = await tx<{ recipientId: string }[]>`
      insert into notice ${tx(rows)} on conflict (recipient_id, key) do nothing returning recipient_id as "recipientId"`;
    told.push(...inserted.map(({ recipientId }) => recipientId));
  }
  return told;
}

async function recipients(tx: Tx, { to, facilityId }: Notice): Promise<string[]> {
  const whom =
    "people" in to
      ? tx`u.id = any(${to.people as string[]}::uuid[])`
      : tx`exists (select 1 from user_role r where r.user_id = u.id and r.role = any(${to.roles as string[]}::text[]))`;
  const rows = await tx<{ id: string }[]>`
    select u.id from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where u.active and ${whom} order by u.id`;
  return rows.map(({ id }) => id);
}
