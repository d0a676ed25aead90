/**
 * Analytics: how long the department's work takes, how much of it there is, and how good it is.
 *
 * Owns the table `examination`, which it makes from the records of other rooms, whose tables it reads. Records no facts. Keeps: a figure counts what the
 * viewer's facilities have, and of those who see only their own what they did themselves; days are those of the facility; a period and the groups of an
 * answer are bounded.
 */
export { rebuildExaminations } from "./examinations.ts";
export { analyticsReader, defineAnalyticsJobs } from "./jobs.ts";
export { analyticsRoutes } from "./routes.ts";
