import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { chunked, ctInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, expect, inject, test } from "vitest";
import { prepareJobs, type Tx, transact } from "../../../platform/index.ts";
import { createJournal } from "../../journal/index.ts";
import { createArchive } from "../archive.ts";
import type { Written } from "./batch.ts";
import { seriesCounts, studyCounts } from "./write-counts.ts";

const database = testDatabase();
const platform = testPlatform(database);

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
});

/** Rows that this connection has updated, and those of which no index was written. */
async function updates(tx: Tx): Promise<Record<string, number>> {
  const [row] = await tx<Record<string, number>[]>`
    select pg_stat_get_xact_tuples_updated('study'::regclass) as studies,
      pg_stat_get_xact_tuples_hot_updated('study'::regclass) as "studiesAlone",
      pg_stat_get_xact_tuples_updated('series'::regclass) as series,
      pg_stat_get_xact_tuples_hot_updated('series'::regclass) as "seriesAlone"`;
  return row!;
}

test("one image more writes the rows of its series and study, and none of their indexes", async () => {
  const { db } = database;
  const archive = createArchive(platform, createJournal(platform));
  const viewer = viewerAt([await makeFacility(db)]);
  const { studyId, seriesId, ...answer } = await archive.ingest(viewer, {
    chunks: chunked(ctInstance().bytes),
    door: "upload",
  });
  // Far from where the hour and the class of the number change, which are in indexes.
  await db`update study set number_of_instances = 1000, number_of_images = 1000, last_received_at = '2026-01-05T08:20:00Z' where id = ${studyId}`;
  const incoming = {
    numberOfFrames: 1,
    size: answer.size,
    modality: "CT",
    sopClassUid: answer.SOPClassUID,
    series: {},
  };
  const written = [
    { study: { id: studyId }, series: { id: seriesId, created: false }, item: { incoming } },
  ] as unknown as Written[];
  const hot = await transact(db, async (tx) => {
    const before = await updates(tx);
    await seriesCounts(tx, written);
    await studyCounts(tx, new Date("2026-01-05T08:20:01Z"), written);
    const after = await updates(tx);
    return Object.fromEntries(Object.entries(after).map(([name, number]) => [name, number - before[name]!]));
  });
  expect(hot).toEqual({ studies: 1, studiesAlone: 1, series: 1, seriesAlone: 1 });
});
