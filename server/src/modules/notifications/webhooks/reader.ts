import type { LiveEvent } from "@isocenter/contract";
import { addJob, newId, type Tx, type Viewer } from "../../../platform/index.ts";
import type { FactReader, SealedFact } from "../../journal/index.ts";
import { sightOf } from "../visibility.ts";
import { maxWaiting, type WebhookDeps, wants, webhookJob } from "./webhook.ts";
import { disableWebhook } from "./work.ts";

interface Listening {
  id: string;
  facilityId: string;
  events: string[];
  createdAt: Date;
}

/** As whom a webhook looks: an administrator of its facility, and of no other. */
const administratorOf = (facilityId: string): Viewer => ({
  kind: "user",
  id: "webhook",
  name: "Webhook",
  roles: ["ADMINISTRATOR"],
  facilityIds: [facilityId],
  homeFacilityId: facilityId,
  requestId: "webhook",
  address: null,
});

/** What is sent: as in the live feed, ids only. */
const bodyOf = (fact: SealedFact): string => {
  const event: LiveEvent & { id: string } = {
    id: fact.id,
    type: fact.type,
    subject: fact.subject,
    patientId: fact.patientId,
    facilityId: fact.facilityId ?? "",
    at: fact.recordedAt.toISOString(),
  };
  return JSON.stringify(event);
};

async function isFull(tx: Tx, webhookId: string): Promise<boolean> {
  const [count] = await tx<{ full: boolean }[]>`
    select count(*) >= ${maxWaiting} as full from (
      select from webhook_delivery where webhook_id = ${webhookId} and next_attempt_at is not null limit ${maxWaiting}) w`;
  return count!.full;
}

/** Puts down one delivery for each fact and each webhook that wants it, in the transaction in which the cursor moves. */
export function webhookReader(deps: WebhookDeps): FactReader {
  return {
    name: "notifications.webhooks",
    types: null,
    startAt: "now",
    async handle(tx, facts) {
      const facilityIds = [...new Set(facts.flatMap(({ facilityId }) => facilityId ?? []))];
      if (facilityIds.length === 0) return;
      const webhooks = await tx<Listening[]>`
        select id, facility_id as "facilityId", events, created_at as "createdAt" from webhook
        where enabled and facility_id = any(${facilityIds}::uuid[])`;
      let added = 0;
      for (const webhook of webhooks) {
        const viewer = administratorOf(webhook.facilityId);
        const wanted = facts.filter(
          (fact) =>
            wants(webhook.events, fact.type) &&
            fact.recordedAt >= webhook.createdAt &&
            sightOf(viewer, fact) === "seen",
        );
        if (wanted.length === 0) continue;
        if (await isFull(tx, webhook.id)) {
          await disableWebhook(deps, tx, webhook, `${maxWaiting} deliveries wait for it.`);
          continue;
        }
        const now = deps.clock.now();
        const rows = wanted.map((fact) => ({
          id: newId(deps.clock),
          webhook_id: webhook.id,
          position: fact.position,
          event: fact.type,
          body: bodyOf(fact),
          state: "QUEUED",
          next_attempt_at: now,
          created_at: now,
        }));
        await tx`insert into webhook_delivery ${tx(rows)} on conflict (webhook_id, position) do nothing`;
        added += rows.length;
      }
      if (added > 0) await addJob(tx, webhookJob, {});
    },
  };
}
