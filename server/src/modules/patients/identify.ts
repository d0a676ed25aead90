import { type Clock, newId, type Tx } from "../../platform/index.ts";
import { survivorSql } from "./merged.ts";
import { type Identity, identityFits, nameKeys, nameParts, type Sex } from "./patient.ts";

/** What one study's images say of their patient, at the facility that received them. */
export interface PatientClaim extends Identity {
  facilityId: string;
  studyInstanceUid: string;
  /** PatientID without surrounding spaces; "" when empty. */
  value: string;
  /** IssuerOfPatientID, or the calling modality's, or the facility's. */
  issuer: string;
  /** Further patient attributes as DICOM JSON, kept for a patient who is new. */
  attributes: Record<string, unknown>;
}

export interface IdentifiedPatient {
  patientId: string;
  /** Who has the identifier, or the provisional patient of the claim: `patientId` before merges. */
  claimedId: string;
  /** Made by this claim or another one of the same call. */
  created: boolean;
  /** Why the patient is provisional; null where the identity is not in doubt. */
  doubt: { kind: "conflicting-identity" | "no-identifier"; knownPatientId: string | null } | null;
}

interface KnownPatient extends Identity {
  id: string;
  /** Where it was merged into, else itself. */
  survivorId: string;
  created: boolean;
  corrected: string[];
  /** Who this was before a person corrected it. */
  former: readonly Identity[];
  /** The facilities, among those of the claims, that know the survivor. */
  facilityIds: readonly string[];
}

const fits = (patient: KnownPatient, claim: PatientClaim): boolean =>
  identityFits(patient, claim) || patient.former.some((former) => identityFits(former, claim));

/**
 * Says which patient each claim is about. A known identifier with a fitting identity is the known patient, one that is new
 * makes a patient, one that conflicts or is empty makes a provisional patient (one for the same claim, one for a study without identifier). What
 * the known patient lacks is taken from the claim.
 *
 * Locks in one order (identifiers, patients, provisional keys, memberships; each sorted), so that concurrent batches neither deadlock nor double.
 * @returns in the order of the claims
 */
export async function identifyPatients(
  tx: Tx,
  clock: Clock,
  claims: readonly PatientClaim[],
  owners?: IdentifierOwners,
): Promise<IdentifiedPatient[]> {
  if (claims.length === 0) return [];
  const known = onePerPatient(await knownPatients(tx, clock, claims, owners));
  const fitting = await fillAndFit(tx, clock, claims, known);
  const answers = fitting.map((patient): IdentifiedPatient | null =>
    patient
      ? { patientId: patient.survivorId, claimedId: patient.id, created: patient.created, doubt: null }
      : null,
  );
  const doubtful = claims.flatMap((claim, index) => (answers[index] === null ? [{ claim, index }] : []));
  if (doubtful.length > 0) {
    const provisional = await provisionalPatients(
      tx,
      clock,
      doubtful.map(({ claim }) => claim),
    );
    doubtful.forEach(({ claim, index }, position) => {
      const knownPatientId = known.get(identifierKey(claim))?.survivorId ?? null;
      const kind = claim.value === "" ? "no-identifier" : "conflicting-identity";
      const { accepted, ...patient } = provisional[position]!;
      answers[index] = { ...patient, doubt: accepted ? null : { kind, knownPatientId } };
    });
  }
  const complete = answers as IdentifiedPatient[];
  const members = complete.flatMap(({ patientId, claimedId }, index): Membership[] => {
    const { facilityId } = claims[index]!;
    if (fitting[index]?.facilityIds.includes(facilityId)) return [];
    if (claimedId === patientId) return [{ patientId, facilityId }];
    // What came by an identifier that was merged goes back when the merge is undone.
    return [
      { patientId: claimedId, facilityId },
      { patientId, facilityId, mergedFrom: claimedId },
    ];
  });
  if (members.length > 0) await addMemberships(tx, clock, members);
  return complete;
}

