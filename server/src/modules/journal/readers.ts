import type { Logger } from "pino";
import { type Clock, type Db, type Fragment, type Reader, transact } from "../../platform/index.ts";
import type { FactReader, SealedFact } from "./types.ts";

const defaultBatch = 200;
const firstRetryMs = 1000;
const longestRetryMs = 60_000;
/** A cursor is moved over facts that its reader does not take when so many have gathered. */
const skipAfter = 1000;

interface FactRow {
  id: string;
  position: number;
  type: string;
  actorKind: SealedFact["actor"]["kind"];
  actorId: string;
  actorName: string;
  requestId: string;
  facilityId: string | null;
  patientId: string | null;
  subjectType: string;
  subjectId: string;
  people: string[];
  outcome: SealedFact["outcome"];
  data: Record<string, unknown>;
  recordedAt: Date;
}

/** Sealed facts after a position, of some types or of all, in order; `rehearsed`: those of the demonstration's past, or the others. */
export async function readFacts(
  reader: Reader,
  after: number,
  limit: number,
  types: readonly string[] | null = null,
  rehearsed: boolean | null = null,
): Promise<SealedFact[]> {
  const rows = await reader<FactRow[]>`
    select id, position, type, actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", request_id as "requestId",
      facility_id as "facilityId", patient_id as "patientId", subject_type as "subjectType", subject_id as "subjectId", people,
      outcome, data, recorded_at as "recordedAt"
    from fact where position > ${after} ${types ? reader`and type = any(${types as string[]}::text[])` : reader``}
      ${rehearsed === null ? reader`` : rehearsed ? reader`and rehearsed` : reader`and not rehearsed`}
    order by position limit ${limit}`;
  return rows.map(({ actorKind, actorId, actorName, subjectType, subjectId, ...fact }) => ({
    ...fact,
    actor: { kind: actorKind, id: actorId, name: actorName },
    subject: { type: subjectType, id: subjectId },
  }));
}

export interface ReaderRunner {
  readonly name: string;
  readonly cursorName: string;
  readonly types: readonly string[] | null;
  /** Something was sealed. */
  wake(): void;
  /** Reads until there is nothing left. @throws what the reader throws */
  drain(): Promise<void>;
  /** Waits for the batch under way. */
  stop(): Promise<void>;
}

export interface ReaderRunnerOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Reads what is rehearsed, with a cursor of its own, and nothing else. */
  rehearsal: boolean;
  /** Told after each attempt how many failed in a row. */
  failing: (name: string, failures: number) => void;
}

/**
 * Whether there is a fact of these types (a JSON array; null: of any) after the position of the cursor `c`. The order leaves the index as the one way to
 * it: how far a cursor is behind no plan can know, and one that guesses a third of the facts reads them all.
 */
const anyAfter = (sql: Db, types: Fragment, rehearsal: boolean): Fragment => sql`
  case when jsonb_typeof(${types}) = 'array'
    then exists (select from jsonb_array_elements_text(${types}) t cross join lateral (
      select from fact where type = t and position > c.position and rehearsed = ${rehearsal} order by position limit 1) f)
    else exists (select from (
      select from fact where position > c.position and rehearsed = ${rehearsal} order by position limit 1) f) end`;

/** Those for whom something was sealed that they have not read; one look for all of them. */
export async function readersBehind<R extends Pick<ReaderRunner, "cursorName" | "types">>(
  db: Db,
  readers: readonly R[],
  rehearsal: boolean,
): Promise<readonly R[]> {
  const asked = readers.map(({ cursorName, types }) => ({ name: cursorName, types }));
  const rows = await db<{ name: string }[]>`
    select r.name from jsonb_to_recordset(${db.json(asked as never)}) as r (name text, types jsonb)
      left join reader_cursor c on c.name = r.name
    where c.name is null or ${anyAfter(db, db`r.types`, rehearsal)}`;
  const names = new Set(rows.map(({ name }) => name));
  return readers.filter(({ cursorName }) => names.has(cursorName));
}

