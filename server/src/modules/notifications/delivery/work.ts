import type { FacilityLanguage, NoticeChannel, NoticeLevel } from "@isocenter/contract";
import { type Clock, type Db, newId, systemViewer, type Tx, transact } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { notify } from "../notice.ts";
import type { ReachedFollower } from "../reached.ts";
import { type AttemptEnd, nextStep, retryDelaysMs } from "./rules.ts";

/** Longer than any channel takes; whoever sent is dead then. */
const leaseMs = 3 * 60_000;

/** A delivery that is being attempted. */
export interface Claimed {
  id: string;
  channel: NoticeChannel;
  idempotencyKey: string;
  /** 1 for the first. */
  attempt: number;
  /** One before may have arrived. */
  repeated: boolean;
  runner: string;
  notice: {
    id: string;
    kind: string;
    level: NoticeLevel;
    facilityId: string;
    language: FacilityLanguage;
    subject: { type: string; id: string };
    patientId: string | null;
    data: Readonly<Record<string, unknown>>;
    createdAt: Date;
  };
  recipient: { id: string; username: string; fullName: string; email: string | null };
}

interface DueRow {
  id: string;
  channel: NoticeChannel;
  idempotencyKey: string;
  attempts: number;
  noticeId: string;
  kind: string;
  level: NoticeLevel;
  facilityId: string;
  language: FacilityLanguage;
  subjectType: string;
  subjectId: string;
  patientId: string | null;
  data: Record<string, unknown>;
  createdAt: Date;
  recipientId: string;
  username: string;
  fullName: string;
  email: string | null;
  active: boolean;
  endedAt: Date | null;
}

export interface DeliveryDeps {
  clock: Clock;
  journal: Journal;
  reached: ReachedFollower;
}

export interface DeliveryWork {
  /** The next that is due by the channel, alarms first; what is to be sent is put down before it is returned. Null where there is none. */
  claim(channel: NoticeChannel): Promise<Claimed | null>;
  /** Writes down what became of it, unless another has taken it over. */
  finish(claimed: Claimed, end: AttemptEnd): Promise<void>;
  /** What waits for a channel that is configured no more is given up. */
  configure(channels: readonly NoticeChannel[]): Promise<void>;
  /** Where no other process may send: what one before was sending when it died is taken over at once. */
  takeOver(): Promise<void>;
}

