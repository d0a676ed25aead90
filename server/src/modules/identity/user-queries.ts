import {
  type Role,
  roles,
  type Session,
  type UserDetails,
  type UserListQuery,
  type userSortFields,
} from "@isocenter/contract";
import {
  escapeLike,
  keysetPage,
  type ListPage,
  type ListRange,
  mapPage,
  type Reader,
  Refusal,
  readMember,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";

export interface UserRow {
  id: string;
  username: string;
  folded: string;
  fullName: string;
  email: string | null;
  roles: Role[];
  facilityIds: string[];
  active: boolean;
  mustChangePassword: boolean;
  lastSignInAt: Date | null;
  lockedUntil: Date | null;
  version: number;
  createdAt: Date;
  /** The user also belongs to facilities that the viewer does not. */
  beyond: boolean;
}

const columns = (db: Reader, viewer: Viewer, now: string) => db`
  u.id, u.username, u.username_folded as folded, u.full_name as "fullName", u.email, u.active, u.version,
  u.must_change_password as "mustChangePassword", u.last_sign_in_at as "lastSignInAt", u.created_at as "createdAt",
  array(select role from user_role r where r.user_id = u.id order by role) as roles,
  array(select facility_id from user_facility f where f.user_id = u.id and f.facility_id = any(${viewer.facilityIds as string[]}::uuid[])
    order by position, facility_id) as "facilityIds",
  exists (select from user_facility f where f.user_id = u.id and f.facility_id <> all(${viewer.facilityIds as string[]}::uuid[])) as beyond,
  (select locked_until from sign_in_failure s where s.username_folded = u.username_folded and s.locked_until > ${now}::timestamptz) as "lockedUntil"`;

const visible = (db: Reader, viewer: Viewer) => db`
  exists (select from user_facility f where f.user_id = u.id and f.facility_id = any(${viewer.facilityIds as string[]}::uuid[]))`;

const isoOrNull = (date: Date | null): string | null => date?.toISOString() ?? null;

/** What the viewer may do with the user now. Who also belongs elsewhere is changed by somebody who does as well. */
function userActions(
  viewer: Viewer,
  user: Pick<UserRow, "id" | "active" | "beyond">,
): UserDetails["actions"] {
  if (user.beyond || (viewer.kind !== "user" && viewer.kind !== "system")) return ["sessions"];
  const self = user.id === viewer.id;
  return [
    "edit",
    ...(user.active ? (self ? [] : (["deactivate"] as const)) : (["activate"] as const)),
    ...(self ? [] : (["reset-password"] as const)),
    "sessions",
    "end-sessions",
  ];
}

export function toUser(viewer: Viewer, row: UserRow): UserDetails {
  const { beyond: _, folded: __, ...user } = row;
  return {
    ...user,
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: isoOrNull(row.lastSignInAt),
    lockedUntil: isoOrNull(row.lockedUntil),
    actions: userActions(viewer, row),
  };
}

/** @throws Refusal `not-found` (`user.not-found`), also for who shares no facility with the viewer */
export async function findUser(db: Reader, viewer: Viewer, id: string, now: Date): Promise<UserRow> {
  const [row] = await db<UserRow[]>`
    select ${columns(db, viewer, now.toISOString())} from app_user u where u.id = ${id} and ${visible(db, viewer)}`;
  if (!row) throw new Refusal("not-found", "user.not-found", "There is no such user.");
  return row;
}

/** The same, locked for a change. @throws Refusal `forbidden` (`user.beyond-your-facilities`) too */
export async function lockUser(tx: Tx, viewer: Viewer, id: string, now: Date): Promise<UserRow> {
  await tx`select from app_user where id = ${id} for update`;
  const row = await findUser(tx, viewer, id, now);
  if (row.beyond) {
    throw new Refusal(
      "forbidden",
      "user.beyond-your-facilities",
      "This user also belongs to facilities that you do not: somebody who does must make the change.",
    );
  }
  return row;
}

/** By name, full name or time of creation; pages by key. */
export async function listUsers(
  db: Reader,
  viewer: Viewer,
  query: UserListQuery,
  now: Date,
): Promise<ListPage<UserDetails>> {
  const role =
    query.role === undefined ? null : readMember(roles, query.role, "role.unknown", "querystring.role");
  const pattern = query.query ? `%${escapeLike(query.query)}%` : null;
  const where = db`
    ${visible(db, viewer)}
    ${pattern ? db`and (u.username ilike ${pattern} or u.full_name ilike ${pattern} or u.email ilike ${pattern})` : db``}
    ${role ? db`and exists (select from user_role r where r.user_id = u.id and r.role = ${role})` : db``}
    ${query.active === undefined ? db`` : db`and u.active = ${query.active}`}
    ${query.facilityId ? db`and ${query.facilityId}::uuid = any(${viewer.facilityIds as string[]}::uuid[]) and exists (select from user_facility f where f.user_id = u.id and f.facility_id = ${query.facilityId})` : db``}`;
  const page = await keysetPage<UserRow, (typeof userSortFields)[number]>(db, query, {
    name: "users",
    sorts: {
      username: { by: db`u.username_folded`, type: "text" },
      fullName: { by: db`lower(u.full_name)`, type: "text" },
      createdAt: { by: db`u.created_at`, type: "timestamptz" },
    },
    fallback: "username",
    id: db`u.id`,
    columns: columns(db, viewer, now.toISOString()),
    from: db`app_user u`,
    where,
  });
  return mapPage(page, (row) => toUser(viewer, row));
}

interface SessionRow {
  id: string;
  client: "web" | "api";
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** The user's sessions that are open, the one used last first; there are never many. */
export async function listSessions(
  db: Reader,
  userId: string,
  query: ListRange & { sort?: string },
  now: Date,
  current: string | null,
): Promise<ListPage<Session>> {
  const page = await keysetPage<SessionRow, "lastUsedAt" | "createdAt">(db, query, {
    name: "sessions",
    sorts: {
      lastUsedAt: { by: db`s.last_used_at`, type: "timestamptz" },
      createdAt: { by: db`s.created_at`, type: "timestamptz" },
    },
    fallback: "-lastUsedAt",
    id: db`s.id`,
    columns: db`s.id, s.client, s.address, s.user_agent as "userAgent", s.created_at as "createdAt", s.last_used_at as "lastUsedAt",
      s.expires_at as "expiresAt"`,
    from: db`session s`,
    where: db`s.user_id = ${userId} and s.ended_at is null and s.expires_at > ${now.toISOString()}::timestamptz`,
  });
  return mapPage(page, (row) => ({
    ...row,
    client: row.client === "web" ? "WEB" : "API",
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    current: row.id === current,
  }));
}
