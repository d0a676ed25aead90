import { createImagingPool, type ImagingPool } from "@isocenter/imaging";
import { createDemo, type Demo, type RehearsalOptions, type Rehearsed } from "./demo/index.ts";
import { measureDepartment } from "./department-metrics.ts";
import { analyticsReader, analyticsRoutes, defineAnalyticsJobs } from "./modules/analytics/index.ts";
import {
  type Archive,
  archiveRoutes,
  askedExportRoutes,
  createArchive,
  doubtNotices,
  doubtRoutes,
  exportRoutes,
  orderedStudyReader,
  orderReader,
  performedStepReader,
} from "./modules/archive/index.ts";
import {
  billingReader,
  billingRoutes,
  defineBillingJobs,
  followMerge as followMergeOfBills,
} from "./modules/billing/index.ts";
import {
  createFindings,
  type Findings,
  findingPolicyRoutes,
  findingRoutes,
  findingsOnPaper,
} from "./modules/findings/index.ts";
import {
  administrationRoutes,
  createIdentity,
  type IdentityOptions,
  type IdentityWithDeps,
  onCallRoutes,
  sessionRoutes,
  staffRoutes,
} from "./modules/identity/index.ts";
import { createJournal, type Journal, type JournalOptions, journalRoutes } from "./modules/journal/index.ts";
import {
  askedJobRoutes,
  createLiveFeed,
  createNotifications,
  liveFeedRoutes,
  type Notifications,
  requestJobOf,
} from "./modules/notifications/index.ts";
import {
  catalogueRoutes,
  createModalityWorklist,
  createPerformedSteps,
  followOrderMerges,
  type ModalityWorklist,
  orderRoutes,
  type PerformedSteps,
  reportReader,
} from "./modules/orders/index.ts";
import {
  breakGlassRoutes,
  careRelationsAmong,
  careRoutes,
  mergeRoutes,
  patientRoutes,
} from "./modules/patients/index.ts";
import {
  createPeers,
  createSystemRecognition,
  defineHl7Jobs,
  hl7Routes,
  modalityRoutes,
  type Peers,
  routingRuleRoutes,
  sendQueueRoutes,
} from "./modules/peers/index.ts";
import {
  createRendering,
  type Rendering,
  registerRenderingJobs,
  renderingRoutes,
} from "./modules/rendering/index.ts";
import {
  isUsableTemplate,
  measurementRoutes,
  movedShares,
  paperRoutes,
  registerReportPapers,
  reportNotices,
  reportRoutes,
  shareRoutes,
} from "./modules/reports/index.ts";
import { defineVipWatch, entryNamesOf, statArrivals, worklistRoutes } from "./modules/worklist/index.ts";
import {
  type App,
  createDeferral,
  createHttpServer,
  type Deferral,
  type HealthCheck,
  healthRoutes,
  type Platform,
  registerIdempotencyJobs,
  undocumented,
} from "./platform/index.ts";
import { dicomwebRoutes, hostedExamRoutes, hostedPacsRoutes } from "./protocols/dicomweb/index.ts";
import { createSending, dimseRoutes, type Sending } from "./protocols/dimse/index.ts";
import { fhirRoutes, registerFhirResults } from "./protocols/fhir/index.ts";
import { actAgain, createHl7Sending, type Hl7Sending, type ReceiveDeps } from "./protocols/hl7/index.ts";
import { metricsRoutes, systemRoutes } from "./system.ts";
import { webAppRoutes } from "./web-app.ts";

/** Every module, made on one platform; nothing runs yet and nothing has been asked of the database. */
export interface Modules {
  journal: Journal;
  identity: IdentityWithDeps;
  peers: Peers;
  notifications: Notifications;
  /** Requests that are answered later. */
  deferral: Deferral;
  archive: Archive;
  imaging: ImagingPool;
  rendering: Rendering;
  sending: Sending;
  hl7Sending: Hl7Sending;
  findings: Findings;
  /** Of `sending`, for the DIMSE listener. */
  commitment: Sending["commitment"];
  modalityWorklist: ModalityWorklist;
  performedSteps: PerformedSteps;
  /** For the HL7 listener. */
  hl7: ReceiveDeps;
  demo: Demo;
}

