import type { WebhookDelivery } from "@isocenter/contract";
import { type Db, newId, systemViewer, type Tx, transact, type Viewer } from "../../../platform/index.ts";
import { notify } from "../notice.ts";
import { type Posted, post } from "../post.ts";
import { signatureHeader, signatureOf } from "../signature.ts";
import { webhookRow } from "./queries.ts";
import {
  disabledAfterMs,
  type WebhookDeliveryRow,
  type WebhookDeps,
  webhookDelaysMs,
  webhookDeliveryOf,
} from "./webhook.ts";

/** Renewed with each delivery; whoever was silent for so long is dead. */
const leaseMs = 60_000;
/** Then others may have their turn. */
const mostInARow = 100;
const sentAtOnce = 8;
const keptDays = 30;
const keptDeliveries = 10_000;

interface Receiver {
  id: string;
  facilityId: string;
  url: string;
  secrets: string[];
  runner: string;
}

/** Nothing is sent to it until a person enables it; the administrators of its facility are told. */
export async function disableWebhook(
  deps: WebhookDeps,
  tx: Tx,
  { id, facilityId }: { id: string; facilityId: string },
  reason: string,
): Promise<void> {
  const now = deps.clock.now();
  await tx`update webhook set enabled = false, disabled_reason = ${reason}, version = version + 1 where id = ${id}`;
  await deps.journal.record(tx, systemViewer([facilityId]), {
    type: "webhook.disabled",
    subject: { type: "webhook", id },
    facilityId,
    outcome: "failed",
  });
  await notify(tx, deps.clock, [
    {
      kind: "webhook.disabled",
      level: "IMPORTANT",
      facilityId,
      subject: { type: "webhook", id },
      to: { roles: ["ADMINISTRATOR"] },
      key: `webhook.disabled:${id}:${now.toISOString()}`,
    },
  ]);
}

const deliver = (
  deps: WebhookDeps,
  { url, secrets }: Pick<Receiver, "url" | "secrets">,
  delivery: { id: string; event: string; body: string; attempt: number },
): Promise<Posted> =>
  post({
    url,
    body: delivery.body,
    headers: {
      "x-isocenter-delivery": delivery.id,
      "x-isocenter-event": delivery.event,
      "x-isocenter-attempt": String(delivery.attempt),
      [signatureHeader]: signatureOf(deps.clock, secrets, delivery.body),
    },
    mayReach: deps.targets.mayReach(url),
  });

