import type { Header } from "@isocenter/hl7";
import type { Journal } from "../../../modules/journal/index.ts";
import type { MergeFollower } from "../../../modules/patients/index.ts";
import type { Hl7SystemRow } from "../../../modules/peers/index.ts";
import type { Clock, Viewer } from "../../../platform/index.ts";

/** A message of a system that is known. */
export interface Inbound {
  header: Header;
  system: Hl7SystemRow;
  /** Its facility, which bounds what it may touch, and the issuer of identifiers that name none. */
  place: { facilityId: string; timeZone: string; issuer: string };
  viewer: Viewer;
}

export interface InboundDeps {
  clock: Clock;
  journal: Journal;
  /** Of a merge: the rooms that have records of patients. */
  followers: readonly MergeFollower[];
}

/** What a message was about. */
export interface Done {
  patientId: string | null;
  /** The order. */
  subject: string | null;
}
