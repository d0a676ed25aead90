import { Tags } from "@isocenter/dicom";
import { newId, type Tx } from "../../../platform/index.ts";
import type { IdentifiedPatient } from "../../patients/index.ts";
import { textOf } from "../attributes.ts";
import { type BatchContext, type BatchItem, groupBy, Overtaken } from "./batch.ts";

interface Wanted {
  /** Its place among the studies of the batch: the first takes what several could. */
  position: number;
  facility_id: string;
  uid: string;
  patient_id: string;
  claimed_id: string;
  number: string | null;
  modalities: string[];
}

/** An item whose study could be one of several that were registered. */
export interface Ambiguous {
  item: BatchItem;
  claimedId: string;
}

/**
 * A study that was registered for a patient is the one of their images: by its Study Instance UID, whichever of their identifiers these name; and where
 * the modality made a UID of its own, by the accession number, if one registered study alone of that patient waits for images under it. Never across patients.
 * @returns the first item of each new study that could be one of several: it stays apart, for a person to look at
 */
export async function claimRegistered(
  tx: Tx,
  { journal }: BatchContext,
  items: readonly BatchItem[],
  patients: readonly IdentifiedPatient[],
): Promise<Ambiguous[]> {
  const groups = [
    ...groupBy(
      items.map((item, index) => ({ item, ...patients[index]! })),
      ({ item: { incoming }, patientId, claimedId }) =>
        `${incoming.facilityId} ${incoming.studyUid} ${patientId} ${claimedId}`,
    ).values(),
  ];
  const wanted = groups.map((group, position): Wanted => {
    const { item, patientId, claimedId } = group[0]!;
    const numbers = group.map(({ item: { incoming } }) => textOf(incoming.study, Tags.AccessionNumber) ?? "");
    return {
      position,
      facility_id: item.incoming.facilityId,
      uid: item.incoming.studyUid,
      patient_id: patientId,
      claimed_id: claimedId,
      number: numbers.find((number) => number !== "") ?? null,
      modalities: [...new Set(group.map(({ item: { incoming } }) => incoming.modality))],
    };
  });
  await byUid(tx, wanted);
  const numbered = wanted.filter(({ number }) => number !== null);
  const found = numbered.length > 0 ? await byNumber(tx, numbered) : [];
  for (const { position, studyId, before, claimed } of found) {
    if (!claimed) continue;
    const { item, patientId } = groups[position]![0]!;
    await journal.record(tx, item.viewer, {
      type: "study.images-matched",
      subject: { type: "study", id: studyId },
      facilityId: item.incoming.facilityId,
      patientId,
      data: { by: "accessionNumber", studyInstanceUid: item.incoming.studyUid, registeredAs: before },
    });
  }
  return found.flatMap(({ position, studies }) => {
    const { item, claimedId } = groups[position]![0]!;
    return studies > 1 ? [{ item, claimedId }] : [];
  });
}

const recordset = (tx: Tx, wanted: readonly Wanted[]) => tx`
  json_to_recordset(${JSON.stringify(wanted)}::text::json)
    as w (position int, facility_id uuid, uid text, patient_id uuid, claimed_id uuid, number text, modalities text[])`;

async function byUid(tx: Tx, wanted: readonly Wanted[]): Promise<void> {
  await tx`
    update study st set claimed_patient_id = w.claimed_id
    from ${recordset(tx, wanted)}
    where st.facility_id = w.facility_id and st.study_instance_uid = w.uid and st.patient_id = w.patient_id
      and st.last_received_at is null and st.claimed_patient_id <> w.claimed_id
      and not exists (select 1 from study other where other.facility_id = w.facility_id and other.study_instance_uid = w.uid
        and other.claimed_patient_id = w.claimed_id)`;
}

interface Found {
  position: number;
  studyId: string;
  /** The UID that it was registered with. */
  before: string;
  /** How many registered studies it could be. */
  studies: number;
  claimed: boolean;
}

/** One for each new study for which others wait under its number. A UID that somebody gave is meant: such a study is found by it alone. */
async function byNumber(tx: Tx, wanted: readonly Wanted[]): Promise<Found[]> {
  try {
    return await tx<Found[]>`
      with fits as (
        select w.position, w.uid, w.claimed_id, st.id, st.study_instance_uid as before,
          count(*) over (partition by w.position)::int as studies, row_number() over (partition by st.id order by w.position) as taker
        from ${recordset(tx, wanted)}
        join study st on st.facility_id = w.facility_id and st.accession_number = w.number and st.patient_id = w.patient_id
        where st.registered_at is not null and not st.has_images and st.last_received_at is null and not st.uid_given and st.deleted_at is null
          and st.status in ('SCHEDULED', 'ARRIVED', 'IN_PROGRESS') and (st.modalities = '{}' or st.modalities && w.modalities)
          and not exists (select 1 from study other where other.facility_id = w.facility_id and other.study_instance_uid = w.uid)),
      claimed as (
        update study st set study_instance_uid = f.uid, claimed_patient_id = f.claimed_id, version = st.version + 1
        from fits f
        where st.id = f.id and f.studies = 1 and f.taker = 1 and st.study_instance_uid = f.before and st.last_received_at is null
        returning st.id)
      select distinct on (f.position) f.position, f.id as "studyId", f.before, f.studies, f.taker = 1 and c.id is not null as claimed
      from fits f left join claimed c on c.id = f.id order by f.position, f.id`;
  } catch (error) {
    // Its first images came by another way at the same moment.
    if ((error as { code?: string }).code === "23505") throw new Overtaken();
    throw error;
  }
}

/** Marks a study that could be one of several that wait under its number. */
export async function openAmbiguous(
  tx: Tx,
  { platform: { clock }, journal }: BatchContext,
  study: { id: string; patientId: string },
  { item, claimedId }: Ambiguous,
): Promise<void> {
  const { facilityId, claim } = item.incoming;
  const { value, issuer, name, birthDate, sex } = claim;
  const [opened] = await tx<{ id: string }[]>`
    insert into reconciliation_item (id, facility_id, kind, study_id, patient_id, claim, created_at)
    values (${newId(clock)}, ${facilityId}, 'several-registered', ${study.id}, ${claimedId},
      ${tx.json({ value, issuer, name, birthDate, sex })}, ${clock.now()})
    on conflict (study_id, about) where resolved_at is null do nothing returning id`;
  if (!opened) return;
  await journal.record(tx, item.viewer, {
    type: "reconciliation.opened",
    subject: { type: "reconciliation", id: opened.id },
    facilityId,
    patientId: study.patientId,
    data: { kind: "several-registered", studyId: study.id },
  });
}
