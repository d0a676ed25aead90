import type { NoticeChannel, NoticeLevel, Role } from "@isocenter/contract";
import { addJob, type Clock, newId, systemViewer, type Tx } from "../../platform/index.ts";
import { insertFacts } from "../journal/index.ts";

export interface Notice {
  /** `<noun>.<what happened>`: `report.available`. */
  kind: string;
  /** ALARM stays on the screen until somebody answers. */
  level: NoticeLevel;
  facilityId: string;
  subject: { type: string; id: string };
  patientId?: string | null;
  /** Users by id, or everyone who is active with one of the roles at the facility. */
  to: { people: readonly string[] } | { roles: readonly Role[] };
  /** Ids, states, times. No clinical text. */
  data?: Readonly<Record<string, unknown>>;
  /** The same key is told to the same person once. */
  key: string;
  /** The channels that it goes by as far as they are configured, whatever was chosen; as the recipients chose when left out. */
  channels?: readonly NoticeChannel[];
  /** A channel that it does not go by: the one that fails. */
  withoutChannel?: NoticeChannel;
}

/** The job that sends what waits. */
export const deliverJob = "notifications.deliver";

interface Told {
  id: string;
  recipientId: string;
}

/**
 * Tells people in the caller's transaction; who is not active or not of the facility is not told. Each notice is a fact that its recipient alone
 * hears in the live feed, and goes by the channels that are configured and that the recipient chose.
 * @returns the ids of those who are told now, and were not before
 */
export async function notify(tx: Tx, clock: Clock, notices: readonly Notice[]): Promise<string[]> {
  const told: string[] = [];
  let deliveries = 0;
  for (const notice of notices) {
    const people = await recipients(tx, notice);
    if (people.length === 0) continue;
    const rows = people.map((recipientId) => ({
      id: newId(clock),
      facility_id: notice.facilityId,
      recipient_id: recipientId,
      kind: notice.kind,
      level: notice.level,
      subject_type: notice.subject.type,
      subject_id: notice.subject.id,
      patient_id: notice.patientId ?? null,
      data: tx.json((notice.data ?? {}) as never),
      key: notice.key,
      created_at: clock.now(),
    }));
    const inserted = await tx<Told[]>`
      insert into notice ${tx(rows)} on conflict (recipient_id, key) do nothing returning id, recipient_id as "recipientId"`;
    if (inserted.length === 0) continue;
    told.push(...inserted.map(({ recipientId }) => recipientId));
    await recordNotices(tx, clock, notice, inserted);
    deliveries += await queueDeliveries(tx, clock, notice, inserted);
  }
  if (deliveries > 0) await addJob(tx, deliverJob, {});
  return told;
}

async function recipients(tx: Tx, { to, facilityId }: Notice): Promise<string[]> {
  const whom =
    "people" in to
      ? tx`u.id = any(${to.people as string[]}::uuid[])`
      : tx`exists (select 1 from user_role r where r.user_id = u.id and r.role = any(${to.roles as string[]}::text[]))`;
  const rows = await tx<{ id: string }[]>`
    select u.id from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where u.active and ${whom} order by u.id`;
  return rows.map(({ id }) => id);
}

const recordNotices = (tx: Tx, clock: Clock, notice: Notice, told: readonly Told[]) =>
  insertFacts(
    tx,
    clock,
    systemViewer([notice.facilityId]),
    told.map(({ id, recipientId }) => ({
      type: "notice.created",
      subject: { type: "notice", id },
      facilityId: notice.facilityId,
      patientId: notice.patientId ?? null,
      people: [recipientId],
      data: { kind: notice.kind, level: notice.level, about: notice.subject },
    })),
  );

/**
 * By every channel that is configured and that reaches the recipient: those that the notice names or, where it names none, ALARM by all and else what
 * was chosen for the kind, its noun or all; where nothing was, IMPORTANT by all and INFO by none. What is invented rings nobody's pager. @returns how many
 */
async function queueDeliveries(
  tx: Tx,
  clock: Clock,
  { level, kind, channels, withoutChannel }: Notice,
  told: readonly Told[],
): Promise<number> {
  const noun = `${kind.slice(0, kind.indexOf("."))}.*`;
  const chosen = tx`(${level === "ALARM"} or coalesce((
    select c.channel = any(p.channels) from notice_preference p
    where p.user_id = u.id and p.kind in (${kind}, ${noun}, '*') order by p.kind = '*', p.kind = ${noun} limit 1), ${level !== "INFO"}))`;
  const wanted = await tx<{ noticeId: string; channel: NoticeChannel }[]>`
    select n.id as "noticeId", c.channel
    from notice n join app_user u on u.id = n.recipient_id join notice_channel c on c.configured
    where n.id = any(${told.map(({ id }) => id)}::uuid[])
      and not exists (select from facility f where f.id = n.facility_id and f.demonstration) and c.channel <> ${withoutChannel ?? ""}
      and (c.channel <> 'EMAIL' or coalesce(u.email, '') <> '')
      and ${channels === undefined ? chosen : tx`c.channel = any(${channels as string[]}::text[])`}
    order by n.id, c.channel`;
  if (wanted.length === 0) return 0;
  const now = clock.now();
  const rows = wanted.map(({ noticeId, channel }) => ({
    id: newId(clock),
    notice_id: noticeId,
    channel,
    state: "QUEUED",
    next_attempt_at: now,
    idempotency_key: `${noticeId}.${channel.toLowerCase()}`,
    created_at: now,
  }));
  await tx`insert into delivery ${tx(rows)}`;
  return rows.length;
}
