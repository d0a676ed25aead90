/**
 * FHIR R4 under `/fhir`: the department's records as resources, read, searched and (orders) created. Owns no tables; rights and
 * facilities are checked in the queries of the modules it asks, which REST asks as well. Keeps: routes and CapabilityStatement come from one table of resources; what a search asks for and is not done is said; errors are OperationOutcomes.
 */

import type { Archive } from "../../modules/archive/index.ts";
import type { Findings } from "../../modules/findings/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import { orderPlacing } from "../../modules/orders/index.ts";
import { type CriticalFindings, reportDesk } from "../../modules/reports/index.ts";
import type { App, Platform, Routes } from "../../platform/index.ts";
import { resources } from "./resources.ts";
import { fhirPath, registerFhir } from "./router.ts";

export interface FhirRoutesDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "getStudy">;
  findings: Findings;
  criticalFindings: CriticalFindings;
}

/** For the root of the server; brings its own path. */
export function fhirRoutes(deps: FhirRoutesDeps): Routes {
  const { platform, journal } = deps;
  const parts = {
    ...deps,
    desk: reportDesk({ platform, journal }),
    placing: orderPlacing({ platform, journal }),
  };
  return async (app) => {
    await app.register(async (scope) => registerFhir(scope as unknown as App, parts, resources), {
      prefix: fhirPath,
    });
  };
}
