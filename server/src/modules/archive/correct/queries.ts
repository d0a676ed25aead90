import type { ImageVersion } from "@isocenter/contract";
import { dictionaryEntry } from "@isocenter/dicom";
import { type Reader, Refusal, requirePermission, type Viewer } from "../../../platform/index.ts";
import { atFacilities } from "../find/find.ts";
import type { DicomJson } from "../types.ts";

interface CorrectionRow {
  id: string;
  level: "STUDY" | "SERIES" | "IMAGE";
  version: number;
  reason: string;
  by: string;
  byName: string;
  at: Date;
  before: DicomJson;
  after: DicomJson;
}

interface ReplacedRow extends Omit<CorrectionRow, "level" | "before" | "after"> {
  size: number;
  sha256: string;
}

const notFound = (): Refusal => new Refusal("not-found", "image.not-found", "There is no such image.");

/** The values of attributes by keyword, as a person gave them. */
const byKeyword = (json: DicomJson): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(json).map(([key, { Value = [] }]) => {
      const keyword = dictionaryEntry(Number.parseInt(key, 16))?.keyword ?? key;
      const values = Value.map((value) => nameText(value));
      return [keyword, values.length > 1 ? values : (values[0] ?? null)];
    }),
  );

function nameText(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const { Alphabetic = "", Ideographic = "", Phonetic = "" } = value as Record<string, string>;
  return [Alphabetic, Ideographic, Phonetic].join("=").replace(/=+$/, "");
}

/** How an image that the viewer may see came to be what it is now, the newest first; the last is what was received. @throws Refusal `not-found` */
export async function listVersions(reader: Reader, viewer: Viewer, imageId: string): Promise<ImageVersion[]> {
  requirePermission(viewer, "images.read");
  const [image] = await reader<
    {
      studyId: string;
      seriesId: string;
      size: number;
      sha256: string;
      door: string;
      sender: string;
      createdAt: Date;
    }[]
  >`
    select se.study_id as "studyId", se.id as "seriesId", i.size, encode(i.sha256, 'hex') as sha256, i.door, i.sender, i.created_at as "createdAt"
    from instance i join series se on se.id = i.series_id where i.id = ${imageId} and i.deleted_at is null and ${atFacilities(reader, viewer, "i")}`;
  if (!image) throw notFound();
  const corrections = await reader<CorrectionRow[]>`
    select id, level, version, reason, corrected_by as by, corrected_by_name as "byName", corrected_at as at, before, after from correction
    where subject_id = any(${[imageId, image.seriesId, image.studyId]}::uuid[]) order by id desc limit 200`;
  const replaced = await reader<ReplacedRow[]>`
    select id, version, reason, changed_by as by, changed_by_name as "byName", changed_at as at, (before->>'size')::bigint as size,
      substr(before->>'sha256', 3) as sha256
    from instance_version where instance_id = ${imageId} and kind = 'REPLACED' order by version desc limit 200`;
  const entries: ImageVersion[] = [
    ...corrections.map(({ by, byName, at, before, after, ...row }) => ({
      ...row,
      kind: "CORRECTED" as const,
      by: { id: by, name: byName },
      at: at.toISOString(),
      before: byKeyword(before),
      after: byKeyword(after),
      size: null,
      sha256: null,
    })),
    ...replaced.map(({ by, byName, at, ...row }) => ({
      ...row,
      kind: "REPLACED" as const,
      level: "IMAGE" as const,
      by: { id: by, name: byName },
      at: at.toISOString(),
      before: null,
      after: null,
    })),
  ];
  return [
    ...entries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? 1 : -1)),
    {
      id: imageId,
      kind: "RECEIVED",
      level: "IMAGE",
      version: 1,
      reason: null,
      by: { id: image.sender, name: image.door },
      at: image.createdAt.toISOString(),
      before: null,
      after: null,
      size: image.size,
      sha256: image.sha256,
    },
  ];
}

/** Where the bytes of a version lie: as they were received, or before they were replaced. @throws Refusal `not-found` */
export async function versionObject(
  reader: Reader,
  viewer: Viewer,
  imageId: string,
  versionId: string,
): Promise<{ objectKey: string; size: number; sha256: string; patientId: string }> {
  requirePermission(viewer, "images.correct");
  const [row] = await reader<{ objectKey: string; size: number; sha256: string; patientId: string }[]>`
    select coalesce(v.object_key, i.object_key) as "objectKey", coalesce((v.before->>'size')::bigint, i.size) as size,
      coalesce(substr(v.before->>'sha256', 3), encode(i.sha256, 'hex')) as sha256, st.patient_id as "patientId"
    from instance i join series se on se.id = i.series_id join study st on st.id = se.study_id
    left join instance_version v on v.instance_id = i.id and v.id = ${versionId}
    where i.id = ${imageId} and i.deleted_at is null and (v.id is not null or ${versionId === imageId})
      and ${atFacilities(reader, viewer, "i")}`;
  if (!row) throw notFound();
  return row;
}
