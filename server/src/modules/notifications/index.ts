/**
 * What people are told while it happens: the live feed.
 *
 * Owns no tables and records no facts. Keeps: an event carries ids only; a viewer is told of what a query would show, and of nothing where that
 * is not certain; a feed ends with its session.
 */
export { createLiveFeed, type LiveFeed, type LiveFeedOptions } from "./live-feed.ts";
export { liveFeedRoutes } from "./routes.ts";
export type { CareRelation, CareRelations } from "./visibility.ts";
