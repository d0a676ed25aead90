import type { Hl7System, Hl7SystemListQuery } from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { type Hl7SystemRow, type ListedSystemRow, listedSystem, systemOf } from "./system.ts";

/** @throws Refusal `not-found` (`hl7-system.not-found`), also where it belongs to a facility that is not the viewer's */
export async function systemRow(
  reader: Reader,
  viewer: Viewer,
  id: string,
  forUpdate = false,
): Promise<Hl7SystemRow> {
  const [row] = await reader<Hl7SystemRow[]>`
    select * from hl7_systems where id = ${id} and facility_id = any(${viewer.facilityIds as string[]}::uuid[])
    ${forUpdate ? reader`for update` : reader``}`;
  if (!row) throw new Refusal("not-found", "hl7-system.not-found", "There is no such system.");
  return row;
}

/** As it is shown, with what waits for it. @throws Refusal `not-found` (`hl7-system.not-found`) */
export async function shownSystem(reader: Reader, viewer: Viewer, id: string): Promise<Hl7System> {
  const [row] = await reader<ListedSystemRow[]>`
    select ${listedSystem(reader)} from hl7_systems s
    where s.id = ${id} and s.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`;
  if (!row) throw new Refusal("not-found", "hl7-system.not-found", "There is no such system.");
  return systemOf(row);
}

export async function getSystem(reader: Reader, viewer: Viewer, id: string): Promise<Hl7System> {
  requirePermission(viewer, "hl7.manage");
  return await shownSystem(reader, viewer, id);
}

/** By name when `sort` is left out. @throws Refusal `invalid` (`query.invalid-sort`, ...), `forbidden` */
export async function listSystems(
  reader: Reader,
  viewer: Viewer,
  query: Hl7SystemListQuery,
): Promise<ListPage<Hl7System>> {
  requirePermission(viewer, "hl7.manage");
  const page = await keysetPage<ListedSystemRow, "name" | "createdAt">(reader, query, {
    name: "hl7-systems",
    sorts: {
      name: { by: reader`s.name collate "C"`, type: "text" },
      createdAt: { by: reader`s.created_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: reader`s.id`,
    columns: listedSystem(reader),
    from: reader`hl7_systems s`,
    where: reader`s.facility_id = any(${viewer.facilityIds as string[]}::uuid[])`,
  });
  return mapPage(page, systemOf);
}
