import { type Clock, newId, type Tx } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { groupBy, type Written } from "./batch.ts";

/** Marks each study whose patient is in doubt for a person to look at, once, with what the images say beside the known patient. */
export async function openReconciliation(
  tx: Tx,
  clock: Clock,
  journal: Journal,
  written: readonly Written[],
): Promise<void> {
  const doubtful = written.filter(({ patient }) => patient.doubt !== null);
  for (const group of groupBy(doubtful, ({ study }) => study.id).values()) {
    const { item, study, patient } = group[0]!;
    const { facilityId, value, issuer, name, birthDate, sex } = item.incoming.claim;
    // What a person decided of the study holds for what comes after.
    const opened = await tx<{ id: string }[]>`
      insert into reconciliation_item (id, facility_id, kind, study_id, patient_id, known_patient_id, claim, created_at)
      select ${newId(clock)}, ${facilityId}, ${patient.doubt!.kind}, ${study.id}, ${study.claimedId}, ${patient.doubt!.knownPatientId},
        ${tx.json({ value, issuer, name, birthDate, sex })}, ${clock.now()}
      where not exists (select 1 from reconciliation_item r where r.study_id = ${study.id} and r.about = 'PATIENT'
        and r.resolved_at is not null and r.action <> 'REJECT')
      on conflict (study_id, about) where resolved_at is null do nothing returning id`;
    if (opened[0]) {
      await journal.record(tx, item.viewer, {
        type: "reconciliation.opened",
        subject: { type: "reconciliation", id: opened[0].id },
        facilityId,
        patientId: study.patientId,
        data: { kind: patient.doubt!.kind, studyId: study.id },
      });
    }
  }
}
