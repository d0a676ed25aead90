import type { Clock } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";

/** What the commands stand on. */
export interface PeersDeps {
  clock: Clock;
  journal: Journal;
}
