import type { Clock, Fragment, Reader, Tx } from "../../../platform/index.ts";
import { orthancInstanceId } from "../orthanc-ids.ts";
import type { ExistingInstance, Written } from "./batch.ts";
import type { Incoming } from "./incoming.ts";
import { saidId } from "./write-said.ts";

export const instanceKey = (facilityId: string, uid: string): string => `${facilityId} ${uid}`;

/** Those of the UIDs that the facilities have, by `instanceKey`. */
export async function existingInstances(
  reader: Reader,
  wanted: readonly { facilityId: string; sopUid: string }[],
): Promise<Map<string, ExistingInstance>> {
  if (wanted.length === 0) return new Map();
  const rows = await reader<ExistingInstance[]>`
    select i.id, i.facility_id as "facilityId", s.study_id as "studyId", i.series_id as "seriesId", st.patient_id as "patientId",
      i.sop_instance_uid as "SOPInstanceUID", i.object_key as "objectKey", i.transfer_syntax_uid as "transferSyntaxUid",
      i.size, i.sha256, i.data_set_sha256 as "dataSetSha256", i.data_set_offset as "dataSetOffset", i.deleted_at is not null as deleted
    from unnest(${wanted.map((one) => one.facilityId)}::uuid[], ${wanted.map((one) => one.sopUid)}::text[]) as w (facility_id, uid)
    join instance i on i.facility_id = w.facility_id and i.sop_instance_uid = w.uid
    join series s on s.id = i.series_id
    join study st on st.id = s.study_id`;
  return new Map(rows.map((row) => [instanceKey(row.facilityId, row.SOPInstanceUID), row]));
}

/**
 * The instances, where nobody has their UIDs; a statement of its own, or a part of a larger one.
 * @param where a condition of the larger statement
 */
export function instanceInsert(
  tx: Reader,
  now: Date,
  written: readonly Written[],
  where: Fragment = tx`true`,
) {
  const rows = written.map(({ id, series, item }) => instanceRow(id, series.id, item.incoming, now));
  return tx<{ id: string }[]>`
    insert into instance (id, series_id, facility_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, instance_number,
      "rows", "columns", bits_allocated, samples_per_pixel, number_of_frames, content_date, content_time, acquisition_date, acquisition_time,
      attributes, object_key, size, sha256, data_set_offset, header_length, trailer_offset,
      pixel_tag, pixel_vr, pixel_offset, pixel_length, pixel_encapsulated, frame_index, orthanc_id, door, sender, created_at, said_id)
    select id, series_id, facility_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, instance_number,
      "rows", "columns", bits_allocated, samples_per_pixel, number_of_frames, content_date, content_time, acquisition_date, acquisition_time,
      attributes, object_key, size, sha256, data_set_offset, header_length, trailer_offset,
      pixel_tag, pixel_vr, pixel_offset, pixel_length, pixel_encapsulated, frame_index, orthanc_id, door, sender, created_at, said_id
    from json_populate_recordset(null::instance, ${JSON.stringify(rows)}::text::json) where ${where}
    on conflict (facility_id, sop_instance_uid) do nothing
    returning id`;
}

/**
 * Inserts the instances; one whose UID somebody else wrote meanwhile is passed over.
 * @returns how many were inserted
 */
export async function insertInstances(tx: Tx, clock: Clock, written: readonly Written[]): Promise<number> {
  const originals = written.flatMap(({ id, item: { incoming } }) =>
    incoming.original ? [{ id, ...incoming.original }] : [],
  );
  const [ids] = await Promise.all([
    instanceInsert(tx, clock.now(), written),
    // Where the instance was passed over the whole batch is written anew.
    ...originals.map(
      ({ id, format, objectKey, size, sha256 }) => tx`
        insert into instance_original (instance_id, format, object_key, size, sha256)
        select id, ${format}, ${objectKey}, ${size}, ${sha256} from instance where id = ${id}`,
    ),
  ]);
  return ids.length;
}

const hex = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString("hex")}`;

export function instanceRow(id: string, seriesId: string, incoming: Incoming, now: Date) {
  const { pixels, frameIndex } = incoming;
  return {
    id,
    series_id: seriesId,
    facility_id: incoming.facilityId,
    sop_instance_uid: incoming.sopUid,
    sop_class_uid: incoming.sopClassUid,
    transfer_syntax_uid: incoming.transferSyntaxUid,
    instance_number: incoming.instanceNumber,
    rows: incoming.rows,
    columns: incoming.columns,
    bits_allocated: incoming.bitsAllocated,
    samples_per_pixel: incoming.samplesPerPixel,
    number_of_frames: incoming.numberOfFrames,
    content_date: incoming.contentDate,
    content_time: incoming.contentTime,
    acquisition_date: incoming.acquisitionDate,
    acquisition_time: incoming.acquisitionTime,
    attributes: incoming.instance,
    object_key: incoming.objectKey,
    size: incoming.size,
    sha256: hex(incoming.sha256),
    data_set_offset: incoming.dataSetOffset,
    header_length: incoming.headerLength,
    trailer_offset: incoming.trailerOffset,
    pixel_tag: pixels?.tag ?? null,
    pixel_vr: pixels?.vr ?? null,
    pixel_offset: pixels?.offset ?? null,
    pixel_length: pixels?.length ?? null,
    pixel_encapsulated: pixels?.encapsulated ?? null,
    frame_index: frameIndex && hex(frameIndex),
    orthanc_id: hex(
      orthancInstanceId({
        PatientID: incoming.patientIdText,
        StudyInstanceUID: incoming.studyUid,
        SeriesInstanceUID: incoming.seriesUid,
        SOPInstanceUID: incoming.sopUid,
      }),
    ),
    door: incoming.door,
    sender: incoming.sender,
    created_at: now,
    said_id: saidId(incoming.said),
  };
}
