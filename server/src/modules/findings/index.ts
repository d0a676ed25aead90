/**
 * Critical findings: what must reach somebody in time, and is not let go before they say that they have it.
 *
 * Owns the tables `finding`, `finding_event`, `finding_recipient`, `finding_follow_up`, `finding_policy`. Records the facts `finding.raised`,
 * `finding.notified`, `finding.reached`, `finding.escalated`, `finding.late`, `finding.changed`, `finding.acknowledged`, `finding.followed-up`, `finding.closed`,
 * `finding.voided` and `finding-policy.changed`. Keeps: the limits and the first notices are there as soon as the finding is; a finding is
 * escalated until it is acknowledged, by an explicit act, and an exhausted ladder goes on alarming; a person is told a step once; what was delivered or read is known with the finding, and what was answered rings nobody any more; what was late stays
 * late; the history is only added to.
 */
export type { FindingContext, LadderSources, Whereabouts } from "./context.ts";
export { createFindings, type Findings } from "./findings.ts";
export { escalateDue } from "./jobs.ts";
export { findingsOnPaper } from "./on-paper.ts";
export { getFinding } from "./queries.ts";
export { findingRoutes } from "./routes.ts";
export { findingPolicyRoutes } from "./routes-policies.ts";
export { type FindingCondition, type FindingSort, searchFindings } from "./search.ts";
