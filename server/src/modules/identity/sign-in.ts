import { type Db, Refusal, type Tx, transact, type Viewer } from "../../platform/index.ts";
import { announceChange, type IdentityDeps } from "./deps.ts";
import { foldUsername } from "./names.ts";
import { checkNewPassword } from "./passwords.ts";
import {
  type Client,
  endSession,
  endSessions,
  followerIsFresh,
  graceMs,
  idleMs,
  lockRefreshToken,
  openSession,
  type RefreshRow,
  rotate,
} from "./sessions.ts";
import type { Authenticated, RequestOrigin } from "./types.ts";

/** After so many failures in a row a name is locked for a while. */
const failuresToLock = 5;
export const lockMs = 15 * 60_000;

export interface SignedIn {
  userId: string;
  sessionId: string;
  refreshToken: string;
}

interface Account {
  id: string;
  username: string;
  fullName: string;
  passwordHash: string;
  active: boolean;
  homeFacilityId: string | null;
}

const wrong = (): Refusal =>
  new Refusal("unauthenticated", "auth.wrong-credentials", "The user name or the password is wrong.");
const noSession = (): Refusal =>
  new Refusal(
    "unauthenticated",
    "auth.invalid-refresh-token",
    "The refresh token is not valid, or no longer. Sign in again.",
  );

async function findAccount(db: Db, folded: string): Promise<Account | null> {
  const [row] = await db<Account[]>`
    select u.id, u.username, u.full_name as "fullName", u.password_hash as "passwordHash", u.active,
      (select facility_id from user_facility f where f.user_id = u.id order by position, facility_id limit 1) as "homeFacilityId"
    from app_user u where u.username_folded = ${folded}`;
  return row ?? null;
}

/** Who tries to sign in, for the journal. A name that nobody has may be a mistyped password: it is not written down. */
const attempter = (account: Account | null, origin: RequestOrigin): Viewer => ({
  kind: "user",
  id: account?.id ?? "unknown",
  name: account ? account.fullName || account.username : "Unknown name",
  roles: [],
  facilityIds: account?.homeFacilityId ? [account.homeFacilityId] : [],
  homeFacilityId: account?.homeFacilityId ?? "",
  requestId: origin.requestId,
  address: origin.address,
});

/**
 * Signs in with a password. Names that exist and names that do not take the same time, are throttled and are locked alike.
 * @throws Refusal `unauthenticated` (`auth.wrong-credentials`), `locked` (`auth.locked`), `too-many` (`auth.throttled`, `auth.busy`)
 */
export async function signIn(
  deps: IdentityDeps,
  input: { username: string; password: string; client: Client; userAgent: string | null },
  origin: RequestOrigin,
): Promise<SignedIn> {
  const { db, clock } = deps.platform;
  const folded = foldUsername(input.username);
  const untake = [deps.throttleByAddress.take(origin.address ?? ""), deps.throttleByName.take(folded)];
  const account = await findAccount(db, folded);
  const viewer = attempter(account, origin);
  const [lock] = await db<{ until: Date }[]>`
    select locked_until as until from sign_in_failure where username_folded = ${folded} and locked_until > ${clock.now().toISOString()}`;
  if (lock) {
    await transact(db, (tx) => recordFailure(tx, deps, viewer, account, "locked"));
    throw lockedUntil(deps, lock.until);
  }
  const right = await deps.hasher.verify(account?.active ? account.passwordHash : null, input.password);
  if (!right || !account) {
    const reason = !account ? "unknown-user" : account.active ? "wrong-password" : "inactive-user";
    const until = await transact(db, async (tx) => {
      await recordFailure(tx, deps, viewer, account, reason);
      return await countFailure(tx, deps, folded);
    });
    throw until ? lockedUntil(deps, until) : wrong();
  }
  const fresh = deps.hasher.isDated(account.passwordHash) ? await deps.hasher.hash(input.password) : null;
  const session = await transact(db, async (tx) => {
    const [still] =
      await tx`select from app_user where id = ${account.id} and active and password_hash = ${account.passwordHash} for update`;
    if (!still) throw wrong();
    await tx`delete from sign_in_failure where username_folded = ${folded}`;
    await tx`update app_user set last_sign_in_at = ${clock.now().toISOString()}, password_hash = coalesce(${fresh}, password_hash) where id = ${account.id}`;
    const opened = await openSession(tx, deps, { ...input, userId: account.id, origin });
    await deps.journal.record(tx, viewer, {
      type: "user.signed-in",
      subject: { type: "user", id: account.id },
      facilityId: account.homeFacilityId,
      data: { sessionId: opened.sessionId, client: input.client },
    });
    return opened;
  });
  for (const back of untake) back();
  return { userId: account.id, ...session };
}

