import { auditEvents } from "./audit-event.ts";
import { binaries } from "./binary.ts";
import { communications } from "./communication.ts";
import { diagnosticReports } from "./diagnostic-report.ts";
import { endpoints } from "./endpoint.ts";
import { imagingStudies } from "./imaging-study.ts";
import { organizations } from "./organization.ts";
import { patients } from "./patient.ts";
import { practitioners } from "./practitioner.ts";
import type { Resource } from "./resource.ts";
import { serviceRequests } from "./service-request.ts";
import { tasks } from "./task.ts";

/** Every type there is: what is routed, and what the CapabilityStatement says. */
export const resources: readonly Resource[] = [
  patients,
  practitioners,
  organizations,
  serviceRequests,
  tasks,
  imagingStudies,
  endpoints,
  diagnosticReports,
  communications,
  auditEvents,
  binaries,
];
