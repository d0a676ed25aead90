import { type Db, newId, systemViewer, transact } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";
import type { ModalityRow } from "../modality.ts";
import type { SendItemRow } from "./item.ts";
import { type AttemptEnd, maxAttempts, nextStep } from "./rules.ts";

/** Who sends must say so again within this time, or another goes on with it. */
export const leaseSeconds = 20;
const failuresKept = 20;

export interface Claimed {
  item: SendItemRow;
  destination: ModalityRow;
  /** Names this attempt: what another one has taken over cannot be written to. */
  runner: string;
}

/** What a destination took, of one series and SOP class. */
export interface Confirmed {
  SeriesInstanceUID: string;
  SOPClassUID: string;
  SOPInstanceUIDs: readonly string[];
}

/** What an attempt came to. */
export interface AttemptCounts {
  /** Instances of the selection, as far as it was gone through. */
  total: number;
  /** It was gone through to its end: `total` is what it has now, and not only what was come to. */
  whole: boolean;
  /** Of those, left out for good: the destination has them from another item, or they came from it. */
  skipped: number;
  failed: number;
}

export interface Failure {
  sopInstanceUid: string;
  problem: string;
}

/** The part of the queue that sends: one item of a destination at a time, in the order they came. */
export interface QueueWork {
  /** The next item that is due, of a destination to which nothing is being sent; null where there is none. */
  claim(): Promise<Claimed | null>;
  /** Keeps it ours. @returns whether to go on: false when it was cancelled, or taken over after too long a silence */
  heartbeat(claimed: Claimed): Promise<boolean>;
  /** Instances of the series that the destination confirmed: for this item, and for others as well where a rule asked. */
  confirmedOf(
    item: SendItemRow,
    seriesInstanceUids: readonly string[],
  ): Promise<{ own: ReadonlySet<string>; others: ReadonlySet<string> }>;
  /** Durable when it resolves. @returns as `heartbeat` */
  progress(
    claimed: Claimed,
    confirmed: readonly Confirmed[],
    warnings: number,
    counts: AttemptCounts,
  ): Promise<boolean>;
  /** The attempt is over. @param failures the first ones are kept */
  finish(
    claimed: Claimed,
    end: AttemptEnd,
    counts: AttemptCounts,
    failures: readonly Failure[],
  ): Promise<void>;
  /** Nobody else sends, so whoever did is dead: for a program that is alone with its database, at its start. */
  takeOver(): Promise<void>;
  /** How many items there are of each state that is not over. */
  waiting(): Promise<{ state: string; items: number }[]>;
  /** Removes items that ended long ago, and with them the knowledge of what was sent. */
  clear(olderThan: Date): Promise<number>;
}

