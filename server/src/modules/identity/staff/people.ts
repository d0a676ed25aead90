import type { Role } from "@isocenter/contract";

import { escapeLike, type Reader, Refusal } from "../../../platform/index.ts";

/** Those of the users who can sign in at the facility now. */
export async function activeUsersAmong(
  db: Reader,
  facilityId: string,
  userIds: readonly string[],
): Promise<{ id: string; name: string }[]> {
  return await db<{ id: string; name: string }[]>`
    select u.id, u.full_name as name from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where u.active and u.id = any(${[...new Set(userIds)]}::uuid[])`;
}

/** Those who can sign in at the facility now, have one of the roles and the text in their name, by name; the first `limit`. */
export async function activeUsersWith(
  db: Reader,
  facilityId: string,
  { roles, text = "", limit }: { roles: readonly Role[]; text?: string; limit: number },
): Promise<{ id: string; name: string }[]> {
  return await db<{ id: string; name: string }[]>`
    select u.id, n.name
    from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
      cross join lateral (select coalesce(nullif(u.full_name, ''), u.username) as name) n
    where u.active and exists (select from user_role r where r.user_id = u.id and r.role = any(${[...roles]}::text[]))
      and n.name ilike ${`%${escapeLike(text)}%`}
    order by n.name, u.id limit ${limit}`;
}

/** What the users are called, active or not. */
export async function userNames(db: Reader, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db<{ id: string; name: string }[]>`
    select id, full_name as name from app_user where id = any(${[...new Set(userIds)]}::uuid[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Who can sign in at the facility and is known by the first of the numbers that anybody is: a licence of staff, or the name of a user. */
export async function userByNumber(
  db: Reader,
  facilityId: string,
  numbers: readonly string[],
): Promise<string | null> {
  if (numbers.length === 0) return null;
  const said = numbers.map((number) => number.trim().toUpperCase());
  const [row] = await db<{ id: string }[]>`
    select u.id from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    left join staff s on s.user_id = u.id and s.active
    where u.active and (upper(s.licence_number) = any(${said}::text[]) or upper(u.username) = any(${said}::text[]))
    order by least(array_position(${said}::text[], upper(s.licence_number)), array_position(${said}::text[], upper(u.username))), u.id limit 1`;
  return row?.id ?? null;
}

/** @throws Refusal `invalid` (`user.unknown`) where it is no active user of one of the facilities */
export async function checkUserOf(
  db: Reader,
  facilityIds: readonly string[],
  userId: string,
  path: string,
): Promise<void> {
  const [row] = await db`
    select from app_user u where u.id = ${userId} and u.active and exists (
      select from user_facility f where f.user_id = u.id and f.facility_id = any(${facilityIds as string[]}::uuid[]))`;
  if (row) return;
  const message = "must be an active user of the facility";
  throw new Refusal("invalid", "user.unknown", `${path.replace(/^body\./, "")} ${message}.`, {
    errors: [{ path, message }],
  });
}

/** Users as other systems know them: by the number of their licence, or by what they sign in with where there is none. */
export async function clinicians(
  db: Reader,
  userIds: readonly string[],
): Promise<Map<string, { id: string; family: string; given: string }>> {
  const rows = await db<
    { userId: string; number: string; name: string; family: string | null; given: string | null }[]
  >`
    select u.id as "userId", coalesce(s.licence_number, u.username) as number, u.full_name as name,
      s.last_name as family, s.first_name as given
    from app_user u left join staff s on s.user_id = u.id where u.id = any(${[...new Set(userIds)]}::uuid[])`;
  return new Map(
    rows.map(({ userId, number, name, family, given }) => {
      // Who is no member of staff has one name: its last word is taken for the family's.
      const words = name.trim().split(/\s+/);
      const last = words.pop() ?? "";
      return [userId, { id: number, family: family ?? last, given: given ?? words.join(" ") }];
    }),
  );
}
