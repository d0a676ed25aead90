import { binaries } from "./binary.ts";
import { diagnosticReports } from "./diagnostic-report.ts";
import { endpoints } from "./endpoint.ts";
import { imagingStudies } from "./imaging-study.ts";
import { organizations } from "./organization.ts";
import { patients } from "./patient.ts";
import type { Resource } from "./resource.ts";
import { serviceRequests } from "./service-request.ts";

/** Every type there is: what is routed, and what the CapabilityStatement says. */
export const resources: readonly Resource[] = [
  patients,
  organizations,
  serviceRequests,
  imagingStudies,
  endpoints,
  diagnosticReports,
  binaries,
];
