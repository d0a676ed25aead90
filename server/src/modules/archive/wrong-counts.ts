import type { Reader } from "../../platform/index.ts";

interface Totals {
  instances: number;
  /** Those of the instances that hold a picture. */
  images: number;
  series: number | null;
  size: number;
}

/** A study or series whose row says other totals than its images give. */
export interface WrongCount {
  level: "study" | "series";
  id: string;
  says: Totals;
  counted: Totals;
}

interface Row {
  id: string;
  saysInstances: number;
  instances: number;
  saysImages: number;
  images: number;
  saysSize: number;
  size: number;
  saysSeries: number | null;
  series: number | null;
}

const pageStudies = 500;

const readable = (level: WrongCount["level"], row: Row): WrongCount => ({
  level,
  id: row.id,
  says: { instances: row.saysInstances, images: row.saysImages, series: row.saysSeries, size: row.saysSize },
  counted: { instances: row.instances, images: row.images, series: row.series, size: row.size },
});

/** Compares the totals of studies and series with their images, deleted ones left out, a page of studies at a time. */
export async function* findWrongCounts(
  db: Reader,
  studiesDone: (count: number) => void,
): AsyncGenerator<WrongCount> {
  for (let after: string | null = "00000000-0000-0000-0000-000000000000"; after !== null; ) {
    const ids: string[] = (
      await db<{ id: string }[]>`select id from study where id > ${after} order by id limit ${pageStudies}`
    ).map(({ id }) => id);
    const series = await db<Row[]>`
      select * from (select r.id, r.number_of_instances as "saysInstances", r.number_of_images as "saysImages", r.size as "saysSize", null::int as "saysSeries", null::int as series,
        count(i.id)::int as instances, count(i.id) filter (where i.number_of_frames > 0)::int as images, coalesce(sum(i.size), 0)::bigint as size
      from series r left join instance i on i.series_id = r.id and i.deleted_at is null
      where r.study_id = any(${ids}::uuid[]) group by r.id) found
      where "saysInstances" <> instances or "saysImages" <> images or "saysSize" <> size`;
    for (const row of series) yield readable("series", row);
    const studies = await db<Row[]>`
      select * from (select st.id, st.number_of_instances as "saysInstances", st.number_of_images as "saysImages", st.size as "saysSize", st.number_of_series as "saysSeries",
        count(distinct r.id) filter (where i.id is not null)::int as series, count(i.id)::int as instances,
        count(i.id) filter (where i.number_of_frames > 0)::int as images, coalesce(sum(i.size), 0)::bigint as size
      from study st left join series r on r.study_id = st.id left join instance i on i.series_id = r.id and i.deleted_at is null
      where st.id = any(${ids}::uuid[]) group by st.id) found
      where "saysInstances" <> instances or "saysImages" <> images or "saysSize" <> size or "saysSeries" <> series`;
    for (const row of studies) yield readable("study", row);
    studiesDone(ids.length);
    after = ids.length < pageStudies ? null : ids.at(-1)!;
  }
}
