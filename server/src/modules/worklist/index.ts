/**
 * Views across modules: what waits to be read, what happened with a patient, what the one search field finds.
 *
 * Owns the tables `reading_target` and `reading_skip`; records the facts `reading-target.changed` and `study.skipped`. Reads the tables of other modules. Keeps: each
 * view shows what the doors of those modules would show the same viewer, and nothing more.
 */
export { statArrivals } from "./arrivals.ts";
export { worklistRoutes } from "./routes.ts";
