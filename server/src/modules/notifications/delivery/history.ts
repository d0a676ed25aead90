import type { NoticeDelivery } from "@isocenter/contract";
import type { Reader } from "../../../platform/index.ts";

interface Row extends Omit<NoticeDelivery, "createdAt" | "sentAt" | "readAt" | "attempts"> {
  createdAt: Date;
  sentAt: Date | null;
  readAt: Date | null;
  attempts: NoticeDelivery["attempts"];
}

/**
 * What became of the notices about a subject, or of those with one of the keys: for each recipient the app itself (`IN_APP`), then the other channels
 * with every attempt; in the order they were made. Whether the viewer may know is for the caller to know.
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
    select n.id as "noticeId", n.recipient_id as "recipientId", n.kind, c.*, n.read_at as "readAt"
    from notice n cross join lateral (
      select 'IN_APP' as channel, 'SENT' as state, false as repeated, n.created_at as "createdAt", n.created_at as "sentAt", '[]'::json as attempts, 0 as place
      union all
      select d.channel, d.state, d.repeated, d.created_at, d.sent_at, coalesce((
        select json_agg(json_build_object('number', a.number, 'at', a.started_at, 'outcome', a.outcome, 'repeated', a.repeated, 'error', a.error) order by a.number)
        from delivery_attempt a where a.delivery_id = d.id), '[]'::json), 1
      from delivery d where d.notice_id = n.id) c
    where ${about} order by n.created_at, n.id, c.place, c.channel limit 1000`;
  return rows.map((row) => ({
    noticeId: row.noticeId,
    recipientId: row.recipientId,
    kind: row.kind,
    channel: row.channel,
    state: row.state,
    repeated: row.repeated,
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
    readAt: row.readAt?.toISOString() ?? null,
    attempts: row.attempts.map((attempt) => ({ ...attempt, at: new Date(attempt.at).toISOString() })),
  }));
}
