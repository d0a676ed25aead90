import {
  type AuditEntry,
  type AuditListQuery,
  auditKinds,
  type EntryNames,
  type entrySortFields,
  type LogEntry,
  type LogListQuery,
  outcomes,
} from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  listKey,
  mapPage,
  type Reader,
  reach,
  readMember,
  sinceOf,
  untilOf,
  type Viewer,
} from "../../platform/index.ts";
import type { NameEntries } from "./types.ts";

interface Row {
  id: string;
  word: string;
  actorKind: string;
  actorId: string;
  actorName: string;
  address: string | null;
  requestId: string;
  facilityId: string | null;
  patientId: string | null;
  subjectType: string;
  subjectId: string;
  outcome: "success" | "refused" | "failed";
  data: Record<string, unknown>;
  recordedAt: Date;
}

const commonColumns = (db: Reader) => db`
  e.id, e.actor_kind as "actorKind", e.actor_id as "actorId", e.actor_name as "actorName", e.address, e.request_id as "requestId",
  e.facility_id as "facilityId", e.patient_id as "patientId", e.subject_type as "subjectType", e.subject_id as "subjectId",
  e.outcome, e.data, e.recorded_at as "recordedAt"`;

/** The type of what is written through the API; the action is in its data, so that nobody can make up a fact that readers act on. */
export const writtenLog = "log.written";

/** What concerns accounts and the journal itself is the audit's. */
const notWorkflow = "^(user|session|api-key|audit|journal|reader)\\.";

const common = (row: Row) => ({
  id: row.id,
  actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
  subject: { type: row.subjectType, id: row.subjectId },
  patientId: row.patientId,
  facilityId: row.facilityId,
  outcome: row.outcome.toUpperCase() as Uppercase<Row["outcome"]>,
  at: row.recordedAt.toISOString(),
});

const filters = (db: Reader, query: LogListQuery) => db`
  ${query.actorId === undefined ? db`` : db`and e.actor_id = ${query.actorId}`}
  ${query.subjectType === undefined ? db`` : db`and e.subject_type = ${query.subjectType}`}
  ${query.subjectId === undefined ? db`` : db`and e.subject_id = ${query.subjectId}`}
  ${query.patientId === undefined ? db`` : db`and e.patient_id = ${query.patientId}`}
  ${query.from === undefined ? db`` : db`and e.recorded_at >= ${sinceOf(query.from)}`}
  ${query.to === undefined ? db`` : db`and e.recorded_at < ${untilOf(query.to)}`}`;

const sorts = (db: Reader) => ({ at: { by: db`e.recorded_at`, type: "timestamptz" as const } });
type SortField = (typeof entrySortFields)[number];

/** The workflow log: facts of the viewer's facilities, the newest first; with the reach `own` what the viewer did. */
export async function listLog(db: Reader, viewer: Viewer, query: LogListQuery): Promise<ListPage<LogEntry>> {
  const own = reach(viewer, "log.read") !== "all";
  const page = await keysetPage<Row, SortField>(db, query, {
    name: "logs",
    sorts: sorts(db),
    fallback: "-at",
    id: db`e.id`,
    columns: db`${commonColumns(db)}, e.type as word`,
    from: db`fact e`,
    where: db`
      ${own ? db`e.actor_id = ${viewer.id}` : db`e.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`}
      and e.type !~ ${notWorkflow}
      ${query.action === undefined ? db`` : db`and (e.type = ${query.action} or (e.type = ${writtenLog} and e.data->>'action' = ${query.action}))`}
      ${filters(db, query)}`,
    ...(own ? {} : { facility: { column: db`e.facility_id`, ids: viewer.facilityIds } }),
    key: listKey(viewer, query),
  });
  return mapPage(page, (row) => {
    const { action, note } = row.data as { action?: unknown; note?: unknown };
    return {
      ...common(row),
      action: row.word === writtenLog && typeof action === "string" ? action : row.word,
      note: row.word === writtenLog && typeof note === "string" ? note : null,
    };
  });
}

function readFilter<T extends string>(
  values: readonly T[],
  name: string,
  text: string | undefined,
): T | null {
  if (text === undefined) return null;
  return readMember(values, text, `query.invalid-${name}`, `querystring.${name}`);
}

const nameless: EntryNames = { subject: null, patient: null, studyId: null };

interface AuditRow extends Row {
  kind: AuditEntry["kind"];
  position: number | null;
  hash: Buffer | null;
}

/** All that was looked at of some patients, and of what happened to them the facts of some types alone. */
export interface AuditOfPatients {
  patientIds: readonly string[];
  facts: readonly string[];
}

/** Facts and accesses of the viewer's facilities and of none, the newest first; with the reach `own` the viewer's own. */
export async function listAudit(
  db: Reader,
  viewer: Viewer,
  query: AuditListQuery,
  { name, of, ids }: { name?: NameEntries | null; of?: AuditOfPatients; ids?: readonly string[] } = {},
): Promise<ListPage<AuditEntry>> {
  const own = reach(viewer, "audit.read") !== "all";
  const kind = readFilter(auditKinds, "kind", query.kind);
  const outcome = readFilter(outcomes, "outcome", query.outcome)?.toLowerCase();
  const shared = db`id, actor_kind, actor_id, actor_name, address, request_id, facility_id, patient_id, subject_type, subject_id, outcome, data, recorded_at, position, hash`;
  const page = await keysetPage<AuditRow, SortField>(db, query, {
    name: "audit",
    sorts: sorts(db),
    fallback: "-at",
    id: db`e.id`,
    columns: db`${commonColumns(db)}, e.word, e.kind, e.position, e.hash`,
    from: db`(select ${shared}, type as word, 'FACT' as kind from fact union all
      select ${shared}, action as word, 'ACCESS' as kind from access) e`,
    where: db`
      ${own ? db`e.actor_id = ${viewer.id}` : db`(e.facility_id is null or e.facility_id = any(${viewer.facilityIds as string[]}::uuid[]))`}
      ${
        of === undefined
          ? db``
          : db`and e.patient_id = any(${[...of.patientIds]}::uuid[]) and (e.kind = 'ACCESS' or e.word = any(${[...of.facts]}::text[]))`
      }
      ${ids === undefined ? db`` : db`and e.id = any(${[...ids]}::uuid[])`}
      ${kind === null ? db`` : db`and e.kind = ${kind}`}
      ${outcome === undefined ? db`` : db`and e.outcome = ${outcome}`}
      ${query.action === undefined ? db`` : db`and e.word = ${query.action}`}
      ${filters(db, query)}`,
    key: listKey(viewer, query, ids),
    bothWays: true,
  });
  const entries = page.data.map(common);
  const names = (await name?.(viewer, entries)) ?? [];
  const namesOf = new Map(entries.map(({ id }, index) => [id, names[index]]));
  return mapPage(page, (row) => ({
    ...common(row),
    names: namesOf.get(row.id) ?? nameless,
    kind: row.kind,
    action: row.word,
    address: row.address,
    requestId: row.requestId,
    data: row.data,
    position: row.position,
    hash: row.hash?.toString("hex") ?? null,
  }));
}
