import type { Peer } from "../../modules/peers/index.ts";
import type { QueryExtensions } from "./offers.ts";

/** What stays with an association: who it is, and what was negotiated for its queries, by SOP class. */
export interface Caller {
  peer: Peer;
  queries: ReadonlyMap<string, QueryExtensions>;
}
