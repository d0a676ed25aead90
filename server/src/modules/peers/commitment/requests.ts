import { type Db, newId, systemViewer, transact, type Viewer } from "../../../platform/index.ts";
import type { PeersDeps } from "../deps.ts";
import type { ModalityRow } from "../modality.ts";
import { retryDelayMs } from "../queue/rules.ts";
import { leaseSeconds } from "../queue/work.ts";

/** SOP class and instance UID of what somebody wants us to answer for. */
export type CommitmentPair = readonly [SOPClassUID: string, SOPInstanceUID: string];

export interface CommitmentRequestRow {
  id: string;
  facility_id: string;
  modality_id: string;
  transaction_uid: string;
  instances: CommitmentPair[];
  attempts: number;
}

export interface ClaimedRequest {
  request: CommitmentRequestRow;
  modality: ModalityRow;
  runner: string;
}

/** Some days: whoever asked may be switched off over a weekend. */
const maxAttempts = 80;

/** What others ask us to keep, until they have our answer. */
export interface CommitmentRequests {
  /**
   * Puts a request down, to be answered on another association unless that happens before; the same transaction again is answered again.
   * @returns null where the transaction is under way with other instances
   */
  ask(
    aeTitle: string,
    viewer: Viewer,
    transactionUid: string,
    instances: readonly CommitmentPair[],
    waitMs: number,
  ): Promise<ClaimedRequest | null>;
  /** The next request that is due, ours for a while. */
  claim(): Promise<ClaimedRequest | null>;
  reported(claimed: ClaimedRequest, committed: number, failed: number): Promise<void>;
  /** Tried again later; after many times given up, which is an alarm. @param now at once, on another association */
  unreported(claimed: ClaimedRequest, error: string, now?: boolean): Promise<void>;
}

export function createCommitmentRequests(db: Db, { clock, journal }: PeersDeps): CommitmentRequests {
  const lease = () => db`clock_timestamp() + ${leaseSeconds} * interval '1 second'`;

  return {
    async ask(aeTitle, viewer, transactionUid, instances, waitMs) {
      const runner = newId(clock);
      return transact(db, async (tx) => {
        const [modality] = await tx<ModalityRow[]>`
          select * from modality where ae_title = ${aeTitle} for key share`;
        if (!modality) return null;
        const now = clock.now();
        const json = tx.json(instances as never);
        // Whoever asks holds the association open: the answer goes there first.
        const [request] = await tx<CommitmentRequestRow[]>`
          insert into commitment_request as r (id, facility_id, modality_id, transaction_uid, instances, state, next_attempt_at, runner,
            leased_until, requested_at)
          values (${newId(clock)}, ${modality.facility_id}, ${modality.id}, ${transactionUid}, ${json}, 'PENDING',
            ${new Date(now.getTime() + waitMs)}, ${runner}, ${lease()}, ${now})
          on conflict (modality_id, transaction_uid) do update set state = 'PENDING', instances = excluded.instances, attempts = 0,
            next_attempt_at = excluded.next_attempt_at, runner = excluded.runner, leased_until = excluded.leased_until,
            requested_at = excluded.requested_at, finished_at = null, last_error = null
          where r.state <> 'PENDING' or r.instances = excluded.instances
          returning *`;
        if (!request) return null;
        await journal.record(tx, viewer, {
          type: "commitment.requested",
          subject: { type: "commitment", id: request.id },
          facilityId: modality.facility_id,
          data: { aeTitle, instances: instances.length },
        });
        return { request, modality, runner };
      });
    },
    async claim() {
      const now = clock.now();
      const runner = newId(clock);
      const [request] = await db<CommitmentRequestRow[]>`
        update commitment_request set runner = ${runner}, leased_until = ${lease()}
        where id = (
          select id from commitment_request where state = 'PENDING' and next_attempt_at <= ${now}
            and (leased_until is null or leased_until < clock_timestamp())
          order by next_attempt_at, id limit 1 for update skip locked)
        returning *`;
      if (!request) return null;
      const [modality] = await db<ModalityRow[]>`select * from modality where id = ${request.modality_id}`;
      return modality ? { request, modality, runner } : null;
    },
    async reported({ request, modality, runner }, committed, failed) {
      await transact(db, async (tx) => {
        const done = await tx`
          update commitment_request set state = 'REPORTED', committed = ${committed}, failed = ${failed}, finished_at = ${clock.now()},
            runner = null, leased_until = null, last_error = null
          where id = ${request.id} and runner = ${runner}`;
        if (done.count === 0) return;
        await journal.record(tx, systemViewer([request.facility_id]), {
          type: "commitment.reported",
          subject: { type: "commitment", id: request.id },
          facilityId: request.facility_id,
          data: { aeTitle: modality.ae_title, committed, failed },
        });
      });
    },
    async unreported({ request, modality, runner }, error, atOnce = false) {
      const attempts = request.attempts + (atOnce ? 0 : 1);
      const givesUp = attempts >= maxAttempts;
      const now = clock.now();
      const next = atOnce ? now : new Date(now.getTime() + retryDelayMs(attempts));
      await transact(db, async (tx) => {
        const done = await tx`
          update commitment_request set state = ${givesUp ? "FAILED" : "PENDING"}, attempts = ${attempts}, next_attempt_at = ${next},
            runner = null, leased_until = null, last_error = ${error.slice(0, 500)}, finished_at = ${givesUp ? now : null}
          where id = ${request.id} and runner = ${runner}`;
        if (done.count === 0 || !givesUp) return;
        await journal.record(tx, systemViewer([request.facility_id]), {
          type: "commitment.undeliverable",
          subject: { type: "commitment", id: request.id },
          facilityId: request.facility_id,
          outcome: "failed",
          data: { aeTitle: modality.ae_title, attempts },
        });
      });
    },
  };
}
