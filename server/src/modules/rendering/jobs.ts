import { type Platform, Refusal, systemViewer } from "../../platform/index.ts";
import type { Archive } from "../archive/index.ts";
import type { Journal } from "../journal/index.ts";
import type { Rendering } from "./types.ts";

const makeThumbnails = "rendering.make-thumbnails";
/** Of a study with more series the rest is made when it is asked for. */
const maxSeries = 100;

interface Payload {
  studyId: string;
  facilityId: string;
}

/** A study that was deleted meanwhile, or a series without images, is no reason to try again. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Refusal) || error.kind !== "not-found") throw error;
}

/**
 * Makes the thumbnails of a study and its series when no more images of it come, so that lists show them at once. Call before the journal
 * and the jobs start.
 */
export function registerRenderingJobs(dependencies: {
  platform: Pick<Platform, "jobs">;
  journal: Pick<Journal, "registerReader">;
  archive: Pick<Archive, "getStudy" | "listSeries">;
  rendering: Pick<Rendering, "studyThumbnail" | "seriesThumbnail">;
}): void {
  const { platform, journal, archive, rendering } = dependencies;

  platform.jobs.define<Payload>({
    name: makeThumbnails,
    maxAttempts: 5,
    async run({ studyId, facilityId }, signal) {
      const viewer = systemViewer([facilityId], makeThumbnails);
      try {
        const study = await archive.getStudy(viewer, studyId);
        const selection = { StudyInstanceUID: study.studyInstanceUid };
        await rendering.studyThumbnail(viewer, selection);
        for (const series of (await archive.listSeries(viewer, studyId)).slice(0, maxSeries)) {
          if (signal.aborted) return;
          await rendering
            .seriesThumbnail(viewer, { ...selection, SeriesInstanceUID: series.seriesInstanceUid })
            .catch(unlessGone);
        }
      } catch (error) {
        unlessGone(error);
      }
    },
  });

  journal.registerReader({
    name: "rendering.thumbnails",
    types: ["study.settled"],
    async handle(tx, facts) {
      for (const { subject, facilityId } of facts) {
        if (facilityId === null) continue;
        const payload: Payload = { studyId: subject.id, facilityId };
        await platform.jobs.add(tx, makeThumbnails, payload, { key: `${makeThumbnails}:${subject.id}` });
      }
    },
  });
}
