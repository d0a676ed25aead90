import { Refusal, systemViewer, transact } from "../../platform/index.ts";
import type { IdentityWithDeps } from "./identity.ts";
import { foldUsername } from "./names.ts";
import { preparePassword, resetPassword, setActive } from "./user-commands.ts";

/**
 * For who holds the machine and is locked out: gives the user a new password, to be changed at the next sign-in, and lets the user sign
 * in again. @returns the password @throws Refusal `not-found` (`user.not-found`)
 */
export async function resetPasswordAsOperator({ deps }: IdentityWithDeps, username: string): Promise<string> {
  const { db } = deps.platform;
  const [user] = await db<{ id: string; facilityIds: string[] }[]>`
    select id, array(select facility_id from user_facility f where f.user_id = u.id order by position) as "facilityIds"
    from app_user u where username_folded = ${foldUsername(username)}`;
  if (!user) throw new Refusal("not-found", "user.not-found", `There is no user ${username}.`);
  const password = await preparePassword(deps, undefined, username);
  const viewer = systemViewer(user.facilityIds, "operator");
  await transact(db, async (tx) => {
    await setActive(tx, deps, viewer, user.id, { active: true });
    await resetPassword(tx, deps, viewer, user.id, password);
  });
  return password.shown ?? "";
}
