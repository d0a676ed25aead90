import { type Platform, transact, type Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import type { FindingContext, LadderSources } from "./context.ts";
import { registerFindingJobs } from "./jobs.ts";
import { createFindingMetrics } from "./metrics.ts";
import { isUnreached } from "./queries.ts";
import { markReached } from "./reached.ts";
import { ladderSources } from "./sources.ts";

export interface Findings {
  readonly context: FindingContext;
  /** The viewer has opened the finding: whoever was told of it is reached. */
  opened(viewer: Viewer, findingId: string): Promise<boolean>;
}

/** The room of critical findings, with its jobs. */
export function createFindings(
  platform: Platform,
  journal: Journal,
  sources: LadderSources = ladderSources,
): Findings {
  const { db, clock, jobs } = platform;
  const metrics = createFindingMetrics(platform.metrics.registry, db, clock);
  const context: FindingContext = { clock, journal, jobs, sources, metrics };
  registerFindingJobs(platform, context);
  return {
    context,
    async opened(viewer, findingId) {
      if (!(await isUnreached(db, viewer, findingId))) return false;
      return transact(db, (tx) =>
        markReached(tx, context, { findingId, personId: viewer.id, by: "IN_APP", viewer }),
      );
    },
  };
}
