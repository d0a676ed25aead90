import { type Clock, systemViewer } from "../../../platform/index.ts";
import type { FactReader, Journal } from "../../journal/index.ts";

/** Ends the links of a study that turned out to be another patient's: they were given to whoever it was thought to be of. */
export const movedShares = (clock: Clock, journal: Journal): FactReader => ({
  name: "reports.moved-shares",
  types: ["study.moved"],
  startAt: "now",
  async handle(tx, facts) {
    for (const { subject, facilityId, patientId, recordedAt, data } of facts) {
      if (facilityId === null || data.merged === true) continue;
      const now = clock.now();
      const viewer = systemViewer([facilityId], "reports.moved-shares");
      const ended = await tx<{ id: string }[]>`
        update study_share set revoked_at = ${now}, revoked_by = ${viewer.id}
        where study_id = ${subject.id} and revoked_at is null and expires_at > ${now} and created_at <= ${recordedAt}
        returning id`;
      for (const { id } of ended)
        await journal.record(tx, viewer, {
          type: "share.revoked",
          subject: { type: "share", id },
          facilityId,
          patientId,
          data: { studyId: subject.id },
        });
    }
  },
});
