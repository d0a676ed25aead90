import type { Platform, Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import type { ReachedFollower } from "../notifications/index.ts";
import type { FindingContext, LadderSources } from "./context.ts";
import { registerFindingJobs } from "./jobs.ts";
import { createFindingMetrics } from "./metrics.ts";
import { followNotices, markOpened } from "./reached.ts";
import { ladderSources } from "./sources.ts";

export interface Findings {
  readonly context: FindingContext;
  /** The viewer has opened the finding: whoever was told of it is reached. */
  opened(viewer: Viewer, findingId: string): Promise<boolean>;
  /** For the notices: what was delivered or read moves the finding on. */
  readonly followNotices: ReachedFollower;
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
    opened: (viewer, findingId) => markOpened(db, context, viewer, findingId),
    followNotices: (tx, reached) => followNotices(tx, context, reached),
  };
}
