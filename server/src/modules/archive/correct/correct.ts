import { Tags } from "@isocenter/dicom";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { ensureMembership, requirePatient } from "../../patients/index.ts";
import { moveStudies } from "../assign.ts";
import { dateOf, integerOf, jsonKey, timeOf } from "../attributes.ts";
import type { DecisionContext } from "../deletion/delete.ts";
import { instanceColumnTags, seriesColumns, studyColumns } from "../levels.ts";
import { decideOrder, relinkOrder } from "../link-order.ts";
import type { DicomJson } from "../types.ts";
import { type CorrectionLevel, type Corrections, readCorrections } from "./attributes.ts";

export interface CorrectionOptions {
  reason: string;
  expectedVersion?: number;
}

interface Subject {
  level: CorrectionLevel;
  id: string;
  version: number;
}

interface Place {
  studyId: string;
  facilityId: string;
  patientId: string;
  studyVersion: number;
}

const says = (json: DicomJson): boolean => Object.keys(json).length > 0;

/** The kept attributes with the corrections; an emptied one is not kept. */
function corrected(kept: DicomJson, corrections: DicomJson): DicomJson {
  const entries = Object.entries({ ...kept, ...corrections });
  return Object.fromEntries(entries.filter(([, element]) => element.Value || element.InlineBinary));
}

const beforeOf = (kept: DicomJson, corrections: DicomJson): DicomJson =>
  Object.fromEntries(Object.entries(corrections).map(([key, { vr }]) => [key, kept[key] ?? { vr }]));

async function note(
  tx: Tx,
  viewer: Viewer,
  { studyId, facilityId, patientId }: Place,
  { level, id, version }: Subject,
  change: { before: DicomJson; after: DicomJson },
  reason: string,
  { clock, journal }: DecisionContext,
): Promise<void> {
  await tx`insert into correction ${tx({
    id: newId(clock),
    facility_id: facilityId,
    study_id: studyId,
    level,
    subject_id: id,
    version,
    reason,
    corrected_by: viewer.id,
    corrected_by_name: viewer.name,
    corrected_at: clock.now(),
    before: tx.json(change.before as never),
    after: tx.json(change.after as never),
  })}`;
  await journal.record(tx, viewer, {
    type: `${level.toLowerCase()}.corrected`,
    subject: { type: level.toLowerCase(), id },
    facilityId,
    patientId,
    data: { studyId, version, attributes: Object.keys(change.after) },
  });
}

async function correctStudy(
  tx: Tx,
  viewer: Viewer,
  place: Place,
  corrections: DicomJson,
  reason: string,
  context: DecisionContext,
): Promise<void> {
  const { studyId } = place;
  const at = context.clock.now();
  const [study] = await tx<{ attributes: DicomJson; corrected: string[]; version: number }[]>`
    select attributes, corrected, version from study where id = ${studyId}`;
  const attributes = corrected(study!.attributes, corrections);
  await tx`
    update study set ${tx({
      ...studyColumns(attributes),
      attributes: attributes as never,
      corrected: [...new Set([...study!.corrected, ...Object.keys(corrections)])],
      corrected_at: at,
    })}, version = version + 1 where id = ${studyId}`;
  await tx`update series set revision = revision + 1 where study_id = ${studyId}`;
  const change = { before: beforeOf(study!.attributes, corrections), after: corrections };
  await note(
    tx,
    viewer,
    place,
    { level: "STUDY", id: studyId, version: study!.version + 1 },
    change,
    reason,
    context,
  );
}

