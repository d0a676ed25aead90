import { gunzipSync } from "node:zlib";
import { type DicomJson, readPart10, Tags, text } from "@isocenter/dicom";
import { type Archive, createArchive, type IngestAnswer } from "@isocenter/server/modules/archive/index.ts";
import { createJournal, type Journal } from "@isocenter/server/modules/journal/index.ts";
import { prepareJobs, type Viewer } from "@isocenter/server/platform/index.ts";
import { beforeAll, beforeEach, expect, inject } from "vitest";
import { makeFacility, viewerAt } from "./archive.ts";
import { testDatabase } from "./database.ts";
import { chunked, ctInstance, type MadeInstance } from "./instances.ts";
import { type TestPlatform, testPlatform } from "./platform.ts";

interface DecisionsArchive {
  readonly database: ReturnType<typeof testDatabase>;
  readonly platform: TestPlatform;
  readonly journal: Journal;
  readonly archive: Archive;
  readonly viewer: Viewer;
  readonly context: { clock: TestPlatform["clock"]; journal: Journal };
  /** A CT image of a patient whom nobody else has. */
  image(attributes?: Record<string, unknown>): MadeInstance;
  ingest(made: MadeInstance, who?: Viewer): Promise<IngestAnswer>;
  /** What each way of reading says the PatientID of the image is, which must be the same, and whose it is; null where it is nowhere. */
  everywhere(made: MadeInstance): Promise<{ PatientID: unknown; owner: string } | null>;
  /** The counts that rows say are those of what is there. */
  expectCounts(studyId: string): Promise<void>;
}

/** An archive for tests of what people decide: each test has a facility and an administrator of its own. Call at the top of the file. */
export function decisionsArchive(options: Parameters<typeof createArchive>[2] = {}): DecisionsArchive {
  const database = testDatabase();
  const platform = testPlatform(database);
  let parts: { journal: Journal; archive: Archive } | undefined;
  let viewer: Viewer | undefined;
  let count = 0;
  beforeAll(async () => {
    await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
    await platform.objects.check();
    const journal = createJournal(platform);
    parts = { journal, archive: createArchive(platform, journal, options) };
  });
  beforeEach(async () => {
    viewer = viewerAt([await makeFacility(database.db)]);
  });
  const self: DecisionsArchive = {
    database,
    platform,
    get journal() {
      return parts!.journal;
    },
    get archive() {
      return parts!.archive;
    },
    get viewer() {
      return viewer!;
    },
    get context() {
      return { clock: platform.clock, journal: parts!.journal };
    },
    image(attributes = {}) {
      return ctInstance({ PatientID: `D-${++count}`, ...attributes });
    },
    ingest(made, who = self.viewer) {
      return self.archive.ingest(who, { chunks: chunked(made.bytes), door: "upload" });
    },
    async everywhere(made) {
      const { archive, viewer: who } = self;
      const located = await archive.locate(who, made, "none");
      const found: Record<string, DicomJson[]> = {};
      for (const level of ["STUDY", "SERIES", "INSTANCE"] as const) {
        found[level] = [];
        const tag = {
          STUDY: Tags.StudyInstanceUID,
          SERIES: Tags.SeriesInstanceUID,
          INSTANCE: Tags.SOPInstanceUID,
        }[level];
        const uid = {
          STUDY: made.StudyInstanceUID,
          SERIES: made.SeriesInstanceUID,
          INSTANCE: made.SOPInstanceUID,
        }[level];
        for await (const { attributes } of archive.find(who, {
          level,
          matches: [{ tag, match: { kind: "uids", values: [uid] } }],
          include: [Tags.PatientID],
        }))
          found[level].push(attributes);
      }
      const metadata = await archive.seriesMetadata(who, made).then(
        ({ gzipped }) => JSON.parse(gunzipSync(gzipped).toString()) as DicomJson[],
        () => [],
      );
      const inMetadata = metadata.find((one) => one["00080018"]?.Value?.[0] === made.SOPInstanceUID);
      const stored = located.find(({ SOPInstanceUID }) => SOPInstanceUID === made.SOPInstanceUID);
      const SOPClassUID = text(readPart10(made.bytes).dataSet, Tags.SOPClassUID) ?? "";
      const [committed] = await archive.commitment(who, [
        { SOPClassUID, SOPInstanceUID: made.SOPInstanceUID },
      ]);
      const inQuarantine = await database.db`
        select 1 from quarantine where sop_instance_uid = ${made.SOPInstanceUID} and resolved_at is null`;
      // A sender whose images are in doubt, or gone for good, has to keep them, whoever's they are now.
      expect(committed!.outcome === "ok").toBe(stored !== undefined && inQuarantine.length === 0);
      if (!stored) {
        expect(await archive.locateBySopInstanceUid(who, made.SOPInstanceUID, "none")).toEqual([]);
        expect(found.INSTANCE).toEqual([]);
        expect(inMetadata).toBeUndefined();
        return null;
      }
      const ids = [
        text(readPart10(await archive.readObject(stored)).dataSet, Tags.PatientID) ?? "",
        ...["STUDY", "SERIES", "INSTANCE"].map((level) => found[level]![0]?.["00100020"]?.Value?.[0] ?? ""),
        inMetadata?.["00100020"]?.Value?.[0] ?? "",
        (await archive.instanceMetadata(stored))["00100020"]?.Value?.[0] ?? "",
        (await archive.getStudy(who, stored.studyId)).patient.identifier,
      ];
      expect(new Set(ids).size, ids.join(" ")).toBe(1);
      const owners = [stored.patientId, (await archive.getStudy(who, stored.studyId)).patientId];
      expect(owners[0]).toBe(owners[1]);
      expect((await archive.getImage(who, stored.id)).patientId).toBe(owners[0]);
      return { PatientID: ids[0], owner: stored.patientId };
    },
    async expectCounts(studyId) {
      const { db } = database;
      const [study] =
        await db`select number_of_instances, number_of_images, number_of_series, size, modalities, deleted_at is not null as deleted
        from study where id = ${studyId}`;
      const [counted] = await db`
        select count(i.id)::int as number_of_instances, count(i.id) filter (where i.number_of_frames > 0)::int as number_of_images, count(distinct se.id)::int as number_of_series, coalesce(sum(i.size), 0)::bigint as size,
          coalesce(array_agg(distinct se.modality order by se.modality), '{}') as modalities, count(i.id) = 0 as deleted
        from instance i join series se on se.id = i.series_id where se.study_id = ${studyId} and i.deleted_at is null`;
      expect(study).toEqual(counted);
    },
  };
  return self;
}