/** Who has the identifiers of the claims now, for `identifyPatients` in the same transaction: a look that may be sent along with others. */
export async function identifierOwners(
  tx: Tx,
  claims: readonly Pick<PatientClaim, "issuer" | "value" | "facilityId">[],
): Promise<IdentifierOwners> {
  return ownersOf(
    tx,
    claims.filter((claim) => claim.value !== ""),
  );
}

/** By `identifierKey`. */
export type IdentifierOwners = Map<string, KnownPatient>;

/** Two identifiers of one patient lead to one object, so that what is learned through one is known through the other. */
function onePerPatient(known: Map<string, KnownPatient>): Map<string, KnownPatient> {
  const byId = new Map<string, KnownPatient>();
  for (const [key, patient] of known) {
    const one = byId.get(patient.id) ?? patient;
    byId.set(patient.id, one);
    known.set(key, one);
  }
  return known;
}

export interface Membership {
  patientId: string;
  facilityId: string;
  /** The facility knows them only through this one, who was merged into them. */
  mergedFrom?: string;
}

/** The facility knows the patient from now on. */
export async function addMemberships(tx: Tx, clock: Clock, members: readonly Membership[]): Promise<void> {
  const keyed = members.map((member) => [`${member.facilityId}/${member.patientId}`, member] as const);
  // One of their own counts more than one through another.
  const own = keyed.filter(([, { mergedFrom }]) => mergedFrom === undefined);
  const unique = [...new Map([...keyed, ...own])].sort(byKey).map(([, member]) => member);
  await tx`
    insert into patient_facility (facility_id, patient_id, merged_from, created_at)
    select facility_id, patient_id, merged_from, ${clock.now()} from unnest(
      ${unique.map((member) => member.facilityId)}::uuid[],
      ${unique.map((member) => member.patientId)}::uuid[],
      ${unique.map((member) => member.mergedFrom ?? null)}::uuid[]) as m (facility_id, patient_id, merged_from)
    on conflict (facility_id, patient_id) do update set merged_from = null
      where patient_facility.merged_from is not null and excluded.merged_from is null`;
}

