import type { NoticeDelivery } from "@isocenter/contract";
import type { Reader } from "../../../platform/index.ts";

interface Row extends Omit<NoticeDelivery, "createdAt" | "sentAt" | "readAt" | "endedAt" | "attempts"> {
  createdAt: Date;
  sentAt: Date | null;
  readAt: Date | null;
  endedAt: Date | null;
  attempts: NoticeDelivery["attempts"];
}

/** An alarm that nobody answers is repeated for ever: the newest are shown. */
const mostShown = 1000;

/**
 * What became of the notices about a subject, or of those with one of the keys: for each recipient the app itself (`IN_APP`), then the other channels
 * with every attempt; in the order they were made, the newest thousand. Whether the viewer may know is for the caller to know.
 */
export async function deliveriesOf(
  reader: Reader,
  of: { subject: { type: string; id: string } } | { keys: readonly string[] },
): Promise<NoticeDelivery[]> {
  const about =
    "subject" in of
      ? reader`n.subject_id = ${of.subject.id} and n.subject_type = ${of.subject.type}`
      : reader`n.key = any(${of.keys as string[]}::text[])`;
  const rows = await reader<Row[]>`
    select n.id as "noticeId", json_build_object('id', u.id, 'name', u.full_name) as recipient, n.kind, c.*, n.read_at as "readAt", n.ended_at as "endedAt"
    from notice n join app_user u on u.id = n.recipient_id cross join lateral (
      select 'IN_APP' as channel, 'SENT' as state, false as repeated, n.created_at as "createdAt", n.created_at as "sentAt", '[]'::json as attempts, 0 as place
      union all
      select d.channel, d.state, d.repeated, d.created_at, d.sent_at, coalesce((
        select json_agg(json_build_object('number', a.number, 'at', a.started_at, 'outcome', a.outcome, 'repeated', a.repeated, 'error', a.error) order by a.number)
        from delivery_attempt a where a.delivery_id = d.id), '[]'::json), 1
      from delivery d where d.notice_id = n.id) c
    where ${about} order by n.created_at desc, n.id desc, c.place desc, c.channel desc limit ${mostShown}`;
  return rows.reverse().map((row) => ({
    noticeId: row.noticeId,
    recipient: row.recipient,
    kind: row.kind,
    channel: row.channel,
    state: row.state,
    repeated: row.repeated,
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
    readAt: row.readAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    attempts: row.attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at).toISOString() })),
  }));
}
