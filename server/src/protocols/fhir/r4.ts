/** The resources of FHIR R4 (4.0.1) as types. */
export type * from "fhir/r4.js";