const byKey = ([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number =>
  a < b ? -1 : a > b ? 1 : 0;

const identifierKey = (of: { issuer: string; value: string }): string =>
  JSON.stringify([of.issuer, of.value]);

/** The owners of the identifiers; identifiers that nobody has get a new patient with the first claim's identity. */
async function knownPatients(
  tx: Tx,
  clock: Clock,
  claims: readonly PatientClaim[],
  owners?: IdentifierOwners,
): Promise<Map<string, KnownPatient>> {
  const wanted = new Map<string, PatientClaim>();
  for (const claim of claims) {
    const key = identifierKey(claim);
    if (claim.value !== "" && !wanted.has(key)) wanted.set(key, claim);
  }
  const known = owners ?? (await ownersOf(tx, [...wanted.values()]));
  const missing = [...wanted].filter(([key]) => !known.has(key)).sort(byKey);
  if (missing.length === 0) return known;
  const proposals = missing.map(([, claim]) => ({ id: newId(clock), claim }));
  const won = await tx<{ patientId: string }[]>`
    insert into patient_identifier (id, patient_id, issuer, value)
    select id, patient_id, issuer, value from unnest(
      ${proposals.map(() => newId(clock))}::uuid[], ${proposals.map(({ id }) => id)}::uuid[],
      ${proposals.map(({ claim }) => claim.issuer)}::text[], ${proposals.map(({ claim }) => claim.value)}::text[])
      as n (id, patient_id, issuer, value)
    on conflict (issuer, value) where not provisional do nothing
    returning patient_id as "patientId"`;
  const winners = new Set(won.map((row) => row.patientId));
  const made = proposals.filter(({ id }) => winners.has(id));
  await insertPatients(
    tx,
    clock,
    made.map(({ id, claim }) => ({ id, claim, provisionalKey: null })),
  );
  for (const { id, claim } of made) {
    const { name, birthDate, sex } = claim;
    known.set(identifierKey(claim), {
      id,
      survivorId: id,
      created: true,
      corrected: [],
      former: [],
      facilityIds: [],
      name,
      birthDate,
      sex,
    });
  }
  const lost = proposals.filter(({ id }) => !winners.has(id)).map(({ claim }) => claim);
  for (const [key, patient] of await ownersOf(tx, lost)) known.set(key, patient);
  return known;
}

async function ownersOf(
  tx: Tx,
  claims: readonly { issuer: string; value: string; facilityId: string }[],
): Promise<Map<string, KnownPatient>> {
  if (claims.length === 0) return new Map();
  const facilityIds = [...new Set(claims.map((claim) => claim.facilityId))];
  const rows = await tx<
    (Identity & {
      issuer: string;
      value: string;
      id: string;
      survivorId: string;
      corrected: string[];
      former: Identity[];
      facilityIds: string[];
    })[]
  >`
    select i.issuer, i.value, p.id, p.name, p.birth_date as "birthDate", p.sex, p.corrected,
      p.former_identities as former, survivor.id as "survivorId",
      array(select f.facility_id from patient_facility f
        where f.patient_id = survivor.id and f.facility_id = any(${facilityIds}::uuid[])
          and (f.merged_from is null or survivor.id <> p.id)) as "facilityIds"
    from unnest(${claims.map((claim) => claim.issuer)}::text[], ${claims.map((claim) => claim.value)}::text[]) as c (issuer, value)
    join patient_identifier i on i.issuer = c.issuer and i.value = c.value and not i.provisional
    join patient p on p.id = i.patient_id
    cross join lateral (${survivorSql(tx, "p.id")}) survivor`;
  return new Map(rows.map((row) => [identifierKey(row), { ...row, created: false }]));
}

type Lacking = { birthDate: string | null; sex: Sex | null; name: string };

/** What the claim says and the patient lacks, or null. */
function lacking(patient: KnownPatient, claim: PatientClaim): Lacking | null {
  const free = (field: string) => !patient.corrected.includes(field);
  const add: Lacking = {
    birthDate: !patient.birthDate && free("birthDate") ? claim.birthDate : null,
    sex: !patient.sex && free("sex") ? claim.sex : null,
    name:
      nameKeys(patient.name).folded === "" && !nameKeys(patient.name).others && free("name")
        ? claim.name
        : "",
  };
  return add.birthDate || add.sex || add.name ? add : null;
}

/**
 * The known patient of each claim that fits, after filling what is lacking; undefined where the claim conflicts or has no identifier.
 * A patient that something is added to is locked and read again first, so that of two claims that exclude each other one conflicts.
 */
async function fillAndFit(
  tx: Tx,
  clock: Clock,
  claims: readonly PatientClaim[],
  known: Map<string, KnownPatient>,
): Promise<(KnownPatient | undefined)[]> {
  const toFill = new Set<string>();
  for (const claim of claims) {
    const patient = known.get(identifierKey(claim));
    if (patient && fits(patient, claim) && lacking(patient, claim)) toFill.add(patient.id);
  }
  if (toFill.size > 0) {
    const rows = await tx<(Identity & { id: string; corrected: string[] })[]>`
      select id, name, birth_date as "birthDate", sex, corrected from patient where id = any(${[...toFill].sort()}::uuid[])
      order by id for no key update`;
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const patient of known.values()) Object.assign(patient, byId.get(patient.id));
  }
  const fitting = claims.map((claim) => {
    const patient = claim.value === "" ? undefined : known.get(identifierKey(claim));
    if (!patient || !fits(patient, claim)) return undefined;
    const add = toFill.has(patient.id) ? lacking(patient, claim) : null;
    if (add?.birthDate) patient.birthDate = add.birthDate;
    if (add?.sex) patient.sex = add.sex;
    if (add?.name) patient.name = add.name;
    return patient;
  });
  const filled = [...new Set(known.values())].filter((patient) => toFill.has(patient.id));
  for (const patient of filled.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const keys = nameKeys(patient.name);
    await tx`
      update patient set ${tx({
        name: patient.name,
        ...nameParts(patient.name),
        name_folded: keys.folded,
        other_names_folded: keys.others,
        name_sounds: keys.sounds,
        birth_date: patient.birthDate,
        sex: patient.sex,
        updated_at: clock.now(),
      })}, version = version + 1 where id = ${patient.id}`;
  }
  return fitting;
}

/** The same claim in the same place is the same provisional patient; without identifier, the study is what it is known by. */
function provisionalKey(claim: PatientClaim): string {
  if (claim.value === "") return JSON.stringify(["study", claim.facilityId, claim.studyInstanceUid]);
  const keys = nameKeys(claim.name);
  return JSON.stringify([
    "claim",
    claim.facilityId,
    claim.issuer,
    claim.value,
    keys.folded,
    keys.others,
    claim.birthDate,
    claim.sex,
  ]);
}

async function provisionalPatients(
  tx: Tx,
  clock: Clock,
  claims: readonly PatientClaim[],
): Promise<{ patientId: string; claimedId: string; created: boolean; accepted: boolean }[]> {
  const wanted = new Map(claims.map((claim) => [provisionalKey(claim), claim]));
  const proposals = [...wanted]
    .sort(byKey)
    .map(([key, claim]) => ({ id: newId(clock), provisionalKey: key, claim }));
  const made = await insertPatients(tx, clock, proposals);
  const named = proposals.filter(({ id, claim }) => made.has(id) && claim.value !== "");
  if (named.length > 0) {
    await tx`
      insert into patient_identifier (id, patient_id, issuer, value, provisional)
      select id, patient_id, issuer, value, true from unnest(
        ${named.map(() => newId(clock))}::uuid[], ${named.map(({ id }) => id)}::uuid[],
        ${named.map(({ claim }) => claim.issuer)}::text[], ${named.map(({ claim }) => claim.value)}::text[])
        as n (id, patient_id, issuer, value)`;
  }
  const rows = await tx<{ key: string; id: string; survivorId: string; accepted: boolean }[]>`
    select p.provisional_key as key, p.id, not p.provisional as accepted, (${survivorSql(tx, "p.id")}) as "survivorId"
    from patient p where p.provisional_key = any(${[...wanted.keys()]}::text[])`;
  const byProvisionalKey = new Map(rows.map((row) => [row.key, row]));
  return claims.map((claim) => {
    const row = byProvisionalKey.get(provisionalKey(claim))!;
    // A person decided that this claim is a patient of their own.
    const { id, survivorId, accepted } = row;
    return { patientId: survivorId, claimedId: id, created: made.has(id), accepted };
  });
}

/** @returns the ids of those that were inserted: a provisional key that is taken is left alone */
async function insertPatients(
  tx: Tx,
  clock: Clock,
  patients: readonly { id: string; claim: PatientClaim; provisionalKey: string | null }[],
): Promise<Set<string>> {
  if (patients.length === 0) return new Set();
  const now = clock.now();
  const rows = patients.map(({ id, claim, provisionalKey: key }) => {
    const keys = nameKeys(claim.name);
    return {
      id,
      ...nameParts(claim.name),
      name: claim.name,
      name_folded: keys.folded,
      other_names_folded: keys.others,
      name_sounds: keys.sounds,
      birth_date: claim.birthDate,
      sex: claim.sex,
      attributes: tx.json(claim.attributes as never),
      provisional: key !== null,
      provisional_key: key,
      created_at: now,
      updated_at: now,
    };
  });
  const inserted = await tx<{ id: string }[]>`
    insert into patient ${tx(rows)} on conflict (provisional_key) do nothing returning id`;
  return new Set(inserted.map((row) => row.id));
}
