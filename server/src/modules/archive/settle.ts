import { type Platform, systemViewer, type Tx, transact } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { linkOrder, moveOrderOf } from "./link-order.ts";

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
 * IN_PROGRESS → COMPLETED with the fact `study.settled`, when the time has come; before that, the job is put off again. A study that was reported and got
 * images since settles again in its state, with the fact `study.changed-after-report` as well. Other states are left alone, so running it twice does no harm.
 */
export async function settleStudy(platform: Platform, journal: Journal, studyId: string): Promise<boolean> {
  return transact(platform.db, (tx) => settle(tx, platform, journal, studyId, false));
}

/** Without waiting for more: whoever made the images said that they are all here, or that none are to come. */
export const settleNow = (tx: Tx, platform: Platform, journal: Journal, studyId: string): Promise<boolean> =>
  settle(tx, platform, journal, studyId, true);

interface Settling {
  facilityId: string;
  patientId: string;
  status: string;
  lastReceivedAt: Date | null;
  numberOfInstances: number;
  /** Images came after the report, and after it settled. */
  changed: boolean;
}

async function settle(
  tx: Tx,
  platform: Platform,
  journal: Journal,
  studyId: string,
  atOnce: boolean,
): Promise<boolean> {
  const { clock, config, jobs } = platform;
  const now = clock.now();
  const [study] = await tx<Settling[]>`
    select facility_id as "facilityId", patient_id as "patientId", status, last_received_at as "lastReceivedAt",
      number_of_instances as "numberOfInstances",
      status in ('PRELIMINARY', 'FINAL') and images_after_report_at is not null
        and coalesce(settled_at <= images_after_report_at, true) as changed
    from study where id = ${studyId} for no key update`;
  if (!study || (study.status !== "IN_PROGRESS" && !study.changed)) return false;
  if (!atOnce) {
    const { lastReceivedAt } = study;
    if (lastReceivedAt === null) return false;
    if (lastReceivedAt.getTime() + config.settleSeconds * 1000 > now.getTime()) {
      await addSettleJob(tx, platform, studyId, lastReceivedAt);
      return false;
    }
  }
  const status = study.changed ? study.status : "COMPLETED";
  await tx`update study set status = ${status}, settled_at = ${now}, version = version + 1 where id = ${studyId}`;
  const fact = {
    subject: { type: "study", id: studyId },
    facilityId: study.facilityId,
    patientId: study.patientId,
    data: { instances: study.numberOfInstances },
  };
  const viewer = systemViewer([study.facilityId]);
  await journal.record(tx, viewer, { ...fact, type: "study.settled" });
  if (study.changed) await journal.record(tx, viewer, { ...fact, type: "study.changed-after-report" });
  await linkOrder(tx, { clock, journal }, studyId, { settled: true });
  await moveOrderOf(tx, viewer, studyId, "settled", { clock, journal });
  await jobs.add(tx, metadataJob, { studyId }, { key: `${metadataJob}:${studyId}` });
  return true;
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
