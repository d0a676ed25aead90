import { type Static, Type } from "typebox";
import { closed, DateTime, Id, listQuery, Nullable } from "./lists.ts";

const url = Type.String({ minLength: 8, maxLength: 2048, description: "https, without user and password" });
const events = Type.Array(
  Type.String({
    maxLength: 64,
    pattern: "^[a-z][a-z0-9-]*\\.(\\*|[a-z][a-z0-9-]*)$",
    description: "report.signed, or report.* for all of a noun",
  }),
  { minItems: 1, maxItems: 50, uniqueItems: true },
);
const description = Nullable(Type.String({ maxLength: 256 }));

/** Another system that is told of events of a facility. */
export const Webhook = Type.Object({
  id: Id,
  facilityId: Id,
  url: Type.String(),
  events: Type.Array(Type.String()),
  description,
  enabled: Type.Boolean(),
  disabledReason: Nullable(Type.String({ description: "Why it was disabled by itself" })),
  failingSince: Nullable(DateTime),
  waiting: Type.Integer({ description: "Deliveries that are not over; at most 10,000 are counted" }),
  version: Type.Integer(),
  createdAt: DateTime,
  actions: Type.Array(Type.String()),
});
export type Webhook = Static<typeof Webhook>;

export const WebhookWithSecret = Type.Object({
  ...Webhook.properties,
  secret: Type.String({ description: "Signs what is sent; shown this once" }),
});
export type WebhookWithSecret = Static<typeof WebhookWithSecret>;

export const CreateWebhook = Type.Object(
  {
    url,
    events,
    description: Type.Optional(description),
    facilityId: Type.Optional(Id),
    enabled: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type CreateWebhook = Static<typeof CreateWebhook>;

/** `expectedVersion` here or in `If-Match`. `events` are replaced as a whole; enabling ends the count of failures. */
export const ChangeWebhook = Type.Object(
  {
    url: Type.Optional(url),
    events: Type.Optional(events),
    description: Type.Optional(description),
    enabled: Type.Optional(Type.Boolean()),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type ChangeWebhook = Static<typeof ChangeWebhook>;

/** In the order they were made. */
export const WebhookListQuery = Type.Object({ ...listQuery }, closed);
export type WebhookListQuery = Static<typeof WebhookListQuery>;

/** FAILED is over: it was tried often enough. */
export const webhookDeliveryStates = ["QUEUED", "SENT", "FAILED"] as const;
export type WebhookDeliveryState = (typeof webhookDeliveryStates)[number];

export const WebhookDelivery = Type.Object({
  id: Id,
  event: Type.String(),
  body: Type.Unknown({ description: "What is sent" }),
  state: Type.Enum([...webhookDeliveryStates]),
  attempts: Type.Integer(),
  nextAttemptAt: Nullable(DateTime),
  status: Nullable(Type.Integer({ description: "Of the last answer" })),
  durationMs: Nullable(Type.Integer()),
  answer: Nullable(Type.String({ description: "How the last answer began" })),
  error: Nullable(Type.String()),
  createdAt: DateTime,
  sentAt: Nullable(DateTime),
  actions: Type.Array(Type.String()),
});
export type WebhookDelivery = Static<typeof WebhookDelivery>;

/** The newest first. */
export const WebhookDeliveryListQuery = Type.Object(
  {
    ...listQuery,
    state: Type.Optional(Type.String({ maxLength: 16, description: webhookDeliveryStates.join(", ") })),
  },
  closed,
);
export type WebhookDeliveryListQuery = Static<typeof WebhookDeliveryListQuery>;
