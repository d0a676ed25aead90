import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Db, Tx } from "./database/database.ts";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";
import type { Viewer } from "./viewer.ts";

const keptMs = 24 * 60 * 60 * 1000;
/** A request that works for so long and has done nothing is taken for dead: the next one does it in its place. */
const abandonedMs = 2 * 60 * 1000;
const largestBody = 64 * 1024;
const mostKept = 1_000_000;

/** A request with a key. */
export interface KeyedRequest {
  viewer: Viewer;
  /** `POST /patients/:id/merge`: the same for all prefixes of the API. */
  route: string;
  key: string;
  /** Of method, path, query and body: what must be the same. */
  fingerprint: Buffer;
}

export interface KeptAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | null;
}

/** The right to do what is asked for, under a key. */
export interface Reservation {
  /**
   * In the transaction that does it: says that it is done. Once committed, nobody else does it again.
   * @throws Refusal `conflict` (`idempotency.running`) where another request has taken over, so that this one is rolled back
   */
  mark(tx: Tx): Promise<void>;
  /** The answer, kept to be given again; null where there is none that can be kept. Forgets the key where nothing was done. */
  finish(answer: KeptAnswer | null): Promise<void>;
}

interface KeyRow {
  fingerprint: Buffer;
  facilityIds: string[];
  token: string;
  effect: boolean;
  status: number | null;
  headers: Record<string, string> | null;
  body: string | null;
  reservedAt: Date;
}

/** A value as text that does not depend on the order of members. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
}

export const fingerprintOf = (parts: readonly unknown[]): Buffer =>
  createHash("sha256").update(canonicalJson(parts)).digest();

const running = (): Refusal =>
  new Refusal(
    "conflict",
    "idempotency.running",
    "The first request with this Idempotency-Key is still being worked on.",
    { retryAfter: 1 },
  );

const unknownOutcome = (): Refusal =>
  new Refusal(
    "conflict",
    "idempotency.unknown-outcome",
    "The first request with this Idempotency-Key was carried out, and its answer is not known any more. Look for what it made before you ask with another key.",
  );

/**
 * Keys of requests and their first answers. The key is put down before the work begins, and marked in the transaction that does the work; so a
 * crash leaves either nothing done and a key that may be used again, or the work done once and a key that says so.
 */
export function createIdempotency({ db, clock }: { db: Db; clock: Clock }) {
  const now = () => clock.now().toISOString();
  const ago = (ms: number) => new Date(clock.now().getTime() - ms);
  const viewerKey = (viewer: Viewer) => `${viewer.kind} ${viewer.id}`;

  function reservation({ viewer, route, key }: KeyedRequest, token: string): Reservation {
    const mine = { viewer: viewerKey(viewer), route, key, token };
    return {
      async mark(tx) {
        const marked = await tx`
          update idempotency_key set effect = true
          where viewer = ${mine.viewer} and route = ${route} and key = ${key} and token = ${token} and status is null`;
        if (marked.count !== 1) throw running();
      },
      async finish(answer) {
        const refused = answer !== null && answer.status >= 400;
        if (refused || answer === null) {
          // Nothing was done: the key may be used again, also for what was mended meanwhile.
          const forgotten = await db`
            delete from idempotency_key
            where viewer = ${mine.viewer} and route = ${route} and key = ${key} and token = ${token} and not effect`;
          if (forgotten.count > 0) return;
        }
        if (answer === null || answer.status >= 500 || (answer.body?.length ?? 0) > largestBody) return;
        await db`
          update idempotency_key set status = ${answer.status}, headers = ${db.json(answer.headers)}, body = ${answer.body}
          where viewer = ${mine.viewer} and route = ${route} and key = ${key} and token = ${token}`;
      },
    };
  }

  /** What becomes of a key that is there already: its answer, or `take` where it may be taken over. */
  function judge(request: KeyedRequest, row: KeyRow): KeptAnswer | "take" {
    if (row.reservedAt <= ago(keptMs)) return "take";
    if (!row.fingerprint.equals(request.fingerprint)) {
      throw new Refusal(
        "unprocessable",
        "idempotency.key-reused",
        "This Idempotency-Key came with another request before. Each request has a key of its own.",
      );
    }
    if (row.status !== null) {
      if (!row.facilityIds.every((id) => request.viewer.facilityIds.includes(id))) throw unknownOutcome();
      return { status: row.status, headers: row.headers ?? {}, body: row.body };
    }
    if (row.reservedAt > ago(abandonedMs)) throw running();
    if (row.effect) throw unknownOutcome();
    return "take";
  }

  return {
    /**
     * @returns the right to go on, or the first answer
     * @throws Refusal `unprocessable` (`idempotency.key-reused`), `conflict` (`idempotency.running`, `idempotency.unknown-outcome`)
     */
    async reserve(request: KeyedRequest): Promise<Reservation | KeptAnswer> {
      const { route, key, fingerprint } = request;
      const viewer = viewerKey(request.viewer);
      const token = randomUUID();
      const facilityIds = [...request.viewer.facilityIds];
      const inserted = await db`
        insert into idempotency_key (viewer, route, key, fingerprint, facility_ids, token, reserved_at)
        values (${viewer}, ${route}, ${key}, ${fingerprint}, ${facilityIds}::uuid[], ${token}, ${now()})
        on conflict do nothing`;
      if (inserted.count === 1) return reservation(request, token);
      const [row] = await db<KeyRow[]>`
        select fingerprint, facility_ids as "facilityIds", token, effect, status, headers, body, reserved_at as "reservedAt"
        from idempotency_key where viewer = ${viewer} and route = ${route} and key = ${key}`;
      if (!row) throw running();
      const answer = judge(request, row);
      if (answer !== "take") return answer;
      const taken = await db`
        update idempotency_key set token = ${token}, fingerprint = ${fingerprint}, facility_ids = ${facilityIds}::uuid[], effect = false,
          status = null, headers = null, body = null, reserved_at = ${now()}
        where viewer = ${viewer} and route = ${route} and key = ${key} and token = ${row.token} and effect = ${row.effect}
          and reserved_at = ${row.reservedAt.toISOString()}`;
      if (taken.count !== 1) throw running();
      return reservation(request, token);
    },
    /** Forgets what is older than a day, and the oldest of too many. */
    async prune(): Promise<void> {
      await db`delete from idempotency_key where reserved_at < ${ago(keptMs).toISOString()}`;
      await db`delete from idempotency_key where reserved_at < (
        select reserved_at from idempotency_key order by reserved_at desc offset ${mostKept} limit 1)`;
    },
  };
}

export type Idempotency = ReturnType<typeof createIdempotency>;

/** Keys are forgotten after a day. */
export function registerIdempotencyJobs(platform: Platform): void {
  platform.jobs.every("platform.forget-idempotency-keys", 3600, () => createIdempotency(platform).prune());
}
