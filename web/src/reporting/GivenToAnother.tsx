import type { PatientSummary } from "@isocenter/contract";
import { Button } from "../kit/Button.tsx";
import { t } from "../words/words.ts";
import { PatientOf } from "./PatientOf.tsx";

interface GivenToAnotherProps {
  before: PatientSummary;
  given: PatientSummary;
  onTaken: () => void;
}

/** Whoever writes is told that the study has become another patient's under their hands. */
export function GivenToAnother({ before, given, onTaken }: GivenToAnotherProps) {
  return (
    <div className="note crit" role="alert">
      <div className="grid flex-1 gap-1">
        <p>{t("While this was written the study was given to another patient. Until then it was of:")}</p>
        <PatientOf patient={before} />
        <p>{t("Now it is of:")}</p>
        <PatientOf patient={given} />
      </div>
      <Button onClick={onTaken}>{t("The text is about them")}</Button>
    </div>
  );
}
