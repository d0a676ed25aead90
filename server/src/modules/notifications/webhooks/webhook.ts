import type { Webhook, WebhookDelivery, WebhookDeliveryState } from "@isocenter/contract";
import { type Clock, type Reader, Refusal } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { isKnownNoun } from "../visibility.ts";
import type { Targets } from "./targets.ts";

/** What webhooks stand on. */
export interface WebhookDeps {
  clock: Clock;
  journal: Journal;
  targets: Targets;
}

/** The job that sends what waits. */
export const webhookJob = "notifications.webhooks";

/** Each fact is compared with every webhook of its facility. */
export const maxWebhooks = 100;
/** With more that wait the webhook is disabled, and its administrators are told. */
export const maxWaiting = 50_000;
/** Failing for so long it is disabled. */
export const disabledAfterMs = 3 * 24 * 3600_000;
/** After a change the secret before signs as well for so long. */
export const secretOverlapMs = 24 * 3600_000;

const minutes = 60_000;
/** After the first attempt, the second, ...: about two days; then the delivery is over and the next one's turn comes. */
export const webhookDelaysMs: readonly number[] = [1, 5, 15, 60, 180, 360, 720, 1440].map((n) => n * minutes);

export interface WebhookRow {
  id: string;
  facility_id: string;
  url: string;
  events: string[];
  description: string | null;
  enabled: boolean;
  disabled_reason: string | null;
  failing_since: Date | null;
  version: number;
  created_at: Date;
  waiting: number;
}

/** All but the secrets. */
export const webhookColumns = (sql: Reader) => sql`
  w.id, w.facility_id, w.url, w.events, w.description, w.enabled, w.disabled_reason, w.failing_since, w.version, w.created_at,
  (select count(*) from (select from webhook_delivery d where d.webhook_id = w.id and d.next_attempt_at is not null limit 10000) q) as waiting`;

export const webhookOf = (row: WebhookRow): Webhook => ({
  id: row.id,
  facilityId: row.facility_id,
  url: row.url,
  events: row.events,
  description: row.description,
  enabled: row.enabled,
  disabledReason: row.disabled_reason,
  failingSince: row.failing_since?.toISOString() ?? null,
  waiting: row.waiting,
  version: row.version,
  createdAt: row.created_at.toISOString(),
  actions: ["change", "remove", "rotate-secret", "test"],
});

export interface WebhookDeliveryRow {
  id: string;
  webhook_id: string;
  position: number | null;
  event: string;
  body: string;
  state: WebhookDeliveryState;
  attempts: number;
  next_attempt_at: Date | null;
  status: number | null;
  duration_ms: number | null;
  answer: string | null;
  error: string | null;
  created_at: Date;
  sent_at: Date | null;
}

export const webhookDeliveryOf = (row: WebhookDeliveryRow): WebhookDelivery => ({
  id: row.id,
  event: row.event,
  body: JSON.parse(row.body) as unknown,
  state: row.state,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  status: row.status,
  durationMs: row.duration_ms,
  answer: row.answer,
  error: row.error,
  createdAt: row.created_at.toISOString(),
  sentAt: row.sent_at?.toISOString() ?? null,
  actions: row.position === null ? [] : ["redeliver"],
});

const nounOf = (type: string): string => type.slice(0, Math.max(0, type.indexOf(".")));

/** @throws Refusal `invalid` (`webhook.unknown-event`) for a noun of which nobody is told */
export function readEvents(events: readonly string[]): string[] {
  const index = events.findIndex((event) => !isKnownNoun(nounOf(event)));
  if (index < 0) return [...events];
  const message = `there are no events of ${nounOf(events[index]!)}`;
  throw new Refusal("invalid", "webhook.unknown-event", `${events[index]}: ${message}.`, {
    errors: [{ path: `body.events.${index}`, message }],
  });
}

/** Whether the webhook asked for facts of the type. */
export const wants = (events: readonly string[], type: string): boolean =>
  events.includes(type) || events.includes(`${nounOf(type)}.*`);
