import {
  type Fragment,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../../platform/index.ts";
import { allOf, inCareOf } from "../../patients/index.ts";
import { atFacilities } from "../find/find.ts";
import { readOrthancId } from "../orthanc-ids.ts";
import type { StoredInstance } from "../stored-instance.ts";
import type { InstanceSelection } from "../types.ts";
import type { CurrentForms } from "./current.ts";
import type { Overlay } from "./overlay.ts";
import { type OverlayRow, overlayColumns, overlayOf, overlayTables } from "./overlay-row.ts";

/** What instances are located with. */
export interface LocateContext {
  reader: Reader;
  forms: CurrentForms;
  /** Our AE title: who writes over what was received. */
  system: string;
}

interface LocatedRow extends Omit<StoredInstance, "pixels" | "original" | "rewritten"> {
  over: OverlayRow;
  pixelTag: number | null;
  pixelVr: string;
  pixelOffset: number;
  pixelLength: number;
  pixelEncapsulated: boolean;
  originalFormat: NonNullable<StoredInstance["original"]>["format"] | null;
  originalKey: string;
  originalSize: number;
  originalSha256: string;
}

/** Instances that are read at once of a study of any size. */
const batchRows = 1000;

const columns = (sql: Reader): Fragment => sql`
  i.id, se.study_id as "studyId", i.series_id as "seriesId", st.patient_id as "patientId", i.facility_id as "facilityId",
  st.study_instance_uid as "StudyInstanceUID", se.series_instance_uid as "SeriesInstanceUID", i.sop_instance_uid as "SOPInstanceUID",
  i.sop_class_uid as "SOPClassUID", i.transfer_syntax_uid as "transferSyntaxUID", se.modality, se.series_number as "seriesNumber",
  i.instance_number as "instanceNumber", i."rows", i."columns", i.number_of_frames as "numberOfFrames", i.size, encode(i.sha256, 'hex') as sha256,
  i.data_set_offset as "dataSetOffset", i.header_length as "headerLength", i.trailer_offset as "trailerOffset",
  i.bits_allocated as "bitsAllocated", i.samples_per_pixel as "samplesPerPixel",
  i.pixel_tag as "pixelTag", i.pixel_vr as "pixelVr", i.pixel_offset as "pixelOffset", i.pixel_length as "pixelLength",
  i.pixel_encapsulated as "pixelEncapsulated", i.object_key as "objectKey",
  case when i.door = 'c-store' then i.sender end as "sourceAeTitle", i.created_at as "createdAt",
  o.format as "originalFormat", o.object_key as "originalKey", o.size as "originalSize", encode(o.sha256, 'hex') as "originalSha256",
  ${overlayColumns(sql)}`;

const tables = (sql: Reader): Fragment => sql`
  instance i join series se on se.id = i.series_id join study st on st.id = se.study_id
  left join instance_original o on o.instance_id = i.id ${overlayTables(sql)}`;

function visible(sql: Reader, viewer: Viewer): Fragment {
  const reached = requirePermission(viewer, "images.read");
  return allOf(sql, [
    atFacilities(sql, viewer, "i"),
    sql`i.deleted_at is null`,
    ...(reached === "in-care" ? [inCareOf(sql, viewer, "st.patient_id")] : []),
  ]);
}

interface Located {
  instance: StoredInstance;
  overlay: Overlay | null;
}

const toLocated = (row: LocatedRow, system: string): Located => {
  const instance = toReceived(row);
  return { instance, overlay: overlayOf(row.over, instance, system) };
};

/** Each member by its name: to copy all but some takes V8 twenty times as long, and a study has thousands of rows. */
const toReceived = (row: LocatedRow): StoredInstance => ({
  id: row.id,
  studyId: row.studyId,
  seriesId: row.seriesId,
  patientId: row.patientId,
  facilityId: row.facilityId,
  StudyInstanceUID: row.StudyInstanceUID,
  SeriesInstanceUID: row.SeriesInstanceUID,
  SOPInstanceUID: row.SOPInstanceUID,
  SOPClassUID: row.SOPClassUID,
  transferSyntaxUID: row.transferSyntaxUID,
  modality: row.modality,
  seriesNumber: row.seriesNumber,
  instanceNumber: row.instanceNumber,
  rows: row.rows,
  columns: row.columns,
  bitsAllocated: row.bitsAllocated,
  samplesPerPixel: row.samplesPerPixel,
  numberOfFrames: row.numberOfFrames,
  size: row.size,
  sha256: row.sha256,
  dataSetOffset: row.dataSetOffset,
  headerLength: row.headerLength,
  trailerOffset: row.trailerOffset,
  objectKey: row.objectKey,
  sourceAeTitle: row.sourceAeTitle,
  createdAt: row.createdAt,
  pixels:
    row.pixelTag === null
      ? null
      : {
          tag: row.pixelTag,
          vr: row.pixelVr,
          offset: row.pixelOffset,
          length: row.pixelLength,
          encapsulated: row.pixelEncapsulated,
        },
  original: row.originalFormat && {
    format: row.originalFormat,
    objectKey: row.originalKey,
    size: row.originalSize,
    sha256: row.originalSha256,
  },
});

function selected(sql: Reader, selection: InstanceSelection): Fragment {
  const { patientId, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = selection;
  return allOf(sql, [
    sql`st.study_instance_uid = ${StudyInstanceUID}`,
    ...(patientId === undefined ? [] : [sql`st.patient_id = ${patientId}::uuid`]),
    ...(SeriesInstanceUID === undefined ? [] : [sql`se.series_instance_uid = ${SeriesInstanceUID}`]),
    ...(SOPInstanceUID === undefined ? [] : [sql`i.sop_instance_uid = ${SOPInstanceUID}`]),
  ]);
}

/** Series number, then instance number; what has none comes last. */
const position = (sql: Reader): Fragment =>
  sql`coalesce(se.series_number, 2147483647), i.series_id, coalesce(i.instance_number, 2147483647), i.id`;

/** A batch at a time, by series and instance number; pages by key, so what arrives meanwhile shifts nothing. */
export async function* locateEach(
  { reader, forms, system }: LocateContext,
  viewer: Viewer,
  selection: InstanceSelection,
): AsyncGenerator<StoredInstance[]> {
  let after: StoredInstance | undefined;
  for (;;) {
    const last: StoredInstance | undefined = after;
    const beyond = last
      ? reader`and (${position(reader)}) > (${last.seriesNumber ?? 2147483647}::int, ${last.seriesId}::uuid,
          ${last.instanceNumber ?? 2147483647}::int, ${last.id}::uuid)`
      : reader``;
    const rows = await reader<LocatedRow[]>`
      select ${columns(reader)} from ${tables(reader)}
      where ${visible(reader, viewer)} and ${selected(reader, selection)} ${beyond}
      order by ${position(reader)} limit ${batchRows}`;
    const located = rows.map((row) => toLocated(row, system));
    if (rows.length > 0) yield await forms.currents(located);
    if (rows.length < batchRows) return;
    after = located.at(-1)!.instance;
  }
}

export async function locate(
  context: LocateContext,
  viewer: Viewer,
  selection: InstanceSelection,
): Promise<StoredInstance[]> {
  const all: StoredInstance[] = [];
  for await (const batch of locateEach(context, viewer, selection)) all.push(...batch);
  return all;
}

export async function locateBySopInstanceUid(
  { reader, forms, system }: LocateContext,
  viewer: Viewer,
  sopInstanceUid: string,
): Promise<StoredInstance[]> {
  const rows = await reader<LocatedRow[]>`
    select ${columns(reader)} from ${tables(reader)}
    where i.sop_instance_uid = ${sopInstanceUid} and ${visible(reader, viewer)} order by i.id`;
  return forms.currents(rows.map((row) => toLocated(row, system)));
}

export async function locateByOrthancId(
  { reader, forms, system }: LocateContext,
  viewer: Viewer,
  orthancInstanceId: string,
): Promise<StoredInstance[]> {
  const id = readOrthancId(orthancInstanceId);
  if (!id) return [];
  const rows = await reader<LocatedRow[]>`
    select ${columns(reader)} from ${tables(reader)}
    where i.orthanc_id = ${id} and ${visible(reader, viewer)} order by i.id`;
  return forms.currents(rows.map((row) => toLocated(row, system)));
}

/** @throws Refusal `not-found` (`image.not-found`) */
export async function locateById(
  { reader, forms, system }: LocateContext,
  viewer: Viewer,
  imageId: string,
): Promise<StoredInstance> {
  const rows = await reader<LocatedRow[]>`
    select ${columns(reader)} from ${tables(reader)} where i.id = ${imageId} and ${visible(reader, viewer)}`;
  const [instance] = await forms.currents(rows.map((row) => toLocated(row, system)));
  if (!instance) throw new Refusal("not-found", "image.not-found", "There is no such image.");
  return instance;
}

/** The instances of a series, and the revision and patient that they are of: one statement, so that they belong together. */
export async function seriesAtRevision(
  { reader, forms, system }: LocateContext,
  seriesId: string,
): Promise<{ revision: number; identity: string; instances: StoredInstance[] }> {
  const rows = await reader<(LocatedRow & { revision: number; identity: string })[]>`
    select ${columns(reader)}, se.revision, p.id || ' ' || p.version as identity from ${tables(reader)}
    where i.series_id = ${seriesId} and i.deleted_at is null order by ${position(reader)}`;
  return {
    revision: rows[0]?.revision ?? 0,
    identity: rows[0]?.identity ?? "",
    instances: await forms.currents(rows.map((row) => toLocated(row, system))),
  };
}