async function correctSeries(
  tx: Tx,
  viewer: Viewer,
  place: Place,
  seriesId: string,
  corrections: DicomJson,
  reason: string,
  context: DecisionContext,
): Promise<void> {
  const [series] = await tx<{ attributes: DicomJson; corrected: string[]; version: number }[]>`
    select attributes, corrected, version from series where id = ${seriesId} for update`;
  const attributes = corrected(series!.attributes, corrections);
  await tx`
    update series set ${tx({
      ...seriesColumns(attributes),
      attributes: attributes as never,
      corrected: [...new Set([...series!.corrected, ...Object.keys(corrections)])],
      corrected_at: context.clock.now(),
    })}, version = version + 1, revision = revision + 1 where id = ${seriesId}`;
  if (corrections[jsonKey(Tags.BodyPartExamined)])
    await tx`
      update study set body_part = (select body_part from series where study_id = ${place.studyId} and body_part is not null
        order by series_number, id limit 1), version = version + 1 where id = ${place.studyId}`;
  const change = { before: beforeOf(series!.attributes, corrections), after: corrections };
  await note(
    tx,
    viewer,
    place,
    { level: "SERIES", id: seriesId, version: series!.version + 1 },
    change,
    reason,
    context,
  );
}

interface ImageRow {
  attributes: DicomJson;
  corrections: DicomJson | null;
  version: number;
  seriesId: string;
  instanceNumber: number | null;
}

async function correctInstance(
  tx: Tx,
  viewer: Viewer,
  place: Place,
  imageId: string,
  image: ImageRow,
  corrections: DicomJson,
  reason: string,
  context: DecisionContext,
): Promise<void> {
  const number = jsonKey(Tags.InstanceNumber);
  const kept: DicomJson = {
    ...image.attributes,
    ...(image.instanceNumber === null ? {} : { [number]: { vr: "IS", Value: [image.instanceNumber] } }),
    ...image.corrections,
  };
  const all = corrected(kept, corrections);
  const attributes = { ...all };
  for (const tag of instanceColumnTags) delete attributes[jsonKey(tag)];
  const columns: Record<string, unknown> = {};
  for (const [tag, column, read] of columnsOf)
    if (corrections[jsonKey(tag)]) columns[column] = read(all, tag);
  await tx`
    update instance set ${tx({
      ...columns,
      attributes: attributes as never,
      corrections: { ...image.corrections, ...corrections } as never,
      corrected_at: context.clock.now(),
    })} where id = ${imageId}`;
  await tx`update series set revision = revision + 1 where id = ${image.seriesId}`;
  const change = { before: beforeOf(kept, corrections), after: corrections };
  await note(
    tx,
    viewer,
    place,
    { level: "IMAGE", id: imageId, version: image.version + 1 },
    change,
    reason,
    context,
  );
}

const columnsOf = [
  [Tags.InstanceNumber, "instance_number", integerOf],
  [Tags.ContentDate, "content_date", dateOf],
  [Tags.ContentTime, "content_time", timeOf],
  [Tags.AcquisitionDate, "acquisition_date", dateOf],
  [Tags.AcquisitionTime, "acquisition_time", timeOf],
] as const;

/** Locks the study as ingest does. @throws Refusal `not-found` */
async function lockPlace(
  tx: Tx,
  viewer: Viewer,
  what: { studyId: string } | { imageId: string },
): Promise<Place> {
  const id =
    "studyId" in what
      ? tx`${what.studyId}::uuid`
      : tx`(select se.study_id from instance i join series se on se.id = i.series_id where i.id = ${what.imageId} and i.deleted_at is null)`;
  const [place] = await tx<Place[]>`
    select id as "studyId", facility_id as "facilityId", patient_id as "patientId", version as "studyVersion" from study
    where id = ${id} and deleted_at is null and facility_id = any(${[...viewer.facilityIds]}::uuid[]) for no key update`;
  if (place) return place;
  throw "studyId" in what
    ? new Refusal("not-found", "study.not-found", "There is no such study.")
    : new Refusal("not-found", "image.not-found", "There is no such image.");
}

/**
 * Corrects attributes of an image; those that belong to its series or study are corrected there, for all its images. The object stays as it is: what
 * is sent has the corrections written over it.
 * @throws Refusal `not-found` (`image.not-found`), `conflict` (`version.conflict`), `forbidden`
 */
