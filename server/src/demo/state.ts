import { type Clock, type Db, Refusal, type Tx } from "../platform/index.ts";

/** How the newest loading stands. */
export interface DemoState {
  number: number;
  state: "LOADING" | "READY" | "FAILED" | "REMOVED";
  facilityId: string | null;
  prefix: string;
  done: number;
  total: number;
  doing: string;
  startedAt: Date;
  finishedAt: Date | null;
}

/** One that said nothing for so long was cut short. */
const silentSeconds = 90;
/** Held while a loading begins, so that two do not. */
const beginLock = 4_711_014;

export async function readState(reader: Db | Tx): Promise<DemoState | null> {
  const [row] = await reader<(DemoState & { silent: boolean })[]>`
    select number, state, facility_id as "facilityId", prefix, done, total, doing, started_at as "startedAt", finished_at as "finishedAt",
      seen_at < now() - ${silentSeconds} * interval '1 second' as silent
    from demonstration order by number desc limit 1`;
  if (!row) return null;
  const { silent, ...state } = row;
  return state.state === "LOADING" && silent ? { ...state, state: "FAILED" } : state;
}

/**
 * The newest loading, when it is not under way; null where there was none. Whoever asks is alone until the transaction ends.
 * @throws Refusal `conflict` (`demo.loading`)
 */
export async function lockState(tx: Tx): Promise<DemoState | null> {
  await tx`select pg_advisory_xact_lock(${beginLock})`;
  const before = await readState(tx);
  if (before?.state === "LOADING")
    throw new Refusal("conflict", "demo.loading", "The demonstration is being loaded.");
  return before;
}

/** @param before the loading before this one */
export async function begin(
  tx: Tx,
  clock: Clock,
  before: DemoState | null,
): Promise<{ number: number; prefix: string }> {
  const number = (before?.number ?? 0) + 1;
  const prefix = number === 1 ? "demo" : `demo${number}`;
  await tx`insert into demonstration (number, state, prefix, doing, started_at)
    values (${number}, 'LOADING', ${prefix}, 'people', ${clock.now().toISOString()})`;
  return { number, prefix };
}

export async function setRemoved(tx: Tx, number: number): Promise<void> {
  await tx`update demonstration set state = 'REMOVED', seen_at = now() where number = ${number}`;
}

export async function setFacility(tx: Tx, number: number, facilityId: string): Promise<void> {
  await tx`update demonstration set facility_id = ${facilityId}, seen_at = now() where number = ${number}`;
}

export async function setProgress(
  db: Db,
  number: number,
  { done, total, doing }: { done: number; total: number; doing: string },
): Promise<void> {
  await db`update demonstration set done = ${done}, total = ${total}, doing = ${doing}, seen_at = now() where number = ${number}`;
}

/** Progress is not written at every step: what is ready has all of it done. */
export async function finish(db: Db, clock: Clock, number: number, state: "READY" | "FAILED"): Promise<void> {
  await db`
    update demonstration set state = ${state}, finished_at = ${clock.now().toISOString()}, done = case when ${state === "READY"} then total else done end
    where number = ${number}`;
}
