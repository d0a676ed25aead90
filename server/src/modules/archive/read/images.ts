import { type Image, readModality } from "@isocenter/contract";
import { Tags } from "@isocenter/dicom";
import {
  countLimit,
  type Fragment,
  invalidAt,
  type Reader,
  Refusal,
  reach,
  readCursor,
  requirePermission,
  type Viewer,
  writeCursor,
} from "../../../platform/index.ts";
import { allOf, inCareOf } from "../../patients/index.ts";
import { numberOf, numbersOf } from "../attributes.ts";
import { atFacilities } from "../find/find.ts";
import type { DicomJson, ImageQuery, Page } from "../types.ts";

interface ImageRow
  extends Pick<
    Image,
    | "id"
    | "patientId"
    | "studyId"
    | "studyInstanceUid"
    | "seriesInstanceUid"
    | "sopInstanceUid"
    | "sopClassUid"
    | "transferSyntaxUid"
    | "instanceNumber"
    | "modality"
    | "rows"
    | "columns"
    | "numberOfFrames"
    | "size"
    | "version"
  > {
  attributes: DicomJson;
  sha256: Buffer;
  acquisitionDate: string | null;
  originalFormat: Image["format"] | null;
  originalSize: number | null;
  originalSha256: Buffer | null;
  createdAt: Date;
  sortKey: string;
}

const tables = (sql: Reader): Fragment => sql`
  instance i join series se on se.id = i.series_id join study st on st.id = se.study_id
  left join instance_original o on o.instance_id = i.id`;

const columns = (sql: Reader): Fragment => sql`
  i.id, st.patient_id as "patientId", st.id as "studyId", st.study_instance_uid as "studyInstanceUid",
  se.series_instance_uid as "seriesInstanceUid", i.sop_instance_uid as "sopInstanceUid", i.sop_class_uid as "sopClassUid",
  i.transfer_syntax_uid as "transferSyntaxUid", i.instance_number as "instanceNumber", se.modality, i."rows", i."columns",
  i.number_of_frames as "numberOfFrames", i.attributes, i.size, i.sha256, i.version, i.created_at as "createdAt",
  coalesce(i.acquisition_date, i.content_date, se.series_date, st.study_date) as "acquisitionDate",
  o.format as "originalFormat", o.size as "originalSize", o.sha256 as "originalSha256"`;

function visible(sql: Reader, viewer: Viewer): Fragment {
  const reached = requirePermission(viewer, "images.read");
  return allOf(sql, [
    atFacilities(sql, viewer, "i"),
    sql`i.deleted_at is null`,
    ...(reached === "in-care" ? [inCareOf(sql, viewer, "st.patient_id")] : []),
  ]);
}

function toImage(viewer: Viewer, row: ImageRow): Image {
  const { attributes, originalFormat, originalSize, originalSha256, sortKey: _, ...image } = row;
  const spacing = [Tags.PixelSpacing, Tags.ImagerPixelSpacing]
    .map((tag) => numbersOf(attributes, tag))
    .find((numbers) => numbers.length === 2);
  return {
    ...image,
    format: originalFormat ?? "DICOM",
    size: originalSize ?? image.size,
    sha256: (originalSha256 ?? image.sha256).toString("hex"),
    pixelSpacing: spacing ?? null,
    sliceThickness: numberOf(attributes, Tags.SliceThickness),
    windowCenter: numberOf(attributes, Tags.WindowCenter),
    windowWidth: numberOf(attributes, Tags.WindowWidth),
    status: "STORED",
    createdAt: image.createdAt.toISOString(),
    actions: [
      "view",
      ...(reach(viewer, "images.export") ? ["export"] : []),
      ...(reach(viewer, "images.correct") ? ["correct", "delete"] : []),
    ],
  };
}

/** @throws Refusal `not-found` (`image.not-found`) */
export async function getImage(reader: Reader, viewer: Viewer, imageId: string): Promise<Image> {
  const [row] = await reader<ImageRow[]>`
    select ${columns(reader)} from ${tables(reader)} where i.id = ${imageId} and ${visible(reader, viewer)}`;
  if (!row) throw new Refusal("not-found", "image.not-found", "There is no such image.");
  return toImage(viewer, row);
}

/** @throws Refusal `invalid` (`query.invalid-after`, `query.invalid-modality`) */
export async function listImages(reader: Reader, viewer: Viewer, query: ImageQuery): Promise<Page<Image>> {
  const where = allOf(reader, [visible(reader, viewer), ...conditionsOf(reader, query)]);
  const numbered = query.order === "number" || query.order === "-number";
  const key = numbered
    ? reader`array[coalesce(se.series_number, 2147483647), coalesce(i.instance_number, 2147483647)]`
    : reader`array[]::int[]`;
  const after = query.after === undefined ? null : readCursor(query.after, query.order);
  if (after && !/^\{(-?\d{1,10},-?\d{1,10})?\}$/.test(after.value))
    throw invalidAt("query.invalid-after", "querystring.after", "is not the key of a page in this order");
  const beyond = !after
    ? reader``
    : numbered
      ? reader`and (${key}, i.id) ${query.order === "number" ? reader`>` : reader`<`} (${after.value}::text::int[], ${after.id}::uuid)`
      : reader`and i.id ${query.order === "newest" ? reader`<` : reader`>`} ${after.id}::uuid`;
  const order = {
    newest: reader`i.id desc`,
    oldest: reader`i.id`,
    number: reader`${key}, i.id`,
    "-number": reader`${key} desc, i.id desc`,
  }[query.order];
  const rows = await reader<ImageRow[]>`
    select ${columns(reader)}, (${key})::text as "sortKey" from ${tables(reader)} where ${where} ${beyond}
    order by ${order} limit ${query.limit + 1} offset ${query.offset ?? 0}`;
  const [{ total = 0 } = {}] = await reader<{ total: number }[]>`
    select count(*) as total from (select 1 from ${tables(reader)} where ${where} limit ${countLimit + 1}) counted`;
  const data = rows.slice(0, query.limit);
  const last = data.at(-1);
  return {
    data: data.map((row) => toImage(viewer, row)),
    total: Math.min(total, countLimit),
    totalIsExact: total <= countLimit,
    next:
      rows.length > query.limit && last
        ? writeCursor(query.order, { value: last.sortKey, id: last.id })
        : null,
  };
}

function conditionsOf(sql: Reader, query: ImageQuery): Fragment[] {
  const conditions: Fragment[] = [];
  if (query.patientId) conditions.push(sql`st.patient_id = ${query.patientId}`);
  if (query.studyId) conditions.push(sql`st.id = ${query.studyId}`);
  if (query.seriesInstanceUid) conditions.push(sql`se.series_instance_uid = ${query.seriesInstanceUid}`);
  if (query.modality) {
    const code = readModality(query.modality);
    if (code === null)
      throw invalidAt("query.invalid-modality", "querystring.modality", "is not a DICOM modality code");
    conditions.push(sql`se.modality = ${code}`);
  }
  if (query.format === "DICOM") conditions.push(sql`o.format is null`);
  else if (query.format) conditions.push(sql`o.format = ${query.format}`);
  if (query.createdFrom) conditions.push(sql`i.created_at >= ${query.createdFrom}`);
  if (query.createdTo) conditions.push(sql`i.created_at <= ${query.createdTo}`);
  return conditions;
}
