import { type Role, roles } from "@isocenter/contract";
import { type Reader, Refusal, readMember, type Viewer } from "../../platform/index.ts";

/** Users, keys and facilities are administered by people: a key that leaked must not make others. */
export function onlyPeople(viewer: Viewer): void {
  if (viewer.kind === "user" || viewer.kind === "system") return;
  throw new Refusal(
    "forbidden",
    "api-key.may-not",
    "Users, keys and facilities are administered by people, not by keys.",
  );
}

/** @throws Refusal `invalid` (`role.unknown`) */
export function readRoles(given: readonly string[], path: string): Role[] {
  const read = given.map((text, index) => readMember(roles, text, "role.unknown", `${path}.${index}`));
  return [...new Set(read)].sort();
}

/** Facilities that are to be given must be the viewer's own; others do not exist. @throws Refusal `invalid` (`facility.unknown`) */
export async function checkFacilities(
  db: Reader,
  viewer: Viewer,
  facilityIds: readonly string[],
  path: string,
): Promise<void> {
  const known = await db<{ id: string }[]>`
    select id from facility where id = any(${facilityIds as string[]}::uuid[]) and id = any(${viewer.facilityIds as string[]}::uuid[])`;
  const missing = facilityIds.filter((id) => !known.some((facility) => facility.id === id.toLowerCase()));
  if (missing.length === 0) return;
  throw new Refusal("invalid", "facility.unknown", `There is no facility ${missing[0]}.`, {
    errors: missing.map((id) => ({ path, message: `there is no facility ${id}` })),
  });
}

/** The database's own word for a value that is there already (SQLSTATE unique_violation). */
export const isDuplicate = (error: unknown): boolean => (error as { code?: string }).code === "23505";
