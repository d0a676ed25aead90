import { type ChangePatient, type CreatePatient, readEnumeration, sexes } from "@isocenter/contract";
import {
  type Clock,
  checkVersion,
  invalidAt,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { addMemberships } from "./identify.ts";
import { joinName, type NameParts, nameKeys, type Sex } from "./patient.ts";
import { noPatient } from "./refusals.ts";

/** What the commands of this room need beside the transaction. */
export interface PatientContext {
  clock: Clock;
  journal: Journal;
}

const identifierTaken = (): Refusal =>
  new Refusal("conflict", "patient.identifier-taken", "Another patient has this identifier of this issuer.");

export function readSex(text: string): Sex {
  const sex = readEnumeration(sexes, text);
  if (sex === null) throw invalidAt("patient.invalid-sex", "body.sex", `takes ${sexes.join(", ")}`);
  return sex;
}

function checkBirthDate(clock: Clock, birthDate: string | null): void {
  // A day of grace: somewhere it is tomorrow already.
  const latest = new Date(clock.now().getTime() + 86_400_000).toISOString().slice(0, 10);
  if (birthDate !== null && (birthDate > latest || birthDate < "1800-01-01"))
    throw invalidAt(
      "patient.invalid-birth-date",
      "body.birthDate",
      "is not a date on which a patient was born",
    );
}

const nameColumns = (parts: NameParts, name: string) => {
  const keys = nameKeys(name);
  return {
    ...parts,
    name,
    name_folded: keys.folded,
    other_names_folded: keys.others,
    name_sounds: keys.sounds,
  };
};

/** How the name is written in other alphabets: the groups behind the first (PS3.5 6.2.1), `山田^太郎=やまだ^たろう`. */
interface OtherNames {
  otherNames?: string;
}

/** What another system may not know. */
export type PatientEntry = Omit<CreatePatient, "birthDate" | "sex"> & {
  birthDate: string | null;
  sex: string | null;
} & OtherNames;
export type PatientChange = ChangePatient & OtherNames;

/**
 * Enters a patient at a facility of the viewer's; an identifier is given when none comes.
 * @throws Refusal `forbidden`, `not-found` (`facility.not-found`), `conflict` (`patient.identifier-taken`), `invalid` (`patient.invalid-sex`, ...)
 */
export async function createPatient(
  tx: Tx,
  viewer: Viewer,
  input: CreatePatient | PatientEntry,
  { clock, journal }: PatientContext,
): Promise<string> {
  requirePermission(viewer, "patients.write");
  const facilityId = input.facilityId ?? viewer.homeFacilityId;
  if (!viewer.facilityIds.includes(facilityId))
    throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  checkBirthDate(clock, input.birthDate);
  const id = newId(clock);
  const now = clock.now();
  const parts = partsOf(input);
  await tx`insert into patient ${tx({
    id,
    ...nameColumns(parts, withOthers(joinName(parts), "otherNames" in input ? input.otherNames : undefined)),
    birth_date: input.birthDate,
    sex: input.sex === null ? null : readSex(input.sex),
    phone: input.phone || null,
    email: input.email || null,
    address: input.address || null,
    created_at: now,
    updated_at: now,
  })}`;
  await giveIdentifiers(tx, clock, id, facilityId, input.identifiers ?? []);
  await addMemberships(tx, clock, [{ patientId: id, facilityId }]);
  await journal.record(tx, viewer, {
    type: "patient.created",
    subject: { type: "patient", id },
    facilityId,
    patientId: id,
  });
  return id;
}

const withOthers = (alphabetic: string, others: string | undefined): string =>
  others === undefined ? alphabetic : `${alphabetic}=${others}`.replace(/=+$/, "");

export const partsOf = (input: Partial<PatientEntry>): NameParts => ({
  family: (input.lastName ?? "").trim(),
  given: (input.firstName ?? "").trim(),
  middle: (input.middleName ?? "").trim(),
  prefix: (input.prefix ?? "").trim(),
  suffix: (input.suffix ?? "").trim(),
});

/** The patient's identifiers in the order given; where none comes, one is made with the facility's issuer. */
export async function giveIdentifiers(
  tx: Tx,
  clock: Clock,
  patientId: string,
  facilityId: string,
  given: readonly { value: string; issuer?: string }[],
): Promise<void> {
  const [facility] = await tx<{ issuer: string }[]>`
    select patient_id_issuer as issuer from facility where id = ${facilityId}`;
  const wanted = given.length > 0 ? given : [{ value: await nextIdentifier(tx) }];
  const rows = wanted.map(({ value, issuer }, position) => ({
    id: newId(clock),
    patient_id: patientId,
    value: value.trim(),
    issuer: (issuer ?? facility?.issuer ?? "").trim(),
    position,
  }));
  const inserted = await tx`
    insert into patient_identifier ${tx(rows)} on conflict (issuer, value) where not provisional do nothing returning id`;
  if (inserted.length < rows.length) throw identifierTaken();
}

/** Without the identifiers of those who were merged into the patient: they are shown with the patient's, and stay with whom they belong to. */
async function withoutMerged<T extends { value: string; issuer?: string }>(
  tx: Tx,
  patientId: string,
  given: readonly T[],
): Promise<T[]> {
  const merged = await tx<{ value: string; issuer: string }[]>`
    select value, issuer from patient_identifier where survivor_id = ${patientId}`;
  return given.filter(
    ({ value, issuer }) => !merged.some((one) => one.value === value.trim() && one.issuer === issuer?.trim()),
  );
}

/** Numbers of our own begin with `P`, so that they do not meet those of a system that counts. */
async function nextIdentifier(tx: Tx): Promise<string> {
  const [row] = await tx<{ number: number }[]>`select nextval('patient_number') as number`;
  return `P${String(row!.number).padStart(8, "0")}`;
}

interface Current extends NameParts {
  name: string;
  birthDate: string | null;
  sex: Sex | null;
  version: number;
  corrected: string[];
  former: unknown[];
}

const keptFormerIdentities = 16;

/**
 * Changes what a person knows better; later images do not overwrite it, and images that still say what was before fit.
 * @throws Refusal `not-found` (`patient.not-found`), `conflict` (`version.conflict`, `patient.identifier-taken`), `invalid`
 */
export async function changePatient(
  tx: Tx,
  viewer: Viewer,
  patientId: string,
  input: PatientChange,
  { clock, journal }: PatientContext,
): Promise<void> {
  requirePermission(viewer, "patients.write");
  if (input.vip !== undefined) requirePermission(viewer, "patients.vip");
  const current = await lockPatient(tx, viewer, patientId);
  checkVersion(input.expectedVersion, current.version);
  const parts = { ...partsOfRow(current), ...definedParts(input) };
  const named = Object.keys(definedParts(input)).length > 0;
  const name = named ? renamed(current.name, parts, input.otherNames) : current.name;
  const birthDate = input.birthDate === undefined ? current.birthDate : input.birthDate;
  if (input.birthDate !== undefined) checkBirthDate(clock, birthDate);
  const sex = input.sex === undefined ? current.sex : input.sex === null ? null : readSex(input.sex);
  const corrected = new Set(current.corrected);
  if (named) corrected.add("name");
  if (input.birthDate !== undefined) corrected.add("birthDate");
  if (input.sex !== undefined) corrected.add("sex");
  const before = { name: current.name, birthDate: current.birthDate, sex: current.sex };
  const changed = name !== before.name || birthDate !== before.birthDate || sex !== before.sex;
  const former = changed ? [...current.former, before].slice(-keptFormerIdentities) : current.former;
  await tx`update patient set ${tx({
    ...nameColumns(parts, name),
    birth_date: birthDate,
    sex,
    ...contactColumns(input),
    ...(input.vip === undefined ? {} : { vip: input.vip }),
    corrected: [...corrected],
    former_identities: tx.json(former as never),
    ...(changed || input.identifiers ? { identity_at: clock.now() } : {}),
    updated_at: clock.now(),
  })}, version = version + 1 where id = ${patientId}`;
  if (input.identifiers) {
    await tx`delete from patient_identifier where patient_id = ${patientId} and not provisional`;
    const own = await withoutMerged(tx, patientId, input.identifiers);
    await giveIdentifiers(tx, clock, patientId, viewer.homeFacilityId, own);
  }
  await journal.record(tx, viewer, {
    type: "patient.changed",
    subject: { type: "patient", id: patientId },
    facilityId: viewer.homeFacilityId,
    patientId,
    data: { fields: Object.keys(input).filter((field) => field !== "expectedVersion") },
  });
}

async function lockPatient(tx: Tx, viewer: Viewer, patientId: string): Promise<Current> {
  const [row] = await tx<Current[]>`
    select family, given, middle, prefix, suffix, name, birth_date as "birthDate", sex, version, corrected,
      former_identities as former
    from patient p where id = ${patientId} and merged_into is null and exists (
      select 1 from patient_facility f where f.patient_id = p.id and f.facility_id = any(${[...viewer.facilityIds]}::uuid[]))
    for no key update`;
  if (!row) throw noPatient();
  return row;
}

const partsOfRow = ({ family, given, middle, prefix, suffix }: NameParts): NameParts => ({
  family,
  given,
  middle,
  prefix,
  suffix,
});

function definedParts(input: ChangePatient): Partial<NameParts> {
  const all = {
    family: input.lastName,
    given: input.firstName,
    middle: input.middleName,
    prefix: input.prefix,
    suffix: input.suffix,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([part, text]) => (text === undefined ? [] : [[part, text?.trim() ?? ""]])),
  );
}

/** The name with another alphabetic group; how it is written in other scripts stays where it is not said. */
function renamed(name: string, parts: NameParts, others = name.split("=").slice(1).join("=")): string {
  return withOthers(joinName(parts), others);
}

function contactColumns(input: ChangePatient): Record<string, string | null> {
  const columns: Record<string, string | null> = {};
  for (const field of ["phone", "email", "address"] as const)
    if (input[field] !== undefined) columns[field] = input[field] || null;
  return columns;
}

/** Says who cares for a patient at a facility, and why; the same again changes nothing. */
export async function addCareRelations(
  tx: Tx,
  clock: Clock,
  relations: readonly { patientId: string; facilityId: string; personId: string; source: string }[],
): Promise<void> {
  if (relations.length === 0) return;
  const sorted = [...relations].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const rows = sorted.map(({ patientId, facilityId, personId, source }) => ({
    patient_id: patientId,
    facility_id: facilityId,
    person_id: personId,
    source,
    created_at: clock.now(),
  }));
  await tx`insert into care_relation ${tx(rows)} on conflict do nothing`;
}