/** Runs one reader, a batch at a time, wherever among the processes its cursor is free. */
export function createReaderRunner(
  reader: FactReader,
  { db, clock, log, failing, rehearsal }: ReaderRunnerOptions,
): ReaderRunner {
  const cursorName = rehearsal ? `rehearsal:${reader.name}` : reader.name;
  let failures = 0;
  /** So many facts are taken one at a time after a failure, so that only what fails is held up. */
  let singly = 0;
  let woken = false;
  let stopped = false;
  let running: Promise<void> | null = null;
  let retry: NodeJS.Timeout | null = null;
  let prepared = false;

  async function prepare(): Promise<void> {
    if (prepared) return;
    const start =
      reader.startAt === "now" || rehearsal
        ? db`coalesce((select fact_position from journal_head), 0)`
        : db`0::bigint`;
    await db`insert into reader_cursor (name, position, moved_at) values (${cursorName}, ${start}, ${clock.now().toISOString()})
      on conflict (name) do nothing`;
    prepared = true;
  }

  /** One look, without a transaction: most of what is sealed is not for most readers. */
  async function anythingToRead(): Promise<boolean> {
    const types = db`${db.json((reader.types ?? null) as never)}::jsonb`;
    const [row] = await db<{ work: boolean }[]>`
      select h.fact_position - c.position >= ${skipAfter} or ${anyAfter(db, types, rehearsal)} as work
      from reader_cursor c, journal_head h where c.name = ${cursorName} and h.fact_position > c.position`;
    return row?.work ?? false;
  }

  /** @returns whether there may be more */
  async function batch(wait: boolean): Promise<boolean> {
    if (!(await anythingToRead())) return false;
    const limit = singly > 0 ? 1 : (reader.batch ?? defaultBatch);
    const more = await transact(db, async (tx) => {
      const [cursor] = await tx<{ position: number }[]>`
        select position from reader_cursor where name = ${cursorName} for update ${wait ? tx`` : tx`skip locked`}`;
      if (!cursor) return false;
      const [head] = await tx<{ position: number }[]>`select fact_position as position from journal_head`;
      const end = head?.position ?? 0;
      if (end <= cursor.position) return false;
      const facts = await readFacts(tx, cursor.position, limit, reader.types, rehearsal);
      if (facts.length > 0) await reader.handle(tx, facts);
      const full = facts.length === limit;
      const position = full ? facts.at(-1)!.position : Math.max(end, facts.at(-1)?.position ?? 0);
      if (facts.length > 0 || position - cursor.position >= skipAfter) {
        await tx`update reader_cursor set position = ${position}, moved_at = ${clock.now().toISOString()} where name = ${cursorName}`;
      }
      return full;
    });
    if (failures > 0) failing(reader.name, 0);
    failures = 0;
    singly = Math.max(0, singly - 1);
    return more;
  }

  async function run(): Promise<void> {
    try {
      await prepare();
      while (woken && !stopped) {
        woken = false;
        while (!stopped && (await batch(false)));
      }
    } catch (error) {
      failures += 1;
      failing(reader.name, failures);
      singly = reader.batch ?? defaultBatch;
      const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1));
      log.error(
        { err: error, reader: reader.name, failures, delayMs },
        "a reader of facts failed; it tries again",
      );
      woken = true;
      retry = setTimeout(() => {
        retry = null;
        start();
      }, delayMs).unref();
    }
  }

  function start(): void {
    if (stopped || running || retry) return;
    running = run().finally(() => {
      running = null;
      if (woken && !retry) start();
    });
  }

  return {
    name: reader.name,
    cursorName,
    types: reader.types,
    wake() {
      woken = true;
      start();
    },
    async drain() {
      await prepare();
      while (await batch(true));
    },
    async stop() {
      stopped = true;
      if (retry) clearTimeout(retry);
      await running;
    },
  };
}
