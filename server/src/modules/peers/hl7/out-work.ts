import { type Db, newId, systemViewer, type Tx, transact } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";
import { nextStep, type SentEnd, stuckAfterMs } from "./out-rules.ts";
import type { OutSystem } from "./outbox.ts";

/** Renewed with each message; longer than one takes at most to be made, sent and answered. */
const leaseSeconds = 90;

/** A message whose turn it is. */
export interface OutMessage {
  id: string;
  control_id: string;
  message_type: string;
  patient_id: string | null;
  subject: string | null;
  about: Record<string, unknown>;
  /** Empty: it is not made yet. */
  text: Buffer;
  attempts: number;
}

export interface ClaimedSystem {
  system: OutSystem;
  /** Names this turn: what another one has taken over cannot be written to. */
  runner: string;
}

/** How long the queues are, for whoever watches. */
export interface QueueLength {
  systemId: string;
  name: string;
  facilityId: string;
  queued: number;
  oldestAt: Date;
  failingSince: Date | null;
  problem: string | null;
}

/** The part of the queue that sends: to a system one message at a time, of a patient, and of a report or order, in order. */
export interface OutWork {
  /** A system that something is due for and nobody sends to; null where there is none. */
  claim(): Promise<ClaimedSystem | null>;
  /** The next message of it: the oldest that is due and has no earlier one of its patient, report or order before it. */
  head(claimed: ClaimedSystem): Promise<OutMessage | null>;
  /** Keeps what it is made to, before it is sent, so that it is sent again as it was. @returns whether it may be sent still */
  made(
    claimed: ClaimedSystem,
    message: OutMessage,
    text: Uint8Array,
    characters: string,
    patientId: string,
  ): Promise<boolean>;
  /** @param acknowledgement as it came @returns whether to go on with the next one */
  settle(
    claimed: ClaimedSystem,
    message: OutMessage,
    end: SentEnd,
    acknowledgement: string | null,
  ): Promise<boolean>;
  release(claimed: ClaimedSystem): Promise<void>;
  /** Nobody else sends, so whoever did is dead: for a program that is alone with its database, at its start. */
  takeOver(): Promise<void>;
  queues(): Promise<QueueLength[]>;
}

/** Told in the transaction in which a message is given up, or a system's queue is found stuck. */
export type Alarm = (
  tx: Tx,
  what: {
    kind: "hl7-message.failed" | "hl7-system.away";
    id: string;
    facilityId: string;
    patientId: string | null;
    data: Record<string, unknown>;
    key: string;
  },
) => Promise<void>;

