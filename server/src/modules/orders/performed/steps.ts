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
}

export async function performedImages(reader: Reader, id: string): Promise<PerformedImages | null> {
  const [step] = await reader<PerformedImages[]>`
    select facility_id as "facilityId", study_instance_uid as "studyInstanceUid", referenced_instances as "referencedInstances"
    from performed_step where id = ${id}`;
  return step ?? null;
}
