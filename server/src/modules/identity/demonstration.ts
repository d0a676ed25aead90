import { newId, systemViewer, type Tx } from "../../platform/index.ts";
import { announceChange, type IdentityDeps } from "./deps.ts";
import { foldUsername } from "./names.ts";
import { endSessions } from "./sessions.ts";

export interface Founded {
  facilityId: string;
  administratorId: string;
}

export interface DemonstrationFacility {
  name: string;
  timeZone: string;
  patientIdIssuer: string;
  administrator: { username: string; fullName: string; passwordHash: string };
}

/**
 * Makes the facility of a demonstration, marked as such, with an administrator of its own. Who administers this system sees it beside
 * their own facilities; it is nobody's home but its people's.
 */
export async function foundDemonstration(
  tx: Tx,
  deps: IdentityDeps,
  { name, timeZone, patientIdIssuer, administrator }: DemonstrationFacility,
): Promise<Founded> {
  const { clock } = deps.platform;
  const now = clock.now().toISOString();
  const facilityId = newId(clock);
  const administratorId = newId(clock);
  await tx`insert into facility (id, name, time_zone, patient_id_issuer, created_at, demonstration)
    values (${facilityId}, ${name}, ${timeZone}, ${patientIdIssuer}, ${now}, true)`;
  await tx`
    insert into user_facility (user_id, facility_id, position)
    select u.id, ${facilityId}::uuid, (select coalesce(max(position), 0) + 1 from user_facility f where f.user_id = u.id)
    from app_user u join user_role r on r.user_id = u.id and r.role = 'ADMINISTRATOR'
    where u.active and not exists (
      select from user_facility h join facility d on d.id = h.facility_id and d.demonstration where h.user_id = u.id and h.position = 0)`;
  await tx`
    insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, must_change_password, created_at)
    values (${administratorId}, ${administrator.username}, ${foldUsername(administrator.username)}, ${administrator.fullName},
      ${administrator.passwordHash}, ${now}, false, ${now})`;
  await tx`insert into user_role (user_id, role) values (${administratorId}, 'ADMINISTRATOR')`;
  await tx`insert into user_facility (user_id, facility_id, position) values (${administratorId}, ${facilityId}, 0)`;
  await announceChange(tx, deps);
  await deps.journal.recordMany(tx, systemViewer([facilityId], "demo"), [
    { type: "facility.created", subject: { type: "facility", id: facilityId }, facilityId },
    {
      type: "user.created",
      subject: { type: "user", id: administratorId },
      facilityId,
      people: [administratorId],
      data: { roles: ["ADMINISTRATOR"] },
    },
  ]);
  return { facilityId, administratorId };
}

/**
 * Takes a demonstration away from people: its own sign in no more, and nobody else belongs to its facility, so that all that is in it is out of sight.
 * What was recorded stays recorded. A second time does nothing.
 */
export async function retireDemonstration(tx: Tx, deps: IdentityDeps, facilityId: string): Promise<void> {
  const isOne = await tx`select from facility where id = ${facilityId} and demonstration for update`;
  if (isOne.length === 0) return;
  const elsewhere = tx`exists (
    select from user_facility h where h.user_id = f.user_id and (h.position, h.facility_id) < (f.position, f.facility_id))`;
  const people = await tx<{ id: string }[]>`
    update app_user u set active = false, version = version + 1 from user_facility f
    where f.user_id = u.id and f.facility_id = ${facilityId} and not ${elsewhere} and u.active returning u.id`;
  for (const { id } of people) await endSessions(tx, deps, id, "user-deactivated");
  await tx`delete from user_facility f where f.facility_id = ${facilityId} and ${elsewhere}`;
  await announceChange(tx, deps);
  await deps.journal.recordMany(
    tx,
    systemViewer([facilityId], "demo"),
    people.map(({ id }) => ({
      type: "user.deactivated",
      subject: { type: "user", id },
      facilityId,
      people: [id],
      data: {},
    })),
  );
}