export function createDeliveryWork(db: Db, deps: DeliveryDeps): DeliveryWork {
  const { clock } = deps;

  const due = (tx: Tx, channel: NoticeChannel, now: Date) => tx<DueRow[]>`
    select d.id, d.channel, d.idempotency_key as "idempotencyKey", d.attempts, n.id as "noticeId", n.kind, n.level,
      n.facility_id as "facilityId", f.language, n.subject_type as "subjectType", n.subject_id as "subjectId", n.patient_id as "patientId", n.data,
      n.created_at as "createdAt", n.ended_at as "endedAt", u.id as "recipientId", u.username, u.full_name as "fullName", u.email, u.active
    from delivery d join notice n on n.id = d.notice_id join app_user u on u.id = n.recipient_id
      join facility f on f.id = n.facility_id
    where d.channel = ${channel} and d.next_attempt_at <= ${now} and (d.leased_until is null or d.leased_until <= ${now})
    order by (n.level = 'ALARM') desc, d.next_attempt_at, d.id limit 1 for update of d skip locked`;

  async function claim(channel: NoticeChannel): Promise<Claimed | "withdrawn" | "hindered" | null> {
    const now = clock.now();
    return transact(db, async (tx) => {
      const [row] = await due(tx, channel, now);
      if (!row) return null;
      // One that was begun and not ended: its process died, and nobody knows whether before or after it was sent.
      await tx`
        update delivery_attempt set outcome = 'UNKNOWN', finished_at = ${now}, error = 'It was interrupted.'
        where delivery_id = ${row.id} and outcome is null`;
      if (row.endedAt !== null) {
        await tx`update delivery set state = 'WITHDRAWN', next_attempt_at = null, runner = null, leased_until = null where id = ${row.id}`;
        return "withdrawn" as const;
      }
      const [before] = await tx<{ unknown: boolean }[]>`
        select exists (select from delivery_attempt where delivery_id = ${row.id} and outcome = 'UNKNOWN') as unknown`;
      const repeated = before!.unknown;
      const attempt = row.attempts + 1;
      const runner = newId(clock);
      await tx`
        update delivery set attempts = ${attempt}, runner = ${runner}, leased_until = ${new Date(now.getTime() + leaseMs)},
          repeated = repeated or ${repeated}
        where id = ${row.id}`;
      await tx`
        insert into delivery_attempt (delivery_id, number, started_at, repeated) values (${row.id}, ${attempt}, ${now}, ${repeated})`;
      const claimed = claimedOf(row, { attempt, repeated, runner });
      const hindrance = hindranceOf(row, attempt);
      if (hindrance === null) return claimed;
      await finishIn(tx, claimed, { outcome: "FAILED", error: hindrance, final: true });
      return "hindered" as const;
    });
  }

  /** Why it is not sent at all, or null. */
  function hindranceOf({ active, channel, email }: DueRow, attempt: number): string | null {
    if (!active) return "The recipient is not active any more.";
    if (channel === "EMAIL" && !email) return "The recipient has no e-mail address any more.";
    return attempt > retryDelaysMs.length + 1 ? "It was interrupted too often." : null;
  }

  async function finishIn(tx: Tx, claimed: Claimed, end: AttemptEnd): Promise<void> {
    const now = clock.now();
    const [notice] = await tx<{ endedAt: Date | null }[]>`
      select ended_at as "endedAt" from notice where id = ${claimed.notice.id}`;
    const { state, nextAttemptAt } = nextStep(end, claimed.attempt, now, notice?.endedAt != null);
    const changed = await tx`
      update delivery set state = ${state}, next_attempt_at = ${nextAttemptAt}, runner = null, leased_until = null,
        last_error = ${end.error?.slice(0, 500) ?? null}, sent_at = ${state === "SENT" ? now : null}
      where id = ${claimed.id} and runner = ${claimed.runner}`;
    if (changed.count === 0) return;
    await tx`
      update delivery_attempt set outcome = ${end.outcome}, finished_at = ${now}, error = ${end.error?.slice(0, 500) ?? null}
      where delivery_id = ${claimed.id} and number = ${claimed.attempt}`;
    if (state === "GAVE_UP") await sayGaveUp(tx, claimed);
    if (state !== "SENT") return;
    const { id: noticeId, subject } = claimed.notice;
    await deps.reached(tx, [
      { noticeId, subject, recipientId: claimed.recipient.id, by: claimed.channel, viewer: null },
    ]);
  }

  /** Administrators hear of it by the other channels: of each alarm, of the rest once a day. */
  async function sayGaveUp(tx: Tx, { id, channel, notice, attempt, recipient }: Claimed): Promise<void> {
    const { facilityId, level, kind } = notice;
    const day = clock.now().toISOString().slice(0, 10);
    await deps.journal.record(tx, systemViewer([facilityId]), {
      type: "delivery.gave-up",
      subject: { type: "delivery", id },
      facilityId,
      patientId: notice.patientId,
      outcome: "failed",
      data: { channel, noticeId: notice.id, kind, recipientId: recipient.id, attempts: attempt },
    });
    await notify(tx, clock, [
      {
        kind: "delivery.gave-up",
        level: level === "ALARM" ? "ALARM" : "IMPORTANT",
        facilityId,
        subject: { type: "delivery", id },
        to: { roles: ["ADMINISTRATOR"] },
        data: { channel, noticeId: notice.id, kind, recipientId: recipient.id },
        // A notice that says that a notice did not arrive is said once a day, so that the two do not feed each other.
        key:
          level === "ALARM" && kind !== "delivery.gave-up"
            ? `delivery.gave-up:${id}`
            : `delivery.gave-up:${channel}:${day}`,
        withoutChannel: channel,
      },
    ]);
  }

  return {
    claim: async (channel) => {
      // What cannot be sent at all is over already; the next one, then.
      for (;;) {
        const claimed = await claim(channel);
        if (claimed === null || typeof claimed === "object") return claimed;
      }
    },
    finish: (claimed, end) => transact(db, (tx) => finishIn(tx, claimed, end)),
    async configure(channels) {
      await db`update notice_channel set configured = channel = any(${channels as string[]}::text[])`;
      await db`
        update delivery set state = 'GAVE_UP', next_attempt_at = null, last_error = 'The channel is not configured any more.'
        where next_attempt_at is not null and channel <> all(${channels as string[]}::text[])`;
    },
    takeOver: async () =>
      void (await db`update delivery set runner = null, leased_until = null where leased_until is not null`),
  };
}

const claimedOf = (row: DueRow, how: Pick<Claimed, "attempt" | "repeated" | "runner">): Claimed => ({
  id: row.id,
  channel: row.channel,
  idempotencyKey: row.idempotencyKey,
  ...how,
  notice: {
    id: row.noticeId,
    kind: row.kind,
    level: row.level,
    facilityId: row.facilityId,
    language: row.language,
    subject: { type: row.subjectType, id: row.subjectId },
    patientId: row.patientId,
    data: row.data,
    createdAt: row.createdAt,
  },
  recipient: { id: row.recipientId, username: row.username, fullName: row.fullName, email: row.email },
});
