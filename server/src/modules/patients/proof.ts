import {
  type Clock,
  type Db,
  newId,
  outsideScope,
  type Reader,
  Refusal,
  type Tx,
  transact,
  type Viewer,
} from "../../platform/index.ts";
import { facilities, inCareOf, strictlyInCareOf } from "./sql.ts";

/** What stands on a wristband or a referral, and shows that somebody has the patient before them. */
export interface PatientProof {
  identifier: string;
  /** Whose the identifier is; of any issuer when left out. */
  issuer?: string | undefined;
  /** `YYYY-MM-DD`. */
  birthDate?: string;
  /** This one alone. */
  patientId?: string | undefined;
}

const windowMs = 60 * 60_000;
/** Wrong ones of a person in an hour: who mistypes has enough, who guesses birth dates has not. */
const mostWrong = 10;

/** Patients of the viewer's facilities who have the identifier and, where it is named, were born on the date: survivors of merges; two at most. */
export async function findByIdentifier(
  reader: Reader,
  viewer: Viewer,
  { identifier, issuer, birthDate, patientId }: PatientProof,
): Promise<string[]> {
  const rows = await reader<{ id: string }[]>`
    select distinct p.id from patient_identifier i join patient p on p.id = coalesce(i.survivor_id, i.patient_id)
    where i.value = ${identifier.trim()} ${issuer === undefined ? reader`` : reader`and i.issuer = ${issuer.trim()}`}
      ${birthDate === undefined ? reader`` : reader`and p.birth_date = ${birthDate}::text::date`}
      ${patientId === undefined ? reader`` : reader`and p.id = ${patientId}`}
      and exists (select 1 from patient_facility f where f.patient_id = p.id
        and f.facility_id = any(${facilities(viewer)}::uuid[])) limit 2`;
  return rows.map(({ id }) => id);
}

/** The patient where one of the viewer's facilities knows them: for what is written down, never for what is answered. */
export async function knownPatient(
  reader: Reader,
  viewer: Viewer,
  patientId: string | null,
): Promise<string | null> {
  const [row] = await reader<{ id: string }[]>`
    select patient_id as id from patient_facility
    where patient_id = ${patientId}::uuid and facility_id = any(${facilities(viewer)}::uuid[]) limit 1`;
  return row?.id ?? null;
}

/** What lets the viewer read of the patient: that they care for them, or glass that is broken; null where nothing does. */
export async function careOf(
  reader: Reader,
  viewer: Viewer,
  patientId: string,
): Promise<"relation" | "glass" | null> {
  const [row] = await reader<{ related: boolean; open: boolean }[]>`
    select ${strictlyInCareOf(reader, viewer, "p.id")} as related, ${inCareOf(reader, viewer, "p.id")} as open
    from patient p where p.id = ${patientId}`;
  return row?.related ? "relation" : row?.open ? "glass" : null;
}

/**
 * Counts an attempt to prove whom one knows, before it is looked at: however many are made at once, no more than the limit are answered.
 * @returns what takes it back
 * @throws Refusal `too-many` (`patient.too-many-proofs`)
 */
export async function countProof(db: Db, clock: Clock, viewer: Viewer): Promise<string> {
  const now = clock.now();
  const since = new Date(now.getTime() - windowMs);
  // It is not what the request's key stands for: that is the order.
  return await outsideScope(() =>
    transact(db, async (tx) => {
      await tx`select from app_user where id = ${viewer.id} for no key update`;
      await tx`delete from proof_attempt where user_id = ${viewer.id} and tried_at <= ${since}`;
      const tried = await tx<{ at: Date }[]>`
      select tried_at as at from proof_attempt where user_id = ${viewer.id} order by tried_at`;
      if (tried.length >= mostWrong) {
        throw new Refusal(
          "too-many",
          "patient.too-many-proofs",
          `Identifier and birth date did not fit ${tried.length} times in an hour. Wait a little, or break the glass with a reason.`,
          { retryAfter: Math.max(1, Math.ceil((tried[0]!.at.getTime() + windowMs - now.getTime()) / 1000)) },
        );
      }
      const id = newId(clock);
      await tx`insert into proof_attempt ${tx({ id, user_id: viewer.id, tried_at: now })}`;
      return id;
    }),
  );
}

/** The attempt was none, or it succeeded. */
export async function forgetProof(reader: Db | Tx, id: string): Promise<void> {
  await reader`delete from proof_attempt where id = ${id}`;
}
