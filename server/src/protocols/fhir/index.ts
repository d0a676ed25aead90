/**
 * FHIR R4 under `/fhir`: the department's records as resources, read, searched and (orders) created. Owns the table `result_delivery`; rights and
 * facilities are checked in the queries of the modules it asks, which REST asks as well. Keeps: routes and CapabilityStatement come from one table of resources; what a search asks for and is not done is said; errors are OperationOutcomes; the signed versions of a patient's reports are sent on in their order, each until it is taken.
 */

import type { Archive } from "../../modules/archive/index.ts";
import type { Findings } from "../../modules/findings/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import { orderPlacing } from "../../modules/orders/index.ts";
import { type CriticalFindings, reportDesk } from "../../modules/reports/index.ts";
import type { App, Platform, Routes } from "../../platform/index.ts";
import { fhirPath } from "./paths.ts";
import type { FhirDeps } from "./resource.ts";
import { resources } from "./resources.ts";
import { registerResults } from "./results.ts";
import { registerFhir } from "./router.ts";

export interface FhirRoutesDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "getStudy">;
  findings: Findings;
  criticalFindings: CriticalFindings;
}

const partsOf = (deps: FhirRoutesDeps): FhirDeps => ({
  ...deps,
  desk: reportDesk(deps),
  placing: orderPlacing(deps),
});

/** Sends what is signed to the system of `EHR_SERVICE_URL`; before the jobs start. */
export const registerFhirResults = (deps: FhirRoutesDeps): void => registerResults(partsOf(deps));

/** For the root of the server; brings its own path. */
export function fhirRoutes(deps: FhirRoutesDeps): Routes {
  const parts = partsOf(deps);
  return async (app) => {
    await app.register(async (scope) => registerFhir(scope as unknown as App, parts, resources), {
      prefix: fhirPath,
    });
  };
}
