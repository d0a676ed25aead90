import { Tags } from "@isocenter/dicom";
import type { Fragment, Reader, Tx } from "../../../platform/index.ts";
import { jsonKey } from "../attributes.ts";
import { documentModalities } from "../reported.ts";
import { groupBy, type Written } from "./batch.ts";

const documents: ReadonlySet<string> = new Set(documentModalities);

/**
 * Locks the studies that were known from an earlier transaction, in the order in which new ones are locked.
 * @returns whether all of them are still what they were
 */
export async function lockKnown(tx: Tx, written: readonly Written[]): Promise<boolean> {
  const known = new Map(written.filter((one) => one.known).map(({ study }) => [study.id, study]));
  if (known.size === 0) return true;
  const rows = await tx<{ id: string; patientId: string; deletions: number }[]>`
    select id, patient_id as "patientId", deletions from study where id = any(${[...known.keys()]}::uuid[])
    order by facility_id, study_instance_uid, claimed_patient_id for no key update`;
  return (
    rows.length === known.size &&
    rows.every(({ id, patientId, deletions }) => {
      const study = known.get(id)!;
      return study.patientId === patientId && study.deletions === deletions;
    })
  );
}

/**
 * One update for the series of the batch: a statement of its own, or a part of a larger one. It ends with its conditions, so that more may follow.
 * @param where a condition of the larger statement
 */
export function seriesCounts(tx: Reader, written: readonly Written[], where: Fragment = tx`true`) {
  const rows = [...groupBy(written, ({ series }) => series.id)].map(([id, group]) => ({
    id,
    instances: group.length,
    images: imagesIn(group),
    size: sizeOf(group),
  }));
  return tx`
    update series s set number_of_instances = s.number_of_instances + d.instances, number_of_images = s.number_of_images + d.images,
      size = s.size + d.size, revision = s.revision + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as d (id uuid, instances int, images int, size bigint)
    where s.id = d.id and ${where}`;
}

/** As `seriesCounts`, for the studies of the batch: counts, what is gathered from below, and the state that arrival brings. */
export function studyCounts(tx: Reader, now: Date, written: readonly Written[], where: Fragment = tx`true`) {
  const rows = [...groupBy(written, ({ study }) => study.id)].map(([id, group]) => ({
    id,
    instances: group.length,
    images: imagesIn(group),
    series: new Set(group.filter(({ series }) => series.created).map(({ series }) => series.id)).size,
    size: sizeOf(group),
    modalities: distinct(group.map(({ item }) => item.incoming.modality)),
    sop_classes: distinct(group.map(({ item }) => item.incoming.sopClassUid)),
    to_read: group.some(({ item }) => !documents.has(item.incoming.modality)),
    body_part:
      group.map(({ item }) => bodyPartOf(item.incoming.series)).find((part) => part !== null) ?? null,
  }));
  return tx`
    update study s set
      number_of_instances = s.number_of_instances + d.instances,
      number_of_images = s.number_of_images + d.images,
      number_of_series = s.number_of_series + d.series,
      size = s.size + d.size,
      modalities = case when s.modalities @> d.modalities then s.modalities
        else array(select distinct m from unnest(s.modalities || d.modalities) m order by m) end,
      sop_classes = case when s.sop_classes @> d.sop_classes then s.sop_classes
        else array(select distinct c from unnest(s.sop_classes || d.sop_classes) c order by c) end,
      body_part = case when '00180015' = any(s.corrected) then s.body_part
        when s.registered_at is not null and s.number_of_instances = 0 then coalesce(d.body_part, s.body_part)
        else coalesce(s.body_part, d.body_part) end,
      status = case when s.status in ('SCHEDULED', 'ARRIVED', 'CANCELLED') or (d.to_read and s.status = 'COMPLETED') then 'IN_PROGRESS' else s.status end,
      images_after_report_at = case when d.to_read and s.status in ('PRELIMINARY', 'FINAL') then ${now} else s.images_after_report_at end,
      last_received_at = ${now},
      deleted_at = null,
      version = s.version + 1
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as d (id uuid, instances int, images int, series int, size bigint, modalities text[], sop_classes text[], to_read boolean, body_part text)
    where s.id = d.id and ${where}`;
}

/** Those that hold a picture. */
const imagesIn = (group: readonly Written[]): number =>
  group.filter(({ item }) => item.incoming.numberOfFrames > 0).length;

const sizeOf = (group: readonly Written[]): number =>
  group.reduce((total, { item }) => total + item.incoming.size, 0);

const distinct = (texts: readonly string[]): string[] => [...new Set(texts.filter((text) => text !== ""))];

function bodyPartOf(series: Written["item"]["incoming"]["series"]): string | null {
  const part = series[jsonKey(Tags.BodyPartExamined)]?.Value?.[0];
  return typeof part === "string" && part !== "" ? part : null;
}
