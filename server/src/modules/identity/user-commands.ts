import type {
  CreateUserRequest,
  UpdateUserRequest,
  UserDetails,
  UserWithPassword,
} from "@isocenter/contract";
import { checkVersion, newId, Refusal, type Tx, type Viewer } from "../../platform/index.ts";
import { checkFacilities, isDuplicate, onlyPeople, readRoles } from "./access-rules.ts";
import { announceChange, type IdentityDeps } from "./deps.ts";
import { foldUsername } from "./names.ts";
import { checkNewPassword, generatePassword } from "./passwords.ts";
import { endSessions } from "./sessions.ts";
import { findUser, lockUser, toUser, type UserRow } from "./user-queries.ts";

/** Held while an administrator may stop being one, so that two cannot take the last two away from each other. */
const administratorsLock = 4_711_013;

const taken = (username: string): Refusal => {
  const message = `The user name ${username} is taken.`;
  return new Refusal("conflict", "user.username-taken", message, {
    errors: [{ path: "body.username", message: "is taken" }],
  });
};

async function recordUser(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  type: string,
  user: Pick<UserRow, "id" | "facilityIds">,
  data: Record<string, unknown> = {},
): Promise<void> {
  await deps.journal.record(tx, viewer, {
    type,
    subject: { type: "user", id: user.id },
    facilityId: user.facilityIds[0] ?? null,
    people: [user.id],
    data,
  });
}

async function writeRoles(tx: Tx, userId: string, roles: readonly string[]): Promise<void> {
  await tx`delete from user_role where user_id = ${userId}`;
  await tx`insert into user_role (user_id, role) select ${userId}::uuid, unnest(${roles as string[]}::text[])`;
}

async function writeFacilities(tx: Tx, userId: string, facilityIds: readonly string[]): Promise<void> {
  await tx`delete from user_facility where user_id = ${userId}`;
  await tx`insert into user_facility (user_id, facility_id, position)
    select ${userId}::uuid, id, ordinal from unnest(${facilityIds as string[]}::uuid[]) with ordinality as f (id, ordinal)`;
}

/** A password that was given, or a new one to be shown once; hashed before the transaction begins. */
export async function preparePassword(
  deps: IdentityDeps,
  given: string | undefined,
  username: string,
): Promise<{ hash: string; shown: string | null }> {
  if (given !== undefined) {
    checkNewPassword(given, username, "body.password");
    return { hash: await deps.hasher.hash(given), shown: null };
  }
  const password = generatePassword();
  return { hash: await deps.hasher.hash(password), shown: password };
}

/**
 * Makes a user, who has to change the password at the first sign-in.
 * @throws Refusal `conflict` (`user.username-taken`), `invalid` (`role.unknown`, `facility.unknown`, `password.too-weak`)
 */
export async function createUser(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  input: CreateUserRequest,
  password: { hash: string; shown: string | null },
): Promise<UserWithPassword> {
  onlyPeople(viewer);
  const roles = readRoles(input.roles, "body.roles");
  const facilityIds = input.facilityIds ?? [viewer.homeFacilityId];
  await checkFacilities(tx, viewer, facilityIds, "body.facilityIds");
  const { clock } = deps.platform;
  const now = clock.now();
  const id = newId(clock);
  await tx`
    insert into app_user (id, username, username_folded, full_name, email, password_hash, password_changed_at, must_change_password, active, created_at)
    values (${id}, ${input.username}, ${foldUsername(input.username)}, ${input.fullName.trim()}, ${input.email ?? null}, ${password.hash},
      ${now.toISOString()}, true, ${input.active ?? true}, ${now.toISOString()})`.catch((error: unknown) => {
    throw isDuplicate(error) ? taken(input.username) : error;
  });
  await writeRoles(tx, id, roles);
  await writeFacilities(tx, id, facilityIds);
  const user = await findUser(tx, viewer, id, now);
  await recordUser(tx, deps, viewer, "user.created", user, { roles, facilityIds });
  return { ...toUser(viewer, user), temporaryPassword: password.shown };
}