export function createQueueWork(db: Db, deps: PeersDeps): QueueWork {
  const { clock, journal } = deps;

  /** Heads of the destinations that are free: the oldest item that is due, unless one that waits for the destination holds it. */
  async function candidates(): Promise<{ id: string }[]> {
    const now = clock.now();
    return db<{ id: string }[]>`
      select head.id from modality m cross join lateral (
        select i.id, i.created_at from send_item i
        where i.modality_id = m.id and ((i.state = 'PENDING' and i.next_attempt_at <= ${now})
          or (i.state = 'SENDING' and i.leased_until < clock_timestamp()))
        order by i.created_at, i.id limit 1) head
      where not exists (
        select 1 from send_item o where o.modality_id = m.id and (
          (o.state = 'SENDING' and o.leased_until >= clock_timestamp())
          or (o.holds_others and o.state = 'PENDING' and o.next_attempt_at > ${now})))
      order by head.created_at, head.id limit 10`;
  }

  async function take(id: string): Promise<Claimed | null> {
    const now = clock.now();
    const runner = newId(clock);
    const [item] = await db<SendItemRow[]>`
      update send_item set state = 'SENDING', runner = ${runner}, holds_others = false, next_attempt_at = null,
        leased_until = clock_timestamp() + ${leaseSeconds} * interval '1 second', attempts = attempts + 1,
        failed = 0, failures = '[]',
        started_at = coalesce(started_at, ${now}), version = version + 1
      where id = ${id} and ((state = 'PENDING' and next_attempt_at <= ${now})
          or (state = 'SENDING' and leased_until < clock_timestamp()))
      returning *`;
    if (!item) return null;
    const [destination] = await db<ModalityRow[]>`select * from modality where id = ${item.modality_id}`;
    if (!destination) return null;
    const claimed = { item, destination, runner };
    // One with which the program ends again and again is given up as well.
    if (item.attempts > maxAttempts.unreachable) {
      await finish(
        claimed,
        { kind: "unreachable", error: "Sending it was interrupted too often." },
        { ...item, whole: false },
        [],
      );
      return null;
    }
    return claimed;
  }

  async function finish(
    { item, runner }: Claimed,
    end: AttemptEnd,
    { total, whole, skipped, failed }: AttemptCounts,
    failures: readonly Failure[],
  ): Promise<void> {
    const now = clock.now();
    await transact(db, async (tx) => {
      const [current] = await tx<SendItemRow[]>`
        select * from send_item where id = ${item.id} and runner = ${runner} and state = 'SENDING' for update`;
      if (!current) return;
      // Broken off is cancelled where somebody wanted that; else it goes on.
      const actual: AttemptEnd =
        end.kind === "sent"
          ? end
          : current.cancel_requested
            ? { kind: "cancelled" }
            : end.kind === "cancelled"
              ? { kind: "stopped" }
              : end;
      const step = nextStep(actual, current.attempts, now);
      const over = step.state !== "PENDING";
      const commits = step.state === "SENT" && current.request_commitment && current.sent > 0;
      await tx`
        update send_item set state = ${step.state}, next_attempt_at = ${step.nextAttemptAt}, holds_others = ${step.holdsOthers},
          runner = null, leased_until = null, attempts = ${actual.kind === "stopped" ? Math.max(0, current.attempts - 1) : current.attempts}, failed = ${failed}, skipped = ${skipped},
          total = greatest(${total}, ${whole ? tx`sent + ${skipped} + ${failed}` : tx`total`}),
          failures = ${tx.json(failures.slice(0, failuresKept) as never)},
          last_error = ${"error" in end ? end.error.slice(0, 500) : null}, finished_at = ${over ? now : null},
          commitment = ${commits ? "WAITING" : null}, commitment_due_at = ${commits ? now : null}, version = version + 1
        where id = ${item.id}`;
      if (step.state !== "SENT" && step.state !== "FAILED") return;
      await journal.record(tx, systemViewer([item.facility_id]), {
        type: step.state === "SENT" ? "send.sent" : "send.failed",
        subject: { type: "send", id: item.id },
        facilityId: item.facility_id,
        outcome: step.state === "SENT" ? "success" : "failed",
        data: {
          aeTitle: item.ae_title,
          modalityId: item.modality_id,
          sent: current.sent,
          warnings: current.warnings,
          skipped,
          failed,
          attempts: current.attempts,
        },
      });
    });
  }

  return {
    async claim() {
      for (const { id } of await candidates()) {
        const claimed = await take(id);
        if (claimed) return claimed;
      }
      return null;
    },
    async heartbeat({ item, runner }) {
      const [row] = await db<{ cancelled: boolean }[]>`
        update send_item set leased_until = clock_timestamp() + ${leaseSeconds} * interval '1 second'
        where id = ${item.id} and runner = ${runner} and state = 'SENDING' returning cancel_requested as cancelled`;
      return row !== undefined && !row.cancelled;
    },
    async confirmedOf(item, seriesInstanceUids) {
      const rows = await db<{ uid: string; own: boolean }[]>`
        select unnest(sop_instance_uids) as uid, item_id = ${item.id} as own from sent_batch
        where series_instance_uid = any(${seriesInstanceUids as string[]}::text[])
          and ${item.by_rule ? db`modality_id = ${item.modality_id}` : db`item_id = ${item.id}`}`;
      const uids = (own: boolean) => new Set(rows.filter((row) => row.own === own).map(({ uid }) => uid));
      return { own: uids(true), others: uids(false) };
    },
    progress({ item, runner }, confirmed, warnings, { total, skipped, failed }) {
      const sent = confirmed.reduce((sum, { SOPInstanceUIDs }) => sum + SOPInstanceUIDs.length, 0);
      return transact(db, async (tx) => {
        const [row] = await tx<{ cancelled: boolean }[]>`
          update send_item set sent = sent + ${sent}, warnings = warnings + ${warnings}, total = greatest(total, ${total}),
            skipped = ${skipped}, failed = ${failed}, ${sent > 0 ? tx`attempts = 1,` : tx``}
            leased_until = clock_timestamp() + ${leaseSeconds} * interval '1 second'
          where id = ${item.id} and runner = ${runner} and state = 'SENDING' returning cancel_requested as cancelled`;
        if (!row) return false;
        for (const { SeriesInstanceUID, SOPClassUID, SOPInstanceUIDs } of confirmed) {
          await tx`
            insert into sent_batch (item_id, modality_id, series_instance_uid, sop_class_uid, sop_instance_uids)
            values (${item.id}, ${item.modality_id}, ${SeriesInstanceUID}, ${SOPClassUID}, ${SOPInstanceUIDs as string[]})`;
        }
        return !row.cancelled;
      });
    },
    finish,
    async takeOver() {
      await db`update send_item set leased_until = clock_timestamp() - interval '1 second' where state = 'SENDING'`;
    },
    waiting: () => db<{ state: string; items: number }[]>`
      select state, count(*) as items from send_item where state in ('PENDING', 'SENDING') group by state`,
    async clear(olderThan) {
      const gone = await db`
        delete from send_item where id in (
          select id from send_item where finished_at < ${olderThan} and coalesce(commitment, '') not in ('WAITING', 'REQUESTED')
          limit 10000)`;
      return gone.count;
    },
  };
}
