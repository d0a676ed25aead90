import { momentIn } from "../kit/dates.ts";
import { ErrorState } from "../kit/States.tsx";
import { useTimeZone } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { usePriorReports } from "./queries.ts";

/** What was signed of the patient before. */
export function PriorReports({ patientId, exceptStudyId }: { patientId: string; exceptStudyId: string }) {
  const priors = usePriorReports(patientId, exceptStudyId);
  const timeZone = useTimeZone();
  if (priors.isError) return <ErrorState error={priors.error} onRetry={() => void priors.refetch()} />;
  if (priors.data?.length === 0)
    return <p className="mt-1 text-12 text-text-2">{t("None is known here.")}</p>;
  return priors.data?.slice(0, 5).map((report) => (
    <article key={report.id} className="prior">
      <div className="text-text">
        {report.signedAt && momentIn(timeZone, report.signedAt)} · {report.signer?.name}
      </div>
      {report.impression && <p className="whitespace-pre-line">{report.impression}</p>}
      {report.recommendations && (
        <p className="whitespace-pre-line">{t("Recommendation: {text}", { text: report.recommendations })}</p>
      )}
    </article>
  ));
}
