import type { Clock } from "../../../platform/index.ts";
import type { FactReader } from "../../journal/index.ts";
import { type Notice, notify } from "../../notifications/index.ts";

/**
 * Tells those who decide that something waits for them: once for each item of reconciliation, and once an hour for a facility's quarantine, since a whole series
 * may come there.
 */
export function doubtNotices(clock: Clock): FactReader {
  return {
    name: "archive.doubt-notices",
    types: ["reconciliation.opened", "quarantine.added"],
    startAt: "now",
    async handle(tx, facts) {
      const notices = facts.flatMap(
        ({ type, subject, facilityId, patientId, data, recordedAt }): Notice[] => {
          if (facilityId === null) return [];
          const { kind, reason, studyId } = data;
          const key =
            type === "quarantine.added"
              ? `${type} ${facilityId} ${recordedAt.toISOString().slice(0, 13)}`
              : `${type} ${subject.id}`;
          return [
            {
              kind: type,
              level: "INFO",
              facilityId,
              patientId,
              subject,
              to: { roles: ["TECHNOLOGIST", "ADMINISTRATOR"] },
              data: { ...(kind === undefined ? { reason } : { kind }), studyId: studyId ?? null },
              key,
            },
          ];
        },
      );
      await notify(tx, clock, notices);
    },
  };
}
