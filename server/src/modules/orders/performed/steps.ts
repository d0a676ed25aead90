import type { Reader } from "../../../platform/index.ts";

/** The scheduled steps of the order that are of one of the modalities; all of them where none is. */
export async function stepsOfModalities(
  reader: Reader,
  orderId: string,
  modalities: readonly string[],
): Promise<string[]> {
  const steps = await reader<{ id: string; fits: boolean }[]>`
    select id, modality = any(${[...modalities]}::text[]) as fits from scheduled_step where order_id = ${orderId} order by step_id`;
  const fitting = steps.filter(({ fits }) => fits);
  return (fitting.length > 0 ? fitting : steps).map(({ id }) => id);
}

/** What a performed step says of the images that it made. */
export interface PerformedImages {
  facilityId: string;
  studyInstanceUid: string;
  referencedInstances: readonly string[];
  /** Another performed step of the study is not ended. */
  othersInProgress: boolean;
}

export async function performedImages(reader: Reader, id: string): Promise<PerformedImages | null> {
  const [step] = await reader<PerformedImages[]>`
    select ps.facility_id as "facilityId", ps.study_instance_uid as "studyInstanceUid", ps.referenced_instances as "referencedInstances",
      exists (select from performed_step o where o.facility_id = ps.facility_id and o.study_instance_uid = ps.study_instance_uid
        and o.id <> ps.id and o.status = 'IN PROGRESS') as "othersInProgress"
    from performed_step ps where ps.id = ${id}`;
  return step ?? null;
}
