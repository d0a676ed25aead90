/**
 * What people and other systems are told: notices with their deliveries, webhooks, and the live feed while it happens.
 *
 * Owns the tables `notice`, `notice_channel`, `notice_preference`, `delivery`, `delivery_attempt`, `webhook`, `webhook_delivery`. Records the facts
 * `notice.*`, `delivery.gave-up`, `webhook.*` and `job.retried`. Keeps: the same thing is told to the same person once; what may have arrived twice is
 * written down as repeated, and said to whom it is sent again; what is over is not sent any more; an event carries ids only; a viewer is told of what a query would show, and of nothing where that is not certain;
 * a webhook is told what an administrator of its facility may see, in order; a feed ends with its session.
 */
export { deliveriesOf } from "./delivery/history.ts";
export { endNotices } from "./ending.ts";
export { askedJobRoutes, requestJobOf } from "./jobs/asked.ts";
export { createLiveFeed, type LiveFeed, type LiveFeedOptions } from "./live-feed.ts";
export { type Notice, notify } from "./notice.ts";
export { createNotifications, type Notifications } from "./notifications.ts";
export { type Post, type Posted, post } from "./post.ts";
export { channelsSetUp } from "./preferences.ts";
export type { Reached, ReachedFollower } from "./reached.ts";
export { liveFeedRoutes } from "./routes.ts";
export type { CareRelation, CareRelations } from "./visibility.ts";
export { waitingDeliveries } from "./waiting.ts";
