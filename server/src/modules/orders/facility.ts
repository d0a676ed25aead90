import { type Fragment, type Reader, Refusal, type Viewer } from "../../platform/index.ts";

export interface Place {
  facilityId: string;
  /** IANA name. */
  timeZone: string;
}

/** The facility that is named, else the viewer's home. @throws Refusal `not-found` (`facility.not-found`), also where it is not the viewer's */
export async function placeOf(
  reader: Reader,
  viewer: Viewer,
  facilityId: string = viewer.homeFacilityId,
): Promise<Place> {
  const [row] = viewer.facilityIds.includes(facilityId.toLowerCase())
    ? await reader<
        Place[]
      >`select id as "facilityId", time_zone as "timeZone" from facility where id = ${facilityId}`
    : [];
  if (!row) throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  return row;
}

/** That the column is one of the viewer's facilities; of one alone, so that an index that begins with the facility keeps its order. */
export function ofFacilities(sql: Reader, viewer: Viewer, column: string): Fragment {
  const [first, ...others] = viewer.facilityIds;
  return first !== undefined && others.length === 0
    ? sql`${sql.unsafe(column)} = ${first}::uuid`
    : sql`${sql.unsafe(column)} = any(${[...viewer.facilityIds]}::uuid[])`;
}
