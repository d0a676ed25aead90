/**
 * What every module stands on: database, objects, clock, jobs, the viewer and its permission check, refusals, configuration,
 * log, metrics. Owns the tables `migration` and `idempotency_key`.
 */
export * from "./clock.ts";
export * from "./config.ts";
export * from "./csv.ts";
export * from "./database.ts";
export * from "./disk-reserve.ts";
export * from "./embedded-postgres.ts";
export * from "./folder-lock.ts";
export * from "./gate.ts";
export * from "./health.ts";
export * from "./http.ts";
export * from "./http-body.ts";
export * from "./http-idempotency.ts";
export * from "./http-lists.ts";
export { nothingAt } from "./http-methods.ts";
export * from "./http-openapi.ts";
export * from "./http-problems.ts";
export * from "./http-range.ts";
export * from "./http-server.ts";
export * from "./idempotency.ts";
export * from "./ids.ts";
export * from "./jobs.ts";
export * from "./jobs-postgres.ts";
export * from "./keyset.ts";
export * from "./log.ts";
export * from "./media-type.ts";
export * from "./memory.ts";
export * from "./metrics.ts";
export * from "./migrations.ts";
export * from "./multipart.ts";
export * from "./objects.ts";
export * from "./objects-azure.ts";
export * from "./objects-file.ts";
export * from "./objects-s3.ts";
export * from "./open.ts";
export * from "./open-operator.ts";
export * from "./paging.ts";
export * from "./platform.ts";
export * from "./refusal.ts";
export * from "./secrets.ts";
export * from "./tls.ts";
export * from "./totals.ts";
export * from "./viewer.ts";
export * from "./zip-writer.ts";
export * from "./zone.ts";
