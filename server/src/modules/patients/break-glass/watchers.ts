import type { Reader } from "../../../platform/index.ts";

/** Who is told beside the administrators: the facility's privacy officer, where it has one. */
export async function privacyOfficers(reader: Reader, facilityId: string): Promise<string[]> {
  const rows = await reader<{ id: string }[]>`
    select privacy_officer_id as id from facility where id = ${facilityId} and privacy_officer_id is not null`;
  return rows.map(({ id }) => id);
}
