import { type Db, systemViewer, type Tx, transact } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";
import type { ModalityRow } from "../modality.ts";
import type { SendItemRow } from "../queue/item.ts";
import { retryDelayMs } from "../queue/rules.ts";
import type { CommitmentPair } from "./requests.ts";

export interface ClaimedCommitment {
  item: SendItemRow;
  destination: ModalityRow;
  /** Kept before it is said: an answer is recognized whatever happens in between. */
  transactionUid: string;
}

/** How a destination answers (PS3.4 J.3.3). */
export interface CommitmentReport {
  committed: ReadonlySet<string>;
  /** By SOP Instance UID, the failure reason (0008,1197). */
  failed: ReadonlyMap<string, number>;
}

const maxAttempts = 12;
/** A destination that took the request has this long to answer; some do when they have written their tapes. */
const answerWithinMs = 48 * 3_600_000;
/** A crash while asking is noticed after this time. */
const askingMs = 60_000;

/** Asks for commitment to what was sent (PS3.4 Annex J), and keeps the answers. */
export interface SentCommitments {
  /** The next item to ask for. @param newUid gives it a transaction */
  claim(newUid: () => string): Promise<ClaimedCommitment | null>;
  instancesOf(item: SendItemRow): Promise<CommitmentPair[]>;
  /** The destination took the request. */
  asked(claimed: ClaimedCommitment): Promise<void>;
  /** It could not be asked: tried again, or given up. @param hopeless trying again cannot help */
  unasked(claimed: ClaimedCommitment, problem: string, hopeless: boolean): Promise<void>;
  /** @returns false where nothing of that transaction was asked of this AE title */
  report(aeTitle: string, transactionUid: string, report: CommitmentReport): Promise<boolean>;
  /** Ends the wait for those that never answered. @returns how many */
  expire(): Promise<number>;
}

export function createSentCommitments(db: Db, deps: PeersDeps): SentCommitments {
  const { clock } = deps;

  async function conclude(
    tx: Tx,
    item: SendItemRow,
    committed: number,
    failed: number,
    problem: string | null,
  ): Promise<void> {
    const state = problem === null ? "COMMITTED" : "FAILED";
    await tx`
      update send_item set commitment = ${state}, committed = ${committed}, commitment_failed = ${failed},
        commitment_problem = ${problem?.slice(0, 500) ?? null}, commitment_due_at = null, version = version + 1 where id = ${item.id}`;
    await deps.journal.record(tx, systemViewer([item.facility_id]), {
      type: state === "COMMITTED" ? "send.committed" : "send.commitment-failed",
      subject: { type: "send", id: item.id },
      facilityId: item.facility_id,
      outcome: state === "COMMITTED" ? "success" : "failed",
      data: { aeTitle: item.ae_title, committed, failed },
    });
  }

  return {
    async claim(newUid) {
      const now = clock.now();
      const [item] = await db<SendItemRow[]>`
        update send_item set transaction_uid = ${newUid()}, commitment_attempts = commitment_attempts + 1,
          commitment_due_at = ${new Date(now.getTime() + askingMs)}, version = version + 1
        where id = (
          select id from send_item where commitment = 'WAITING' and commitment_due_at <= ${now} and modality_id is not null
          order by commitment_due_at, id limit 1 for update skip locked)
        returning *`;
      if (!item) return null;
      const [destination] = await db<ModalityRow[]>`select * from modality where id = ${item.modality_id}`;
      return destination ? { item, destination, transactionUid: item.transaction_uid! } : null;
    },
    async instancesOf(item) {
      const rows = await db<{ sopClassUid: string; uid: string }[]>`
        select distinct sop_class_uid as "sopClassUid", unnest(sop_instance_uids) as uid from sent_batch where item_id = ${item.id}
        order by 1, 2`;
      return rows.map(({ sopClassUid, uid }) => [sopClassUid, uid] as const);
    },
    async asked({ item, transactionUid }) {
      // It may have answered already.
      await db`
        update send_item set commitment = 'REQUESTED', commitment_due_at = ${new Date(clock.now().getTime() + answerWithinMs)},
          commitment_problem = null, version = version + 1
        where id = ${item.id} and transaction_uid = ${transactionUid} and commitment = 'WAITING'`;
    },
    async unasked({ item, transactionUid }, problem, hopeless) {
      await transact(db, async (tx) => {
        const [current] = await tx<SendItemRow[]>`
          select * from send_item where id = ${item.id} and transaction_uid = ${transactionUid} and commitment = 'WAITING' for update`;
        if (!current) return;
        if (hopeless || current.commitment_attempts >= maxAttempts)
          return conclude(tx, current, 0, current.sent, problem);
        const due = new Date(clock.now().getTime() + retryDelayMs(current.commitment_attempts));
        await tx`
          update send_item set commitment_due_at = ${due}, commitment_problem = ${problem.slice(0, 500)}, version = version + 1
          where id = ${item.id}`;
      });
    },
    report: (aeTitle, transactionUid, report) =>
      transact(db, async (tx) => {
        const [item] = await tx<SendItemRow[]>`
          select * from send_item where transaction_uid = ${transactionUid} and ae_title = ${aeTitle} for update`;
        if (!item) return false;
        // Told again, because our answer was lost: it changes nothing.
        if (item.commitment !== "WAITING" && item.commitment !== "REQUESTED") return true;
        const sent = await tx<{ uid: string }[]>`
          select distinct unnest(sop_instance_uids) as uid from sent_batch where item_id = ${item.id}`;
        const committed = sent.filter(({ uid }) => report.committed.has(uid) && !report.failed.has(uid));
        const missing = sent.length - committed.length;
        const reasons = [...new Set(sent.map(({ uid }) => report.failed.get(uid) ?? -1))]
          .filter((reason) => reason >= 0)
          .map((reason) => `${reason.toString(16).toUpperCase().padStart(4, "0")}H`);
        const why = reasons.length === 0 ? "it does not name them" : reasons.slice(0, 5).join(", ");
        const problem = missing === 0 ? null : `It does not answer for ${missing} of ${sent.length}: ${why}.`;
        await conclude(tx, item, committed.length, missing, problem);
        return true;
      }),
    expire: () =>
      transact(db, async (tx) => {
        const late = await tx<SendItemRow[]>`
          select * from send_item where commitment = 'REQUESTED' and commitment_due_at <= ${clock.now()}
          order by commitment_due_at limit 100 for update skip locked`;
        for (const item of late) await conclude(tx, item, 0, item.sent, "It never answered.");
        return late.length;
      }),
  };
}
