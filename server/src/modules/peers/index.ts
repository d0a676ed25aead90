/**
 * Peers: the applications that we know by AE title and address, and who may do what.
 *
 * Owns the tables `modality`, `knocking_caller`. Records the facts `modality.created`, `modality.changed`, `modality.removed`, `modality.echoed`,
 * `modality.refused`. Keeps: an AE title is one application; a caller is let in as what its title and its address say, within its
 * facility; a caller that is not known comes in from this machine alone; who was refused is put down, within a bound.
 */

import type { Platform } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { type Resolve, resolveByDns } from "./address.ts";
import { type Caller, createRecognition, type Peer } from "./recognize.ts";

export type { Resolve } from "./address.ts";
export type { Caller, Peer } from "./recognize.ts";
export { modalityRoutes } from "./routes.ts";

/** The door of peers for protocols. */
export interface Peers {
  /** Who calls, or null for a caller that may not come in; it is then found under `/modalities/knocking`. */
  recognize(caller: Caller): Promise<Peer | null>;
}

export function createPeers(
  platform: Platform,
  journal: Journal,
  options: { resolve?: Resolve } = {},
): Peers {
  return { recognize: createRecognition(platform, journal, options.resolve ?? resolveByDns) };
}
