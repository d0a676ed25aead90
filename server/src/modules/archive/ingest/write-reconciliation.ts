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
    const opened = await tx<{ id: string }[]>`
      insert into reconciliation_item ${tx({
        id: newId(clock),
        facility_id: facilityId,
        kind: patient.doubt!.kind,
        study_id: study.id,
        patient_id: study.patientId,
        known_patient_id: patient.doubt!.knownPatientId,
        claim: tx.json({ value, issuer, name, birthDate, sex }),
        created_at: clock.now(),
      })} on conflict (study_id) where resolved_at is null do nothing returning id`;
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
