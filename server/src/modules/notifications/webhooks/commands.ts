import type {
  ChangeWebhook,
  CreateWebhook,
  Webhook,
  WebhookDelivery,
  WebhookWithSecret,
} from "@isocenter/contract";
import {
  addJob,
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { newSecret } from "../delivery/channels.ts";
import { webhookRow } from "./queries.ts";
import {
  maxWebhooks,
  readEvents,
  secretOverlapMs,
  type WebhookDeliveryRow,
  type WebhookDeps,
  type WebhookRow,
  webhookColumns,
  webhookDeliveryOf,
  webhookJob,
  webhookOf,
} from "./webhook.ts";

/** What is sent out of the house is the decision of people: a key that leaked must not make a way out. */
function onlyPeople(viewer: Viewer): void {
  if (viewer.kind === "user") return;
  throw new Refusal("forbidden", "webhook.only-people", "Webhooks are managed by people, not by keys.");
}

async function requireFacility(tx: Tx, viewer: Viewer, facilityId: string): Promise<void> {
  // Locked, so that webhooks that are made at once are counted one after the other.
  const [known] = viewer.facilityIds.includes(facilityId)
    ? await tx`select from facility where id = ${facilityId} for no key update`
    : [];
  if (!known) {
    const message = "There is no such facility.";
    throw new Refusal("invalid", "webhook.unknown-facility", message, {
      errors: [{ path: "body.facilityId", message }],
    });
  }
}

/** Of the URL only where it leads: its path and query may hold secrets. */
const factData = ({ url, events, enabled }: Pick<WebhookRow, "url" | "events" | "enabled">) => ({
  origin: new URL(url).origin,
  events,
  enabled,
});

const record = (deps: WebhookDeps, tx: Tx, viewer: Viewer, what: string, row: WebhookRow, data: object) =>
  deps.journal.record(tx, viewer, {
    type: `webhook.${what}`,
    subject: { type: "webhook", id: row.id },
    facilityId: row.facility_id,
    data: { ...factData(row), ...data },
  });

const reread = async (tx: Tx, id: string): Promise<WebhookRow> =>
  (await tx<WebhookRow[]>`select ${webhookColumns(tx)} from webhook w where w.id = ${id}`)[0]!;

/** The secret is in this answer alone. @throws Refusal `invalid` (`webhook.*`), `conflict` (`webhook.too-many`), `forbidden` */
export async function createWebhook(
  deps: WebhookDeps,
  tx: Tx,
  viewer: Viewer,
  input: CreateWebhook,
): Promise<WebhookWithSecret> {
  requirePermission(viewer, "webhooks.manage");
  onlyPeople(viewer);
  const facilityId = input.facilityId ?? viewer.homeFacilityId;
  await requireFacility(tx, viewer, facilityId);
  deps.targets.check(input.url);
  const [count] = await tx<{ webhooks: number }[]>`
    select count(*) as webhooks from webhook where facility_id = ${facilityId}`;
  if (count!.webhooks >= maxWebhooks)
    throw new Refusal("conflict", "webhook.too-many", `A facility has at most ${maxWebhooks} webhooks.`);
  const secret = newSecret();
  const id = newId(deps.clock);
  const values = {
    id,
    facility_id: facilityId,
    url: input.url,
    events: readEvents(input.events),
    description: input.description ?? null,
    enabled: input.enabled ?? true,
    secret,
    created_at: deps.clock.now(),
  };
  await tx`insert into webhook ${tx(values)}`;
  const row = await reread(tx, id);
  await record(deps, tx, viewer, "created", row, {});
  return { ...webhookOf(row), secret };
}

/** Enabled again it begins with what waits. @throws Refusal `not-found`, `conflict` (`version.conflict`), `invalid`, `forbidden` */
export async function changeWebhook(
  deps: WebhookDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: ChangeWebhook,
): Promise<Webhook> {
  const before = await webhookRow(tx, viewer, id, true);
  onlyPeople(viewer);
  checkVersion(input.expectedVersion, before.version);
  if (input.url !== undefined) deps.targets.check(input.url);
  const after = {
    url: input.url ?? before.url,
    events: input.events === undefined ? before.events : readEvents(input.events),
    description: input.description === undefined ? before.description : input.description,
    enabled: input.enabled ?? before.enabled,
  };
  const changed = Object.keys(after).filter(
    (name) =>
      JSON.stringify(after[name as keyof typeof after]) !==
      JSON.stringify(before[name as keyof typeof after]),
  );
  if (changed.length === 0) return webhookOf(before);
  const now = deps.clock.now();
  const again = after.enabled && (!before.enabled || after.url !== before.url);
  await tx`
    update webhook set ${tx(after)}, version = version + 1
      ${again ? tx`, disabled_reason = null, failing_since = null` : tx``} where id = ${id}`;
  if (again) {
    await tx`update webhook_delivery set next_attempt_at = ${now} where webhook_id = ${id} and next_attempt_at is not null`;
    await addJob(tx, webhookJob, {});
  }
  const row = await reread(tx, id);
  await record(deps, tx, viewer, "changed", row, { changed });
  return webhookOf(row);
}

/** What waits for it goes with it. @throws Refusal `not-found`, `forbidden` */
export async function removeWebhook(deps: WebhookDeps, tx: Tx, viewer: Viewer, id: string): Promise<void> {
  const row = await webhookRow(tx, viewer, id, true);
  onlyPeople(viewer);
  await tx`delete from webhook where id = ${id}`;
  await record(deps, tx, viewer, "removed", row, {});
}

/** A new secret, in this answer alone; the one before signs as well for a day. @throws Refusal `not-found`, `forbidden` */
export async function rotateSecret(
  deps: WebhookDeps,
  tx: Tx,
  viewer: Viewer,
  id: string,
): Promise<WebhookWithSecret> {
  await webhookRow(tx, viewer, id, true);
  onlyPeople(viewer);
  const secret = newSecret();
  const until = new Date(deps.clock.now().getTime() + secretOverlapMs);
  await tx`
    update webhook set previous_secret = secret, previous_secret_until = ${until}, secret = ${secret}, version = version + 1
    where id = ${id}`;
  const row = await reread(tx, id);
  await record(deps, tx, viewer, "secret-changed", row, {});
  return { ...webhookOf(row), secret };
}

/** As soon as what waits before it is sent. @throws Refusal `not-found`, `conflict` (`webhook.disabled`, `webhook.not-redeliverable`) */
export async function redeliver(
  deps: WebhookDeps,
  tx: Tx,
  viewer: Viewer,
  webhookId: string,
  deliveryId: string,
): Promise<WebhookDelivery> {
  const webhook = await webhookRow(tx, viewer, webhookId, true);
  if (!webhook.enabled)
    throw new Refusal("conflict", "webhook.disabled", "The webhook is disabled. Enable it first.");
  const [before] = await tx<WebhookDeliveryRow[]>`
    select * from webhook_delivery where id = ${deliveryId} and webhook_id = ${webhookId} for update`;
  if (!before) throw new Refusal("not-found", "webhook-delivery.not-found", "There is no such delivery.");
  if (before.position === null)
    throw new Refusal(
      "conflict",
      "webhook.not-redeliverable",
      "A test is made anew: POST /webhooks/:id/test.",
    );
  const [row] = await tx<WebhookDeliveryRow[]>`
    update webhook_delivery set state = 'QUEUED', attempts = 0, next_attempt_at = ${deps.clock.now()}, sent_at = null
    where id = ${deliveryId} returning *`;
  await record(deps, tx, viewer, "redelivery-asked", webhook, { deliveryId });
  await addJob(tx, webhookJob, {});
  return webhookDeliveryOf(row!);
}
