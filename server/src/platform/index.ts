/**
 * What every module stands on: database, objects, clock, jobs, the viewer and its permission check, refusals, configuration,
 * log, metrics. Owns the table `migration`.
 */
export * from "./clock.ts";
export * from "./config.ts";
export * from "./database.ts";
export * from "./http.ts";
export * from "./jobs.ts";
export * from "./metrics.ts";
export * from "./objects.ts";
export * from "./platform.ts";
export * from "./refusal.ts";
export * from "./viewer.ts";
