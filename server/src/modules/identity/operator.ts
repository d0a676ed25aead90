import { type Db, Refusal, systemViewer, type Tx, transact } from "../../platform/index.ts";
import type { IdentityWithDeps } from "./identity.ts";
import { foldUsername } from "./names.ts";
import { preparePassword, resetPassword, setActive } from "./user-commands.ts";

interface KnownUser {
  id: string;
  folded: string;
  facilityIds: string[];
}

/** @throws Refusal `not-found` (`user.not-found`) */
async function userByName(db: Db | Tx, username: string): Promise<KnownUser> {
  const [user] = await db<KnownUser[]>`
    select id, username_folded as folded, array(select facility_id from user_facility f where f.user_id = u.id order by position) as "facilityIds"
    from app_user u where username_folded = ${foldUsername(username)}`;
  if (!user)
    throw new Refusal(
      "not-found",
      "user.not-found",
      `There is no user ${username}; isocenter user list says who there is.`,
    );
  return user;
}

/**
 * For who holds the machine and is locked out: gives the user a new password, to be changed at the next sign-in, and lets the user sign
 * in again. @returns the password @throws Refusal `not-found` (`user.not-found`)
 */
export async function resetPasswordAsOperator({ deps }: IdentityWithDeps, username: string): Promise<string> {
  const { db } = deps.platform;
  const user = await userByName(db, username);
  const password = await preparePassword(deps, undefined, username);
  const viewer = systemViewer(user.facilityIds, "operator");
  await transact(db, async (tx) => {
    await setActive(tx, deps, viewer, user.id, { active: true });
    await resetPassword(tx, deps, viewer, user.id, password);
  });
  return password.shown ?? "";
}

export interface ListedUser {
  username: string;
  fullName: string;
  roles: string[];
  active: boolean;
  lockedUntil: Date | null;
  lastSignInAt: Date | null;
  mustChangePassword: boolean;
}

/** Every user by name, for who holds the machine. */
export async function listUsersAsOperator({ deps }: IdentityWithDeps): Promise<ListedUser[]> {
  const { db, clock } = deps.platform;
  return db<ListedUser[]>`
    select username, full_name as "fullName", active, last_sign_in_at as "lastSignInAt", must_change_password as "mustChangePassword",
      array(select role from user_role r where r.user_id = u.id order by role) as roles,
      (select locked_until from sign_in_failure s where s.username_folded = u.username_folded and s.locked_until > ${clock.now()}) as "lockedUntil"
    from app_user u order by username_folded`;
}

/** Ends the lock that failed sign-ins brought. @returns whether there was one @throws Refusal `not-found` (`user.not-found`) */
export async function unlockUserAsOperator({ deps }: IdentityWithDeps, username: string): Promise<boolean> {
  const { db, clock } = deps.platform;
  return transact(db, async (tx) => {
    const user = await userByName(tx, username);
    const ended = await tx<{ locked: boolean }[]>`
      delete from sign_in_failure where username_folded = ${user.folded} returning coalesce(locked_until > ${clock.now()}, false) as locked`;
    if (!ended.some((one) => one.locked)) return false;
    await deps.journal.record(tx, systemViewer(user.facilityIds, "operator"), {
      type: "user.unlocked",
      subject: { type: "user", id: user.id },
      facilityId: user.facilityIds[0] ?? null,
      people: [user.id],
    });
    return true;
  });
}
