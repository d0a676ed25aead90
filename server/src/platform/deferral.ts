import { AsyncLocalStorage } from "node:async_hooks";
import { Readable } from "node:stream";
import type { Permission } from "@isocenter/contract";
import type { FastifyRequest, HTTPMethods } from "fastify";
import type { Clock } from "./clock.ts";
import { type Db, transact } from "./database/database.ts";
import type { App } from "./http/app.ts";
import { bodyOf } from "./http/body.ts";
import { newId } from "./ids.ts";
import type { Jobs } from "./jobs.ts";
import type { ObjectStore } from "./objects/objects.ts";
import { Refusal } from "./refusal.ts";
import type { Viewer } from "./viewer.ts";

/** Who asked, as of a later moment. */
export interface Asker {
  viewer: Viewer;
  sessionId: string | null;
}

export type DeferredState = "WAITING" | "RUNNING" | "DONE" | "FAILED";

export interface Deferred {
  id: string;
  method: string;
  url: string;
  permission: Permission | null;
  state: DeferredState;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  expiresAt: Date;
  status: number | null;
  answerHeaders: Record<string, string> | null;
  answerKey: string | null;
  /** Of the answer, so far while it is made; null before. */
  answerBytes: number | null;
  /** What was asked for, where it was JSON. */
  body: unknown;
}

export interface Deferral {
  /** Keeps the request, with its body, and has it done later. @throws Refusal `too-many` (`job.too-many`), `too-large` */
  defer(request: FastifyRequest, asker: Asker): Promise<Deferred>;
  /** The viewer's own. @throws Refusal `not-found` (`job.not-found`) */
  find(viewer: Viewer, id: string): Promise<Deferred>;
  /** The viewer's own whose path matches, the newest first; at most `mostListed`. @param path a regular expression of PostgreSQL */
  list(viewer: Viewer, path: string): Promise<Deferred[]>;
  /** Forgets one of the viewer's own whose path matches, with its answer; what is being done is left off. @throws Refusal `not-found` (`job.not-found`) */
  drop(viewer: Viewer, id: string, path: string): Promise<void>;
  /** The answer's bytes. @throws Refusal `conflict` (`job.not-done`) before it is there */
  open(deferred: Deferred): Promise<Readable>;
  /** The server that does what was deferred. */
  bind(app: App): void;
  /** Does one now; for the job and for tests. */
  run(id: string): Promise<void>;
  /** Forgets what nobody may fetch any more. */
  forget(): Promise<void>;
}

export interface DeferralDeps {
  config: { maxUploadBytes: number };
  db: Db;
  clock: Clock;
  objects: ObjectStore;
  jobs: Jobs;
  log: { error(context: object, message: string): void };
}

/** The job that does a request. */
const deferredJob = "http.deferred";
const keptMs = 24 * 3600_000;
/** What cannot be done for so long is forgotten. */
const keptWaitingMs = 7 * keptMs;
const mostWaiting = 20;
const mostAttempts = 3;
const mostListed = 100;
/** How often it is written down how much of an answer there is. */
const progressMs = 1000;
/** Of a request and of its answer: what changes what is done, and what says how to read it. */
const requestHeaders = ["content-type", "accept", "x-isocenter-facility"] as const;
const answerHeaders = ["content-type", "content-disposition", "location", "etag", "warning"] as const;

const acting = new AsyncLocalStorage<Asker>();
/** For whom a deferred request is done here and now; undefined where a request came by itself. */
export const actingFor = (): Asker | undefined => acting.getStore();

interface Row extends Deferred {
  viewerKind: Viewer["kind"];
  viewerId: string;
  sessionId: string | null;
  requestId: string;
  address: string | null;
  headers: Record<string, string>;
  bodyKey: string | null;
  attempts: number;
}

const columns = (db: Db) => db`
  id, viewer_kind as "viewerKind", viewer_id as "viewerId", session_id as "sessionId", request_id as "requestId", address, method, url, headers,
  body, body_key as "bodyKey", permission, state, attempts, created_at as "createdAt", started_at as "startedAt",
  finished_at as "finishedAt", expires_at as "expiresAt", status, answer_headers as "answerHeaders", answer_key as "answerKey", answer_bytes as "answerBytes"`;

