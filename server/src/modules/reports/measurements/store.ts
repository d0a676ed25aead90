import type { KeyImage, KeyImages, Measurement, StudyMeasurements } from "@isocenter/contract";
import { checkVersion, type Reader, Refusal, reach, type Tx, type Viewer } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";

export interface MarkedStudy {
  id: string;
  facilityId: string;
  patientId: string;
}

interface MeasurementRow {
  userId: string;
  userName: string;
  version: number;
  measurements: Measurement[];
  updatedAt: Date;
}

const most = 20;

/** What the viewer may do with their measurements, and with the key images, of a study that they see. */
const actionsOf = (viewer: Viewer): StudyMeasurements["actions"] =>
  viewer.kind === "user" && reach(viewer, "reports.write") !== null ? ["change"] : [];

/** What the viewer kept, and others. */
export async function readMeasurements(
  reader: Reader,
  viewer: Viewer,
  studyId: string,
): Promise<StudyMeasurements> {
  const own = viewer.kind === "user" ? viewer.id : null;
  const rows = await reader<MeasurementRow[]>`
    select user_id as "userId", user_name as "userName", version, measurements, updated_at as "updatedAt" from study_measurements
    where study_id = ${studyId} order by user_id = ${own}::uuid desc nulls last, updated_at desc, user_id limit ${most + 1}`;
  const mine = rows.find(({ userId }) => userId === own);
  return {
    studyId,
    version: mine?.version ?? 0,
    measurements: mine?.measurements ?? [],
    updatedAt: mine?.updatedAt.toISOString() ?? null,
    actions: actionsOf(viewer),
    others: rows
      .filter((row) => row !== mine && row.measurements.length > 0)
      .slice(0, most)
      .map(({ userId, userName, version, measurements, updatedAt }) => ({
        user: { id: userId, name: userName },
        version,
        measurements,
        updatedAt: updatedAt.toISOString(),
      })),
  };
}

/** @throws Refusal `forbidden`: measurements are somebody's */
export function requirePerson(viewer: Viewer): void {
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.may-not-report", "People measure and mark images, not keys.");
}

interface Writing {
  journal: Pick<Journal, "record">;
  now: Date;
}

/** @throws Refusal `conflict` (`version.conflict`) */
export async function writeMeasurements(
  tx: Tx,
  viewer: Viewer,
  study: MarkedStudy,
  measurements: readonly Measurement[],
  expectedVersion: number | undefined,
  { journal, now }: Writing,
): Promise<void> {
  // The row is made first, so that there is one to lock.
  await tx`
    insert into study_measurements (study_id, user_id, user_name, facility_id, version, measurements, updated_at)
    values (${study.id}, ${viewer.id}, ${viewer.name}, ${study.facilityId}, 0, '[]', ${now}) on conflict do nothing`;
  const [row] = await tx<{ version: number }[]>`
    select version from study_measurements where study_id = ${study.id} and user_id = ${viewer.id} for update`;
  checkVersion(expectedVersion, row!.version);
  await tx`
    update study_measurements set measurements = ${tx.json(measurements as never)}, user_name = ${viewer.name}, updated_at = ${now},
      version = version + 1
    where study_id = ${study.id} and user_id = ${viewer.id}`;
  await journal.record(tx, viewer, {
    type: "study.measured",
    subject: { type: "study", id: study.id },
    facilityId: study.facilityId,
    patientId: study.patientId,
    data: { measurements: measurements.length, version: row!.version + 1 },
  });
}

interface KeyImageRow {
  version: number;
  images: KeyImage[];
  updatedBy: string | null;
  updatedByName: string | null;
  updatedAt: Date;
}

export async function readKeyImages(reader: Reader, viewer: Viewer, studyId: string): Promise<KeyImages> {
  const [row] = await reader<KeyImageRow[]>`
    select version, images, updated_by as "updatedBy", updated_by_name as "updatedByName", updated_at as "updatedAt"
    from study_key_images where study_id = ${studyId}`;
  return {
    studyId,
    version: row?.version ?? 0,
    images: row?.images ?? [],
    updatedBy: row?.updatedBy ? { id: row.updatedBy, name: row.updatedByName ?? "" } : null,
    updatedAt: row?.updatedAt.toISOString() ?? null,
    actions: actionsOf(viewer),
  };
}

/** @throws Refusal `conflict` (`version.conflict`) */
export async function writeKeyImages(
  tx: Tx,
  viewer: Viewer,
  study: MarkedStudy,
  images: readonly KeyImage[],
  expectedVersion: number | undefined,
  { journal, now }: Writing,
): Promise<void> {
  await tx`
    insert into study_key_images (study_id, facility_id, version, images, updated_at)
    values (${study.id}, ${study.facilityId}, 0, '[]', ${now}) on conflict do nothing`;
  const [row] = await tx<{ version: number }[]>`
    select version from study_key_images where study_id = ${study.id} for update`;
  checkVersion(expectedVersion, row!.version);
  await tx`
    update study_key_images set images = ${tx.json(images as never)}, updated_by = ${viewer.id}, updated_by_name = ${viewer.name},
      updated_at = ${now}, version = version + 1
    where study_id = ${study.id}`;
  await journal.record(tx, viewer, {
    type: "study.key-images-chosen",
    subject: { type: "study", id: study.id },
    facilityId: study.facilityId,
    patientId: study.patientId,
    data: { images: images.length, version: row!.version + 1 },
  });
}
