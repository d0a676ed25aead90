import type { CheckDuplicates, CreatePatient, Patient, PatientMerge } from "@isocenter/contract";
import { type Fragment, type Reader, reach, type Viewer } from "../../platform/index.ts";
import { partsOf, readSex } from "./commands.ts";
import { joinName, nameKeys } from "./patient.ts";
import { getPatient, listPatientsByIds, visible } from "./queries.ts";

interface MergeRow {
  id: string;
  fromPatientId: string;
  intoPatientId: string;
  reason: string;
  mergedBy: string;
  mergedByName: string;
  mergedAt: Date;
  undoneBy: string | null;
  undoneByName: string | null;
  undoneAt: Date | null;
}

/** The merges that the patient is part of, the newest first; at most 200. @throws Refusal `not-found` (`patient.not-found`) */
export async function listMerges(reader: Reader, viewer: Viewer, patientId: string): Promise<PatientMerge[]> {
  await getPatient(reader, viewer, patientId);
  const rows = await reader<MergeRow[]>`
    select id, from_patient_id as "fromPatientId", into_patient_id as "intoPatientId", reason, merged_by as "mergedBy",
      merged_by_name as "mergedByName", merged_at as "mergedAt", undone_by as "undoneBy", undone_by_name as "undoneByName",
      undone_at as "undoneAt"
    from patient_merge where ${patientId} in (from_patient_id, into_patient_id) order by merged_at desc, id desc limit 200`;
  const may = reach(viewer, "patients.write") !== null;
  return rows.map(({ mergedBy, mergedByName, mergedAt, undoneBy, undoneByName, undoneAt, ...row }) => ({
    ...row,
    mergedBy: { id: mergedBy, name: mergedByName },
    mergedAt: mergedAt.toISOString(),
    undoneBy: undoneBy === null ? null : { id: undoneBy, name: undoneByName ?? "" },
    undoneAt: undoneAt?.toISOString() ?? null,
    actions: may && undoneAt === null ? ["undo"] : [],
  }));
}

const maxCandidates = 20;

/**
 * Patients who may be the same person: born on the same day with a name that sounds like theirs, or of the same name where a birth date is missing, has its
 * day and month exchanged, or one digit that is another. The likeliest first.
 * @throws Refusal `not-found` (`patient.not-found`)
 */
export async function listDuplicates(reader: Reader, viewer: Viewer, patientId: string): Promise<Patient[]> {
  await getPatient(reader, viewer, patientId);
  return await likelyTheSame(
    reader,
    viewer,
    reader`(select id, birth_date, sex, name_folded, name_sounds from patient where id = ${patientId})`,
  );
}

/**
 * The same for somebody who is not entered yet, from what is known of them.
 * @throws Refusal `invalid` (`patient.invalid-sex`)
 */
export async function listDuplicatesOf(
  reader: Reader,
  viewer: Viewer,
  input: CheckDuplicates,
): Promise<Patient[]> {
  const keys = nameKeys(joinName(partsOf(input as Partial<CreatePatient>)));
  const sex = input.sex == null ? null : readSex(input.sex);
  return await likelyTheSame(
    reader,
    viewer,
    reader`(select null::uuid as id, ${input.birthDate ?? null}::text::date as birth_date, ${sex}::text as sex,
      ${keys.folded}::text as name_folded, ${keys.sounds}::text[] as name_sounds)`,
  );
}

async function likelyTheSame(reader: Reader, viewer: Viewer, me: Fragment): Promise<Patient[]> {
  const rows = await reader<{ id: string }[]>`
    select p.id from ${me} me join patient p on p.id is distinct from me.id and p.merged_into is null and (
      (p.birth_date = me.birth_date and p.name_sounds && me.name_sounds)
      or (p.name_folded = me.name_folded and p.name_folded <> '' and (p.birth_date is null or me.birth_date is null
        or to_char(p.birth_date, 'YYYYMMDD') = to_char(me.birth_date, 'YYYYDDMM')
        or 1 = (select count(*) from generate_series(1, 8) place
          where substr(to_char(p.birth_date, 'YYYYMMDD'), place, 1) <> substr(to_char(me.birth_date, 'YYYYMMDD'), place, 1)))))
    where ${visible(reader, viewer)} and (p.sex is null or me.sex is null or p.sex = me.sex or 'U' in (p.sex, me.sex))
    order by p.name_folded <> me.name_folded, p.birth_date is distinct from me.birth_date, p.id limit ${maxCandidates}`;
  return listPatientsByIds(
    reader,
    viewer,
    rows.map(({ id }) => id),
  );
}
