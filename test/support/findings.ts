import type { Role } from "@isocenter/contract";
import { type Db, newId, systemClock } from "@isocenter/server/platform/index.ts";

/** A study of the patient as SQL alone, without images; its id. */
export async function makeStudy(
  db: Db,
  input: { facilityId: string; patientId: string; orderId?: string | null; accessionNumber?: string },
): Promise<string> {
  const id = newId(systemClock);
  await db`insert into study (id, facility_id, patient_id, claimed_patient_id, study_instance_uid, accession_number, order_id, study_at, status, created_at)
    values (${id}, ${input.facilityId}, ${input.patientId}, ${input.patientId}, ${`1.2.826.0.1.78.${id.replace(/\D/g, "")}`},
      ${input.accessionNumber ?? null}, ${input.orderId ?? null}, '2026-01-05', 'COMPLETED', now())`;
  return id;
}

/** Someone with the role at the facility, as SQL alone; their id. */
export async function makeUser(db: Db, facilityId: string, role: Role, name: string = role): Promise<string> {
  const id = newId(systemClock);
  await db`insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, created_at)
    values (${id}, ${id}, ${id}, ${name}, '', now(), now())`;
  await db`insert into user_role values (${id}, ${role})`;
  await db`insert into user_facility values (${id}, ${facilityId}, 0)`;
  return id;
}

/** A department with its head, where the people work, and a roster of its name with somebody who is always on call. */
export async function makeDepartment(
  db: Db,
  facilityId: string,
  input: { headId: string | null; onCallId: string | null; people: readonly string[] },
): Promise<void> {
  const [id, name] = [newId(systemClock), `Ward ${newId(systemClock)}`];
  await db`insert into department (id, facility_id, name, head_id, created_at) values (${id}, ${facilityId}, ${name}, ${input.headId}, now())`;
  for (const userId of input.people) {
    const staffId = newId(systemClock);
    await db`insert into staff (id, first_name, last_name, profession, user_id, created_at) values (${staffId}, 'A', 'B', 'PHYSICIAN', ${userId}, now())`;
    await db`insert into staff_facility values (${staffId}, ${facilityId}, ${id}, 0)`;
  }
  if (input.onCallId === null) return;
  await db`insert into on_call_roster values (${facilityId}, ${name}, ${name.toLowerCase()}, 1, now())`;
  await db`insert into on_call values (${newId(systemClock)}, ${facilityId}, ${name.toLowerCase()}, ${input.onCallId}, '2020-01-01', '2100-01-01', 1, now())`;
}
