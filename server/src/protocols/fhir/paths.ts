/** Where FHIR answers. */
export const fhirPath = "/fhir";
