import type { Role } from "@isocenter/contract";
import {
  type Clock,
  type Db,
  type OpenGlass,
  Refusal,
  type Viewer,
  withoutEndedGlass,
} from "../../platform/index.ts";
import { openGlassOf } from "./glass.ts";
import { idleMs } from "./sessions.ts";
import { accessTokenSeconds, secretHash } from "./tokens.ts";
import type { Authenticated, RequestOrigin } from "./types.ts";

/** Somebody who may act, as the database says now; the request adds where it came from. */
interface Principal {
  viewer: Omit<Viewer, "requestId" | "address">;
  sessionId: string | null;
  mustChangePassword: boolean;
  /** Milliseconds since 1970. */
  endsAt: number;
}

export interface Principals {
  ofSession(sessionId: string, userId: string, origin: RequestOrigin): Promise<Authenticated>;
  ofKey(key: string, origin: RequestOrigin): Promise<Authenticated>;
  /** The same again, for a connection that stays open; null where it has ended. */
  again(authenticated: Authenticated): Promise<Authenticated | null>;
  /** Something changed: nothing that was known is trusted any more. */
  forget(): void;
}

/** What is known is trusted for so long even when no word of a change comes, as when the connection that brings it is down. */
const trustMs = 3000;
const mostKnown = 5000;
const keyUseEveryMs = 5 * 60_000;

const ended = (): Refusal =>
  new Refusal("unauthenticated", "auth.session-ended", "The session has ended. Sign in again.");
const badKey = (): Refusal =>
  new Refusal("unauthenticated", "auth.invalid-key", "The API key is not valid, or no longer.");

interface SessionRow {
  userId: string;
  username: string;
  fullName: string;
  mustChangePassword: boolean;
  expiresAt: Date;
  lastUsedAt: Date;
  roles: Role[];
  facilityIds: string[];
  openGlass: OpenGlass[];
}

async function loadSession(db: Db, sessionId: string, now: Date): Promise<Principal | null> {
  const [row] = await db<SessionRow[]>`
    select u.id as "userId", u.username, u.full_name as "fullName", u.must_change_password as "mustChangePassword",
      s.expires_at as "expiresAt", s.last_used_at as "lastUsedAt", array(select role from user_role r where r.user_id = u.id order by role) as roles,
      array(select facility_id from user_facility f where f.user_id = u.id order by position, facility_id) as "facilityIds",
      ${openGlassOf(db, now)} as "openGlass"
    from session s join app_user u on u.id = s.user_id
    where s.id = ${sessionId} and s.ended_at is null and u.active`;
  if (!row) return null;
  return {
    viewer: {
      kind: "user",
      id: row.userId,
      name: row.fullName || row.username,
      roles: row.roles,
      facilityIds: row.facilityIds,
      homeFacilityId: row.facilityIds[0] ?? "",
      ...(row.openGlass.length > 0 ? { openGlass: row.openGlass } : {}),
    },
    sessionId,
    mustChangePassword: row.mustChangePassword,
    // The last access token of a session that is not refreshed any more outlives its refresh token by its own time.
    endsAt: Math.min(row.expiresAt.getTime(), row.lastUsedAt.getTime() + idleMs + accessTokenSeconds * 1000),
  };
}

interface KeyRow {
  id: string;
  name: string;
  roles: Role[];
  expiresAt: Date | null;
  facilityIds: string[];
}

async function loadKey(db: Db, hash: Buffer | null, id: string | null, now: Date): Promise<Principal | null> {
  const [row] = await db<KeyRow[]>`
    select k.id, k.name, k.roles, k.expires_at as "expiresAt",
      array(select facility_id from api_key_facility f where f.api_key_id = k.id order by position, facility_id) as "facilityIds"
    from api_key k where ${hash ? db`k.hash = ${hash}` : db`k.id = ${id}`} and k.revoked_at is null`;
  if (!row) return null;
  const usedBefore = new Date(now.getTime() - keyUseEveryMs).toISOString();
  await db`update api_key set last_used_at = ${now.toISOString()}
    where id = ${row.id} and (last_used_at is null or last_used_at < ${usedBefore}::timestamptz)`;
  return {
    viewer: {
      kind: "api-key",
      id: row.id,
      name: row.name,
      roles: row.roles,
      facilityIds: row.facilityIds,
      homeFacilityId: row.facilityIds[0] ?? "",
    },
    sessionId: null,
    mustChangePassword: false,
    endsAt: row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
  };
}

/** Who stands behind a session or a key, from a small memory that is emptied at every change. */
export function createPrincipals(db: Db, clock: Clock): Principals {
  const known = new Map<string, { principal: Principal; until: number }>();
  let changes = 0;

  async function find(name: string, load: () => Promise<Principal | null>): Promise<Principal | null> {
    const now = clock.now().getTime();
    const remembered = known.get(name);
    if (remembered && remembered.until > now && remembered.until <= now + trustMs) {
      return remembered.principal.endsAt > now ? remembered.principal : null;
    }
    const before = changes;
    const principal = await load();
    if (!principal || principal.endsAt <= clock.now().getTime()) return null;
    // What was read while something changed may be what was before.
    if (before === changes) {
      if (known.size >= mostKnown) known.clear();
      known.set(name, { principal, until: now + trustMs });
    }
    return principal;
  }

  const withOrigin = ({ viewer, ...rest }: Principal, origin: RequestOrigin): Authenticated => ({
    viewer: {
      ...withoutEndedGlass(viewer, clock.now()),
      requestId: origin.requestId,
      address: origin.address,
    },
    sessionId: rest.sessionId,
    mustChangePassword: rest.mustChangePassword,
  });
  const session = (id: string) => find(`session ${id}`, () => loadSession(db, id, clock.now()));

  return {
    async ofSession(sessionId, userId, origin) {
      const principal = await session(sessionId);
      if (!principal || principal.viewer.id !== userId) throw ended();
      return withOrigin(principal, origin);
    },
    async ofKey(key, origin) {
      const hash = secretHash(key);
      const principal = await find(`key ${hash.toString("base64")}`, () =>
        loadKey(db, hash, null, clock.now()),
      );
      if (!principal) throw badKey();
      return withOrigin(principal, origin);
    },
    async again({ viewer, sessionId }) {
      const principal = sessionId
        ? await session(sessionId)
        : await find(`key-id ${viewer.id}`, () => loadKey(db, null, viewer.id, clock.now()));
      return principal ? withOrigin(principal, viewer) : null;
    },
    forget() {
      changes += 1;
      known.clear();
    },
  };
}
