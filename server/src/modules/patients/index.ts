/**
 * Patients: demographics, identifiers and their issuers, who cares for whom.
 *
 * Owns the tables `patient`, `patient_identifier`, `patient_facility`, `patient_merge`, `care_relation`, `proof_attempt`. Records the facts
 * `patient.created`, `patient.changed`, `patient.care-team-changed`, `patient.merged`, `patient.merge-undone`, `access.broken-glass` and `access.care-claimed`. Keeps: an identifier of an issuer belongs to one patient; identities that conflict are never merged silently; what a person corrected
 * images do not overwrite; a patient exists for a viewer through the facilities that know them and, where the right reaches no further, through care.
 */
export { breakGlassRoutes } from "./break-glass/routes.ts";
export { privacyOfficers } from "./break-glass/watchers.ts";
export { careTeamOf, type TeamMember } from "./care-team.ts";
export { type CareClaim, claimCare } from "./claim-care.ts";
export { addCareRelations, changePatient, createPatient } from "./commands.ts";
export { type SaidIdentity, saidOfPatient, sexOf } from "./fits.ts";
export {
  addMemberships,
  type IdentifiedPatient,
  type IdentifierOwners,
  identifierOwners,
  identifyPatients,
  type PatientClaim,
} from "./identify.ts";
export { type MergeContext, type MergeFollower, mergePatients, undoMerge } from "./merge.ts";
export { survivorOf, survivorSql } from "./merged.ts";
export { allOf, anyOf, hasWord, type NameColumns, nameMatches } from "./name-search.ts";
export { foldPattern, foldText } from "./names.ts";
export {
  displayName,
  type Identity,
  identityFits,
  joinName,
  nameKeys,
  nameParts,
  namesFit,
  type Sex,
} from "./patient.ts";
export { careOf, countProof, findByIdentifier, forgetProof, knownPatient } from "./proof.ts";
export {
  type AcceptedBefore,
  acceptProvisional,
  dropMembership,
  ensureMembership,
  undoAcceptance,
} from "./provisional.ts";
export {
  careRelationsAmong,
  getPatient,
  listPatients,
  listPatientsByIds,
  patientOnceKnown,
  requirePatient,
  searchWords,
  wholeName,
} from "./queries.ts";
export { noPatient } from "./refusals.ts";
export { registerPatient, type SaidPatient } from "./register.ts";
export { patientRoutes } from "./routes.ts";
export { careRoutes } from "./routes-care.ts";
export { mergeRoutes } from "./routes-merge.ts";
export { type PatientCondition, type PatientSort, searchPatients, type TextMatch } from "./search.ts";
export {
  facilities,
  firstIdentifier,
  hasIdentifierLike,
  hasIssuerLike,
  inCareOf,
  patientNameColumns,
  strictlyInCareOf,
} from "./sql.ts";
export { type SummaryColumns, summaryColumns, toPatientSummary } from "./summary.ts";
