import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { readAdministrationState } from "../administration/administration-state.ts";
import { session } from "../api/client.ts";
import { loaded } from "../api/loaded.ts";
import { readBillingState } from "../billing/billing-state.ts";
import { readCalendarState } from "../calendar/calendar-state.ts";
import { readDashboardState } from "../dashboards/dashboard-state.ts";
import { readFindingsState } from "../findings/findings-state.ts";
import { readOrdersState } from "../orders/orders-state.ts";
import { readPatientState, readPatientsState } from "../patients/patients-state.ts";
import { readReadingState } from "../reading/reading-state.ts";
import { readResultsState } from "../results/results-state.ts";
import { Shell } from "../shell/Shell.tsx";
import { readStationState } from "../station/station-state.ts";
import { parseSearch, readListState, stringifySearch } from "../studies/list-state.ts";
import { message } from "../words/words.ts";
import { Failed, Guarded, NotFound, Root } from "./pages.tsx";
import { homeFor } from "./places.ts";
import { readSearch } from "./read-search.ts";
import { askAhead } from "./study-ahead.ts";
import { loadViewer, warmViewerAt } from "./viewer-chunk.ts";

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    title?: string;
  }
  interface Register {
    router: typeof router;
  }
}

/** A page that is loaded when somebody goes there; while the server is away the one before it stays. */
const onDemand: typeof lazyRouteComponent = (load, name) => lazyRouteComponent(() => loaded(load), name);

const root = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: Failed });

/** Only a path of ours is followed after sign-in. */
const readNext = (value: unknown): string | undefined =>
  typeof value === "string" && /^\/(?![/\\])/.test(value) ? value : undefined;

const readNextOf = readSearch((search): { next?: string } => {
  const next = readNext(search.next);
  return next ? { next } : {};
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: readNextOf,
  beforeLoad: async ({ search }) => {
    await session.restore();
    if (session.snapshot().status === "signed-in") throw redirect({ href: search.next ?? "/" });
  },
  component: onDemand(() => import("../sign-in/SignInPage.tsx"), "SignInPage"),
});

const password = createRoute({
  getParentRoute: () => root,
  path: "/password",
  validateSearch: readNextOf,
  beforeLoad: async ({ search }) => {
    await session.restore();
    const { status, me } = session.snapshot();
    if (status === "signed-out") throw redirect({ to: "/sign-in", search: {} });
    if (me && !me.mustChangePassword) throw redirect({ href: search.next ?? "/" });
  },
  component: onDemand(() => import("../sign-in/PasswordPage.tsx"), "PasswordPage"),
});

const guarded = createRoute({
  getParentRoute: () => root,
  id: "guarded",
  beforeLoad: async ({ location }) => {
    await session.restore();
    const { status, me, how } = session.snapshot();
    // Whoever comes after somebody who left begins at their own page.
    const search = how === "left" ? {} : { next: location.href };
    if (status === "signed-out") throw redirect({ to: "/sign-in", search });
    if (me?.mustChangePassword) throw redirect({ to: "/password", search });
  },
  component: Guarded,
});

const shell = createRoute({ getParentRoute: () => guarded, id: "shell", component: Shell });

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async () => {
    await session.restore();
    const { status, me } = session.snapshot();
    if (status === "signed-out") throw redirect({ to: "/sign-in", search: {} });
    throw redirect({ to: homeFor(me?.permissions ?? []), search: {} });
  },
});

const studies = createRoute({
  getParentRoute: () => shell,
  path: "/studies",
  validateSearch: readSearch(readListState),
  staticData: { title: message("Studies") },
  component: onDemand(() => import("../studies/StudiesPage.tsx"), "StudiesPage"),
});

const reading = createRoute({
  getParentRoute: () => shell,
  path: "/reading",
  validateSearch: readSearch(readReadingState),
  staticData: { title: message("Reading") },
  component: onDemand(() => import("../reading/ReadingPage.tsx"), "ReadingPage"),
});

const findings = createRoute({
  getParentRoute: () => shell,
  path: "/findings",
  validateSearch: readSearch(readFindingsState),
  staticData: { title: message("Critical findings") },
  component: onDemand(() => import("../findings/FindingsPage.tsx"), "FindingsPage"),
});

const patients = createRoute({
  getParentRoute: () => shell,
  path: "/patients",
  validateSearch: readSearch(readPatientsState),
  staticData: { title: message("Patients") },
  component: onDemand(() => import("../patients/PatientsPage.tsx"), "PatientsPage"),
});

const patient = createRoute({
  getParentRoute: () => shell,
  path: "/patients/$patientId",
  validateSearch: readSearch(readPatientState),
  staticData: { title: message("Patients") },
  component: onDemand(() => import("../patients/PatientPage.tsx"), "PatientPage"),
});