const picked = (names: readonly string[], from: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, String(from[name])]])));

/** Whoever asked has given it up. */
class Dropped extends Error {}

/**
 * Requests that are answered later. One is kept with its body before the client hears of it, done in the name of who asked as they are by then, and
 * again after a crash: only what may be done twice is deferred. Its answer is kept for a day, for them alone.
 * @param again who asked, as of now; null where their session or key has ended
 */
export function createDeferral(
  { config, db, clock, objects, jobs, log }: DeferralDeps,
  again: (asker: Asker) => Promise<Asker | null>,
): Deferral {
  // Wrapped, because what resolves to Fastify itself waits for it to be ready.
  const server = Promise.withResolvers<{ app: App }>();

  async function keepBody(request: FastifyRequest, id: string): Promise<string | null> {
    if (request.body !== undefined && request.body !== null) return null;
    if (request.method === "GET") return null;
    const key = `requests/${id}`;
    await objects.put(key, bodyOf(request, config.maxUploadBytes));
    return key;
  }

  async function forgetObjects(keys: readonly (string | null)[]): Promise<void> {
    for (const key of keys) if (key !== null) await objects.delete(key);
  }

  const problem = (row: Row, status: number, code: string, detail: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: "about:blank",
        title: status === 401 ? "Not signed in" : "Internal error",
        status,
        code,
        detail,
        message: detail,
        instance: row.url.split("?")[0],
        requestId: row.requestId,
      }),
    );

  async function finish(
    row: Row,
    status: number,
    headers: Record<string, string>,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const key = `answers/${newId(clock)}`;
    let size = 0;
    let saidAt = performance.now();
    const counted = async function* () {
      for await (const chunk of bytes) {
        size += chunk.length;
        yield chunk;
        if (performance.now() - saidAt < progressMs) continue;
        saidAt = performance.now();
        const said =
          await db`update deferred_request set answer_bytes = ${size} where id = ${row.id} and state = 'RUNNING'`;
        if (said.count === 0) throw new Dropped();
      }
    };
    await objects.put(key, counted());
    const now = clock.now();
    const kept = await db`
      update deferred_request set state = ${status < 400 ? "DONE" : "FAILED"}, status = ${status}, answer_headers = ${db.json(headers)},
        answer_key = ${key}, answer_bytes = ${size}, finished_at = ${now}, expires_at = ${new Date(now.getTime() + keptMs)}, body_key = null
      where id = ${row.id} and state = 'RUNNING'`;
    await forgetObjects(kept.count === 0 ? [key] : [row.bodyKey]);
  }

  const failed = async (row: Row, status: number, code: string, detail: string): Promise<void> =>
    finish(
      row,
      status,
      { "content-type": "application/problem+json" },
      (async function* () {
        yield problem(row, status, code, detail);
      })(),
    );

  async function perform(row: Row): Promise<void> {
    const { viewerKind: kind, viewerId, sessionId, requestId, address } = row;
    const viewer = {
      kind,
      id: viewerId,
      requestId,
      address,
      name: "",
      roles: [],
      facilityIds: [],
      homeFacilityId: "",
    };
    const asker = await again({ viewer, sessionId });
    if (asker === null)
      return failed(
        row,
        401,
        "auth.session-ended",
        "The session or key that asked for it has ended meanwhile.",
      );
    const { app } = await server.promise;
    const payload = row.bodyKey === null ? row.body : await objects.get(row.bodyKey);
    // Awaited within: the request is sent when somebody waits for it.
    const answer = await acting.run(
      asker,
      async () =>
        await app.inject({
          method: row.method as HTTPMethods,
          url: row.url,
          headers: row.headers,
          payloadAsStream: true,
          ...(payload === null ? {} : { payload: payload as Readable }),
        } as const),
    );
    if (payload instanceof Readable) payload.destroy();
    const stream = answer.stream();
    if (answer.statusCode >= 500 && row.attempts < mostAttempts) {
      stream.destroy();
      throw new Error(`a deferred request was answered with ${answer.statusCode}`);
    }
    await finish(row, answer.statusCode, picked(answerHeaders, answer.headers), stream);
  }

  async function run(id: string): Promise<void> {
    const [row] = await db<Row[]>`
      update deferred_request set state = 'RUNNING', attempts = attempts + 1, started_at = coalesce(started_at, ${clock.now()})
      where id = ${id} and state in ('WAITING', 'RUNNING') returning ${columns(db)}`;
    if (!row) return;
    try {
      await perform(row);
    } catch (error) {
      if (error instanceof Dropped) return;
      if (row.attempts < mostAttempts) throw error;
      log.error({ err: error, deferred: id }, "a deferred request could not be done");
      await failed(row, 500, "internal", "Something went wrong here. The error is in the server's log.");
    }
  }

  async function forget(): Promise<void> {
    const gone = await db<{ bodyKey: string | null; answerKey: string | null }[]>`
      delete from deferred_request where expires_at <= ${clock.now()} returning body_key as "bodyKey", answer_key as "answerKey"`;
    for (const { bodyKey, answerKey } of gone) await forgetObjects([bodyKey, answerKey]);
    // Of a body whose row was never written, or an answer whose row had gone: older than any row.
    for (const prefix of ["requests/", "answers/"])
      for await (const { key } of objects.list(
        prefix,
        new Date(clock.now().getTime() - keptWaitingMs - keptMs),
      ))
        await objects.delete(key);
  }

  jobs.define<{ id: string }>({ name: deferredJob, maxAttempts: mostAttempts, run: ({ id }) => run(id) });
  jobs.every("http.forget-deferred", 3600, forget);

  return {
    async defer(request, { viewer, sessionId }) {
      const [count] = await db<{ waiting: number }[]>`
        select count(*) as waiting from deferred_request where viewer_id = ${viewer.id} and state in ('WAITING', 'RUNNING')`;
      if (count!.waiting >= mostWaiting) {
        const detail = `At most ${mostWaiting} requests wait at once: follow those that do.`;
        throw new Refusal("too-many", "job.too-many", detail, { retryAfter: 30 });
      }
      const id = newId(clock);
      const bodyKey = await keepBody(request, id);
      const now = clock.now();
      return transact(db, async (tx) => {
        const [row] = await tx<Row[]>`insert into deferred_request ${tx({
          id,
          viewer_kind: viewer.kind,
          viewer_id: viewer.id,
          session_id: sessionId,
          request_id: viewer.requestId,
          address: viewer.address,
          method: request.method,
          url: request.url,
          headers: tx.json(picked(requestHeaders, request.headers)),
          body: request.body === undefined || request.body === null ? null : tx.json(request.body as never),
          body_key: bodyKey,
          permission: request.routeOptions.config.permission ?? null,
          state: "WAITING",
          created_at: now,
          expires_at: new Date(now.getTime() + keptWaitingMs),
        })} returning ${columns(db)}`;
        await jobs.add(tx, deferredJob, { id });
        return row!;
      });
    },
    async find(viewer, id) {
      const [row] = await db<Row[]>`
        select ${columns(db)} from deferred_request
        where id = ${id} and viewer_id = ${viewer.id} and viewer_kind = ${viewer.kind} and expires_at > ${clock.now()}`;
      if (!row)
        throw new Refusal("not-found", "job.not-found", "There is no such job of yours, or not any more.");
      return row;
    },
    list: (viewer, path) => db<Deferred[]>`
      select ${columns(db)} from deferred_request
      where viewer_id = ${viewer.id} and viewer_kind = ${viewer.kind} and expires_at > ${clock.now()} and split_part(url, '?', 1) ~ ${path}
      order by created_at desc, id desc limit ${mostListed}`,
    async drop(viewer, id, path) {
      const [gone] = await db<{ bodyKey: string | null; answerKey: string | null }[]>`
        delete from deferred_request where id = ${id} and viewer_id = ${viewer.id} and viewer_kind = ${viewer.kind} and split_part(url, '?', 1) ~ ${path}
        returning body_key as "bodyKey", answer_key as "answerKey"`;
      if (!gone)
        throw new Refusal("not-found", "job.not-found", "There is no such job of yours, or not any more.");
      await forgetObjects([gone.bodyKey, gone.answerKey]);
    },
    async open({ answerKey }) {
      if (answerKey !== null) return objects.get(answerKey);
      throw new Refusal("conflict", "job.not-done", "The job is not done yet: it has no answer.");
    },
    bind: (app) => server.resolve({ app }),
    run,
    forget,
  };
}
