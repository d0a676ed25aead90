import { Refusal, requirePermission, type Tx, type Viewer } from "../../platform/index.ts";
import { changePatient, createPatient, type PatientChange, type PatientContext } from "./commands.ts";
import { addMemberships } from "./identify.ts";
import { survivorSql } from "./merged.ts";
import { type Identity, identityFits, joinName, nameParts } from "./patient.ts";

/** What another system says of a patient of a facility. Left out: it says nothing; null: there is none. */
export interface SaidPatient {
  facilityId: string;
  /** The one that the system knows the patient by first; each with its issuer. */
  identifiers: readonly { value: string; issuer: string }[];
  /** The person name with its groups (PS3.5 6.2.1). */
  name?: string | undefined;
  birthDate?: string | null | undefined;
  sex?: Identity["sex"] | undefined;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  address?: string | null | undefined;
}

interface Owner extends Identity {
  issuer: string;
  value: string;
  ownerId: string;
  id: string;
  former: Identity[];
  version: number;
  here: boolean;
  phone: string | null;
  email: string | null;
  address: string | null;
}

/** `changed`: what is said is what the patient is from now on. */
export interface Registered {
  patientId: string;
  outcome: "created" | "changed" | "unchanged";
}

/**
 * The patient that a system which is in charge of the identifiers speaks of. One that nobody has is entered; a known one becomes what is said
 * (`update`), must fit it (`match`), or is taken for who it
 * is (`find`).
 * @throws Refusal `forbidden`, `not-found` (`facility.not-found`), `conflict` (`patient.several`, `patient.conflicting-identity`,
 *   `patient.identifier-taken`), `invalid` (`patient.needs-identifier`, `patient.needs-name`, ...)
 */
export async function registerPatient(
  tx: Tx,
  viewer: Viewer,
  said: SaidPatient,
  mode: "update" | "match" | "find",
  context: PatientContext,
): Promise<Registered> {
  requirePermission(viewer, "patients.write");
  const { facilityId, identifiers } = said;
  if (!viewer.facilityIds.includes(facilityId))
    throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  if (identifiers.length === 0)
    throw new Refusal("invalid", "patient.needs-identifier", "No identifier says which patient it is.");
  await lockIdentifiers(tx, identifiers);
  const owners = await ownersOf(tx, viewer, identifiers);
  const survivors = new Set(owners.map(({ id }) => id));
  if (survivors.size > 1)
    throw new Refusal(
      "conflict",
      "patient.several",
      `The identifiers belong to ${survivors.size} patients: merge them first.`,
    );
  const [owner] = owners;
  if (!owner) return { patientId: await enter(tx, viewer, said, context), outcome: "created" };
  // Another facility's patient is nobody's to rename, and an identifier that was merged is not the one in charge any more.
  const doubted = mode === "match" || !owner.here || (mode === "update" && owner.ownerId !== owner.id);
  if (doubted && !fits(owner, said))
    throw new Refusal(
      "conflict",
      "patient.conflicting-identity",
      "The identifier belongs to a patient of another name, birth date or sex.",
    );
  if (!owner.here) await addMemberships(tx, context.clock, [{ patientId: owner.id, facilityId }]);
  if (mode !== "update") return { patientId: owner.id, outcome: "unchanged" };
  const change = await changesOf(tx, owner, owners, said);
  if (Object.keys(change).length === 0) return { patientId: owner.id, outcome: "unchanged" };
  await changePatient(tx, viewer, owner.id, change, context);
  return { patientId: owner.id, outcome: "changed" };
}

/** Two messages that bring one new patient wait for each other. */
async function lockIdentifiers(
  tx: Tx,
  identifiers: readonly { value: string; issuer: string }[],
): Promise<void> {
  const keys = identifiers.map(({ value, issuer }) => JSON.stringify(["patient", issuer, value])).sort();
  for (const key of new Set(keys)) await tx`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`;
}