/** Sends to webhooks: each one's deliveries in order, several webhooks beside each other. */
export function createWebhookWork(db: Db, deps: WebhookDeps) {
  const { clock } = deps;
  const secretsNow = (now: Date) =>
    db`case when previous_secret_until > ${now} then array[secret, previous_secret] else array[secret] end`;

  /** A webhook whose next delivery is due and to which nobody sends. */
  async function claim(): Promise<Receiver | null> {
    const now = clock.now();
    const runner = newId(clock);
    const [receiver] = await db<Receiver[]>`
      update webhook set runner = ${runner}, leased_until = ${new Date(now.getTime() + leaseMs)}
      where id = (
        select w.id from webhook w cross join lateral (
          select d.next_attempt_at from webhook_delivery d
          where d.webhook_id = w.id and d.next_attempt_at is not null order by d.position limit 1) head
        where w.enabled and (w.leased_until is null or w.leased_until <= ${now}) and head.next_attempt_at <= ${now}
        order by head.next_attempt_at, w.id limit 1 for update of w skip locked)
      returning id, facility_id as "facilityId", url, ${secretsNow(now)} as secrets, runner`;
    return receiver ?? null;
  }

  /** The oldest that waits, where it is due. */
  async function head({ id }: Receiver): Promise<WebhookDeliveryRow | null> {
    const [row] = await db<WebhookDeliveryRow[]>`
      select * from webhook_delivery where webhook_id = ${id} and next_attempt_at is not null order by position limit 1`;
    return row && row.next_attempt_at! <= clock.now() ? row : null;
  }

  /** @returns whether to go on with the next one */
  async function finish(receiver: Receiver, delivery: WebhookDeliveryRow, posted: Posted): Promise<boolean> {
    const now = clock.now();
    const attempts = delivery.attempts + 1;
    const taken = posted.error === null;
    const delayMs = webhookDelaysMs[attempts - 1];
    const state = taken ? "SENT" : delayMs === undefined ? "FAILED" : "QUEUED";
    return transact(db, async (tx) => {
      const [webhook] = await tx<{ failingSince: Date | null }[]>`
        update webhook set leased_until = ${new Date(now.getTime() + leaseMs)},
          failing_since = ${taken ? null : tx`coalesce(failing_since, ${now})`}
        where id = ${receiver.id} and runner = ${receiver.runner} and enabled returning failing_since as "failingSince"`;
      // Disabled, removed or taken over meanwhile; what was sent is sent again by whoever goes on, under the same id.
      if (!webhook) return false;
      await tx`
        update webhook_delivery set state = ${state}, attempts = ${attempts}, status = ${posted.status}, duration_ms = ${posted.durationMs},
          answer = ${posted.answer || null}, error = ${posted.error}, sent_at = ${taken ? now : null},
          next_attempt_at = ${state === "QUEUED" ? new Date(now.getTime() + delayMs!) : null}
        where id = ${delivery.id}`;
      if (posted.status === 410) {
        await disableWebhook(deps, tx, receiver, "The receiver answered 410: it is gone for good.");
        return false;
      }
      if (
        webhook.failingSince !== null &&
        now.getTime() - webhook.failingSince.getTime() >= disabledAfterMs
      ) {
        await disableWebhook(deps, tx, receiver, "The receiver took nothing for three days.");
        return false;
      }
      return state !== "QUEUED";
    });
  }

  async function serve(receiver: Receiver): Promise<void> {
    for (let sent = 0; sent < mostInARow; sent++) {
      const delivery = await head(receiver);
      if (delivery === null) break;
      const posted = await deliver(deps, receiver, { ...delivery, attempt: delivery.attempts + 1 });
      if (!(await finish(receiver, delivery, posted))) break;
    }
    await db`update webhook set runner = null, leased_until = null where id = ${receiver.id} and runner = ${receiver.runner}`;
  }

  async function serveAll(): Promise<void> {
    for (let receiver = await claim(); receiver !== null; receiver = await claim()) await serve(receiver);
  }

  return {
    claim,
    head,
    finish,
    /** Sends everything that is due now. */
    async run(): Promise<void> {
      await Promise.all(Array.from({ length: sentAtOnce }, serveAll));
    },
    /** Sends an event `webhook.test` at once, whatever waits. @throws Refusal `not-found`, `forbidden` */
    async test(viewer: Viewer, id: string): Promise<WebhookDelivery> {
      const row = await webhookRow(db, viewer, id);
      const now = clock.now();
      const [keys] = await db<{ secrets: string[] }[]>`
        select ${secretsNow(now)} as secrets from webhook where id = ${id}`;
      const event = "webhook.test";
      const deliveryId = newId(clock);
      const body = JSON.stringify({
        id: deliveryId,
        type: event,
        subject: { type: "webhook", id },
        patientId: null,
        facilityId: row.facility_id,
        at: now.toISOString(),
      });
      const posted = await deliver(
        deps,
        { url: row.url, secrets: keys?.secrets ?? [] },
        { id: deliveryId, event, body, attempt: 1 },
      );
      const taken = posted.error === null;
      const values = {
        id: deliveryId,
        webhook_id: id,
        event,
        body,
        state: taken ? "SENT" : "FAILED",
        attempts: 1,
        status: posted.status,
        duration_ms: posted.durationMs,
        answer: posted.answer || null,
        error: posted.error,
        created_at: now,
        sent_at: taken ? clock.now() : null,
      };
      return transact(db, async (tx) => {
        const before = await webhookRow(tx, viewer, id, true);
        const [made] = await tx<WebhookDeliveryRow[]>`insert into webhook_delivery ${tx(values)} returning *`;
        await deps.journal.record(tx, viewer, {
          type: "webhook.tested",
          subject: { type: "webhook", id },
          facilityId: before.facility_id,
          outcome: taken ? "success" : "failed",
          data: { status: posted.status },
        });
        return webhookDeliveryOf(made!);
      });
    },
    /** Forgets what was sent long ago, and the oldest of too much. */
    async prune(): Promise<void> {
      const before = new Date(clock.now().getTime() - keptDays * 24 * 3600_000);
      await db`delete from webhook_delivery where next_attempt_at is null and created_at < ${before}`;
      // The oldest that stays is found once for each webhook, whatever the planner knows of the tables.
      await db`
        with oldest as materialized (
          select w.id as webhook_id, o.created_at, o.id from webhook w cross join lateral (
            select created_at, id from webhook_delivery where webhook_id = w.id
            order by created_at desc, id desc offset ${keptDeliveries} limit 1) o)
        delete from webhook_delivery d using oldest
        where d.webhook_id = oldest.webhook_id and d.next_attempt_at is null and (d.created_at, d.id) <= (oldest.created_at, oldest.id)`;
    },
  };
}

export type WebhookWork = ReturnType<typeof createWebhookWork>;
