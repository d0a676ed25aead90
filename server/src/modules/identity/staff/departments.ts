import type {
  ChangeDepartment,
  CreateDepartment,
  Department,
  DepartmentListQuery,
  departmentSortFields,
} from "@isocenter/contract";
import {
  checkVersion,
  keysetPage,
  type ListPage,
  mapPage,
  newId,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { isDuplicate } from "../access-rules.ts";
import type { IdentityDeps } from "../deps.ts";
import { checkUserOf } from "./people.ts";

interface DepartmentRow {
  id: string;
  facilityId: string;
  name: string;
  headId: string | null;
  headName: string | null;
  version: number;
  createdAt: Date;
}

const columns = (db: Reader) => db`
  d.id, d.facility_id as "facilityId", d.name, d.head_id as "headId", head.full_name as "headName", d.version,
  d.created_at as "createdAt"`;
const from = (db: Reader) => db`department d left join app_user head on head.id = d.head_id`;

const toDepartment = (viewer: Viewer, { headId, headName, ...row }: DepartmentRow): Department => ({
  ...row,
  head: headId === null ? null : { id: headId, name: headName ?? "" },
  createdAt: row.createdAt.toISOString(),
  actions: reach(viewer, "staff.manage") === null ? [] : ["edit"],
});

/** The departments of the viewer's facilities. */
export async function listDepartments(
  db: Reader,
  viewer: Viewer,
  query: DepartmentListQuery,
): Promise<ListPage<Department>> {
  const page = await keysetPage<DepartmentRow, (typeof departmentSortFields)[number]>(db, query, {
    name: "departments",
    sorts: {
      name: { by: db`lower(d.name)`, type: "text" },
      createdAt: { by: db`d.created_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: db`d.id`,
    columns: columns(db),
    from: from(db),
    where: db`d.facility_id = any(${viewer.facilityIds as string[]}::uuid[])
      ${query.facilityId === undefined ? db`` : db`and d.facility_id = ${query.facilityId}`}`,
  });
  return mapPage(page, (row) => toDepartment(viewer, row));
}

/** @throws Refusal `not-found` (`department.not-found`), also for one of a facility that is not the viewer's */
export async function findDepartment(db: Reader, viewer: Viewer, id: string): Promise<Department> {
  const [row] = await db<DepartmentRow[]>`
    select ${columns(db)} from ${from(db)}
    where d.id = ${id} and d.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`;
  if (!row) throw new Refusal("not-found", "department.not-found", "There is no such department.");
  return toDepartment(viewer, row);
}

const nameTaken = (name: string): Refusal =>
  new Refusal("conflict", "department.name-taken", `The facility has a department ${name}.`, {
    errors: [{ path: "body.name", message: "is taken" }],
  });

/**
 * @throws Refusal `not-found` (`facility.not-found`), `conflict` (`department.name-taken`), `invalid` (`user.unknown`: the head is no active
 *   user of the facility)
 */
export async function createDepartment(
  tx: Tx,
  { platform: { clock }, journal }: IdentityDeps,
  viewer: Viewer,
  input: CreateDepartment,
): Promise<Department> {
  requirePermission(viewer, "staff.manage");
  const facilityId = input.facilityId?.toLowerCase() ?? viewer.homeFacilityId;
  if (!viewer.facilityIds.includes(facilityId))
    throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  const headId = input.headId ?? null;
  if (headId !== null) await checkUserOf(tx, [facilityId], headId, "body.headId");
  const id = newId(clock);
  const name = input.name.trim();
  await tx`insert into department ${tx({ id, facility_id: facilityId, name, head_id: headId, created_at: clock.now() })}`.catch(
    (error: unknown) => {
      throw isDuplicate(error) ? nameTaken(name) : error;
    },
  );
  await journal.record(tx, viewer, {
    type: "department.created",
    subject: { type: "department", id },
    facilityId,
    people: headId === null ? [] : [headId],
    data: { headId },
  });
  return await findDepartment(tx, viewer, id);
}

/** @throws Refusal `not-found`, `conflict` (`version.conflict`, `department.name-taken`), `invalid` (`user.unknown`) */
export async function changeDepartment(
  tx: Tx,
  { journal }: IdentityDeps,
  viewer: Viewer,
  id: string,
  { expectedVersion, ...input }: ChangeDepartment,
): Promise<Department> {
  requirePermission(viewer, "staff.manage");
  await tx`select from department where id = ${id} for update`;
  const before = await findDepartment(tx, viewer, id);
  checkVersion(expectedVersion, before.version);
  const headId = input.headId === undefined ? (before.head?.id ?? null) : input.headId;
  if (input.headId) await checkUserOf(tx, [before.facilityId], input.headId, "body.headId");
  const name = input.name?.trim() ?? before.name;
  await tx`update department set name = ${name}, head_id = ${headId}, version = version + 1 where id = ${id}`.catch(
    (error: unknown) => {
      throw isDuplicate(error) ? nameTaken(name) : error;
    },
  );
  await journal.record(tx, viewer, {
    type: "department.changed",
    subject: { type: "department", id },
    facilityId: before.facilityId,
    people: headId === null ? [] : [headId],
    data: { changed: Object.keys(input), headId, headIdBefore: before.head?.id ?? null },
  });
  return await findDepartment(tx, viewer, id);
}

/** The department of the name in each of the facilities; made where there is none. */
export async function departmentsNamed(
  tx: Tx,
  { platform: { clock } }: IdentityDeps,
  facilityIds: readonly string[],
  name: string,
): Promise<Map<string, string>> {
  const rows = [...facilityIds]
    .sort()
    .map((facilityId) => ({ id: newId(clock), facility_id: facilityId, name, created_at: clock.now() }));
  await tx`insert into department ${tx(rows)} on conflict (facility_id, lower(name)) do nothing`;
  const found = await tx<{ id: string; facilityId: string }[]>`
    select id, facility_id as "facilityId" from department
    where facility_id = any(${facilityIds as string[]}::uuid[]) and lower(name) = lower(${name})`;
  return new Map(found.map(({ id, facilityId }) => [facilityId, id]));
}
