import type { Staff, StaffListQuery, staffSortFields } from "@isocenter/contract";
import {
  escapeLike,
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  reach,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";

interface StaffRow {
  id: string;
  firstName: string;
  lastName: string;
  profession: string;
  department: string | null;
  departmentId: string | null;
  licenceNumber: string | null;
  email: string | null;
  phone: string | null;
  facilityIds: string[];
  userId: string | null;
  active: boolean;
  version: number;
  createdAt: Date;
  /** Also works where the viewer does not. */
  beyond: boolean;
}

const mine = (db: Reader, viewer: Viewer) =>
  db`f.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`;

/** Facilities and department are those that the viewer belongs to as well. */
const columns = (db: Reader, viewer: Viewer) => db`
  s.id, s.first_name as "firstName", s.last_name as "lastName", s.profession, s.licence_number as "licenceNumber", s.email, s.phone,
  s.user_id as "userId", s.active, s.version, s.created_at as "createdAt", place.name as department, place.id as "departmentId",
  array(select f.facility_id from staff_facility f where f.staff_id = s.id and ${mine(db, viewer)} order by f.position) as "facilityIds",
  exists (select from staff_facility f where f.staff_id = s.id and not ${mine(db, viewer)}) as beyond`;

const from = (db: Reader, viewer: Viewer) => db`
  staff s left join lateral (
    select d.id, d.name from staff_facility f join department d on d.id = f.department_id
    where f.staff_id = s.id and ${mine(db, viewer)} order by f.position limit 1) place on true`;

const visible = (db: Reader, viewer: Viewer) => db`
  exists (select from staff_facility f where f.staff_id = s.id and ${mine(db, viewer)})`;

export function toStaff(viewer: Viewer, { beyond, ...row }: StaffRow): Staff {
  const may = reach(viewer, "staff.manage") !== null && !beyond;
  return { ...row, createdAt: row.createdAt.toISOString(), actions: may ? ["edit"] : [] };
}

/** @throws Refusal `not-found` (`staff.not-found`), also for who works at none of the viewer's facilities */
export async function findStaff(db: Reader, viewer: Viewer, id: string): Promise<StaffRow> {
  const [row] = await db<StaffRow[]>`
    select ${columns(db, viewer)} from ${from(db, viewer)} where s.id = ${id} and ${visible(db, viewer)}`;
  if (!row) throw new Refusal("not-found", "staff.not-found", "There is no such member of staff.");
  return row;
}

/** The same, locked for a change. @throws Refusal `forbidden` (`staff.beyond-your-facilities`) too */
export async function lockStaff(tx: Tx, viewer: Viewer, id: string): Promise<StaffRow> {
  await tx`select from staff where id = ${id} for update`;
  const row = await findStaff(tx, viewer, id);
  if (!row.beyond) return row;
  throw new Refusal(
    "forbidden",
    "staff.beyond-your-facilities",
    "This person also works at facilities that are not yours: somebody who belongs to them must make the change.",
  );
}

/** By name when `sort` is left out. */
export async function listStaff(db: Reader, viewer: Viewer, query: StaffListQuery): Promise<ListPage<Staff>> {
  const words = (query.query ?? "").split(/\s+/).filter((word) => word !== "");
  const patterns = words.slice(0, 8).map((word) => `%${escapeLike(word)}%`);
  const where = db`
    ${visible(db, viewer)}
    ${patterns.length === 0 ? db`` : db`and concat_ws(E'\\n', s.first_name, s.last_name, s.email, s.licence_number) ilike all(${patterns}::text[])`}
    ${query.profession === undefined ? db`` : db`and lower(s.profession) = lower(${query.profession.trim()})`}
    ${
      query.department === undefined
        ? db``
        : db`and exists (select from staff_facility f join department d on d.id = f.department_id
            where f.staff_id = s.id and ${mine(db, viewer)} and lower(d.name) = lower(${query.department.trim()}))`
    }
    ${
      query.facilityId === undefined
        ? db``
        : db`and exists (select from staff_facility f where f.staff_id = s.id and ${mine(db, viewer)} and f.facility_id = ${query.facilityId})`
    }
    ${query.userId === undefined ? db`` : db`and s.user_id = ${query.userId}`}
    ${query.active === undefined ? db`` : db`and s.active = ${query.active}`}`;
  const page = await keysetPage<StaffRow, (typeof staffSortFields)[number]>(db, query, {
    name: "staff",
    sorts: {
      name: { by: db`lower(s.last_name)`, type: "text" },
      profession: { by: db`lower(s.profession)`, type: "text" },
      createdAt: { by: db`s.created_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: db`s.id`,
    columns: columns(db, viewer),
    from: from(db, viewer),
    where,
  });
  return mapPage(page, (row) => toStaff(viewer, row));
}
