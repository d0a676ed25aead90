import type {
  ChangeStation,
  CreateStation,
  OpeningHours,
  Station,
  StationListQuery,
  stationSortFields,
} from "@isocenter/contract";
import { modalitiesOfOrder, weekdays } from "@isocenter/contract";
import {
  checkVersion,
  type Fragment,
  keysetPage,
  type ListPage,
  mapPage,
  newId,
  type Reader,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { allOf } from "../patients/index.ts";
import { checkOpeningHours } from "./calendar.ts";
import type { OrderContext } from "./context.ts";
import { readModalityOf } from "./examination.ts";
import { ofFacilities, placeOf } from "./facility.ts";
import { conflict, isDuplicate, noStation } from "./refusals.ts";

interface StationRow extends Omit<Station, "createdAt" | "updatedAt" | "actions"> {
  createdAt: Date;
  updatedAt: Date;
}

const columns = (sql: Reader): Fragment => sql`
  s.id, s.facility_id as "facilityId", s.ae_title as "aeTitle", s.name, s.modalities, s.opening_hours as "openingHours", s.active, s.version,
  s.created_at as "createdAt", s.updated_at as "updatedAt"`;

const toStation = (viewer: Viewer, row: StationRow): Station => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  actions: reach(viewer, "catalogue.manage") === null ? [] : ["change"],
});

/** @throws Refusal `not-found` (`station.not-found`), also where it is of a facility that is not the viewer's */
export async function getStation(reader: Reader, viewer: Viewer, id: string): Promise<Station> {
  const [row] = await reader<StationRow[]>`
    select ${columns(reader)} from station s where s.id = ${id} and ${ofFacilities(reader, viewer, "s.facility_id")}`;
  if (!row) throw noStation();
  return toStation(viewer, row);
}

/** By AE title where `sort` is left out. */
export async function listStations(
  reader: Reader,
  viewer: Viewer,
  query: StationListQuery,
): Promise<ListPage<Station>> {
  const sql = reader;
  const where = [ofFacilities(sql, viewer, "s.facility_id")];
  if (query.facilityId !== undefined) where.push(sql`s.facility_id = ${query.facilityId}`);
  if (query.aeTitle !== undefined) where.push(sql`s.ae_title = ${query.aeTitle.trim()}`);
  if (query.active !== undefined) where.push(sql`s.active = ${query.active}`);
  if (query.modality !== undefined) {
    const codes = modalitiesOfOrder(readModalityOf(query.modality, "querystring.modality"));
    where.push(sql`s.modalities @> ${[...codes]}::text[]`);
  }
  const page = await keysetPage<StationRow, (typeof stationSortFields)[number]>(reader, query, {
    name: "stations",
    sorts: { aeTitle: { by: sql`s.ae_title`, type: "text" }, name: { by: sql`lower(s.name)`, type: "text" } },
    fallback: "aeTitle",
    id: sql`s.id`,
    columns: columns(sql),
    from: sql`station s`,
    where: allOf(sql, where),
  });
  return mapPage(page, (row) => toStation(viewer, row));
}

const aroundTheClock: OpeningHours = Object.fromEntries(weekdays.map((day) => [day, [["00:00", "24:00"]]]));

/** PET_CT is written as PT and CT: what a machine can do is said in DICOM's codes. */
const readModalities = (given: readonly string[]): string[] => [
  ...new Set(
    given.flatMap((text, index) => [...modalitiesOfOrder(readModalityOf(text, `body.modalities.${index}`))]),
  ),
];

const titleTaken = (aeTitle: string) => (error: unknown) => {
  throw isDuplicate(error)
    ? conflict("station.title-taken", `Another station of the facility has the AE title ${aeTitle}.`)
    : error;
};

/** @throws Refusal `forbidden`, `not-found` (`facility.not-found`), `conflict` (`station.title-taken`), `invalid` */
export async function createStation(
  tx: Tx,
  viewer: Viewer,
  input: CreateStation,
  { clock, journal }: OrderContext,
): Promise<string> {
  requirePermission(viewer, "catalogue.manage");
  const { facilityId } = await placeOf(tx, viewer, input.facilityId);
  const id = newId(clock);
  const openingHours = input.openingHours ?? aroundTheClock;
  checkOpeningHours(openingHours);
  await tx`insert into station ${tx({
    id,
    facility_id: facilityId,
    ae_title: input.aeTitle,
    name: input.name?.trim() ?? input.aeTitle,
    modalities: readModalities(input.modalities),
    opening_hours: tx.json(openingHours as never),
    active: input.active ?? true,
    created_at: clock.now(),
    updated_at: clock.now(),
  })}`.catch(titleTaken(input.aeTitle));
  await journal.record(tx, viewer, {
    type: "station.created",
    subject: { type: "station", id },
    facilityId,
    data: { aeTitle: input.aeTitle },
  });
  return id;
}

/** Appointments that were made stay; those to come are told another AE title. @throws as `createStation`, `conflict` (`version.conflict`) */
export async function changeStation(
  tx: Tx,
  viewer: Viewer,
  id: string,
  { expectedVersion, ...input }: ChangeStation,
  { clock, journal }: OrderContext,
): Promise<void> {
  requirePermission(viewer, "catalogue.manage");
  const [before] = await tx<{ version: number; facilityId: string; aeTitle: string }[]>`
    select version, facility_id as "facilityId", ae_title as "aeTitle" from station s
    where s.id = ${id} and ${ofFacilities(tx, viewer, "s.facility_id")} for update`;
  if (!before) throw noStation();
  checkVersion(expectedVersion, before.version);
  if (input.openingHours) checkOpeningHours(input.openingHours);
  const fields = Object.keys(input);
  if (fields.length === 0) return;
  await tx`update station set ${tx({
    ...(input.aeTitle === undefined ? {} : { ae_title: input.aeTitle }),
    ...(input.name === undefined ? {} : { name: input.name.trim() }),
    ...(input.modalities === undefined ? {} : { modalities: readModalities(input.modalities) }),
    ...(input.openingHours === undefined ? {} : { opening_hours: tx.json(input.openingHours as never) }),
    ...(input.active === undefined ? {} : { active: input.active }),
    updated_at: clock.now(),
  })}, version = version + 1 where id = ${id}`.catch(titleTaken(input.aeTitle ?? before.aeTitle));
  if (input.aeTitle !== undefined && input.aeTitle !== before.aeTitle)
    await retitle(tx, id, input.aeTitle, clock.now());
  await journal.record(tx, viewer, {
    type: "station.changed",
    subject: { type: "station", id },
    facilityId: before.facilityId,
    data: { fields, aeTitle: input.aeTitle ?? before.aeTitle },
  });
}

/** Steps that have not begun, and their orders, name the station as it is called now. */
async function retitle(tx: Tx, stationId: string, aeTitle: string, at: Date): Promise<void> {
  await tx`
    with told as (
      update scheduled_step set station_ae_title = ${aeTitle}, updated_at = ${at}, version = version + 1
      where station_id = ${stationId} and status in ('PENDING', 'SCHEDULED', 'ARRIVED', 'READY') returning order_id)
    update imaging_order set station_ae_title = ${aeTitle}, updated_at = ${at}, version = version + 1
    where id in (select order_id from told)`;
}
