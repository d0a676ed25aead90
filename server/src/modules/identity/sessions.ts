import { type Clock, newId, type Tx } from "../../platform/index.ts";
import { announceChange, type IdentityDeps } from "./deps.ts";
import { secretHash } from "./tokens.ts";
import type { RequestOrigin } from "./types.ts";

/** A session that is not used for a shift ends, and every session after a week. */
export const idleMs = 12 * 3600_000;
export const longestMs = 7 * 24 * 3600_000;
/** How long a token that the web app just used is answered with its follower again. */
export const graceMs = 30_000;
const mostSessions = 50;

export type Client = "web" | "api";
export type EndReason =
  | "signed-out"
  | "ended-by-administrator"
  | "user-deactivated"
  | "password-changed"
  | "password-reset"
  | "refresh-token-reused"
  | "too-many"
  | "system-restored"
  | "idle";

export interface NewSession {
  userId: string;
  client: Client;
  origin: RequestOrigin;
  userAgent: string | null;
}

/** @returns the session with its first refresh token */
export async function openSession(
  tx: Tx,
  deps: IdentityDeps,
  { userId, client, origin, userAgent }: NewSession,
): Promise<{ sessionId: string; refreshToken: string }> {
  const { clock } = deps.platform;
  const now = clock.now();
  const sessionId = newId(clock);
  const refreshToken = deps.tokens.newRefresh();
  const ends = new Date(now.getTime() + longestMs).toISOString();
  await tx`
    insert into session (id, user_id, client, address, user_agent, created_at, last_used_at, expires_at)
    values (${sessionId}, ${userId}, ${client}, ${origin.address}, ${userAgent?.slice(0, 256) ?? null}, ${now.toISOString()},
      ${now.toISOString()}, ${ends})`;
  await tx`insert into refresh_token (hash, session_id, issued_at) values (${secretHash(refreshToken)}, ${sessionId}, ${now.toISOString()})`;
  const surplus = await tx<{ id: string }[]>`
    select id from session where user_id = ${userId} and ended_at is null order by last_used_at desc, id desc offset ${mostSessions}`;
  for (const { id } of surplus) await endSession(tx, deps, id, "too-many");
  return { sessionId, refreshToken };
}

async function markEnded(tx: Tx, clock: Clock, ids: readonly string[], reason: EndReason): Promise<void> {
  await tx`update session set ended_at = ${clock.now().toISOString()}, end_reason = ${reason}
    where id = any(${ids as string[]}::uuid[]) and ended_at is null`;
}

export async function endSession(
  tx: Tx,
  deps: IdentityDeps,
  sessionId: string,
  reason: EndReason,
): Promise<void> {
  await markEnded(tx, deps.platform.clock, [sessionId], reason);
  await announceChange(tx, deps);
}

/** Ends all sessions of a user, or all but one. @returns how many */
export async function endSessions(
  tx: Tx,
  deps: IdentityDeps,
  userId: string,
  reason: EndReason,
  except: string | null = null,
): Promise<number> {
  const open = await tx<{ id: string }[]>`
    select id from session where user_id = ${userId} and ended_at is null and id is distinct from ${except}::uuid`;
  await markEnded(
    tx,
    deps.platform.clock,
    open.map(({ id }) => id),
    reason,
  );
  await announceChange(tx, deps);
  return open.length;
}

/** What a back-up brings back: who was signed in when it was made is so no more, and a token that ended since stays ended. */
export async function endEverySession(tx: Tx, clock: Clock): Promise<number> {
  const reason: EndReason = "system-restored";
  const ended =
    await tx`update session set ended_at = ${clock.now().toISOString()}, end_reason = ${reason} where ended_at is null`;
  return ended.count;
}

export interface RefreshRow {
  sessionId: string;
  userId: string;
  client: Client;
  issuedAt: Date;
  usedAt: Date | null;
  expiresAt: Date;
  endedAt: Date | null;
  active: boolean;
}

/** The token's row with its session, locked against other uses of the same family. */
export async function lockRefreshToken(tx: Tx, token: string): Promise<RefreshRow | null> {
  const [found] = await tx<{ sessionId: string }[]>`
    select session_id as "sessionId" from refresh_token where hash = ${secretHash(token)}`;
  if (!found) return null;
  await tx`select from session where id = ${found.sessionId} for update`;
  const [row] = await tx<RefreshRow[]>`
    select s.id as "sessionId", s.user_id as "userId", s.client, t.issued_at as "issuedAt", t.used_at as "usedAt",
      s.expires_at as "expiresAt", s.ended_at as "endedAt", u.active
    from refresh_token t join session s on s.id = t.session_id join app_user u on u.id = s.user_id
    where t.hash = ${secretHash(token)}`;
  return row ?? null;
}

/** Uses the token and puts its follower in place. @returns the follower */
export async function rotate(
  tx: Tx,
  { platform, tokens }: IdentityDeps,
  token: string,
  row: RefreshRow,
): Promise<string> {
  const now = platform.clock.now().toISOString();
  const next = tokens.nextRefresh(token);
  await tx`update refresh_token set used_at = ${now} where hash = ${secretHash(token)}`;
  await tx`insert into refresh_token (hash, session_id, issued_at) values (${secretHash(next)}, ${row.sessionId}, ${now})`;
  await tx`update session set last_used_at = ${now} where id = ${row.sessionId}`;
  return next;
}

/** Whether the follower of a used token is still unused. */
export async function followerIsFresh(tx: Tx, follower: string): Promise<boolean> {
  const [row] = await tx<{ usedAt: Date | null }[]>`
    select used_at as "usedAt" from refresh_token where hash = ${secretHash(follower)}`;
  return row !== undefined && row.usedAt === null;
}
