/**
 * Views across modules: what waits to be read, what happened with a patient, what the one search field finds.
 *
 * Owns the tables `reading_target`, `reading_skip` and `access_watch`; records the facts `reading-target.changed` and `study.skipped`. Reads the tables of other modules. Keeps: each
 * view shows what the doors of those modules would show the same viewer, and nothing more.
 */
export { statArrivals } from "./arrivals.ts";
export { entryNamesOf } from "./entry-names.ts";
export { worklistRoutes } from "./routes.ts";
export { defineVipWatch, watchVipLooks } from "./vip-looks.ts";
