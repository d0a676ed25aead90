import { systemViewer, type Tx } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { findOrderForStudy } from "../orders/index.ts";

interface StudyToLink {
  facilityId: string;
  patientId: string;
  studyInstanceUid: string;
  accessionNumber: string | null;
  orderId: string | null;
}

/**
 * Finds the order that a study answers, where it has none yet: by study UID, accession number, or what Request Attributes Sequence names; only one of the
 * study's own patient.
 * @returns the order, or null
 */
export async function linkOrder(tx: Tx, journal: Journal, studyId: string): Promise<string | null> {
  const [study] = await tx<StudyToLink[]>`
    select facility_id as "facilityId", patient_id as "patientId", study_instance_uid as "studyInstanceUid",
      accession_number as "accessionNumber", order_id as "orderId"
    from study where id = ${studyId} for no key update`;
  if (!study) return null;
  if (study.orderId !== null) return study.orderId;
  const [requests] = await tx<{ steps: string[]; procedures: string[] }[]>`
    select coalesce(array_agg(distinct step) filter (where step is not null), '{}') as steps,
      coalesce(array_agg(distinct procedure) filter (where procedure is not null), '{}') as procedures
    from series se left join lateral unnest(se.scheduled_step_ids) step on true
      left join lateral unnest(se.requested_procedure_ids) procedure on true
    where se.study_id = ${studyId}`;
  const found = await findOrderForStudy(
    tx,
    study.facilityId,
    {
      accessionNumber: study.accessionNumber ?? "",
      studyInstanceUid: study.studyInstanceUid,
      requestedProcedureIds: requests?.procedures ?? [],
      scheduledStepIds: requests?.steps ?? [],
    },
    study.patientId,
  );
  if (!found?.patientFits) return null;
  await tx`update study set order_id = ${found.orderId}, version = version + 1 where id = ${studyId}`;
  await journal.record(tx, systemViewer([study.facilityId]), {
    type: "study.linked",
    subject: { type: "study", id: studyId },
    facilityId: study.facilityId,
    patientId: study.patientId,
    data: { orderId: found.orderId, by: found.by },
  });
  return found.orderId;
}
