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
];

export const sectionsFor = (granted: readonly Permission[]) =>
  sections.filter(({ permissions }) => permissions.some((permission) => granted.includes(permission)));
