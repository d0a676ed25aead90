import { type Platform, type Routes, transact } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { type Channel, configuredChannels } from "./delivery/channels.ts";
import { createDeliveries, type Deliveries } from "./delivery/deliver.ts";
import { announceGaveUp } from "./jobs/jobs.ts";
import { jobRoutes } from "./jobs/routes.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { ReachedFollower } from "./reached.ts";
import { noticeRoutes } from "./routes-notices.ts";
import { webhookReader } from "./webhooks/reader.ts";
import { webhookRoutes } from "./webhooks/routes.ts";
import { createTargets } from "./webhooks/targets.ts";
import { webhookJob } from "./webhooks/webhook.ts";
import { createWebhookWork, type WebhookWork } from "./webhooks/work.ts";

export interface Notifications {
  deliveries: Deliveries;
  webhooks: WebhookWork;
  routes: readonly Routes[];
  /** For upper rooms: told in the transaction that writes down that a notice has reached somebody. */
  followReached(follower: ReachedFollower): void;
  /** Tells administrators of jobs that gave up. */
  announceGaveUp(): Promise<void>;
  /** Before the jobs start: says which channels are configured. */
  start(): Promise<void>;
}

const sweepSeconds = 15;

/** Notices with their deliveries, webhooks, and the alarms of jobs. Call before the journal and the jobs start. */
export function createNotifications(
  platform: Platform,
  journal: Journal,
  channels: readonly Channel[] = configuredChannels(platform),
): Notifications {
  const { db, clock, jobs, config } = platform;
  const followers: ReachedFollower[] = [];
  const reached: ReachedFollower = async (tx, notices) => {
    for (const follower of notices.length > 0 ? followers : []) await follower(tx, notices);
  };
  const deps = { clock, journal };
  const deliveries = createDeliveries(platform, journal, reached, channels);
  const webhookDeps = { ...deps, targets: createTargets(config.notices.webhookPrivateHosts) };
  const webhooks = createWebhookWork(db, webhookDeps);
  const announce = () => transact(db, (tx) => announceGaveUp(deps, tx));
  journal.registerReader(webhookReader(webhookDeps));
  const sendToWebhooks = oneAtATime(() => webhooks.run());
  jobs.define({ name: webhookJob, run: sendToWebhooks });
  jobs.every("notifications.webhooks-again", sweepSeconds, sendToWebhooks);
  jobs.every("notifications.forget-webhook-deliveries", 3600, () => webhooks.prune());
  jobs.every("notifications.jobs-that-gave-up", sweepSeconds, announce);
  return {
    deliveries,
    webhooks,
    routes: [
      noticeRoutes(platform, { ...deps, reached }),
      webhookRoutes(platform, webhookDeps, webhooks),
      jobRoutes(platform, deps),
    ],
    followReached: (follower) => void followers.push(follower),
    announceGaveUp: announce,
    start: () => deliveries.start(),
  };
}
