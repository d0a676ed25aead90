import type { Permission } from "@isocenter/contract";
import { type ComponentType, lazy } from "react";
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
    page: lazy(() => import("./people/UsersPage.tsx")),
  },
  {
    id: "roles",
    group: people,
    word: message("Roles"),
    permissions: ["users.manage"],
    page: lazy(() => import("./people/RolesPage.tsx")),
  },
  {
    id: "facilities",
    group: people,
    word: message("Facilities"),
    permissions: ["facilities.manage"],
    page: lazy(() => import("./people/FacilitiesPage.tsx")),
  },
  {
    id: "modalities",
    group: connections,
    word: message("Modalities"),
    permissions: ["modalities.manage"],
    page: lazy(() => import("./connections/ModalitiesPage.tsx")),
  },
  {
    id: "webhooks",
    group: connections,
    word: message("Webhooks"),
    permissions: ["webhooks.manage"],
    page: lazy(() => import("./connections/WebhooksPage.tsx")),
  },
  {
    id: "stations",
    group: department,
    word: message("Stations"),
    permissions: ["catalogue.manage"],
    page: lazy(() => import("./department/StationsPage.tsx")),
  },
  {
    id: "procedures",
    group: department,
    word: message("Procedures"),
    permissions: ["catalogue.manage", "prices.manage"],
    page: lazy(() => import("./department/ProceduresPage.tsx")),
  },
  {
    id: "reconciliation",
    group: archive,
    word: message("Reconciliation"),
    permissions: ["images.correct"],
    page: lazy(() => import("./archive/DoubtsPage.tsx")),
  },
  {
    id: "quarantine",
    group: archive,
    word: message("Quarantine"),
    permissions: ["images.correct"],
    page: lazy(() => import("./archive/QuarantinePage.tsx")),
  },
  {
    id: "deleted",
    group: archive,
    word: message("Deleted"),
    permissions: ["retention.manage"],
    page: lazy(() => import("./archive/DeletionsPage.tsx")),
  },
  {
    id: "retention",
    group: archive,
    word: message("Retention"),
    permissions: ["retention.manage"],
    page: lazy(() => import("./archive/RetentionPage.tsx")),
  },
  {
    id: "jobs",
    group: archive,
    word: message("Jobs"),
    permissions: ["jobs.read"],
    page: lazy(() => import("./archive/JobsPage.tsx")),
  },
  {
    id: "policies",
    group: oversight,
    word: message("Finding policies"),
    permissions: ["finding-policies.manage"],
    page: lazy(() => import("./oversight/PoliciesPage.tsx")),
  },
  {
    id: "audit",
    group: oversight,
    word: message("Audit"),
    permissions: ["audit.read"],
    page: lazy(() => import("./oversight/AuditPage.tsx")),
  },
  {
    id: "break-glass",
    group: oversight,
    word: message("Break-glass"),
    permissions: ["audit.read"],
    page: lazy(() => import("./oversight/GlassPage.tsx")),
  },
  {
    id: "health",
    group: oversight,
    word: message("Health"),
    permissions: ["jobs.read"],
    page: lazy(() => import("./oversight/HealthPage.tsx")),
  },
];

export const sectionsFor = (granted: readonly Permission[]) =>
  sections.filter(({ permissions }) => permissions.some((permission) => granted.includes(permission)));
