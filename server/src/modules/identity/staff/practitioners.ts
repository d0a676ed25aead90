import {
  escapeLike,
  type Fragment,
  keysetPage,
  type ListPage,
  type ListRange,
  type Reader,
  Refusal,
  type Viewer,
} from "../../../platform/index.ts";

/** Somebody who works at one of the viewer's facilities: who signs in, with what is known of them as staff, or a member of staff who does not. */
export interface Practitioner {
  /** Of the user where there is one, else of the member of staff. */
  id: string;
  name: string;
  family: string | null;
  given: string | null;
  profession: string | null;
  licenceNumber: string | null;
  email: string | null;
  phone: string | null;
  active: boolean;
  /** Of the facilities that the viewer belongs to as well. */
  facilityIds: string[];
  version: number;
}

/** One of its values must fit. */
export type PractitionerCondition =
  | { by: "ids"; values: readonly string[] }
  | { by: "name" | "family" | "given"; values: readonly string[]; how: "starts" | "contains" | "exact" }
  | { by: "licence"; values: readonly string[] }
  | { by: "active"; values: readonly boolean[] }
  | { by: "none" };

/** People of the house are a few hundred: what is known of each is put together here. */
const from = (db: Reader, viewer: Viewer): Fragment => {
  const mine = [...viewer.facilityIds];
  return db`(
    select u.id, u.full_name as name, s.last_name as family, s.first_name as given, s.profession, s.licence_number as "licenceNumber",
      s.email, s.phone, u.active, coalesce(s.version, 0) as version,
      array(select f.facility_id from user_facility f where f.user_id = u.id and f.facility_id = any(${mine}::uuid[]) order by f.position) as "facilityIds"
    from app_user u left join lateral (
      select s.* from staff s where s.user_id = u.id and exists (
        select from staff_facility f where f.staff_id = s.id and f.facility_id = any(${mine}::uuid[])) order by s.id limit 1) s on true
    where exists (select from user_facility f where f.user_id = u.id and f.facility_id = any(${mine}::uuid[]))
    union all
    select s.id, concat_ws(' ', s.first_name, s.last_name), s.last_name, s.first_name, s.profession, s.licence_number, s.email, s.phone, s.active,
      s.version,
      array(select f.facility_id from staff_facility f where f.staff_id = s.id and f.facility_id = any(${mine}::uuid[]) order by f.position)
    from staff s where s.user_id is null and exists (
      select from staff_facility f where f.staff_id = s.id and f.facility_id = any(${mine}::uuid[]))) pr`;
};

/** All of the conditions; by name when `sort` is left out. @throws Refusal `invalid` */
export async function searchPractitioners(
  db: Reader,
  viewer: Viewer,
  conditions: readonly PractitionerCondition[],
  range: ListRange & { sort?: string },
): Promise<ListPage<Practitioner>> {
  const where = conditions.reduce((all, one) => db`${all} and ${sqlOf(db, one)}`, db`true`);
  return await keysetPage<Practitioner, "name">(db, range, {
    name: "practitioners",
    sorts: { name: { by: db`lower(pr.name)`, type: "text" } },
    fallback: "name",
    id: db`pr.id`,
    columns: db`pr.*`,
    from: from(db, viewer),
    where,
    bothWays: true,
  });
}

/** @throws Refusal `not-found` (`practitioner.not-found`) */
export async function getPractitioner(db: Reader, viewer: Viewer, id: string): Promise<Practitioner> {
  const { data } = await searchPractitioners(db, viewer, [{ by: "ids", values: [id] }], { limit: 1 });
  if (!data[0]) throw new Refusal("not-found", "practitioner.not-found", "There is no such practitioner.");
  return data[0];
}

function sqlOf(db: Reader, condition: PractitionerCondition): Fragment {
  switch (condition.by) {
    case "ids":
      return db`pr.id = any(${[...condition.values]}::uuid[])`;
    case "licence":
      return db`pr."licenceNumber" = any(${[...condition.values]}::text[])`;
    case "active":
      return db`pr.active::text = any(${condition.values.map(String)}::text[])`;
    case "name":
    case "family":
    case "given": {
      const column = db.unsafe(`pr.${condition.by}`);
      if (condition.how === "exact") return db`${column} = any(${[...condition.values]}::text[])`;
      const texts = condition.values.map(escapeLike);
      if (condition.how === "contains")
        return db`${column} ilike any(${texts.map((text) => `%${text}%`)}::text[])`;
      // Each word of a name may be what is looked for.
      return db`(${column} ilike any(${texts.map((text) => `${text}%`)}::text[]) or ${column} ilike any(${texts.map((text) => `% ${text}%`)}::text[]))`;
    }
    case "none":
      return db`false`;
  }
}
