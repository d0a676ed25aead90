import type { IngestDoorName } from "@isocenter/contract";
import {
  type Fragment,
  isUuid,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { allOf, strictlyInCareOf } from "../../patients/index.ts";
import type { RoutedSeries, RoutedStudy } from "../../peers/index.ts";
import { atFacilities } from "../find/find.ts";
import type { NamedSelection, SelectionNames } from "../types.ts";

interface SelectedRow extends Omit<NamedSelection, "selection"> {
  name: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string | null;
  SOPInstanceUID: string | null;
}

type Level = keyof SelectionNames;

/** How an item of each level is named, counted and told. */
const sqlOf: Readonly<Record<Level, (sql: Reader) => { id: Fragment; uid: Fragment; group: Fragment }>> = {
  studies: (sql) => ({
    id: sql`st.id`,
    uid: sql`st.study_instance_uid`,
    group: sql`st.study_instance_uid as "StudyInstanceUID", null as "SeriesInstanceUID", null as "SOPInstanceUID"`,
  }),
  series: (sql) => ({
    id: sql`se.id`,
    uid: sql`se.series_instance_uid`,
    group: sql`st.study_instance_uid as "StudyInstanceUID", se.series_instance_uid as "SeriesInstanceUID", null as "SOPInstanceUID"`,
  }),
  instances: (sql) => ({
    id: sql`i.id`,
    uid: sql`i.sop_instance_uid`,
    group: sql`st.study_instance_uid as "StudyInstanceUID", se.series_instance_uid as "SeriesInstanceUID",
      i.sop_instance_uid as "SOPInstanceUID"`,
  }),
};

/**
 * Studies, series and instances by the archive's id or by UID, as far as the viewer may see them for longer than broken glass lasts, with how many instances they are.
 * @throws Refusal `not-found` (`selection.not-found`) that names what is not there, or empty
 */
export async function selections(
  reader: Reader,
  viewer: Viewer,
  names: SelectionNames,
): Promise<NamedSelection[]> {
  const found: NamedSelection[] = [];
  for (const level of ["studies", "series", "instances"] as const) {
    const asked = [...new Set(names[level] ?? [])];
    if (asked.length === 0) continue;
    const rows = await rowsOf(reader, viewer, level, asked);
    const missing = asked.find((name) => !rows.some((row) => row.name === name.toLowerCase()));
    if (missing !== undefined) {
      const noun = level === "series" ? "series" : level === "studies" ? "study" : "instance";
      throw new Refusal("not-found", "selection.not-found", `There is no ${noun} ${missing} with images.`);
    }
    for (const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, name: _, ...row } of rows) {
      found.push({
        ...row,
        selection: {
          StudyInstanceUID,
          ...(SeriesInstanceUID === null ? {} : { SeriesInstanceUID }),
          ...(SOPInstanceUID === null ? {} : { SOPInstanceUID }),
        },
      });
    }
  }
  return found;
}

function rowsOf(
  sql: Reader,
  viewer: Viewer,
  level: Level,
  asked: readonly string[],
): Promise<readonly SelectedRow[]> {
  const reached = requirePermission(viewer, "images.read");
  const { id, uid, group } = sqlOf[level](sql);
  const ids = asked.filter(isUuid).map((name) => name.toLowerCase());
  const uids = asked.filter((name) => !isUuid(name));
  const visible = allOf(sql, [
    atFacilities(sql, viewer, "st"),
    sql`i.deleted_at is null`,
    ...(reached === "in-care" ? [strictlyInCareOf(sql, viewer, "st.patient_id")] : []),
  ]);
  return sql<SelectedRow[]>`
    select case when ${id} = any(${ids}::uuid[]) then ${id}::text else ${uid} end as name, ${group},
      st.id as "studyId", st.patient_id as "patientId", st.facility_id as "facilityId", count(*)::bigint as instances
    from study st join series se on se.study_id = st.id join instance i on i.series_id = se.id
    where (${id} = any(${ids}::uuid[]) or ${uid} = any(${uids}::text[])) and ${visible}
    group by 1, 2, 3, 4, st.id order by min(st.id::text), 3, 4`;
}

interface RoutedRow extends Omit<RoutedSeries, "sources"> {
  sources: { door: string; sender: string }[];
}

/** What routing rules look at of a study; null where it is gone, or has no images. */
export async function routedStudy(
  reader: Reader,
  studyId: string,
): Promise<{ facilityId: string; patientId: string; study: RoutedStudy } | null> {
  const [study] = await reader<
    (Omit<RoutedStudy, "series"> & { facilityId: string; patientId: string })[]
  >`select study_instance_uid as "StudyInstanceUID", description, body_part as "bodyPart",
      referring_physician as "referringPhysician", facility_id as "facilityId", patient_id as "patientId"
    from study where id = ${studyId} and deleted_at is null`;
  if (!study) return null;
  const series = await reader<RoutedRow[]>`
    select se.series_instance_uid as "SeriesInstanceUID", se.modality, se.body_part as "bodyPart",
      se.attributes -> '00081010' -> 'Value' ->> 0 as "stationName", count(*)::bigint as "numberOfInstances",
      array_agg(distinct i.sop_class_uid) as "sopClassUids",
      jsonb_agg(distinct jsonb_build_object('door', i.door, 'sender', i.sender)) as sources
    from series se join instance i on i.series_id = se.id
    where se.study_id = ${studyId} and i.deleted_at is null
    group by se.id order by se.series_number nulls last, se.id`;
  if (series.length === 0) return null;
  const { facilityId, patientId, ...rest } = study;
  return {
    facilityId,
    patientId,
    study: {
      ...rest,
      series: series.map((one) => ({
        ...one,
        sources: one.sources.map(({ door, sender }) => ({
          door: door.replaceAll("-", "_").toUpperCase() as IngestDoorName,
          sender,
        })),
      })),
    },
  };
}