export function createOutWork(db: Db, { clock, journal }: PeersDeps, alarm: Alarm): OutWork {
  const lease = (sql: Db | Tx) => sql`clock_timestamp() + ${leaseSeconds} * interval '1 second'`;
  /** Of the messages `m`: no earlier one waits of its patient, nor of what it is about, which may have been another patient's. */
  const isFirst = (sql: Db | Tx) => sql`not exists (
    select from hl7_messages e where e.system_id = m.system_id and e.status = 'QUEUED'
      and e.patient_id = m.patient_id and (e.position, e.part) < (m.position, m.part))
    and not exists (
    select from hl7_messages e where e.system_id = m.system_id and e.status = 'QUEUED'
      and e.subject = m.subject and (e.position, e.part) < (m.position, m.part))`;

  return {
    async claim() {
      const now = clock.now();
      const runner = newId(clock);
      const [system] = await db<OutSystem[]>`
        update hl7_systems s set runner = ${runner}, leased_until = ${lease(db)}
        from facility f where f.id = s.facility_id and s.id = (
          select s.id from hl7_systems s cross join lateral (
            select m.next_attempt_at from hl7_messages m
            where m.system_id = s.id and m.status = 'QUEUED' and m.next_attempt_at <= ${now} and ${isFirst(db)}
            order by m.position, m.part limit 1) head
          where s.enabled and s.host is not null and (s.leased_until is null or s.leased_until < clock_timestamp())
            and (s.resume_at is null or s.resume_at <= ${now})
          order by head.next_attempt_at, s.id limit 1 for update of s skip locked)
        returning s.id, s.name, s.facility_id, f.name as facility_name, f.time_zone, s.application, s.sending_facility, s.host, s.port,
          s.tls, s.certificate_sha256, s.patient_id_issuer, s.sends, s.character_set, s.hl7_version, s.pdf, s.version`;
      return system ? { system, runner } : null;
    },
    async head({ system }) {
      const [row] = await db<OutMessage[]>`
        select m.id, m.control_id, m.message_type, m.patient_id, m.subject, m.about, m.text, m.attempts from hl7_messages m
        where m.system_id = ${system.id} and m.status = 'QUEUED' and m.next_attempt_at <= ${clock.now()} and ${isFirst(db)}
        order by m.position, m.part limit 1`;
      return row ?? null;
    },
    async made({ system, runner }, message, text, characters, patientId) {
      return await transact(db, async (tx) => {
        const [ours] = await tx`
          update hl7_systems set leased_until = ${lease(tx)} where id = ${system.id} and runner = ${runner} and enabled returning 1`;
        if (!ours) return false;
        const [row] = await tx`
          update hl7_messages set text = ${Buffer.from(text)}, characters = ${characters}, patient_id = ${patientId}
          where id = ${message.id} and status = 'QUEUED' returning 1`;
        return row !== undefined;
      });
    },
    settle: (claimed, message, end, acknowledgement) =>
      transact(db, async (tx) => {
        const { system, runner } = claimed;
        const now = clock.now();
        const troubled = end.kind === "away" || end.kind === "silent";
        const [ours] = await tx<{ failures: number; failingSince: Date | null }[]>`
          update hl7_systems set leased_until = ${lease(tx)},
            failures = ${troubled ? tx`failures + 1` : tx`0`},
            failing_since = ${troubled ? tx`coalesce(failing_since, ${now})` : null}
          where id = ${system.id} and runner = ${runner} returning failures, failing_since as "failingSince"`;
        // Removed or taken over meanwhile: whoever goes on sends it again, under the same control id.
        if (!ours) return false;
        const attempts = message.attempts + (end.kind === "away" ? 0 : 1);
        const step = nextStep(end, attempts, ours.failures, now);
        await tx`update hl7_systems set resume_at = ${step.systemRestsUntil} where id = ${system.id}`;
        const reason = "reason" in end ? end.reason.slice(0, 1000) : null;
        const [written] = await tx`
          update hl7_messages set status = ${step.status}, attempts = ${attempts}, next_attempt_at = ${step.retryAt}, reason = ${reason},
            acknowledgement = coalesce(${acknowledgement}, acknowledgement),
            finished_at = ${step.status === "ACKNOWLEDGED" ? now : null}, version = version + 1
          where id = ${message.id} and status = 'QUEUED' returning 1`;
        if (troubled) await tellOfAway(tx, system, ours.failingSince ?? now, now, reason ?? "");
        // A person dismissed it while it was on its way.
        if (written && step.status !== "QUEUED") await tellOfEnd(tx, system, message, step.status, attempts);
        return step.systemRestsUntil === null;
      }),
    async release({ system, runner }) {
      await db`update hl7_systems set runner = null, leased_until = null where id = ${system.id} and runner = ${runner}`;
    },
    async takeOver() {
      await db`update hl7_systems set runner = null, leased_until = null where runner is not null`;
    },
    queues: () => db<QueueLength[]>`
      select s.id as "systemId", s.name, s.facility_id as "facilityId", q.queued, q.oldest as "oldestAt", s.failing_since as "failingSince",
        q.problem
      from hl7_systems s cross join lateral (
        select count(*)::int as queued, min(w.happened_at) as oldest, (array_agg(w.reason order by w.position))[1] as problem
        from (select happened_at, position, reason from hl7_messages m where m.system_id = s.id and m.status = 'QUEUED'
          order by position limit 10000) w) q
      where q.queued > 0 order by s.name, s.id`,
  };

  async function tellOfEnd(
    tx: Tx,
    system: OutSystem,
    message: OutMessage,
    status: string,
    attempts: number,
  ): Promise<void> {
    const sent = status === "ACKNOWLEDGED";
    const data = { systemId: system.id, messageType: message.message_type, attempts, about: message.subject };
    await journal.record(tx, systemViewer([system.facility_id], "hl7"), {
      type: sent ? "hl7-message.sent" : status === "REFUSED" ? "hl7-message.refused" : "hl7-message.failed",
      subject: { type: "hl7-message", id: message.id },
      facilityId: system.facility_id,
      patientId: message.patient_id,
      outcome: sent ? "success" : "failed",
      data,
    });
    if (sent) return;
    await alarm(tx, {
      kind: "hl7-message.failed",
      id: message.id,
      facilityId: system.facility_id,
      patientId: message.patient_id,
      data: { ...data, status },
      key: `hl7-message.failed:${system.id}:${clock.now().toISOString().slice(0, 10)}`,
    });
  }

  /** Once for each time that it stays away. */
  async function tellOfAway(
    tx: Tx,
    system: OutSystem,
    since: Date,
    now: Date,
    problem: string,
  ): Promise<void> {
    if (now.getTime() - since.getTime() < stuckAfterMs) return;
    await alarm(tx, {
      kind: "hl7-system.away",
      id: system.id,
      facilityId: system.facility_id,
      patientId: null,
      data: { name: system.name, since: since.toISOString(), problem },
      key: `hl7-system.away:${system.id}:${since.toISOString()}`,
    });
  }
}
