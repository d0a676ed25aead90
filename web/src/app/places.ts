import type { Permission } from "@isocenter/contract";
import type { IconName } from "../kit/Icon.tsx";
import { message } from "../words/words.ts";

/** A page that one goes to: in the rail, by `G` and its key, and in the command palette. */
export interface Place {
  to: string;
  word: string;
  icon: IconName;
  /** The second key after `G`. */
  key: string;
  /** Who has none of these does not see the place. */
  permissions: readonly Permission[];
  /** Who has this has another place in its stead. */
  unless?: Permission;
}

/** In the order of the rail. */
export const places = [
  { to: "/reading", word: message("Reading"), icon: "list", key: "r", permissions: ["reading.claim"] },
  {
    to: "/results",
    word: message("Results"),
    icon: "list",
    key: "e",
    permissions: ["findings.acknowledge"],
    unless: "reading.claim",
  },
  { to: "/station", word: message("Station"), icon: "console", key: "t", permissions: ["images.correct"] },
  { to: "/findings", word: message("Findings"), icon: "bell", key: "f", permissions: ["findings.read"] },
  { to: "/patients", word: message("Patients"), icon: "person", key: "p", permissions: ["patients.read"] },
  { to: "/orders", word: message("Orders"), icon: "file", key: "o", permissions: ["orders.read"] },
  {
    to: "/schedule",
    word: message("Schedule|place"),
    icon: "calendar",
    key: "c",
    permissions: ["studies.write"],
  },
  { to: "/studies", word: message("Studies"), icon: "scan", key: "s", permissions: ["images.read"] },
  { to: "/billing", word: message("Billing"), icon: "bill", key: "b", permissions: ["bills.read"] },
  { to: "/analytics", word: message("Insight"), icon: "chart", key: "i", permissions: ["analytics.read"] },
  {
    to: "/administration",
    word: message("Admin"),
    icon: "gear",
    key: "a",
    permissions: [
      "users.manage",
      "modalities.manage",
      "catalogue.manage",
      "images.correct",
      "images.export",
      "on-call.manage",
      "report-templates.manage",
    ],
  },
] as const satisfies readonly Place[];

/** Where a person's day begins: the first of these whose permission they hold. */
const homes = [
  ["users.manage", "/studies"],
  ["reading.claim", "/reading"],
  ["findings.acknowledge", "/results"],
  ["images.correct", "/station"],
  ["images.read", "/studies"],
  ["patients.write", "/patients"],
  ["bills.read", "/billing"],
  ["patients.read", "/patients"],
] as const satisfies readonly (readonly [Permission, Place["to"]])[];

export const homeFor = (granted: readonly Permission[]) =>
  homes.find(([permission]) => granted.includes(permission))?.[1] ?? "/studies";

/** The places that a person with these permissions can use. */
export const placesFor = (granted: readonly Permission[]) =>
  (places as readonly Place[]).filter(
    ({ permissions, unless }) =>
      permissions.some((permission) => granted.includes(permission)) && !(unless && granted.includes(unless)),
  );