const orders = createRoute({
  getParentRoute: () => shell,
  path: "/orders",
  validateSearch: readSearch(readOrdersState),
  staticData: { title: message("Orders") },
  component: onDemand(() => import("../orders/OrdersPage.tsx"), "OrdersPage"),
});

const order = createRoute({
  getParentRoute: () => shell,
  path: "/orders/$orderId",
  staticData: { title: message("Orders") },
  component: onDemand(() => import("../orders/OrderPage.tsx"), "OrderPage"),
});

const report = createRoute({
  getParentRoute: () => shell,
  path: "/report/$studyId",
  staticData: { title: message("Report") },
  component: onDemand(() => import("../reporting/ReportPage.tsx"), "ReportPage"),
});

const billing = createRoute({
  getParentRoute: () => shell,
  path: "/billing",
  validateSearch: readSearch(readBillingState),
  staticData: { title: message("Billing") },
  component: onDemand(() => import("../billing/BillingPage.tsx"), "BillingPage"),
});

const bill = createRoute({
  getParentRoute: () => shell,
  path: "/billing/$billId",
  staticData: { title: message("Bill") },
  component: onDemand(() => import("../billing/BillPage.tsx"), "BillPage"),
});

const results = createRoute({
  getParentRoute: () => shell,
  path: "/results",
  validateSearch: readSearch(readResultsState),
  staticData: { title: message("Results") },
  component: onDemand(() => import("../results/ResultsPage.tsx"), "ResultsPage"),
});

const result = createRoute({
  getParentRoute: () => shell,
  path: "/results/$studyId",
  staticData: { title: message("Result") },
  component: onDemand(() => import("../results/ResultPage.tsx"), "ResultPage"),
});

const station = createRoute({
  getParentRoute: () => shell,
  path: "/station",
  validateSearch: readSearch(readStationState),
  staticData: { title: message("Station") },
  component: onDemand(() => import("../station/StationPage.tsx"), "StationPage"),
});

const analytics = createRoute({
  getParentRoute: () => shell,
  path: "/analytics",
  validateSearch: readSearch(readDashboardState),
  staticData: { title: message("Insight") },
  component: onDemand(() => import("../dashboards/DashboardPage.tsx"), "DashboardPage"),
});

const administrationPage = () => import("../administration/AdministrationPage.tsx");

const administration = createRoute({
  getParentRoute: () => shell,
  path: "/administration",
  staticData: { title: message("Administration") },
  component: onDemand(administrationPage, "AdministrationHome"),
});

const administrationSection = createRoute({
  getParentRoute: () => shell,
  path: "/administration/$section",
  validateSearch: readSearch(readAdministrationState),
  staticData: { title: message("Administration") },
  component: onDemand(administrationPage, "AdministrationPage"),
});

const schedule = createRoute({
  getParentRoute: () => shell,
  path: "/schedule",
  validateSearch: readSearch(readCalendarState),
  staticData: { title: message("Schedule|place") },
  component: onDemand(() => import("../calendar/CalendarPage.tsx"), "CalendarPage"),
});

const view = createRoute({
  getParentRoute: () => guarded,
  path: "/studies/$studyInstanceUid/view",
  /** `read`: whoever comes to read, with the report beside the images. `screen`: the window on the second monitor. */
  validateSearch: readSearch((search): { read?: true; screen?: 2 } => ({
    ...(search.read ? { read: true } : {}),
    ...(Number(search.screen) === 2 ? { screen: 2 } : {}),
  })),
  // All at once: the page, the viewer, and what it will ask for first.
  loader: ({ params }) => {
    askAhead(params.studyInstanceUid);
    void loadViewer().catch(() => {});
  },
  component: onDemand(() => import("./ViewPage.tsx"), "ViewPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    start,
    signIn,
    password,
    guarded.addChildren([
      shell.addChildren([
        studies,
        reading,
        findings,
        report,
        results,
        result,
        station,
        analytics,
        administration,
        administrationSection,
        patients,
        patient,
        orders,
        order,
        schedule,
        billing,
        bill,
      ]),
      view,
    ]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
  scrollRestoration: false,
});

warmViewerAt(globalThis.location?.pathname ?? "");

// Whoever signs out, in this tab or another, leaves the page at once; whoever must change the password goes there.
let before = session.snapshot();
session.subscribe(() => {
  const after = session.snapshot();
  const present = ({ status }: typeof after) => status === "signed-in" || status === "locked";
  const same =
    (after.status === before.status || (present(after) && present(before))) &&
    after.me?.id === before.me?.id &&
    after.me?.mustChangePassword === before.me?.mustChangePassword;
  before = after;
  if (!same) void router.invalidate();
});
