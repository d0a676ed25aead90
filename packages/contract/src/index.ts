/** The REST contract of Isocenter: enumerations, the permission table, schemas of requests and responses. */
export * from "./doubt.ts";
export * from "./enumerations.ts";
export * from "./exports.ts";
export * from "./hosted.ts";
export * from "./identity.ts";
export * from "./images.ts";
export * from "./journal.ts";
export * from "./lists.ts";
export * from "./modalities.ts";
export * from "./patients.ts";
export * from "./permissions.ts";
export * from "./pictures.ts";
export * from "./remote.ts";
export * from "./routing.ts";
export * from "./sending.ts";
export * from "./studies.ts";
export * from "./workflow.ts";