export function lockedUntil({ platform }: IdentityDeps, until: Date): Refusal {
  const retryAfter = Math.max(1, Math.ceil((until.getTime() - platform.clock.now().getTime()) / 1000));
  return new Refusal("locked", "auth.locked", "This account is locked after too many wrong passwords.", {
    retryAfter,
  });
}

async function recordFailure(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  account: Account | null,
  reason: string,
): Promise<void> {
  await deps.journal.record(tx, viewer, {
    type: "user.sign-in-failed",
    subject: { type: "user", id: account?.id ?? "unknown" },
    facilityId: account?.homeFacilityId ?? null,
    outcome: "refused",
    data: { reason },
  });
}

/** @returns until when the name is now locked, or null */
export async function countFailure(tx: Tx, { platform }: IdentityDeps, folded: string): Promise<Date | null> {
  const now = platform.clock.now();
  const forgotten = new Date(now.getTime() - lockMs).toISOString();
  const until = new Date(now.getTime() + lockMs).toISOString();
  const [row] = await tx<{ failures: number }[]>`
    insert into sign_in_failure as f (username_folded, failures, last_failed_at) values (${folded}, 1, ${now.toISOString()})
    on conflict (username_folded) do update set last_failed_at = excluded.last_failed_at,
      failures = case when f.last_failed_at < ${forgotten}::timestamptz then 1 else f.failures + 1 end
    returning failures`;
  if ((row?.failures ?? 0) < failuresToLock) return null;
  await tx`update sign_in_failure set locked_until = ${until}, failures = 0 where username_folded = ${folded}`;
  return new Date(until);
}

/**
 * Exchanges a refresh token for the next one. A token is used once; within half a minute the web app may ask again (its tabs share one
 * token, in a cookie that no script reads) and gets the same follower, while that is unused. Any other use of a used token means that two parties hold
 * the family: the session ends for both.
 * @throws Refusal `unauthenticated` (`auth.invalid-refresh-token`)
 */
export async function refreshSession(
  deps: IdentityDeps,
  input: { token: string; client: Client },
  origin: RequestOrigin,
): Promise<SignedIn> {
  const answer = await transact(deps.platform.db, async (tx) => {
    const row = await lockRefreshToken(tx, input.token);
    if (!row || row.client !== input.client) return null;
    const now = deps.platform.clock.now().getTime();
    if (row.endedAt !== null || !row.active || row.expiresAt.getTime() <= now) return null;
    const answered = (refreshToken: string) => ({
      userId: row.userId,
      sessionId: row.sessionId,
      refreshToken,
    });
    if (row.usedAt === null) {
      if (row.issuedAt.getTime() + idleMs > now) return answered(await rotate(tx, deps, input.token, row));
      await endSession(tx, deps, row.sessionId, "idle");
      return null;
    }
    const follower = deps.tokens.nextRefresh(input.token);
    const shared = row.client === "web" && row.usedAt.getTime() + graceMs > now;
    if (shared && (await followerIsFresh(tx, follower))) return answered(follower);
    await endSession(tx, deps, row.sessionId, "refresh-token-reused");
    await recordReuse(tx, deps, row, origin);
    return null;
  });
  if (!answer) throw noSession();
  return answer;
}

async function recordReuse(
  tx: Tx,
  deps: IdentityDeps,
  row: RefreshRow,
  origin: RequestOrigin,
): Promise<void> {
  const [user] = await tx<{ name: string; homeFacilityId: string | null }[]>`
    select full_name as name, (select facility_id from user_facility f where f.user_id = u.id order by position, facility_id limit 1) as "homeFacilityId"
    from app_user u where id = ${row.userId}`;
  const facilityId = user?.homeFacilityId ?? null;
  const viewer: Viewer = {
    kind: "user",
    id: row.userId,
    name: user?.name ?? "",
    roles: [],
    facilityIds: [],
    homeFacilityId: facilityId ?? "",
    ...origin,
  };
  await deps.journal.record(tx, viewer, {
    type: "session.token-reused",
    subject: { type: "session", id: row.sessionId },
    facilityId,
    people: [row.userId],
    outcome: "refused",
  });
}

