/**
 * Who is who: users with roles and facilities, their sessions, keys for machines; who works where and who is on call.
 *
 * Owns the tables `facility`, `app_user`, `user_role`, `user_facility`, `session`, `refresh_token`, `sign_in_failure`, `api_key`, `api_key_facility`,
 * `staff`, `staff_facility`, `department`, `on_call_roster`, `on_call`, `break_glass`. Records the facts `user.*`, `session.*`, `api-key.*`, `facility.*`, `staff.*`, `department.*`,
 * `on-call.changed`. Keeps: one person is on call for a service and level at a time; a session that ended or a user that was deactivated is refused from
 * then on; a refresh token is used once; there is always an administrator who can sign in; what stands in other
 * facilities does not exist for a viewer.
 */

export { type Founded, foundDemonstration, retireDemonstration } from "./demonstration.ts";
export type { IdentityDeps } from "./deps.ts";
export { findFacility, listFacilities } from "./facilities.ts";
export { ensureFirstStart } from "./first-start.ts";
export { type BrokenGlass, keepBrokenGlass } from "./glass.ts";
export { createIdentity, type IdentityOptions, type IdentityWithDeps } from "./identity.ts";
export { departmentHeadOf, type OnCallPerson, onCallAt, onCallColleagueOf } from "./on-call/ladder.ts";
export { onCallRoutes } from "./on-call/routes.ts";
export {
  type ListedUser,
  listUsersAsOperator,
  resetPasswordAsOperator,
  unlockUserAsOperator,
} from "./operator.ts";
export { configuredCost, createPasswordHasher, generatePassword, type PasswordHasher } from "./passwords.ts";
export { administrationRoutes } from "./routes-admin.ts";
export { sessionRoutes } from "./routes-session.ts";
export { endEverySession } from "./sessions.ts";
export { activeUsersAmong, activeUsersWith, clinicians, userByNumber, userNames } from "./staff/people.ts";
export {
  getPractitioner,
  type Practitioner,
  type PractitionerCondition,
  searchPractitioners,
} from "./staff/practitioners.ts";
export { staffRoutes } from "./staff/routes.ts";
export * from "./types.ts";
