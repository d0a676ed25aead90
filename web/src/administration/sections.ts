import type { Permission } from "@isocenter/contract";
import type { ComponentType } from "react";
import { lazily } from "../api/loaded.ts";
import { message } from "../words/words.ts";

export interface Section {
  /** The last part of its address. */
  id: string;
  group: string;
  word: string;
  /** Who has none of these does not see it. */
  permissions: readonly Permission[];
  page: ComponentType;
}

const people = message("People");
const connections = message("Connections");
const department = message("Department");
const archive = message("Archive");
const oversight = message("Oversight");

/** In the order of the side navigation. */
export const sections: readonly Section[] = [
  {
    id: "users",
    group: people,
    word: message("Users"),
    permissions: ["users.manage"],
    page: lazily(() => import("./people/UsersPage.tsx")),
  },
  {
    id: "roles",
    group: people,
    word: message("Roles"),
    permissions: ["users.manage"],
    page: lazily(() => import("./people/RolesPage.tsx")),
  },
  {
    id: "staff",
    group: people,
    word: message("Staff"),
    permissions: ["staff.manage"],
    page: lazily(() => import("./people/StaffPage.tsx")),
  },
  {
    id: "care-teams",
    group: people,
    word: message("Care teams"),
    permissions: ["patients.write"],
    page: lazily(() => import("./people/CareTeamsPage.tsx")),
  },
  {
    id: "facilities",
    group: people,
    word: message("Facilities"),
    permissions: ["facilities.manage"],
    page: lazily(() => import("./people/FacilitiesPage.tsx")),
  },
  {
    id: "modalities",
    group: connections,
    word: message("Modalities"),
    permissions: ["modalities.manage"],
    page: lazily(() => import("./connections/ModalitiesPage.tsx")),
  },
  {
    id: "remote",
    group: connections,
    word: message("Other systems"),
    permissions: ["remote.query"],
    page: lazily(() => import("./connections/remote/RemotePage.tsx")),
  },
  {
    id: "routing",
    group: connections,
    word: message("Routing rules"),
    permissions: ["modalities.manage"],
    page: lazily(() => import("./connections/RoutingPage.tsx")),
  },
  {
    id: "send-queue",
    group: connections,
    word: message("Send queue"),
    permissions: ["images.export"],
    page: lazily(() => import("./connections/SendQueuePage.tsx")),
  },
  {
    id: "hl7-systems",
    group: connections,
    word: message("HL7 systems"),
    permissions: ["hl7.manage"],
    page: lazily(() => import("./connections/hl7/SystemsPage.tsx")),
  },
  {
    id: "hl7-messages",
    group: connections,
    word: message("HL7 messages"),
    permissions: ["hl7.manage"],
    page: lazily(() => import("./connections/hl7/MessagesPage.tsx")),
  },
  {
    id: "webhooks",
    group: connections,
    word: message("Webhooks"),
    permissions: ["webhooks.manage"],
    page: lazily(() => import("./connections/WebhooksPage.tsx")),
  },
  {
    id: "api-keys",
    group: connections,
    word: message("API keys"),
    permissions: ["keys.manage"],
    page: lazily(() => import("./connections/ApiKeysPage.tsx")),
  },
  {
    id: "stations",
    group: department,
    word: message("Stations"),
    permissions: ["catalogue.manage"],
    page: lazily(() => import("./department/StationsPage.tsx")),
  },
  {
    id: "procedures",
    group: department,
    word: message("Procedures"),
    permissions: ["catalogue.manage", "prices.manage"],
    page: lazily(() => import("./department/ProceduresPage.tsx")),
  },
  {
    id: "templates",
    group: department,
    word: message("Report templates"),
    permissions: ["report-templates.manage"],
    page: lazily(() => import("./department/TemplatesPage.tsx")),
  },
  {
    id: "on-call",
    group: department,
    word: message("On call"),
    permissions: ["on-call.manage"],
    page: lazily(() => import("./department/OnCallPage.tsx")),
  },
  {
    id: "reading-targets",
    group: department,
    word: message("Reading targets"),
    permissions: ["reading.assign"],
    page: lazily(() => import("./department/TargetsPage.tsx")),
  },
  {
    id: "reconciliation",
    group: archive,
    word: message("Reconciliation"),
    permissions: ["images.correct"],
    page: lazily(() => import("./archive/DoubtsPage.tsx")),
  },
  {
    id: "quarantine",
    group: archive,
    word: message("Quarantine"),
    permissions: ["images.correct"],
    page: lazily(() => import("./archive/QuarantinePage.tsx")),
  },
  {
    id: "deleted",
    group: archive,
    word: message("Deleted"),
    permissions: ["retention.manage"],
    page: lazily(() => import("./archive/DeletionsPage.tsx")),
  },
  {
    id: "retention",
    group: archive,
    word: message("Retention"),
    permissions: ["retention.manage"],
    page: lazily(() => import("./archive/RetentionPage.tsx")),
  },
  {
    id: "jobs",
    group: archive,
    word: message("Jobs"),
    permissions: ["jobs.read"],
    page: lazily(() => import("./archive/JobsPage.tsx")),
  },
  {
    id: "policies",
    group: oversight,
    word: message("Finding policies"),
    permissions: ["finding-policies.manage"],
    page: lazily(() => import("./oversight/PoliciesPage.tsx")),
  },
  {
    id: "audit",
    group: oversight,
    word: message("Audit"),
    permissions: ["audit.read"],
    page: lazily(() => import("./oversight/AuditPage.tsx")),
  },
  {
    id: "break-glass",
    group: oversight,
    word: message("Break-glass"),
    permissions: ["audit.read"],
    page: lazily(() => import("./oversight/GlassPage.tsx")),
  },
  {
    id: "watched",
    group: oversight,
    word: message("Watched patients"),
    permissions: ["patients.vip"],
    page: lazily(() => import("./oversight/WatchedPage.tsx")),
  },
  {
    id: "health",
    group: oversight,
    word: message("Health"),
    permissions: ["jobs.read"],
    page: lazily(() => import("./oversight/HealthPage.tsx")),
  },
];

export const sectionsFor = (granted: readonly Permission[]) =>
  sections.filter(({ permissions }) => permissions.some((permission) => granted.includes(permission)));
