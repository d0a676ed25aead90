import type { Report, Study } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { Button } from "../kit/Button.tsx";
import { dateAndTime, dayOf } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { Skeleton } from "../kit/Skeleton.tsx";
import { ErrorState } from "../kit/States.tsx";
import { usePriorReports } from "../reading/queries.ts";
import { imagingModalities } from "../studies/format.ts";
import { studiesOfPatient } from "../studies/queries.ts";
import { t } from "../words/words.ts";
import { sections } from "./autosave.ts";

const mostShown = 8;

const momentOf = ({ studyDate, studyTime }: Pick<Study, "studyDate" | "studyTime">) =>
  `${studyDate ?? ""} ${studyTime ?? ""}`;

/** The patient's studies before this one, the newest first. */
export const usePriorStudies = (study: Study) =>
  useQuery({
    ...studiesOfPatient(study),
    select: ({ data }) =>
      data.filter(
        (other) => other.id !== study.id && other.studyDate !== null && momentOf(other) <= momentOf(study),
      ),
  });

/** "Compared with CT Head of 2025-03-01." */
export const comparisonWith = (prior: Study): string =>
  t("Compared with {examination} of {date}.", {
    examination:
      [imagingModalities(prior.modalities).join("/"), prior.studyDescription].filter(Boolean).join(" ") ||
      t("the study"),
    date: dayOf(prior.studyDate ?? ""),
  });

interface PriorsProps {
  study: Study;
  /** Takes the sentence that names a prior; null where nothing is being written. */
  onCompare: ((sentence: string) => void) | null;
}

/** What was examined of the patient before, and what was said of it. */
export function Priors({ study, onCompare }: PriorsProps) {
  const priors = usePriorStudies(study);
  const reports = usePriorReports(study.patientId, study.id);
  const failed = priors.isError ? priors : reports.isError ? reports : null;
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!priors.data || !reports.data) return <Skeleton width="60%" height={16} />;
  if (priors.data.length === 0) return <p className="mt-1 text-12 text-text-2">{t("None is known here.")}</p>;
  return priors.data.slice(0, mostShown).map((prior, at) => (
    <article key={prior.id} className="prior">
      <div className="flex items-start gap-2">
        <span className="min-w-0 flex-1 text-text [overflow-wrap:anywhere]">
          {joined(
            dateAndTime(prior.studyDate, null),
            imagingModalities(prior.modalities).join("/"),
            prior.studyDescription,
          )}
        </span>
        {onCompare && (
          <Button
            size="s"
            hotkey={at === 0 ? "Alt P" : undefined}
            onClick={() => onCompare(comparisonWith(prior))}
          >
            {t("Compare")}
          </Button>
        )}
      </div>
      <Said report={reports.data.find(({ studyId }) => studyId === prior.id) ?? null} />
    </article>
  ));
}

function Said({ report }: { report: Report | null }) {
  if (!report) return <p className="text-text-3">{t("No signed report")}</p>;
  const rest = sections.filter(({ key }) => key !== "impression" && report[key]);
  return (
    <>
      {report.impression && <p className="whitespace-pre-line">{report.impression}</p>}
      {rest.length > 0 && (
        <details>
          <summary>
            {t("The whole report of {name}", { name: report.signer?.name ?? report.author.name })}
          </summary>
          {rest.map(({ key, title }) => (
            <div key={key} className="mt-2">
              <h4 className="text-11 font-semibold">{t(title)}</h4>
              <p className="whitespace-pre-line [overflow-wrap:anywhere]">{report[key]}</p>
            </div>
          ))}
        </details>
      )}
    </>
  );
}
