import type { CareTeam, ReplaceCareTeam } from "@isocenter/contract";
import {
  checkVersion,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { activeUsersAmong, userNames } from "../identity/index.ts";
import type { PatientContext } from "./commands.ts";
import { getPatient } from "./queries.ts";

const source = "team";

export interface TeamMember {
  userId: string;
  /** What they are on the team; null where no team was named, and they care for the patient in another way. */
  role: string | null;
}

/**
 * Who is to be told of a patient at a facility, those who can sign in there now: the team that was named, the longest on it first; where none was, all
 * who care for the patient.
 */
export async function careTeamOf(
  reader: Reader,
  patientId: string,
  facilityId: string,
): Promise<TeamMember[]> {
  const related = await reader<TeamMember[]>`
    select person_id as "userId", max(role) as role from care_relation
    where patient_id = ${patientId} and facility_id = ${facilityId}
    group by person_id order by min(created_at), person_id limit 200`;
  const reachable = await activeUsersAmong(
    reader,
    facilityId,
    related.map(({ userId }) => userId),
  );
  const rows = related.filter(({ userId }) => reachable.some(({ id }) => id === userId));
  const named = rows.filter(({ role }) => role !== null);
  return named.length > 0 ? named : rows;
}

/** The viewer's facility whose team is meant. @throws Refusal `not-found` (`facility.not-found`) */
async function facilityOf(
  reader: Reader,
  viewer: Viewer,
  patientId: string,
  facilityId: string | undefined,
): Promise<string> {
  const { facilityIds, mergedInto } = await getPatient(reader, viewer, patientId);
  if (mergedInto !== null)
    throw new Refusal("conflict", "patient.merged", `Patient ${patientId} is merged into ${mergedInto}.`);
  const wanted =
    facilityId?.toLowerCase() ??
    (facilityIds.includes(viewer.homeFacilityId) ? viewer.homeFacilityId : facilityIds[0]);
  if (wanted !== undefined && facilityIds.includes(wanted)) return wanted;
  throw new Refusal("not-found", "facility.not-found", "There is no such facility that knows the patient.");
}

/** @throws Refusal `not-found` (`patient.not-found`, `facility.not-found`), `conflict` (`patient.merged`) */
export async function getCareTeam(
  reader: Reader,
  viewer: Viewer,
  patientId: string,
  facilityId?: string,
): Promise<CareTeam> {
  const facility = await facilityOf(reader, viewer, patientId, facilityId);
  const members = await reader<{ id: string; role: string; since: Date }[]>`
    select person_id as id, max(role) as role, min(created_at) as since from care_relation
    where patient_id = ${patientId} and facility_id = ${facility} and role is not null
    group by person_id order by min(created_at), person_id`;
  const names = await userNames(
    reader,
    members.map(({ id }) => id),
  );
  const [row] = await reader<{ version: number }[]>`
    select care_team_version as version from patient_facility where patient_id = ${patientId} and facility_id = ${facility}`;
  return {
    patientId,
    facilityId: facility,
    version: row?.version ?? 0,
    members: members.map(({ id, role, since }) => ({
      user: { id, name: names.get(id) ?? "" },
      role,
      since: since.toISOString(),
    })),
    actions: reach(viewer, "patients.write") === null ? [] : ["change"],
  };
}

/**
 * Names the team, which sees the patient from now on; who is named no more loses what the team gave, and keeps what orders and studies give.
 * @throws Refusal `not-found` (`patient.not-found`, `facility.not-found`), `conflict` (`version.conflict`, `patient.merged`), `invalid`
 *   (`care-team.twice`, `user.unknown`)
 */
export async function replaceCareTeam(
  tx: Tx,
  viewer: Viewer,
  patientId: string,
  input: ReplaceCareTeam,
  { clock, journal }: PatientContext,
): Promise<CareTeam> {
  requirePermission(viewer, "patients.write");
  // A merge waits for the patient's row, so that it takes the whole team along.
  await tx`select from patient where id = ${patientId} for no key update`;
  const facilityId = await facilityOf(tx, viewer, patientId, input.facilityId);
  const before = await getCareTeam(tx, viewer, patientId, facilityId);
  checkVersion(input.expectedVersion, before.version);
  const members = input.members.map(({ userId, role }) => ({
    userId: userId.toLowerCase(),
    role: role.trim(),
  }));
  await checkMembers(tx, facilityId, members);
  const since = new Map(before.members.map((member) => [member.user.id, new Date(member.since)]));
  await tx`
    delete from care_relation where patient_id = ${patientId} and facility_id = ${facilityId} and role is not null`;
  if (members.length > 0) {
    await tx`insert into care_relation ${tx(
      members.map(({ userId, role }) => ({
        patient_id: patientId,
        facility_id: facilityId,
        person_id: userId,
        source,
        role,
        created_at: since.get(userId) ?? clock.now(),
      })),
    )}`;
  }
  await tx`update patient_facility set care_team_version = care_team_version + 1
    where patient_id = ${patientId} and facility_id = ${facilityId}`;
  const now = members.map(({ userId }) => userId);
  const added = now.filter((id) => !since.has(id));
  const removed = [...since.keys()].filter((id) => !now.includes(id));
  await journal.record(tx, viewer, {
    type: "patient.care-team-changed",
    subject: { type: "patient", id: patientId },
    facilityId,
    patientId,
    people: [...now, ...removed],
    data: { members, added, removed },
  });
  return await getCareTeam(tx, viewer, patientId, facilityId);
}

async function checkMembers(
  tx: Tx,
  facilityId: string,
  members: readonly { userId: string }[],
): Promise<void> {
  const ids = members.map(({ userId }) => userId);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (twice >= 0) throw wrongMember(twice, "care-team.twice", "is named twice");
  const known = new Set((await activeUsersAmong(tx, facilityId, ids)).map(({ id }) => id));
  const stranger = ids.findIndex((id) => !known.has(id));
  if (stranger >= 0) throw wrongMember(stranger, "user.unknown", "must be an active user of the facility");
}

const wrongMember = (index: number, code: string, message: string): Refusal =>
  new Refusal("invalid", code, `members.${index}.userId ${message}.`, {
    errors: [{ path: `body.members.${index}.userId`, message }],
  });
