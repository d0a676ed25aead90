import { type Permission, type Reach, type Role, reachOf } from "@isocenter/contract";
import { Refusal } from "./refusal.ts";

/** On whose behalf something is done: a person, a machine with a key, a DICOM peer, or the system itself. */
export interface Viewer {
  readonly kind: "user" | "api-key" | "peer" | "link" | "system";
  /** User id, key id, AE title; `system` for the system. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The facilities whose records exist for this viewer. Every query on records binds them. */
  readonly facilityIds: readonly string[];
  /** Where new records go when nothing else says so; the first of the facilities. */
  readonly homeFacilityId: string;
  readonly requestId: string;
  /** Network address the request came from, for the audit; null for the system. */
  readonly address: string | null;
  /** For peers: what the modality's own permissions allow; undefined elsewhere. */
  readonly grants?: readonly Permission[];
  /** Patients whose records the viewer sees for a while although they are not in their care; left out where there are none. */
  readonly openGlass?: readonly OpenGlass[];
}

export interface OpenGlass {
  readonly patientId: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** The viewer without what has ended by now. */
export function withoutEndedGlass<T extends Pick<Viewer, "openGlass">>(viewer: T, now: Date): T {
  const open = viewer.openGlass?.filter(({ until }) => until > now.getTime());
  return open === undefined || open.length === viewer.openGlass?.length
    ? viewer
    : { ...viewer, openGlass: open };
}

/** How far the permission reaches for this viewer, or null where it is denied. */
export function reach(viewer: Viewer, permission: Permission): Reach | null {
  if (viewer.kind === "system") return "all";
  if (viewer.grants) return viewer.grants.includes(permission) ? "all" : null;
  return reachOf(viewer.roles, permission);
}

/** @throws Refusal `forbidden` where the viewer does not hold the permission. */
export function requirePermission(viewer: Viewer, permission: Permission): Reach {
  const held = reach(viewer, permission);
  if (held === null) throw new Refusal("forbidden", "forbidden", `This needs the permission ${permission}.`);
  return held;
}

/** The system acting by itself in some facilities, such as a job that settles studies. */
export function systemViewer(facilityIds: readonly string[], requestId = "system"): Viewer {
  return {
    kind: "system",
    id: "system",
    name: "Isocenter",
    roles: [],
    facilityIds,
    homeFacilityId: facilityIds[0] ?? "",
    requestId,
    address: null,
  };
}
