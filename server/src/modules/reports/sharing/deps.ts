import { apiPrefixes, originOf, type Platform } from "../../../platform/index.ts";
import type { Archive } from "../../archive/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { Rendering } from "../../rendering/index.ts";
import type { CriticalFindings } from "../papers/read-paper.ts";

/** What the routes of links need. */
export interface ShareRoutesDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "getStudy" | "listImages" | "locateById" | "openObject">;
  rendering: Pick<Rendering, "renderInstance">;
  criticalFindings?: CriticalFindings;
}

/** Where links lie, as whoever opens them reaches us. */
export const baseOf = ({ config }: Platform, request: Parameters<typeof originOf>[1]): string =>
  `${originOf(config, request)}${apiPrefixes[0]}/shares`;
