import { newId, type Tx } from "../../../platform/index.ts";
import type { IdentifiedPatient } from "../../patients/index.ts";
import { saysSomething } from "../attributes.ts";
import { studyColumns } from "../levels.ts";
import type { DicomJson } from "../types.ts";
import { type BatchContext, type BatchItem, groupBy, Overtaken } from "./batch.ts";
import { claimRegistered, openAmbiguous } from "./claim-registered.ts";
import { supplement, together } from "./supplement.ts";

export interface StudyWrite {
  id: string;
  facilityId: string;
  /** Whose it is now: of one that was here, perhaps not who the images name. */
  patientId: string;
  claimedId: string;
  deletions: number;
  /** The row is new with this transaction, or without images until now. */
  created: boolean;
}

/** The studies of the items, made where they are new, locked, and with what the images add to what is known. In the order of the items. */
export async function upsertStudies(
  tx: Tx,
  context: BatchContext,
  items: readonly BatchItem[],
  patients: readonly IdentifiedPatient[],
): Promise<StudyWrite[]> {
  const { clock } = context.platform;
  const keys = items.map(({ incoming }, index) =>
    studyKey(incoming.facilityId, incoming.studyUid, patients[index]!.claimedId),
  );
  const groups = groupBy(
    items.map((item, index) => ({ item, index, key: keys[index]! })),
    ({ key }) => key,
  );
  const now = clock.now();
  const proposals = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => {
      const { incoming } = group[0]!.item;
      const attributes = together(group.map(({ item }) => item.incoming.study));
      return {
        key,
        attributes,
        row: {
          id: newId(clock),
          facility_id: incoming.facilityId,
          patient_id: patients[group[0]!.index]!.patientId,
          claimed_patient_id: patients[group[0]!.index]!.claimedId,
          study_instance_uid: incoming.studyUid,
          ...studyColumns(attributes),
          attributes,
          status: "IN_PROGRESS",
          created_at: now,
          last_received_at: now,
        },
      };
    });
  const ambiguous = await claimRegistered(tx, context, items, patients);
  const rows = await tx<StudyRow[]>`
    insert into study (id, facility_id, patient_id, claimed_patient_id, study_instance_uid, accession_number, study_id, study_date, study_time, study_at,
      description, description_folded, referring_physician, referring_physician_folded, referring_physician_sounds,
      reading_physicians_folded, procedure_codes, attributes, status, created_at, last_received_at)
    select id, facility_id, patient_id, claimed_patient_id, study_instance_uid, accession_number, study_id, study_date, study_time, study_at,
      description, description_folded, referring_physician, referring_physician_folded, referring_physician_sounds,
      reading_physicians_folded, procedure_codes, attributes, status, created_at, last_received_at
    from json_populate_recordset(null::study, ${JSON.stringify(proposals.map(({ row }) => row))}::text::json)
    on conflict (facility_id, study_instance_uid, claimed_patient_id) do update set last_received_at = excluded.last_received_at
    returning id, facility_id as "facilityId", patient_id as "patientId", claimed_patient_id as "claimedId",
      deletions, study_instance_uid as uid, attributes, corrected, xmax = 0 as created,
      old.id is not null and old.last_received_at is null as registered`;
  await requireUnmerged(
    tx,
    rows.filter(({ created }) => created),
  );
  const byKey = new Map(rows.map((row) => [studyKey(row.facilityId, row.uid, row.claimedId), row]));
  for (const { key, attributes } of proposals) {
    const row = byKey.get(key)!;
    if (row.registered) await fillRegistered(tx, row, attributes);
    const more = row.created || row.registered ? null : supplement(row.attributes, attributes, row.corrected);
    if (more) await tx`update study set ${tx(studyRow(more))} where id = ${row.id}`;
  }
  for (const one of ambiguous) {
    const { facilityId, studyUid } = one.item.incoming;
    await openAmbiguous(tx, context, byKey.get(studyKey(facilityId, studyUid, one.claimedId))!, one);
  }
  return keys.map((key) => byKey.get(key)!);
}

interface StudyRow extends StudyWrite {
  uid: string;
  attributes: DicomJson;
  corrected: string[];
  /** It was registered, and these are its first images. */
  registered: boolean;
}

/** What the first images say of a registered study stands for what was registered, but what a person corrected since; where they say nothing it stays. */
async function fillRegistered(tx: Tx, row: StudyRow, said: DicomJson): Promise<void> {
  const attributes = { ...said };
  for (const [key, element] of Object.entries(row.attributes))
    if (!saysSomething(said[key])) attributes[key] = element;
  for (const key of row.corrected) {
    const decided = row.attributes[key];
    if (decided) attributes[key] = decided;
    else delete attributes[key];
  }
  await tx`update study set ${tx(studyRow(attributes))}, modalities = '{}' where id = ${row.id}`;
  row.created = true;
}

/** A merge locks its patients against new studies: whoever waited for it looks again who the survivor is. */
async function requireUnmerged(tx: Tx, created: readonly StudyWrite[]): Promise<void> {
  if (created.length === 0) return;
  const [merged] = await tx`
    select 1 from patient where id = any(${created.map(({ patientId }) => patientId)}::uuid[]) and merged_into is not null limit 1`;
  if (merged) throw new Overtaken();
}

const studyKey = (facilityId: string, uid: string, claimedId: string): string =>
  `${facilityId} ${uid} ${claimedId}`;

const studyRow = (attributes: DicomJson) => ({
  ...studyColumns(attributes),
  attributes: attributes as never,
});
