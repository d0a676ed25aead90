import type { Tx } from "../../../platform/index.ts";

/**
 * Counts a study and its series anew after images were taken away or came back: counts, sizes, what is gathered from below, and whether there is anything
 * to be seen. The study is locked.
 */
export async function recount(tx: Tx, studyId: string, now: Date): Promise<void> {
  await tx`
    update series se set number_of_instances = c.instances, number_of_images = c.images, size = c.size, revision = se.revision + 1
    from (select s.id, count(i.id)::int as instances, count(i.id) filter (where i.number_of_frames > 0)::int as images, coalesce(sum(i.size), 0) as size
      from series s left join instance i on i.series_id = s.id and i.deleted_at is null where s.study_id = ${studyId} group by s.id) c
    where se.id = c.id and (se.number_of_instances, se.number_of_images, se.size) is distinct from (c.instances, c.images, c.size)`;
  await tx`
    update study st set
      number_of_instances = c.instances, number_of_images = c.images, number_of_series = c.series, size = c.size,
      modalities = c.modalities,
      sop_classes = array(select distinct i.sop_class_uid from instance i join series s on s.id = i.series_id
        where s.study_id = st.id and i.deleted_at is null order by 1),
      deleted_at = case when c.instances > 0 then null else coalesce(st.deleted_at, ${now}) end,
      deletions = st.deletions + 1, version = st.version + 1
    from (select coalesce(sum(number_of_instances), 0)::int as instances, coalesce(sum(number_of_images), 0)::int as images,
      count(*)::int as series, coalesce(sum(size), 0) as size,
      coalesce(array_agg(distinct modality order by modality) filter (where modality <> ''), '{}') as modalities
      from series where study_id = ${studyId} and number_of_instances > 0) c
    where st.id = ${studyId}`;
}
