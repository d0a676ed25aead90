import type { Clock, Db } from "../../platform/index.ts";
import { lockMs } from "./sign-in.ts";

const keptAfterEndMs = 30 * 24 * 3600_000;

/** Removes what says nothing any more: sessions that ended a month ago with their tokens, failures that are forgotten. */
export async function cleanIdentity(db: Db, clock: Clock): Promise<void> {
  const now = clock.now().getTime();
  const old = new Date(now - keptAfterEndMs).toISOString();
  await db`delete from session where expires_at < ${old}::timestamptz or ended_at < ${old}::timestamptz`;
  await db`delete from sign_in_failure where last_failed_at < ${new Date(now - lockMs).toISOString()}::timestamptz
    and coalesce(locked_until, '-infinity') < ${new Date(now).toISOString()}::timestamptz`;
}