export async function composeModules(
  platform: Platform,
  identityOptions: IdentityOptions = {},
  journalOptions: JournalOptions = {},
): Promise<Modules> {
  registerIdempotencyJobs(platform);
  const journal = createJournal(platform, journalOptions);
  const identity = createIdentity(platform, journal, identityOptions);
  const deferral = createDeferral(platform, (asker) =>
    identity.again({ ...asker, mustChangePassword: false }),
  );
  const peers = createPeers(platform, journal);
  const notifications = createNotifications(platform, journal);
  journal.registerReader(reportReader({ clock: platform.clock, journal }));
  const imaging = createImagingPool();
  const archive = createArchive(platform, journal, { imaging });
  journal.registerReader(orderReader(platform, journal));
  journal.registerReader(performedStepReader(platform, journal));
  journal.registerReader(orderedStudyReader(platform, journal));
  journal.registerReader(doubtNotices(platform.clock));
  const rendering = await createRendering({ platform, archive, imaging });
  registerRenderingJobs({ platform, journal, archive, rendering });
  journal.registerReader(reportNotices(platform.clock));
  journal.registerReader(movedShares(platform.clock, journal));
  registerReportPapers({ platform, journal, archive, criticalFindings: findingsOnPaper });
  const sending = createSending({ platform, journal, archive, rendering });
  journal.registerReader(billingReader(platform, journal));
  defineBillingJobs(platform, journal);
  journal.registerReader(analyticsReader);
  defineAnalyticsJobs(platform);
  journal.registerReader(statArrivals(platform.clock));
  defineVipWatch(platform);
  const findings = createFindings(platform, journal);
  notifications.followReached(findings.followNotices);
  const hl7Sending = createHl7Sending({ platform, journal, criticalFindings: findingsOnPaper });
  registerFhirResults({ platform, journal, archive, findings, criticalFindings: findingsOnPaper });
  const demo = createDemo(platform, composeRehearsal, { identity, journal });
  const { commitment } = sending;
  const modalityWorklist = createModalityWorklist(platform, journal);
  const performedSteps = createPerformedSteps(platform, journal);
  defineHl7Jobs(platform);
  const hl7 = {
    platform,
    clock: platform.clock,
    journal,
    recognize: createSystemRecognition(platform.clock),
    followers: mergeFollowers(archive, journal),
  };
  return {
    journal,
    identity,
    peers,
    notifications,
    deferral,
    archive,
    imaging,
    rendering,
    sending,
    hl7Sending,
    findings,
    commitment,
    modalityWorklist,
    performedSteps,
    hl7,
    demo,
  };
}

/** The rooms that have records of patients, which follow a merge. */
const mergeFollowers = (archive: Archive, journal: Journal) => [
  archive.followMerge,
  followMergeOfBills,
  followOrderMerges({ journal }),
];

/** The server as the demonstration's past reaches it: every module once more, on a platform with a clock of its own, and no port. */
export async function composeRehearsal(
  platform: Platform,
  { sealingClock, hasher }: RehearsalOptions,
): Promise<Rehearsed> {
  const modules = await composeModules(platform, { hasher }, { rehearsal: { sealingClock } });
  const { identity, journal, archive, imaging, rendering } = modules;
  await identity.start();
  const app = await composeHttp(platform, modules, [], {
    host: "127.0.0.1",
    dicomPort: () => 0,
    hl7Port: () => 0,
  });
  await app.ready();
  return {
    app,
    archive,
    identity,
    journal,
    async close() {
      await app.close();
      await identity.stop();
      await journal.stop();
      await imaging.close();
      await rendering.close();
    },
  };
}

export interface Network {
  /** The address that a scanner is told. */
  host: string;
  dicomPort(): number;
  hl7Port(): number;
  /** Prometheus text of the DIMSE listener's process, where it has one. */
  listenerMetrics?: () => Promise<string>;
}

