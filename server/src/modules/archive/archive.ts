import { Tags } from "@isocenter/dicom";
import type { Platform, Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { followMerges } from "./assign.ts";
import { defineRemoval } from "./deletion/purge.ts";
import { count, find } from "./find/find.ts";
import { pins } from "./find/order.ts";
import { createIngest, type IngestOptions } from "./ingest/ingest.ts";
import { defineOrthancIds } from "./orthanc-id-job.ts";
import { commitment } from "./read/commitment.ts";
import { createCurrentForms } from "./read/current.ts";
import { getImage, listImages } from "./read/images.ts";
import {
  type LocateContext,
  locate,
  locateById,
  locateByOrthancId,
  locateBySopInstanceUid,
  locateEach,
} from "./read/locate.ts";
import { createMetadata } from "./read/metadata.ts";
import { createObjectReader } from "./read/objects.ts";
import { routedStudy, selections } from "./read/sending.ts";
import { getStudy, listSeries, listStudies, studiesByAccession } from "./read/studies.ts";
import { defineMetadataJob, defineSettleJob } from "./settle.ts";
import type { StoredInstance } from "./stored-instance.ts";
import { defineSweep } from "./sweep.ts";
import type { AccessPurpose, Archive, ArchiveQuery, Found } from "./types.ts";
import { createSpool } from "./upload-files.ts";

/** Frames and pictures of a study count once for a viewer in this time. */
const frameAccessSeconds = 300;

const accessOf: Readonly<Record<Exclude<AccessPurpose, "none">, { action: string; onceInSeconds?: number }>> =
  {
    retrieve: { action: "study.retrieved" },
    metadata: { action: "study.metadata-viewed", onceInSeconds: frameAccessSeconds },
    frames: { action: "study.viewed", onceInSeconds: frameAccessSeconds },
    rendered: { action: "study.viewed", onceInSeconds: frameAccessSeconds },
    export: { action: "study.exported" },
  };

/**
 * Opens the archive on the platform and defines its jobs (settling, series metadata, the orphan sweep); call it before `platform.jobs.start()`.
 */
export function createArchive(
  platform: Platform,
  journal: Journal,
  options: IngestOptions = {},
): Archive & { idle(): Promise<void> } {
  const { db } = platform;
  const objects = createObjectReader(platform);
  const located: LocateContext = {
    reader: db,
    forms: createCurrentForms(platform),
    system: platform.config.aeTitle,
  };
  const metadata = createMetadata(platform, objects, located);
  const { ingest, idle } = createIngest(platform, journal, options);
  defineSettleJob(platform, journal);
  defineMetadataJob(platform, metadata.prepareStudy);
  defineSweep(platform);
  defineRemoval(platform);
  defineOrthancIds(platform, objects, located);
  const record = accessRecorder(journal);

  return {
    ingest,
    setAside: createSpool(platform).put,
    idle,
    find: (viewer, query, reader = db) => recordedFind(journal, viewer, query, find(reader, viewer, query)),
    count: (viewer, query, reader = db) => count(reader, viewer, query),
    async listStudies(viewer, query) {
      const page = await listStudies(db, viewer, query);
      await journal.access(viewer, {
        action: "study.searched",
        subject: { type: "search", id: "studies" },
        patientId: query.patientId ?? null,
        data: { found: page.total },
      });
      return page;
    },
    async getStudy(viewer, studyId) {
      const study = await getStudy(db, viewer, studyId);
      await record.study(viewer, study, "study.viewed");
      return study;
    },
    async studiesByAccession(viewer, accessionNumber) {
      const studies = await studiesByAccession(db, viewer, accessionNumber);
      for (const study of studies) await record.study(viewer, study, "study.viewed");
      return studies;
    },
    async listSeries(viewer, studyId) {
      const { study, series } = await listSeries(db, viewer, studyId);
      await record.study(viewer, study, "study.viewed");
      return series;
    },
    async listImages(viewer, query) {
      const page = await listImages(db, viewer, query);
      await journal.access(viewer, {
        action: "image.searched",
        subject: query.studyId ? { type: "study", id: query.studyId } : { type: "search", id: "images" },
        patientId: query.patientId ?? page.data[0]?.patientId ?? null,
        data: { found: page.total },
      });
      return page;
    },
    async getImage(viewer, imageId) {
      const image = await getImage(db, viewer, imageId);
      await journal.access(viewer, {
        action: "image.viewed",
        subject: { type: "image", id: image.id },
        patientId: image.patientId,
      });
      return image;
    },
    async locate(viewer, selection, purpose) {
      const instances = await locate(located, viewer, selection);
      await record.instances(viewer, instances, purpose);
      return instances;
    },
    locateEach: (viewer, selection, purpose) =>
      record.batches(viewer, locateEach(located, viewer, selection), purpose),
    async locateBySopInstanceUid(viewer, sopInstanceUid, purpose) {
      const instances = await locateBySopInstanceUid(located, viewer, sopInstanceUid);
      await record.instances(viewer, instances, purpose);
      return instances;
    },
    async locateByOrthancId(viewer, orthancInstanceId, purpose) {
      const instances = await locateByOrthancId(located, viewer, orthancInstanceId);
      await record.instances(viewer, instances, purpose);
      return instances;
    },
    async locateById(viewer, imageId, purpose) {
      const instance = await locateById(located, viewer, imageId);
      await record.instances(viewer, [instance], purpose);
      return instance;
    },
    openObject: objects.openObject,
    readObject: objects.readWhole,
    openDataSet: objects.openDataSet,
    openOriginal: objects.openOriginal,
    readFrame: objects.readFrame,
    readHeader: objects.readHeader,
    readAttributes: objects.readAttributes,
    async seriesMetadata(viewer, selection) {
      const { metadata: found, series } = await metadata.seriesMetadata(viewer, selection);
      for (const one of series)
        await record.study(viewer, { ...one, id: one.studyId }, "study.metadata-viewed", frameAccessSeconds);
      return found;
    },
    followMerge: followMerges(journal),
    async selections(viewer, names) {
      const found = await selections(db, viewer, names);
      for (const study of new Map(found.map((one) => [one.studyId, one])).values())
        await record.study(viewer, { ...study, id: study.studyId }, "study.exported");
      return found;
    },
    routedStudy,
    commitment: (viewer, references) => commitment(db, viewer, references),
    instanceMetadata: metadata.instanceMetadata,
  };
}

/** A search is an access of its own; one that names a study is an access to its patient. */
async function* recordedFind(
  journal: Journal,
  viewer: Viewer,
  query: ArchiveQuery,
  results: AsyncIterable<Found & { patientId: string }>,
): AsyncGenerator<Found> {
  const named = pins(query, Tags.StudyInstanceUID);
  let recorded = false;
  const note = async (patientId: string | null) => {
    if (recorded) return;
    recorded = true;
    await journal.access(viewer, {
      action: "study.searched",
      subject: { type: "search", id: query.level.toLowerCase() },
      patientId: named ? patientId : null,
    });
  };
  for await (const found of results) {
    await note(found.patientId);
    yield found;
  }
  await note(null);
}

function accessRecorder(journal: Journal) {
  async function study(
    viewer: Viewer,
    { id, patientId, facilityId }: { id: string; patientId: string; facilityId: string },
    action: string,
    onceInSeconds?: number,
  ): Promise<void> {
    await journal.access(viewer, {
      action,
      subject: { type: "study", id },
      patientId,
      facilityId,
      ...(onceInSeconds === undefined ? {} : { onceInSeconds }),
    });
  }

  /** Once for each study that the instances are of. */
  async function instances(
    viewer: Viewer,
    found: readonly StoredInstance[],
    purpose: AccessPurpose,
    seen = new Set<string>(),
  ): Promise<void> {
    if (purpose === "none") return;
    const { action, onceInSeconds } = accessOf[purpose];
    for (const { studyId, patientId, facilityId } of found) {
      if (seen.has(studyId)) continue;
      seen.add(studyId);
      await study(viewer, { id: studyId, patientId, facilityId }, action, onceInSeconds);
    }
  }

  async function* batches(
    viewer: Viewer,
    all: AsyncIterable<StoredInstance[]>,
    purpose: AccessPurpose,
  ): AsyncGenerator<StoredInstance[]> {
    const seen = new Set<string>();
    for await (const batch of all) {
      await instances(viewer, batch, purpose, seen);
      yield batch;
    }
  }

  return { study, instances, batches };
}