export async function correctImage(
  tx: Tx,
  viewer: Viewer,
  imageId: string,
  corrections: Corrections,
  { reason, expectedVersion }: CorrectionOptions,
  context: DecisionContext,
): Promise<void> {
  requirePermission(viewer, "images.correct");
  const place = await lockPlace(tx, viewer, { imageId });
  const [image] = await tx<ImageRow[]>`
    select attributes, corrections, version, series_id as "seriesId", instance_number as "instanceNumber" from instance
    where id = ${imageId} for update`;
  checkVersion(expectedVersion, image!.version);
  const { STUDY, SERIES, IMAGE } = corrections;
  if (says(STUDY)) await correctStudy(tx, viewer, place, STUDY, reason, context);
  if (says(SERIES)) await correctSeries(tx, viewer, place, image!.seriesId, SERIES, reason, context);
  if (says(IMAGE)) await correctInstance(tx, viewer, place, imageId, image!, IMAGE, reason, context);
  await tx`update instance set version = version + 1 where id = ${imageId}`;
}

/**
 * Puts a comment on an image as a correction, or with null takes it away; nothing where it is said already.
 * @throws Refusal `not-found` (`image.not-found`), `forbidden`
 */
export async function commentOnImage(
  tx: Tx,
  viewer: Viewer,
  imageId: string,
  comment: string | null,
  reason: string,
  context: DecisionContext,
): Promise<void> {
  const [image] = await tx<{ comment: string | null }[]>`
    select corrections->${jsonKey(Tags.ImageComments)}->'Value'->>0 as comment from instance where id = ${imageId}`;
  if ((image?.comment ?? null) === comment) return;
  await correctImage(tx, viewer, imageId, readCorrections({ ImageComments: comment }), { reason }, context);
}

export interface StudyChange {
  /** Of the level STUDY alone. */
  corrections: DicomJson;
  /** Whose the study is. */
  patientId?: string;
  /** The order that it answers; null: none. */
  orderId?: string | null;
}

/**
 * Corrects what is known of a study, gives it to another patient, or says which order it answers; later images do not overwrite it.
 * @throws Refusal `not-found` (`study.not-found`, `patient.not-found`, `order.not-found`), `conflict` (`version.conflict`, `reconciliation.open`,
 *   `study.other-patient`), `forbidden`
 */
export async function changeStudy(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  { corrections, patientId, orderId }: StudyChange,
  { reason, expectedVersion }: CorrectionOptions,
  context: DecisionContext,
): Promise<void> {
  requirePermission(viewer, "images.correct");
  const place = await lockPlace(tx, viewer, { studyId });
  checkVersion(expectedVersion, place.studyVersion);
  if (says(corrections)) await correctStudy(tx, viewer, place, corrections, reason, context);
  if (patientId !== undefined && patientId !== place.patientId)
    await giveTo(tx, viewer, place, patientId, context);
  if (orderId !== undefined) await decideOrder(tx, viewer, studyId, { orderId, reason }, context);
  else if (patientId !== undefined || corrections[jsonKey(Tags.AccessionNumber)])
    await relinkOrder(tx, viewer, studyId, context);
}

async function giveTo(
  tx: Tx,
  viewer: Viewer,
  { studyId, facilityId }: Place,
  patientId: string,
  context: DecisionContext,
): Promise<void> {
  const [open] =
    await tx`select 1 from reconciliation_item where study_id = ${studyId} and about <> 'ORDER' and resolved_at is null`;
  if (open)
    throw new Refusal(
      "conflict",
      "reconciliation.open",
      "Whose the study is waits for a decision: it is made under reconciliation.",
    );
  await requirePatient(tx, facilityId, patientId);
  await ensureMembership(tx, context.clock, patientId, facilityId);
  await tx`
    update study set assigned_patient_id = case when claimed_patient_id = ${patientId} then null else ${patientId}::uuid end
    where id = ${studyId}`;
  await moveStudies(tx, context.journal, viewer, [studyId], context.clock.now());
}
