import type { OnCallEntry, OnCallListQuery, onCallSortFields } from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  reach,
  type Viewer,
} from "../../../platform/index.ts";

/** One service is one roster however it is written. */
export const foldService = (service: string): string => service.normalize("NFKC").trim().toLowerCase();

interface EntryRow {
  id: string;
  facilityId: string;
  service: string;
  userId: string;
  userName: string;
  startsAt: Date;
  endsAt: Date;
  level: number;
  version: number;
}

const columns = (db: Reader) => db`
  o.id, o.facility_id as "facilityId", r.service, o.user_id as "userId", u.full_name as "userName", o.starts_at as "startsAt",
  o.ends_at as "endsAt", o.level, r.version`;
const from = (db: Reader) => db`
  on_call o join on_call_roster r on r.facility_id = o.facility_id and r.service_folded = o.service_folded
  join app_user u on u.id = o.user_id`;

/** What the viewer may do with a roster of their facilities, and so with each entry of it. */
export const rosterActions = (viewer: Viewer): OnCallEntry["actions"] =>
  reach(viewer, "on-call.manage") === null ? [] : ["change"];

const toEntry =
  (viewer: Viewer) =>
  ({ userId, userName, startsAt, endsAt, ...row }: EntryRow): OnCallEntry => ({
    ...row,
    user: { id: userId, name: userName },
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    actions: rosterActions(viewer),
  });

/** Who is on call at the viewer's facilities. @throws Refusal `invalid` (`query.at-and-range`) */
export async function listOnCall(
  db: Reader,
  viewer: Viewer,
  query: OnCallListQuery,
): Promise<ListPage<OnCallEntry>> {
  const { at, from: start, to, service, userId, facilityId } = query;
  if (at !== undefined && (start !== undefined || to !== undefined))
    throw new Refusal("invalid", "query.at-and-range", "Give either `at`, or `from` and `to`.");
  const page = await keysetPage<EntryRow, (typeof onCallSortFields)[number]>(db, query, {
    name: "on-call",
    sorts: { startsAt: { by: db`o.starts_at`, type: "timestamptz" } },
    fallback: "startsAt",
    id: db`o.id`,
    columns: columns(db),
    from: from(db),
    where: db`
      o.facility_id = any(${viewer.facilityIds as string[]}::uuid[])
      ${facilityId === undefined ? db`` : db`and o.facility_id = ${facilityId}`}
      ${service === undefined ? db`` : db`and o.service_folded = ${foldService(service)}`}
      ${userId === undefined ? db`` : db`and o.user_id = ${userId}`}
      ${at === undefined ? db`` : db`and o.starts_at <= ${at}::timestamptz and o.ends_at > ${at}::timestamptz`}
      ${start === undefined ? db`` : db`and o.ends_at > ${start}::timestamptz`}
      ${to === undefined ? db`` : db`and o.starts_at < ${to}::timestamptz`}`,
  });
  return mapPage(page, toEntry(viewer));
}

/** The entries of one roster that touch the time, by their beginning and level; no more than a change may write, with what it cut. */
export async function entriesBetween(
  db: Reader,
  viewer: Viewer,
  where: { facilityId: string; folded: string; from: Date; to: Date },
): Promise<OnCallEntry[]> {
  const rows = await db<EntryRow[]>`
    select ${columns(db)} from ${from(db)}
    where o.facility_id = ${where.facilityId} and o.service_folded = ${where.folded}
      and o.ends_at > ${where.from} and o.starts_at < ${where.to}
    order by o.starts_at, o.level, o.id`;
  return rows.map(toEntry(viewer));
}
