import { type Job, type JobListQuery, type JobState, jobStates } from "@isocenter/contract";
import {
  type Clock,
  countedTo,
  countLimit,
  isUuid,
  type ListPage,
  type Reader,
  Refusal,
  readMember,
  readSort,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { notify } from "../notice.ts";

interface JobRow {
  id: string;
  name: string;
  state: JobState;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  runAt: Date;
  createdAt: Date;
}

/** The queue's own tables, as one that has the states of the contract. Payloads are left out: they are of the rooms that made them. */
const jobsTable = (sql: Reader) => sql`(
  select j.id, t.identifier as name, j.attempts::int, j.max_attempts::int as "maxAttempts", j.last_error as "lastError",
    j.run_at as "runAt", j.created_at as "createdAt", j.updated_at as "updatedAt",
    case when j.locked_at is not null then 'RUNNING' when j.attempts >= j.max_attempts then 'GAVE_UP'
      when j.attempts > 0 then 'FAILED' else 'WAITING' end as state
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id)`;

const columns = (sql: Reader) =>
  sql`j.id::text, j.name, j.state, j.attempts, j."maxAttempts", j."lastError", j."runAt", j."createdAt"`;

const toJob = (viewer: Viewer, row: JobRow): Job => ({
  ...row,
  lastError: row.lastError?.split("\n")[0]?.slice(0, 500) ?? null,
  runAt: row.runAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
  actions: viewer.kind === "user" && row.state !== "RUNNING" ? ["retry"] : [],
});

/** What is not done yet, the newest first when `sort` is left out. @throws Refusal `invalid` (`job.unknown-state`, `query.invalid-sort`), `forbidden` */
export async function listJobs(db: Reader, viewer: Viewer, query: JobListQuery): Promise<ListPage<Job>> {
  requirePermission(viewer, "jobs.read");
  const state =
    query.state === undefined
      ? null
      : readMember(jobStates, query.state, "job.unknown-state", "querystring.state");
  const { limit = 25, offset = 0 } = query;
  const { descending } = readSort(query, ["createdAt"], "-createdAt");
  const where = db`true ${state ? db`and j.state = ${state}` : db``} ${query.name ? db`and j.name = ${query.name}` : db``}`;
  const rows = await db<JobRow[]>`
    select ${columns(db)} from ${jobsTable(db)} j
    where ${where} ${query.after === undefined ? db`` : db`and j.id ${descending ? db`<` : db`>`} ${query.after}::bigint`}
    order by j.id ${descending ? db`desc` : db``} limit ${limit + 1} offset ${offset}`;
  const [count] = await db<{ count: number }[]>`
    select count(*) as count from (select from ${jobsTable(db)} j where ${where} limit ${countLimit + 1}) c`;
  const page = rows.slice(0, limit);
  return {
    data: page.map((row) => toJob(viewer, row)),
    ...countedTo(count!.count),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** @throws Refusal `not-found` (`job.not-found`), `forbidden` */
export async function getJob(db: Reader, viewer: Viewer, id: string): Promise<Job> {
  requirePermission(viewer, "jobs.read");
  const [row] = await db<JobRow[]>`select ${columns(db)} from ${jobsTable(db)} j where j.id = ${id}::bigint`;
  if (!row)
    throw new Refusal("not-found", "job.not-found", "There is no such job; what is done is forgotten.");
  return toJob(viewer, row);
}

export interface JobDeps {
  clock: Clock;
  journal: Journal;
}

/**
 * Now, with all its attempts before it again.
 * @throws Refusal `not-found` (`job.not-found`), `conflict` (`job.running`; `job.of-request` for a request that is answered later), `forbidden`
 */
export async function retryJob(deps: JobDeps, tx: Tx, viewer: Viewer, id: string): Promise<Job> {
  requirePermission(viewer, "jobs.manage");
  if (isUuid(id)) throw await requestRefusal(tx, viewer, id);
  const [before] = await tx<
    JobRow[]
  >`select ${columns(tx)} from ${jobsTable(tx)} j where j.id = ${id}::bigint`;
  if (!before)
    throw new Refusal("not-found", "job.not-found", "There is no such job; what is done is forgotten.");
  const rescheduled = await tx`
    select from graphile_worker.reschedule_jobs(array[${id}::bigint], run_at := now(), attempts := 0)`;
  if (before.state === "RUNNING" || rescheduled.length === 0)
    throw new Refusal("conflict", "job.running", "The job is being done at the moment.");
  await deps.journal.record(tx, viewer, {
    type: "job.retried",
    subject: { type: "job", id },
    facilityId: viewer.homeFacilityId || null,
    data: { name: before.name, from: before.state },
  });
  const [row] = await tx<JobRow[]>`select ${columns(tx)} from ${jobsTable(tx)} j where j.id = ${id}::bigint`;
  return toJob(viewer, row!);
}

/** What it was answered with stays its answer, also where that is a refusal: trying again is another request. */
async function requestRefusal(reader: Reader, viewer: Viewer, id: string): Promise<Refusal> {
  const [own] = await reader`
    select from deferred_request where id = ${id} and viewer_id = ${viewer.id} and viewer_kind = ${viewer.kind}`;
  return own
    ? new Refusal(
        "conflict",
        "job.of-request",
        "This is a request of yours that is answered once: make the request again.",
      )
    : new Refusal("not-found", "job.not-found", "There is no such job; what is done is forgotten.");
}

/** Tells the administrators of every facility of jobs that gave up; of each once, until it is tried again. */
export async function announceGaveUp(deps: JobDeps, tx: Tx): Promise<void> {
  const rows = await tx<{ id: string; name: string; attempts: number; at: Date }[]>`
    select j.id::text, j.name, j.attempts, j."updatedAt" as at from ${jobsTable(tx)} j where j.state = 'GAVE_UP'
    order by j.id desc limit 100`;
  if (rows.length === 0) return;
  const facilities = await tx<{ id: string }[]>`select id from facility order by id`;
  await notify(
    tx,
    deps.clock,
    facilities.flatMap(({ id: facilityId }) =>
      rows.map(({ id, name, attempts, at }) => ({
        kind: "job.gave-up",
        level: "ALARM" as const,
        facilityId,
        subject: { type: "job", id },
        to: { roles: ["ADMINISTRATOR" as const] },
        data: { name, attempts },
        key: `job.gave-up:${id}:${at.getTime()}`,
      })),
    ),
  );
}
