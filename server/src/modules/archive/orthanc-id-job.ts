import type { Platform } from "../../platform/index.ts";
import { orthancInstanceId, wholePatientId } from "./orthanc-ids.ts";
import { asReceived } from "./read/current.ts";
import { type LocateContext, seriesAtRevision } from "./read/locate.ts";
import type { ObjectReader } from "./read/objects.ts";

const batchSeries = 50;
const dailySeconds = 24 * 60 * 60;

/** Gives instances that were archived before identifiers were kept theirs, series by series; what is done is not done again. */
async function fillOrthancIds(
  platform: Pick<Platform, "db" | "log">,
  reader: Pick<ObjectReader, "readAttributes">,
  located: LocateContext,
  signal?: AbortSignal,
): Promise<number> {
  let filled = 0;
  const failed: string[] = [];
  for (;;) {
    const series = await platform.db<{ id: string }[]>`
      select distinct series_id as id from (select series_id from instance where orthanc_id is null and deleted_at is null
        and series_id <> all(${failed}::uuid[]) order by id limit ${batchSeries}) unknown`;
    if (series.length === 0) return filled;
    for (const { id } of series) {
      signal?.throwIfAborted();
      const { instances } = await seriesAtRevision(located, id);
      const ids: string[] = [];
      const values: string[] = [];
      for (const instance of instances) {
        try {
          const PatientID = wholePatientId(await reader.readAttributes(asReceived(instance)));
          values.push(orthancInstanceId({ ...instance, PatientID }).toString("hex"));
          ids.push(instance.id);
        } catch (error) {
          // An object that cannot be read now is looked at again tomorrow.
          platform.log.warn(
            { err: error, instance: instance.id },
            "an object without identifier was not read",
          );
        }
      }
      if (ids.length < instances.length) failed.push(id);
      filled += ids.length;
      await platform.db`
        update instance i set orthanc_id = decode(new.value, 'hex')
        from unnest(${ids}::uuid[], ${values}::text[]) as new (id, value)
        where i.id = new.id and i.orthanc_id is null`;
    }
  }
}

export function defineOrthancIds(
  platform: Platform,
  reader: Pick<ObjectReader, "readAttributes">,
  located: LocateContext,
): void {
  platform.jobs.every("archive.fill-orthanc-ids", dailySeconds, async (signal) => {
    await fillOrthancIds(platform, reader, located, signal);
  });
}
