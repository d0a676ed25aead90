import {
  type BreakGlass,
  type BreakGlassListQuery,
  type breakGlassSortFields,
  glassStates,
} from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  reach,
  readMember,
  sinceOf,
  untilOf,
  type Viewer,
} from "../../../platform/index.ts";
import { facilities, firstIdentifier } from "../sql.ts";

interface Row extends Omit<BreakGlass, "user" | "startsAt" | "endsAt" | "state"> {
  userId: string;
  userName: string;
  startsAt: Date;
  endsAt: Date;
}

const toGlass = ({ userId, userName, startsAt, endsAt, ...row }: Row, now: Date): BreakGlass => ({
  ...row,
  user: { id: userId, name: userName },
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
  state: endsAt > now ? "OPEN" : "ENDED",
});

/**
 * Whose glass was broken, by whom and why, the newest first: for whoever reads the whole audit and for privacy officers all of their facilities, for
 * others what they broke themselves.
 * @throws Refusal `forbidden`, `invalid` (`query.invalid-state`, ...)
 */
export async function listBreakGlass(
  reader: Reader,
  viewer: Viewer,
  query: BreakGlassListQuery & { id?: string },
  now: Date,
): Promise<ListPage<BreakGlass>> {
  const own = viewer.kind === "user" ? viewer.id : null;
  const all = reach(viewer, "audit.read") === "all";
  const state =
    query.state === undefined
      ? null
      : readMember(glassStates, query.state, "query.invalid-state", "querystring.state");
  const page = await keysetPage<Row, (typeof breakGlassSortFields)[number]>(reader, query, {
    name: "break-glass",
    sorts: { startsAt: { by: reader`g.starts_at`, type: "timestamptz" } },
    fallback: "-startsAt",
    id: reader`g.id`,
    columns: reader`g.id, g.user_id as "userId", u.full_name as "userName", g.patient_id as "patientId", identifier.value as "patientNumber", g.facility_id as "facilityId",
      g.reason, g.starts_at as "startsAt", g.ends_at as "endsAt"`,
    from: reader`break_glass g join app_user u on u.id = g.user_id join facility f on f.id = g.facility_id
      join patient p on p.id = g.patient_id ${firstIdentifier(reader)}`,
    where: reader`g.facility_id = any(${facilities(viewer)}::uuid[])
      ${all ? reader`` : reader`and (g.user_id = ${own}::uuid or f.privacy_officer_id = ${own}::uuid)`}
      ${query.id === undefined ? reader`` : reader`and g.id = ${query.id}`}
      ${query.patientId === undefined ? reader`` : reader`and g.patient_id = ${query.patientId}`}
      ${query.userId === undefined ? reader`` : reader`and g.user_id = ${query.userId}`}
      ${query.from === undefined ? reader`` : reader`and g.starts_at >= ${sinceOf(query.from)}`}
      ${query.to === undefined ? reader`` : reader`and g.starts_at < ${untilOf(query.to)}`}
      ${state === null ? reader`` : state === "OPEN" ? reader`and g.ends_at > ${now}` : reader`and g.ends_at <= ${now}`}`,
  });
  return mapPage(page, (row) => toGlass(row, now));
}
