import { momentIn } from "../kit/dates.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { EmptyState, ErrorState } from "../kit/States.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { actionWord } from "../trail/action-words.ts";
import { actorName, SubjectName } from "../trail/Subject.tsx";
import { t } from "../words/words.ts";
import { useAccesses } from "./queries.ts";

/** Who looked at a patient's records, and when. */
export function AccessLog({ patientId }: { patientId: string }) {
  const accesses = useAccesses(patientId);
  const timeZone = useTimeZone();
  if (accesses.isError && !accesses.data)
    return <ErrorState error={accesses.error} onRetry={() => void accesses.refetch()} />;
  if (!accesses.data) return <Skeleton width="60%" height={40} />;
  if (accesses.data.data.length === 0)
    return (
      <EmptyState title={t("Nobody has looked yet")} icon="eye">
        {t("Every look at the patient’s records is listed here.")}
      </EmptyState>
    );
  return (
    <div className="overflow-auto p-4">
      <table className="plain-table">
        <caption className="sr-only">{t("Who looked")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("When")}</th>
            <th scope="col">{t("Who")}</th>
            <th scope="col">{t("What was done")}</th>
            <th scope="col">{t("At what")}</th>
          </tr>
        </thead>
        <tbody>
          {accesses.data.data.map((entry) => (
            <tr key={entry.id}>
              <td className="tabular-nums">{momentIn(timeZone, entry.at)}</td>
              <td>{actorName(entry.actor)}</td>
              <td>{actionWord(entry.action)}</td>
              <td>
                <SubjectName entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
