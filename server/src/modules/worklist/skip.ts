import type { SkippedStudy, SkipStudy } from "@isocenter/contract";
import { type Clock, Refusal, requirePermission, type Tx, type Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";

/**
 * Takes a study from one's own list for a while; the same again sets another end.
 * @throws Refusal `not-found` (`study.not-found`), `forbidden`
 */
export async function skipStudy(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  { minutes = 60, reason }: SkipStudy,
  { clock, journal }: { clock: Clock; journal: Journal },
): Promise<SkippedStudy> {
  requirePermission(viewer, "reading.claim");
  if (viewer.kind !== "user")
    throw new Refusal("forbidden", "api-key.may-not-read", "People read studies, not keys.");
  const [study] = await tx<{ facilityId: string; patientId: string }[]>`
    select facility_id as "facilityId", patient_id as "patientId" from study
    where id = ${studyId} and deleted_at is null and facility_id = any(${[...viewer.facilityIds]}::uuid[])`;
  if (!study) throw new Refusal("not-found", "study.not-found", "There is no such study.");
  const now = clock.now();
  const until = new Date(now.getTime() + minutes * 60_000);
  const skipped = { until, reason: reason?.trim() || null, created_at: now };
  await tx`delete from reading_skip where user_id = ${viewer.id} and until <= ${now}`;
  await tx`insert into reading_skip ${tx({ user_id: viewer.id, study_id: studyId, facility_id: study.facilityId, ...skipped })}
    on conflict (user_id, study_id) do update set ${tx(skipped)}`;
  await journal.record(tx, viewer, {
    type: "study.skipped",
    subject: { type: "study", id: studyId },
    facilityId: study.facilityId,
    patientId: study.patientId,
    data: { minutes },
  });
  return { studyId, until: until.toISOString(), reason: skipped.reason };
}
