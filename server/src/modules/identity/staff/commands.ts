import type { ChangeStaff, CreateStaff, Staff } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { checkFacilities, isDuplicate } from "../access-rules.ts";
import type { IdentityDeps } from "../deps.ts";
import { departmentsNamed } from "./departments.ts";
import { checkUserOf } from "./people.ts";
import { findStaff, lockStaff, toStaff } from "./queries.ts";

/** One licence and one user are one person's: which of the two is taken, by the index that says so. */
function taken(error: unknown): unknown {
  if (!isDuplicate(error)) return error;
  const byUser = String((error as { constraint_name?: string }).constraint_name).includes("user");
  const [code, member, what] = byUser
    ? ["staff.user-taken", "userId", "Another member of staff is this user."]
    : ["staff.licence-taken", "licenceNumber", "Another member of staff has this licence number."];
  return new Refusal("conflict", code!, what!, { errors: [{ path: `body.${member}`, message: "is taken" }] });
}

async function writePlaces(
  tx: Tx,
  deps: IdentityDeps,
  staffId: string,
  facilityIds: readonly string[],
  department: string | null,
): Promise<void> {
  const departments = department === null ? null : await departmentsNamed(tx, deps, facilityIds, department);
  await tx`delete from staff_facility where staff_id = ${staffId}`;
  await tx`insert into staff_facility ${tx(
    facilityIds.map((facilityId, position) => ({
      staff_id: staffId,
      facility_id: facilityId,
      department_id: departments?.get(facilityId.toLowerCase()) ?? null,
      position,
    })),
  )}`;
}

const trimmed = (text: string | null | undefined): string | null => text?.trim() || null;

/**
 * Enters somebody who works at the viewer's facilities.
 * @throws Refusal `conflict` (`staff.licence-taken`, `staff.user-taken`), `invalid` (`facility.unknown`, `user.unknown`)
 */
export async function createStaff(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  input: CreateStaff,
): Promise<Staff> {
  requirePermission(viewer, "staff.manage");
  const { clock } = deps.platform;
  const facilityIds = (input.facilityIds ?? [viewer.homeFacilityId]).map((id) => id.toLowerCase());
  await checkFacilities(tx, viewer, facilityIds, "body.facilityIds");
  const userId = input.userId ?? null;
  if (userId !== null) await checkUserOf(tx, facilityIds, userId, "body.userId");
  const id = newId(clock);
  await tx`insert into staff ${tx({
    id,
    first_name: input.firstName.trim(),
    last_name: input.lastName.trim(),
    profession: input.profession.trim(),
    licence_number: trimmed(input.licenceNumber),
    email: input.email ?? null,
    phone: trimmed(input.phone),
    user_id: userId,
    active: input.active ?? true,
    created_at: clock.now(),
  })}`.catch((error: unknown) => {
    throw taken(error);
  });
  await writePlaces(tx, deps, id, facilityIds, trimmed(input.department));
  await deps.journal.record(tx, viewer, {
    type: "staff.created",
    subject: { type: "staff", id },
    facilityId: facilityIds[0] ?? null,
    people: userId === null ? [] : [userId],
    data: { facilityIds, userId },
  });
  return toStaff(viewer, await findStaff(tx, viewer, id));
}

/**
 * @throws Refusal `not-found` (`staff.not-found`), `forbidden` (`staff.beyond-your-facilities`), `conflict` (`version.conflict`, `staff.licence-taken`,
 *   `staff.user-taken`), `invalid` (`facility.unknown`, `user.unknown`)
 */
export async function changeStaff(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  id: string,
  { expectedVersion, ...input }: ChangeStaff,
): Promise<Staff> {
  requirePermission(viewer, "staff.manage");
  const before = await lockStaff(tx, viewer, id);
  checkVersion(expectedVersion, before.version);
  const facilityIds = (input.facilityIds ?? before.facilityIds).map((facility) => facility.toLowerCase());
  if (input.facilityIds) await checkFacilities(tx, viewer, facilityIds, "body.facilityIds");
  const userId = input.userId === undefined ? before.userId : input.userId;
  if (userId !== null && (input.userId || input.facilityIds))
    await checkUserOf(tx, facilityIds, userId, input.userId ? "body.userId" : "body.facilityIds");
  const kept = <T>(given: T | undefined, present: T): T => (given === undefined ? present : given);
  await tx`update staff set ${tx({
    first_name: input.firstName?.trim() ?? before.firstName,
    last_name: input.lastName?.trim() ?? before.lastName,
    profession: input.profession?.trim() ?? before.profession,
    licence_number: trimmed(kept(input.licenceNumber, before.licenceNumber)),
    email: kept(input.email, before.email),
    phone: trimmed(kept(input.phone, before.phone)),
    user_id: userId,
    active: input.active ?? before.active,
  })}, version = version + 1 where id = ${id}`.catch((error: unknown) => {
    throw taken(error);
  });
  if (input.facilityIds || input.department !== undefined)
    await writePlaces(tx, deps, id, facilityIds, trimmed(kept(input.department, before.department)));
  await deps.journal.record(tx, viewer, {
    type: "staff.changed",
    subject: { type: "staff", id },
    facilityId: facilityIds[0] ?? null,
    people: userId === null ? [] : [userId],
    data: { changed: Object.keys(input) },
  });
  return toStaff(viewer, await findStaff(tx, viewer, id));
}
