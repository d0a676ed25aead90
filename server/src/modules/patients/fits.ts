import type { Reader } from "../../platform/index.ts";
import { type Identity, identityFits, type Sex } from "./patient.ts";

/** Who something is said to be about: PatientID as it is written, "" when empty, and the identity beside it. */
export interface SaidIdentity extends Identity {
  value: string;
}

export const sexOf = (text: string): Sex | null => (/^[FMOU]$/.test(text) ? (text as Sex) : null);

/**
 * Whether what is said may be about the known patient: one of their identifiers, with an identity that fits theirs or one that was corrected; where no identifier is
 * said, a name that fits.
 */
export async function saidOfPatient(reader: Reader, patientId: string, said: SaidIdentity): Promise<boolean> {
  const [known] = await reader<(Identity & { former: Identity[]; values: string[] })[]>`
    select p.name, p.birth_date::text as "birthDate", p.sex, p.former_identities as former,
      array(select value from patient_identifier pi where pi.patient_id = p.id or pi.survivor_id = p.id) as values
    from patient p where p.id = ${patientId}`;
  if (!known) return false;
  if (said.value === "" ? said.name.replace(/[\^=\s]/g, "") === "" : !known.values.includes(said.value))
    return false;
  return [known, ...known.former].some((identity) => identityFits(identity, said));
}
