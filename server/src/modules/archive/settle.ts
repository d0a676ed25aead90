import { type Platform, systemViewer, type Tx, transact } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";

const settleJob = "archive.settle-study";
const metadataJob = "archive.prepare-metadata";

/** The study is settled when nothing comes for `SETTLE_SECONDS` after the last arrival. */
export function addSettleJob(
  tx: Tx,
  platform: Platform,
  studyId: string,
  lastReceivedAt: Date = platform.clock.now(),
): Promise<void> {
  const runAt = new Date(lastReceivedAt.getTime() + platform.config.settleSeconds * 1000);
  return platform.jobs.add(tx, settleJob, { studyId }, { key: `${settleJob}:${studyId}`, runAt });
}

/**
 * IN_PROGRESS → COMPLETED with the fact `study.settled`, when the time has come; before that, the job is put off again. Other states are left
 * alone, so running it twice does no harm.
 */
export async function settleStudy(platform: Platform, journal: Journal, studyId: string): Promise<boolean> {
  const now = platform.clock.now();
  return transact(platform.db, async (tx) => {
    const [study] = await tx<
      {
        facilityId: string;
        patientId: string;
        status: string;
        lastReceivedAt: Date;
        numberOfInstances: number;
      }[]
    >`
      select facility_id as "facilityId", patient_id as "patientId", status, last_received_at as "lastReceivedAt",
        number_of_instances as "numberOfInstances"
      from study where id = ${studyId} for no key update`;
    if (study?.status !== "IN_PROGRESS") return false;
    if (study.lastReceivedAt.getTime() + platform.config.settleSeconds * 1000 > now.getTime()) {
      await addSettleJob(tx, platform, studyId, study.lastReceivedAt);
      return false;
    }
    await tx`update study set status = 'COMPLETED', settled_at = ${now}, version = version + 1 where id = ${studyId}`;
    await journal.record(tx, systemViewer([study.facilityId]), {
      type: "study.settled",
      subject: { type: "study", id: studyId },
      facilityId: study.facilityId,
      patientId: study.patientId,
      data: { instances: study.numberOfInstances },
    });
    await platform.jobs.add(tx, metadataJob, { studyId }, { key: `${metadataJob}:${studyId}` });
    return true;
  });
}

export function defineSettleJob(platform: Platform, journal: Journal): void {
  platform.jobs.define<{ studyId: string }>({
    name: settleJob,
    async run({ studyId }) {
      await settleStudy(platform, journal, studyId);
    },
  });
}

/** Once a study is settled, the metadata that viewers will ask for is made. */
export function defineMetadataJob(
  platform: Platform,
  prepareStudy: (studyId: string) => Promise<void>,
): void {
  platform.jobs.define<{ studyId: string }>({
    name: metadataJob,
    run: ({ studyId }) => prepareStudy(studyId),
  });
}
