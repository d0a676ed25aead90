import { type Db, newId, type Platform, systemClock, type Viewer } from "@isocenter/server/platform/index.ts";

/** A facility in the database, and its id. */
export async function makeFacility(
  db: Db,
  { name = "General Hospital", issuer = "GENERAL" } = {},
): Promise<string> {
  const id = newId(systemClock);
  await db`insert into facility (id, name, time_zone, patient_id_issuer, created_at)
    values (${id}, ${name}, 'Europe/Paris', ${issuer}, now())`;
  return id;
}

/** Someone with the roles at the facilities. */
export function viewerAt(facilityIds: readonly string[], more: Partial<Viewer> = {}): Viewer {
  return {
    kind: "user",
    id: newId(systemClock),
    name: "Somebody",
    roles: ["ADMINISTRATOR"],
    facilityIds,
    homeFacilityId: facilityIds[0] ?? "",
    requestId: "test-request",
    address: "127.0.0.1",
    ...more,
  };
}

/** Keys of the objects that the store has. */
export async function storedKeys(platform: Platform, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of platform.objects.list(prefix, new Date(8.64e15))) keys.push(key);
  return keys.sort();
}
