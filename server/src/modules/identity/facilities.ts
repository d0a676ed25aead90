import {
  type CreateFacilityRequest,
  type FacilityDetails,
  type FacilityLanguage,
  type FacilityListQuery,
  facilityLanguages,
  type facilitySortFields,
  type UpdateFacilityRequest,
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
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { onlyPeople } from "./access-rules.ts";
import { announceChange, type IdentityDeps } from "./deps.ts";
import { defaultIssuer } from "./first-start.ts";
import { checkUserOf } from "./staff/people.ts";

interface FacilityRow {
  id: string;
  name: string;
  timeZone: string;
  language: FacilityLanguage;
  patientIdIssuer: string;
  address: string;
  phone: string;
  privacyOfficerId: string | null;
  version: number;
  createdAt: Date;
}

const columns = (db: Reader) => db`
  id, name, time_zone as "timeZone", language, patient_id_issuer as "patientIdIssuer", address, phone, privacy_officer_id as "privacyOfficerId", version, created_at as "createdAt"`;

const toFacility = (viewer: Viewer, row: FacilityRow): FacilityDetails => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  actions: viewer.kind === "user" && reach(viewer, "facilities.manage") !== null ? ["edit"] : [],
});

/** The viewer's facilities. */
export async function listFacilities(
  db: Reader,
  viewer: Viewer,
  query: FacilityListQuery,
): Promise<ListPage<FacilityDetails>> {
  const page = await keysetPage<FacilityRow, (typeof facilitySortFields)[number]>(db, query, {
    name: "facilities",
    sorts: {
      name: { by: db`lower(name)`, type: "text" },
      createdAt: { by: db`created_at`, type: "timestamptz" },
    },
    fallback: "name",
    id: db`id`,
    columns: columns(db),
    from: db`facility`,
    where: db`id = any(${viewer.facilityIds as string[]}::uuid[])`,
  });
  return mapPage(page, (row) => toFacility(viewer, row));
}

/** @throws Refusal `not-found` (`facility.not-found`), also for a facility that is not the viewer's */
export async function findFacility(db: Reader, viewer: Viewer, id: string): Promise<FacilityDetails> {
  const [row] = await db<FacilityRow[]>`
    select ${columns(db)} from facility where id = ${id} and id = any(${viewer.facilityIds as string[]}::uuid[])`;
  if (!row) throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  return toFacility(viewer, row);
}

/** The name as the IANA data base spells it. @throws Refusal `invalid` (`facility.unknown-time-zone`) */
function readTimeZone(timeZone: string): string {
  try {
    // Offsets such as +02:00 are taken by Intl as well; they know no summer time.
    if (/^[A-Za-z]/.test(timeZone))
      return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    // Answered below.
  }
  const message = "must be an IANA time zone, such as Europe/Berlin";
  throw new Refusal("invalid", "facility.unknown-time-zone", `timeZone ${message}.`, {
    errors: [{ path: "body.timeZone", message }],
  });
}

/** Of those that letters are written in, in any case. @throws Refusal `invalid` (`facility.unknown-language`) */
function readLanguage(text: string): FacilityLanguage {
  const found = facilityLanguages.find((one) => one === text.trim().toLowerCase());
  if (found !== undefined) return found;
  const message = `must be one of ${facilityLanguages.join(", ")}`;
  throw new Refusal("invalid", "facility.unknown-language", `language ${message}.`, {
    errors: [{ path: "body.language", message }],
  });
}

/** The lines that say something. */
const linesOf = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");

/** Makes a facility, which its creator belongs to from now on; time zone and language of the creator's own where none is given. */
export async function createFacility(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  input: CreateFacilityRequest,
): Promise<FacilityDetails> {
  onlyPeople(viewer);
  const { clock } = deps.platform;
  const id = newId(clock);
  const name = input.name.trim();
  const [home] = await tx<{ timeZone: string; language: FacilityLanguage }[]>`
    select time_zone as "timeZone", language from facility where id = ${viewer.homeFacilityId || null}`;
  const timeZone = input.timeZone === undefined ? (home?.timeZone ?? "UTC") : readTimeZone(input.timeZone);
  const language = input.language === undefined ? (home?.language ?? "en") : readLanguage(input.language);
  await tx`insert into facility (id, name, time_zone, language, patient_id_issuer, address, phone, created_at)
    values (${id}, ${name}, ${timeZone}, ${language}, ${input.patientIdIssuer?.trim() ?? defaultIssuer(name)}, ${linesOf(input.address ?? "")},
      ${input.phone?.trim() ?? ""}, ${clock.now().toISOString()})`;
  if (viewer.kind === "user") {
    await tx`insert into user_facility (user_id, facility_id, position)
      select ${viewer.id}::uuid, ${id}::uuid, coalesce(max(position), 0) + 1 from user_facility where user_id = ${viewer.id}`;
  }
  await announceChange(tx, deps);
  await deps.journal.record(tx, viewer, {
    type: "facility.created",
    subject: { type: "facility", id },
    facilityId: id,
  });
  return await findFacility(tx, { ...viewer, facilityIds: [...viewer.facilityIds, id] }, id);
}

/** @throws Refusal `not-found`, `conflict` (`version.conflict`), `invalid` (also `user.unknown`) */
export async function updateFacility(
  tx: Tx,
  deps: IdentityDeps,
  viewer: Viewer,
  id: string,
  { expectedVersion, ...input }: UpdateFacilityRequest,
): Promise<FacilityDetails> {
  onlyPeople(viewer);
  await tx`select from facility where id = ${id} for update`;
  const before = await findFacility(tx, viewer, id);
  checkVersion(expectedVersion, before.version);
  const timeZone = input.timeZone === undefined ? before.timeZone : readTimeZone(input.timeZone);
  const language = input.language === undefined ? before.language : readLanguage(input.language);
  const officer = input.privacyOfficerId === undefined ? before.privacyOfficerId : input.privacyOfficerId;
  if (input.privacyOfficerId) await checkUserOf(tx, [id], input.privacyOfficerId, "body.privacyOfficerId");
  await tx`update facility set name = ${input.name?.trim() ?? before.name}, time_zone = ${timeZone}, language = ${language},
    patient_id_issuer = ${input.patientIdIssuer?.trim() ?? before.patientIdIssuer}, privacy_officer_id = ${officer},
    address = ${input.address === undefined ? before.address : linesOf(input.address)}, phone = ${input.phone?.trim() ?? before.phone}, version = version + 1 where id = ${id}`;
  await deps.journal.record(tx, viewer, {
    type: "facility.changed",
    subject: { type: "facility", id },
    facilityId: id,
    data: { changed: Object.keys(input) },
  });
  return await findFacility(tx, viewer, id);
}
