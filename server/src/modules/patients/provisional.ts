import { type Clock, Refusal, type Tx } from "../../platform/index.ts";
import { giveIdentifiers } from "./commands.ts";

/** What accepting a provisional patient took away, for giving it back. */
export interface AcceptedBefore {
  identifiers: { id: string; value: string; issuer: string; position: number }[];
}

/**
 * Makes a provisional patient one of their own, with an identifier; one is made where none is given. Images that make the same claim are theirs from now
 * on. What the images said of identifiers, which are somebody else's, is taken away.
 * @throws Refusal `conflict` (`patient.not-provisional`, `patient.merged`, `patient.identifier-taken`)
 */
export async function acceptProvisional(
  tx: Tx,
  clock: Clock,
  patientId: string,
  facilityId: string,
  identifier: { value: string; issuer?: string } | undefined,
): Promise<AcceptedBefore> {
  const [patient] = await tx<{ provisional: boolean; mergedInto: string | null }[]>`
    select provisional, merged_into as "mergedInto" from patient where id = ${patientId} for update`;
  if (!patient?.provisional)
    throw new Refusal("conflict", "patient.not-provisional", "This patient's identity is not in doubt.");
  if (patient.mergedInto !== null)
    throw new Refusal("conflict", "patient.merged", `The patient is merged into ${patient.mergedInto}.`);
  const identifiers = await tx<AcceptedBefore["identifiers"]>`
    delete from patient_identifier where patient_id = ${patientId} and provisional returning id, value, issuer, position`;
  const at = clock.now();
  await tx`
    update patient set provisional = false, identity_at = ${at}, version = version + 1, updated_at = ${at} where id = ${patientId}`;
  await giveIdentifiers(tx, clock, patientId, facilityId, identifier ? [identifier] : []);
  return { identifiers: [...identifiers] };
}

/** The patient's identity is in doubt again, as before. @throws Refusal `conflict` (`patient.merged`) */
export async function undoAcceptance(
  tx: Tx,
  clock: Clock,
  patientId: string,
  before: AcceptedBefore,
): Promise<void> {
  const [patient] = await tx<{ entangled: boolean }[]>`
    select p.merged_into is not null or exists (select 1 from patient m where m.merged_into = p.id) as entangled
    from patient p where id = ${patientId} for update`;
  if (!patient || patient.entangled)
    throw new Refusal(
      "conflict",
      "patient.merged",
      "The patient was merged since: that merge has to be undone first.",
    );
  await tx`delete from patient_identifier where patient_id = ${patientId}`;
  for (const { id, value, issuer, position } of before.identifiers)
    await tx`
      insert into patient_identifier (id, patient_id, value, issuer, position, provisional)
      values (${id}, ${patientId}, ${value}, ${issuer}, ${position}, true)`;
  await tx`
    update patient set provisional = true, identity_at = ${clock.now()}, version = version + 1, updated_at = ${clock.now()}
    where id = ${patientId}`;
}

/** Whether the facility knows the patient; made so where it did not. */
export async function ensureMembership(
  tx: Tx,
  clock: Clock,
  patientId: string,
  facilityId: string,
): Promise<{ added: boolean }> {
  const added = await tx`
    insert into patient_facility (patient_id, facility_id, created_at) values (${patientId}, ${facilityId}, ${clock.now()})
    on conflict do nothing returning 1`;
  return { added: added.length > 0 };
}

/** Takes back a membership that `ensureMembership` added. */
export async function dropMembership(tx: Tx, patientId: string, facilityId: string): Promise<void> {
  await tx`delete from patient_facility where patient_id = ${patientId} and facility_id = ${facilityId}`;
}