/** @throws Refusal `conflict` (`user.last-administrator`) where the change leaves nobody to administer */
async function keepAnAdministrator(tx: Tx, userId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(${administratorsLock})`;
  const [other] = await tx`
    select from app_user u join user_role r on r.user_id = u.id and r.role = 'ADMINISTRATOR' where u.active and u.id <> ${userId} limit 1`;
  if (!other)
    throw new Refusal(
      "conflict",
      "user.last-administrator",
      "This is the last administrator who can sign in.",
    );
}

/**
 * @throws Refusal `not-found`, `forbidden` (`user.beyond-your-facilities`), `conflict` (`version.conflict`, `user.username-taken`,
 *   `user.last-administrator`, `user.is-yourself`), `invalid`
 */
export async function updateUser(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  id: string,
  { expectedVersion: given, active, ...input }: UpdateUserRequest,
): Promise<UserDetails> {
  onlyPeople(viewer);
  let expectedVersion = given;
  if (active !== undefined) {
    const user = await setActive(tx, deps, viewer, id, { active, expectedVersion });
    if (Object.keys(input).length === 0) return user;
    expectedVersion = user.version;
  }
  const now = deps.platform.clock.now();
  const before = await lockUser(tx, viewer, id, now);
  checkVersion(expectedVersion, before.version);
  const roles = input.roles ? readRoles(input.roles, "body.roles") : before.roles;
  if (input.facilityIds) await checkFacilities(tx, viewer, input.facilityIds, "body.facilityIds");
  if (before.roles.includes("ADMINISTRATOR") && !roles.includes("ADMINISTRATOR") && before.active)
    await keepAnAdministrator(tx, id);
  const username = input.username ?? before.username;
  await tx`
    update app_user set username = ${username}, username_folded = ${foldUsername(username)},
      full_name = ${input.fullName?.trim() ?? before.fullName}, email = ${input.email === undefined ? before.email : input.email},
      version = version + 1
    where id = ${id}`.catch((error: unknown) => {
    throw isDuplicate(error) ? taken(username) : error;
  });
  if (input.roles) await writeRoles(tx, id, roles);
  if (input.facilityIds) await writeFacilities(tx, id, input.facilityIds);
  await announceChange(tx, deps);
  await recordUser(tx, deps, viewer, "user.changed", before, {
    changed: Object.keys(input),
    ...(input.roles ? { roles, rolesBefore: before.roles } : {}),
    ...(input.facilityIds ? { facilityIds: input.facilityIds, facilityIdsBefore: before.facilityIds } : {}),
  });
  return toUser(viewer, await findUser(tx, viewer, id, now));
}

/** Lets the user sign in, or no more; deactivating ends every session at once. */
export async function setActive(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  id: string,
  input: { active: boolean; expectedVersion?: number | undefined },
): Promise<UserDetails> {
  onlyPeople(viewer);
  const now = deps.platform.clock.now();
  const before = await lockUser(tx, viewer, id, now);
  checkVersion(input.expectedVersion, before.version);
  if (before.active === input.active) return toUser(viewer, before);
  if (!input.active) {
    if (id === viewer.id)
      throw new Refusal(
        "conflict",
        "user.is-yourself",
        "Nobody deactivates themselves: ask another administrator.",
      );
    if (before.roles.includes("ADMINISTRATOR")) await keepAnAdministrator(tx, id);
    await endSessions(tx, deps, id, "user-deactivated");
  }
  await tx`update app_user set active = ${input.active}, version = version + 1 where id = ${id}`;
  await announceChange(tx, deps);
  await recordUser(tx, deps, viewer, input.active ? "user.activated" : "user.deactivated", before);
  return toUser(viewer, await findUser(tx, viewer, id, now));
}

/** Gives the user another password, to be changed at the next sign-in; ends the sessions and opens a locked account. */
export async function resetPassword(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  id: string,
  password: { hash: string; shown: string | null },
  expectedVersion?: number,
): Promise<UserWithPassword> {
  onlyPeople(viewer);
  const now = deps.platform.clock.now();
  const before = await lockUser(tx, viewer, id, now);
  checkVersion(expectedVersion, before.version);
  if (id === viewer.id)
    throw new Refusal(
      "conflict",
      "user.is-yourself",
      "Change your own password with POST /users/me/password.",
    );
  await tx`update app_user set password_hash = ${password.hash}, password_changed_at = ${now.toISOString()}, must_change_password = true,
    version = version + 1 where id = ${id}`;
  await tx`delete from sign_in_failure where username_folded = ${before.folded}`;
  await endSessions(tx, deps, id, "password-reset");
  await recordUser(tx, deps, viewer, "user.password-reset", before);
  return { ...toUser(viewer, await findUser(tx, viewer, id, now)), temporaryPassword: password.shown };
}

/** Ends all sessions of the user. @returns how many */
export async function endUserSessions(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  id: string,
): Promise<number> {
  onlyPeople(viewer);
  const user = await lockUser(tx, viewer, id, deps.platform.clock.now());
  const ended = await endSessions(tx, deps, id, "ended-by-administrator");
  await recordUser(tx, deps, viewer, "user.sessions-ended", user, { sessions: ended });
  return ended;
}
