import { type Me, type Permission, permissions, type Role, reachOf } from "@isocenter/contract";
import { type Platform, type Reader, Refusal, type Tx, type Viewer } from "../../platform/index.ts";

const longestPreferences = 64 * 1024;

interface MeRow {
  id: string;
  username: string;
  fullName: string;
  email: string | null;
  active: boolean;
  version: number;
  createdAt: Date;
  mustChangePassword: boolean;
}

/** What the viewer is and may do. A key is shown as a user of its name. */
export async function readMe(
  { db, config }: Pick<Platform, "db" | "config">,
  viewer: Pick<Viewer, "kind" | "id">,
): Promise<Me> {
  const [row] =
    viewer.kind === "user"
      ? await db<(MeRow & { roles: Role[] })[]>`
          select id, username, full_name as "fullName", email, active, version, created_at as "createdAt",
            must_change_password as "mustChangePassword", array(select role from user_role r where r.user_id = u.id order by role) as roles
          from app_user u where id = ${viewer.id}`
      : await db<(MeRow & { roles: Role[] })[]>`
          select id, name as username, name as "fullName", null as email, revoked_at is null as active, 1 as version,
            created_at as "createdAt", false as "mustChangePassword", roles
          from api_key where id = ${viewer.id}`;
  if (!row) throw new Refusal("not-found", "user.not-found", "There is no such user.");
  const facilities = await db<{ id: string; name: string; timeZone: string }[]>`
    select f.id, f.name, f.time_zone as "timeZone" from facility f join ${
      viewer.kind === "user"
        ? db`user_facility o on o.facility_id = f.id and o.user_id = ${viewer.id}`
        : db`api_key_facility o on o.facility_id = f.id and o.api_key_id = ${viewer.id}`
    } order by o.position, f.id`;
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    facilityIds: facilities.map(({ id }) => id),
    permissions: permissions.filter((permission: Permission) => reachOf(row.roles, permission) !== null),
    facilities: [...facilities],
    screenLockMinutes: config.screenLockMinutes,
  };
}

const onlyUsers = (viewer: Viewer): void => {
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.no-preferences", "An API key has no preferences.");
};

export async function readPreferences(db: Reader, viewer: Viewer): Promise<Record<string, unknown>> {
  onlyUsers(viewer);
  const [row] = await db<{ preferences: Record<string, unknown> }[]>`
    select preferences from app_user where id = ${viewer.id}`;
  return row?.preferences ?? {};
}

/** Replaces all of them. */
export async function writePreferences(
  tx: Tx,
  viewer: Viewer,
  preferences: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  onlyUsers(viewer);
  if (JSON.stringify(preferences).length > longestPreferences)
    throw new Refusal("too-large", "preferences.too-large", "Preferences may have at most 64 KiB.");
  await tx`update app_user set preferences = ${tx.json(preferences as never)} where id = ${viewer.id}`;
  return preferences;
}
