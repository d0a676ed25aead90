import type { PatientSummary, Report } from "@isocenter/contract";
import { Button } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import { PatientOf } from "./PatientOf.tsx";
import { keepReport } from "./queries.ts";

/** Whoever writes is told that the study has become another patient's under their hands. */
export function GivenToAnother({ report, given }: { report: Report; given: PatientSummary }) {
  return (
    <div className="note crit" role="alert">
      <div className="grid flex-1 gap-1">
        <p>{t("While this was written the study was given to another patient. Until then it was of:")}</p>
        <PatientOf patient={report.patient} />
        <p>{t("Now it is of:")}</p>
        <PatientOf patient={given} />
      </div>
      <Button onClick={() => void keepReport(report.studyId)}>{t("The text is about them")}</Button>
    </div>
  );
}
