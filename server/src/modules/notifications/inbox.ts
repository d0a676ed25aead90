import { type Notice, type NoticeListQuery, noticeLevels } from "@isocenter/contract";
import {
  type Clock,
  countLimit,
  keysetPage,
  type ListPage,
  listKey,
  mapPage,
  type Reader,
  Refusal,
  readMember,
  type Tx,
  totalOf,
  type Viewer,
} from "../../platform/index.ts";
import type { Fact, Journal } from "../journal/index.ts";
import type { Reached, ReachedFollower } from "./reached.ts";

interface NoticeRow {
  id: string;
  kind: string;
  level: Notice["level"];
  facilityId: string;
  subjectType: string;
  subjectId: string;
  patientId: string | null;
  data: Record<string, unknown>;
  createdAt: Date;
  readAt: Date | null;
  endedAt: Date | null;
}

const columns = (sql: Reader) => sql`
  n.id, n.kind, n.level, n.facility_id as "facilityId", n.subject_type as "subjectType", n.subject_id as "subjectId",
  n.patient_id as "patientId", n.data, n.created_at as "createdAt", n.read_at as "readAt", n.ended_at as "endedAt"`;

/** Of a facility that one has left nothing is shown any more; machines have no notices. */
const mine = (sql: Reader, viewer: Viewer) => sql`
  n.recipient_id = ${viewer.kind === "user" ? viewer.id : null}::uuid and n.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`;

const unread = (sql: Reader) => sql`n.read_at is null and n.ended_at is null`;

/** `report.available`, or all that begins with `report.`. */
const ofKind = (sql: Reader, kind: string | undefined) => {
  if (kind === undefined) return sql``;
  return kind.endsWith(".*") ? sql`and starts_with(n.kind, ${kind.slice(0, -1)})` : sql`and n.kind = ${kind}`;
};

const toNotice = ({ subjectType, subjectId, ...row }: NoticeRow): Notice => ({
  ...row,
  subject: { type: subjectType, id: subjectId },
  createdAt: row.createdAt.toISOString(),
  readAt: row.readAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
  actions: row.readAt === null ? ["read"] : [],
});

/** The viewer's own, the newest first. @throws Refusal `invalid` (`notice.unknown-level`) */
export async function listNotices(
  db: Reader,
  viewer: Viewer,
  query: NoticeListQuery,
): Promise<ListPage<Notice> & { unread: number }> {
  const level =
    query.level === undefined
      ? null
      : readMember(noticeLevels, query.level, "notice.unknown-level", "querystring.level");
  const page = await keysetPage<NoticeRow, "createdAt">(db, query, {
    name: "notices",
    sorts: { createdAt: { by: db`n.created_at`, type: "timestamptz" } },
    fallback: "-createdAt",
    id: db`n.id`,
    columns: columns(db),
    from: db`notice n`,
    where: db`${mine(db, viewer)} ${ofKind(db, query.kind)} ${level ? db`and n.level = ${level}` : db``}
      ${query.unread === undefined ? db`` : query.unread ? db`and ${unread(db)}` : db`and not (${unread(db)})`}`,
    key: listKey(viewer, query),
  });
  const waiting = await totalOf(`notices-unread ${listKey(viewer)}`, async () => {
    const [count] = await db<{ unread: number }[]>`
      select count(*) as unread from (
        select from notice n where ${mine(db, viewer)} and ${unread(db)} limit ${countLimit + 1}) u`;
    return count!.unread;
  });
  return { ...mapPage(page, toNotice), unread: Math.min(waiting, countLimit) };
}

export interface InboxDeps {
  clock: Clock;
  journal: Journal;
  reached: ReachedFollower;
}

/** Facts are bounded. */
const idsInFact = 200;

/** Reading is not acknowledging. What was read before stays so. @throws Refusal `not-found` (`notice.not-found`) */
export async function readNotice(deps: InboxDeps, tx: Tx, viewer: Viewer, id: string): Promise<Notice> {
  const [before] = await tx<NoticeRow[]>`
    select ${columns(tx)} from notice n where n.id = ${id} and ${mine(tx, viewer)} for update`;
  if (!before) throw new Refusal("not-found", "notice.not-found", "There is no such notice.");
  if (before.readAt !== null) return toNotice(before);
  const readAt = deps.clock.now();
  await tx`update notice set read_at = ${readAt} where id = ${id}`;
  await deps.journal.record(tx, viewer, {
    type: "notice.read",
    subject: { type: "notice", id },
    facilityId: before.facilityId,
    patientId: before.patientId,
    people: [viewer.id],
  });
  await deps.reached(tx, [reachedBy(viewer, before)]);
  return toNotice({ ...before, readAt });
}

const reachedBy = (viewer: Viewer, { id, subjectType, subjectId }: ReadRow): Reached => ({
  noticeId: id,
  subject: { type: subjectType, id: subjectId },
  recipientId: viewer.id,
  by: "IN_APP",
  viewer,
});

type ReadRow = Pick<NoticeRow, "id" | "subjectType" | "subjectId">;

/** All but alarms, of which each is read by itself. The facts name each of them. @returns how many */
export async function readAllNotices(
  deps: InboxDeps,
  tx: Tx,
  viewer: Viewer,
  kind?: string,
): Promise<number> {
  const read = await tx<(ReadRow & { facilityId: string })[]>`
    update notice n set read_at = ${deps.clock.now()}
    where ${mine(tx, viewer)} and n.read_at is null and n.level <> 'ALARM' ${ofKind(tx, kind)}
    returning n.id, n.subject_type as "subjectType", n.subject_id as "subjectId", n.facility_id as "facilityId"`;
  const facts: Fact[] = [];
  for (const [facilityId, notices] of Map.groupBy(read, (notice) => notice.facilityId)) {
    for (let from = 0; from < notices.length; from += idsInFact) {
      const ids = notices.slice(from, from + idsInFact).map(({ id }) => id);
      facts.push({
        type: "notice.read",
        subject: { type: "notice", id: "all" },
        facilityId,
        people: [viewer.id],
        data: { count: ids.length, kind: kind ?? null, ids },
      });
    }
  }
  if (facts.length > 0) await deps.journal.recordMany(tx, viewer, facts);
  await deps.reached(
    tx,
    read.map((notice) => reachedBy(viewer, notice)),
  );
  return read.length;
}
