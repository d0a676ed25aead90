/**
 * What people are told: notices, and the live feed while it happens.
 *
 * Owns the table `notice`; records no facts. Keeps: the same thing is told to the same person once; an event carries ids only; a viewer is told of what a query would show, and of nothing where that
 * is not certain; a feed ends with its session.
 */
export { createLiveFeed, type LiveFeed, type LiveFeedOptions } from "./live-feed.ts";
export { type Notice, notify } from "./notice.ts";
export { liveFeedRoutes } from "./routes.ts";
export type { CareRelation, CareRelations } from "./visibility.ts";