/** What every HTTP server stands on, whatever it offers. */
const httpBasis = (platform: Platform, identity: IdentityWithDeps) => ({
  config: platform.config,
  log: platform.log,
  metrics: platform.metrics,
  tls: platform.tls,
  authentication: (app: App) => identity.installAuthentication(app),
});

/** The HTTP server of a process that offers no API: how it is, and what it measures. */
export function composeHealth(
  platform: Platform,
  identity: IdentityWithDeps,
  checks: readonly HealthCheck[],
): Promise<App> {
  return createHttpServer({
    ...httpBasis(platform, identity),
    api: [],
    root: [healthRoutes(checks, platform.log, platform.metrics), metricsRoutes(platform)],
  });
}

/** The HTTP server with the routes of every module. */
export function composeHttp(
  platform: Platform,
  modules: Modules,
  checks: readonly HealthCheck[],
  network: Network,
): Promise<App> {
  const { journal, identity, archive, rendering, findings, demo } = modules;
  measureDepartment(platform);
  const nameEntries = entryNamesOf(platform.db);
  const feed = createLiveFeed(platform, journal, identity, {
    careRelations: (people, patients) => careRelationsAmong(platform.db, people, patients),
  });
  const hosted = hostedPacsRoutes({ config: platform.config, archive, rendering });
  const hostedExams = hostedExamRoutes({ platform, journal });
  const health = healthRoutes(checks, platform.log, platform.metrics);
  const metrics = metricsRoutes(platform, network.listenerMetrics);
  return createHttpServer({
    ...httpBasis(platform, identity),
    idempotency: platform,
    deferral: { deferral: modules.deferral, answer: requestJobOf },
    api: [
      sessionRoutes(identity),
      administrationRoutes(identity),
      staffRoutes(identity),
      onCallRoutes(identity),
      journalRoutes(platform, journal, nameEntries),
      liveFeedRoutes(feed),
      ...modules.notifications.routes,
      askedJobRoutes({ platform, journal, deferral: modules.deferral }),
      modalityRoutes(platform, journal),
      sendQueueRoutes(platform, journal),
      routingRuleRoutes(platform, journal),
      hl7Routes(platform, journal, (viewer, id) => actAgain(modules.hl7, viewer, id)),
      dimseRoutes({ platform, journal, archive }),
      patientRoutes({ platform, journal }),
      careRoutes({ platform, journal }),
      breakGlassRoutes({ platform, journal, identity }),
      mergeRoutes({
        platform,
        journal,
        followers: mergeFollowers(archive, journal),
        nameEntries,
      }),
      orderRoutes({ platform, journal }),
      catalogueRoutes({ platform, journal, isTemplate: isUsableTemplate }),
      archiveRoutes({ platform, archive }),
      exportRoutes({ platform, journal, archive }),
      askedExportRoutes({ deferral: modules.deferral }),
      doubtRoutes({ platform, journal, archive }),
      renderingRoutes({ rendering, archive }),
      billingRoutes({ platform, journal }),
      analyticsRoutes({ platform, journal }),
      reportRoutes({ platform, journal, identity }),
      worklistRoutes({ platform, journal, archive }),
      findingRoutes({ platform, findings }),
      findingPolicyRoutes({ platform, findings }),
      paperRoutes({ platform, journal, archive, criticalFindings: findingsOnPaper }),
      measurementRoutes({ platform, journal, archive }),
      shareRoutes({ platform, journal, archive, rendering, criticalFindings: findingsOnPaper }),
      hosted,
      hostedExams,
      demo.routes,
      systemRoutes(platform, demo, network),
      undocumented(health),
      undocumented(metrics),
    ],
    root: [
      health,
      metrics,
      dicomwebRoutes({ config: platform.config, archive, rendering }),
      fhirRoutes({ platform, journal, archive, findings, criticalFindings: findingsOnPaper }),
      hosted,
      hostedExams,
      webAppRoutes(),
    ],
  });
}