function ownersOf(
  tx: Tx,
  viewer: Viewer,
  identifiers: readonly { value: string; issuer: string }[],
): Promise<Owner[]> {
  return tx<Owner[]>`
    select i.issuer, i.value, i.patient_id as "ownerId", p.id, p.name, p.birth_date as "birthDate", p.sex, p.former_identities as former, p.version,
      p.phone, p.email, p.address,
      exists (select 1 from patient_facility f where f.patient_id = p.id and f.facility_id = any(${[...viewer.facilityIds]}::uuid[])) as here
    from unnest(${identifiers.map(({ issuer }) => issuer)}::text[], ${identifiers.map(({ value }) => value)}::text[])
      with ordinality as c (issuer, value, place)
    join patient_identifier i on i.issuer = c.issuer and i.value = c.value and not i.provisional
    cross join lateral (${survivorSql(tx, "i.patient_id")}) survivor
    join patient p on p.id = survivor.id
    order by c.place`;
}

/** What is not said fits anything. */
function fits(owner: Owner, said: SaidPatient): boolean {
  const claimed = { name: said.name ?? "", birthDate: said.birthDate ?? null, sex: said.sex ?? null };
  return [owner, ...owner.former].some((known) => identityFits(known, claimed));
}

async function enter(tx: Tx, viewer: Viewer, said: SaidPatient, context: PatientContext): Promise<string> {
  if (said.name === undefined)
    throw new Refusal("invalid", "patient.needs-name", "Nobody has this identifier yet: a name is needed.", {
      errors: [{ path: "body.lastName", message: "is needed for a patient who is new" }],
    });
  const { facilityId, identifiers, birthDate, sex, phone, email, address } = said;
  return await createPatient(
    tx,
    viewer,
    {
      ...namesOf(said.name),
      birthDate: birthDate ?? null,
      sex: sex ?? null,
      identifiers: [...identifiers],
      phone: phone ?? null,
      email: email ?? null,
      address: address ?? null,
      facilityId,
    },
    context,
  );
}

const namesOf = (name: string) => {
  const { family, given, middle, prefix, suffix } = nameParts(name.split("=")[0] ?? "");
  const others = name.split("=").slice(1).join("=");
  return {
    lastName: family,
    firstName: given,
    middleName: middle,
    prefix,
    suffix,
    ...(others === "" ? {} : { otherNames: others }),
  };
};

async function changesOf(
  tx: Tx,
  owner: Owner,
  owners: readonly Owner[],
  said: SaidPatient,
): Promise<PatientChange> {
  const missing = said.identifiers.filter(
    ({ value, issuer }) => !owners.some((one) => one.value === value && one.issuer === issuer),
  );
  const own =
    missing.length === 0
      ? []
      : await tx<{ value: string; issuer: string }[]>`
          select value, issuer from patient_identifier where patient_id = ${owner.id} and not provisional order by position, id`;
  const differs = (name: "birthDate" | "sex" | "phone" | "email" | "address") =>
    said[name] !== undefined && said[name] !== owner[name];
  const written = (name: string) => joinName(nameParts(name.split("=")[0] ?? ""));
  const others = (name: string) => name.split("=").slice(1).join("=");
  const isRenamed =
    said.name !== undefined &&
    (written(said.name) !== written(owner.name) ||
      (others(said.name) !== "" && others(said.name) !== others(owner.name)));
  return {
    ...(isRenamed ? namesOf(said.name!) : {}),
    ...(differs("birthDate") ? { birthDate: said.birthDate! } : {}),
    ...(differs("sex") ? { sex: said.sex! } : {}),
    ...(differs("phone") ? { phone: said.phone! } : {}),
    ...(differs("email") ? { email: said.email! } : {}),
    ...(differs("address") ? { address: said.address! } : {}),
    ...(missing.length === 0 ? {} : { identifiers: [...own, ...missing] }),
  };
}
