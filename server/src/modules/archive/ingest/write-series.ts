import { type Clock, newId, type Tx } from "../../../platform/index.ts";
import { seriesColumns } from "../levels.ts";
import type { DicomJson } from "../types.ts";
import { type BatchItem, groupBy } from "./batch.ts";
import { supplement, together } from "./supplement.ts";
import type { StudyWrite } from "./write-studies.ts";

export interface SeriesWrite {
  id: string;
  studyId: string;
  /** New with this transaction, or without images until now. */
  created: boolean;
}

/** As `upsertStudies`, for the series of the items; their studies are locked already. */
export async function upsertSeries(
  tx: Tx,
  clock: Clock,
  items: readonly BatchItem[],
  studies: readonly StudyWrite[],
): Promise<SeriesWrite[]> {
  const keys = items.map(({ incoming }, index) => seriesKey(studies[index]!.id, incoming.seriesUid));
  const groups = groupBy(
    items.map((item, index) => ({ item, study: studies[index]!, key: keys[index]! })),
    ({ key }) => key,
  );
  const now = clock.now();
  const proposals = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => {
      const { item, study } = group[0]!;
      const attributes = together(group.map((one) => one.item.incoming.series));
      return {
        key,
        attributes,
        row: {
          id: newId(clock),
          study_id: study.id,
          facility_id: study.facilityId,
          series_instance_uid: item.incoming.seriesUid,
          ...seriesColumns(attributes),
          attributes,
          created_at: now,
        },
      };
    });
  const rows = await tx<(SeriesWrite & { uid: string; attributes: DicomJson; corrected: string[] })[]>`
    insert into series (id, study_id, facility_id, series_instance_uid, modality, series_number, series_date, series_time,
      description, description_folded, body_part, laterality, protocol_name_folded, station_name_folded, institution_folded,
      performing_physicians_folded, operators_folded, frame_of_reference_uid, step_start_date, step_start_time, step_id,
      scheduled_step_ids, requested_procedure_ids, attributes, created_at)
    select id, study_id, facility_id, series_instance_uid, modality, series_number, series_date, series_time,
      description, description_folded, body_part, laterality, protocol_name_folded, station_name_folded, institution_folded,
      performing_physicians_folded, operators_folded, frame_of_reference_uid, step_start_date, step_start_time, step_id,
      scheduled_step_ids, requested_procedure_ids, attributes, created_at
    from json_populate_recordset(null::series, ${JSON.stringify(proposals.map(({ row }) => row))}::text::json)
    on conflict (study_id, series_instance_uid) do update set series_instance_uid = excluded.series_instance_uid
    returning id, study_id as "studyId", series_instance_uid as uid, attributes, corrected,
      xmax = 0 or number_of_instances = 0 as created`;
  const byKey = new Map(rows.map((row) => [seriesKey(row.studyId, row.uid), row]));
  for (const { key, attributes } of proposals) {
    const row = byKey.get(key)!;
    const more = supplement(row.attributes, attributes, row.corrected);
    if (more)
      await tx`update series set ${tx({ ...seriesColumns(more), attributes: more as never })} where id = ${row.id}`;
  }
  return keys.map((key) => byKey.get(key)!);
}

const seriesKey = (studyId: string, uid: string): string => `${studyId} ${uid}`;