/** Ends the session that an access token or a refresh token names; no error where there is none. */
export async function signOut(
  deps: IdentityDeps,
  by: { authenticated: Authenticated | null; refreshToken: string | null },
  origin: RequestOrigin,
): Promise<void> {
  await transact(deps.platform.db, async (tx) => {
    let sessionId = by.authenticated?.sessionId ?? null;
    let viewer: Viewer | null = by.authenticated?.viewer ?? null;
    if (!sessionId && by.refreshToken) {
      const row = await lockRefreshToken(tx, by.refreshToken);
      if (!row || row.endedAt !== null) return;
      sessionId = row.sessionId;
      viewer = {
        kind: "user",
        id: row.userId,
        name: "",
        roles: [],
        facilityIds: [],
        homeFacilityId: "",
        ...origin,
      };
    }
    if (!sessionId || !viewer) return;
    await endSession(tx, deps, sessionId, "signed-out");
    await deps.journal.record(tx, viewer, {
      type: "user.signed-out",
      subject: { type: "user", id: viewer.id },
      facilityId: viewer.homeFacilityId || null,
      data: { sessionId },
    });
  });
}

/**
 * Ends sessions of the viewer: one of them, or all but the one that asks.
 * @returns how many
 * @throws Refusal `not-found` for a session that is not the viewer's or has ended, `forbidden` for machines
 */
export async function endOwnSessions(
  deps: IdentityDeps,
  { viewer, sessionId }: Authenticated,
  only?: string,
): Promise<number> {
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.no-sessions", "An API key has no sessions.");
  return await transact(deps.platform.db, async (tx) => {
    let ended = 1;
    if (only === undefined) ended = await endSessions(tx, deps, viewer.id, "signed-out", sessionId);
    else {
      const [own] = await tx`
        select from session where id = ${only} and user_id = ${viewer.id} and ended_at is null for update`;
      if (!own) throw new Refusal("not-found", "session.not-found", "You have no such session.");
      await endSession(tx, deps, only, "signed-out");
    }
    await deps.journal.record(tx, viewer, {
      type: "user.sessions-ended",
      subject: { type: "user", id: viewer.id },
      facilityId: viewer.homeFacilityId || null,
      people: [viewer.id],
      data: { sessions: ended },
    });
    return ended;
  });
}

/**
 * Changes the viewer's own password and ends the viewer's other sessions.
 * @throws Refusal `unprocessable` (`password.wrong`), `invalid` (`password.too-weak`), `forbidden` for machines
 */
export async function changeOwnPassword(
  deps: IdentityDeps,
  { viewer, sessionId }: Authenticated,
  input: { currentPassword: string; newPassword: string },
): Promise<void> {
  const { db, clock } = deps.platform;
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.no-password", "An API key has no password.");
  const [user] = await db<{ username: string; folded: string; hash: string }[]>`
    select username, username_folded as folded, password_hash as hash from app_user where id = ${viewer.id}`;
  if (!user) throw new Refusal("not-found", "user.not-found", "There is no such user.");
  const untake = deps.throttleByName.take(user.folded);
  if (!(await deps.hasher.verify(user.hash, input.currentPassword)))
    throw new Refusal("unprocessable", "password.wrong", "The current password is wrong.", {
      errors: [{ path: "body.currentPassword", message: "is wrong" }],
    });
  untake();
  if (input.newPassword === input.currentPassword) {
    const message = "The new password is the present one.";
    throw new Refusal("invalid", "password.unchanged", message, {
      errors: [{ path: "body.newPassword", message }],
    });
  }
  checkNewPassword(input.newPassword, user.username, "body.newPassword");
  const hash = await deps.hasher.hash(input.newPassword);
  await transact(db, async (tx) => {
    await tx`update app_user set password_hash = ${hash}, password_changed_at = ${clock.now().toISOString()}, must_change_password = false,
      version = version + 1 where id = ${viewer.id}`;
    await endSessions(tx, deps, viewer.id, "password-changed", sessionId);
    await announceChange(tx, deps);
    await deps.journal.record(tx, viewer, {
      type: "user.password-changed",
      subject: { type: "user", id: viewer.id },
      facilityId: viewer.homeFacilityId || null,
    });
  });
}
