import {
  type Webhook,
  type WebhookDelivery,
  type WebhookDeliveryListQuery,
  type WebhookListQuery,
  webhookDeliveryStates,
} from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  readMember,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import {
  type WebhookDeliveryRow,
  type WebhookRow,
  webhookColumns,
  webhookDeliveryOf,
  webhookOf,
} from "./webhook.ts";

const permission = "webhooks.manage" as const;

/** @throws Refusal `not-found` (`webhook.not-found`), also at a facility that is not the viewer's; `forbidden` */
export async function webhookRow(
  reader: Reader,
  viewer: Viewer,
  id: string,
  forUpdate = false,
): Promise<WebhookRow> {
  requirePermission(viewer, permission);
  const [row] = await reader<WebhookRow[]>`
    select ${webhookColumns(reader)} from webhook w
    where w.id = ${id} and w.facility_id = any(${viewer.facilityIds as string[]}::uuid[])
    ${forUpdate ? reader`for update` : reader``}`;
  if (!row) throw new Refusal("not-found", "webhook.not-found", "There is no such webhook.");
  return row;
}

export const getWebhook = async (reader: Reader, viewer: Viewer, id: string): Promise<Webhook> =>
  webhookOf(await webhookRow(reader, viewer, id));

/** In the order they were made. */
export async function listWebhooks(
  reader: Reader,
  viewer: Viewer,
  query: WebhookListQuery,
): Promise<ListPage<Webhook>> {
  requirePermission(viewer, permission);
  const page = await keysetPage<WebhookRow, "createdAt">(reader, query, {
    name: "webhooks",
    sorts: { createdAt: { by: reader`w.created_at`, type: "timestamptz" } },
    fallback: "createdAt",
    id: reader`w.id`,
    columns: webhookColumns(reader),
    from: reader`webhook w`,
    where: reader`w.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`,
  });
  return mapPage(page, webhookOf);
}

/** What was sent to it and what waits, the newest first. @throws Refusal `invalid` (`webhook.unknown-state`), `not-found` */
export async function listWebhookDeliveries(
  reader: Reader,
  viewer: Viewer,
  webhookId: string,
  query: WebhookDeliveryListQuery,
): Promise<ListPage<WebhookDelivery>> {
  await webhookRow(reader, viewer, webhookId);
  const state =
    query.state === undefined
      ? null
      : readMember(webhookDeliveryStates, query.state, "webhook.unknown-state", "querystring.state");
  const page = await keysetPage<WebhookDeliveryRow, "createdAt">(reader, query, {
    name: "webhook-deliveries",
    sorts: { createdAt: { by: reader`d.created_at`, type: "timestamptz" } },
    fallback: "-createdAt",
    id: reader`d.id`,
    columns: reader`d.*`,
    from: reader`webhook_delivery d`,
    where: reader`d.webhook_id = ${webhookId} ${state ? reader`and d.state = ${state}` : reader``}`,
  });
  return mapPage(page, webhookDeliveryOf);
}
