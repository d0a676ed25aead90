import type { PatientSummary } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { Button } from "../kit/Button.tsx";
import { readPatient } from "../patients/queries.ts";
import { t } from "../words/words.ts";
import { PatientOf } from "./PatientOf.tsx";

interface GivenToAnotherProps {
  before: PatientSummary;
  given: PatientSummary;
  onTaken: () => void;
}

/**
 * Whoever writes is told that the study has become another patient's under their hands: because it was given to somebody else, or because the patient
 * was merged into another record, and both are one person.
 */
export function GivenToAnother({ before, given, onTaken }: GivenToAnotherProps) {
  const merged = useQuery({
    queryKey: ["patients", "merged", before.id, given.id],
    queryFn: async () => (await readPatient(before.id)).mergedInto === given.id,
    retry: false,
  });
  if (merged.isPending) return null;
  return (
    <div className="note crit" role="alert">
      <div className="grid flex-1 gap-1">
        <p>
          {merged.data
            ? t(
                "While this was written the patient was merged into another record: both are one person. Until then the study was of:",
              )
            : t("While this was written the study was given to another patient. Until then it was of:")}
        </p>
        <PatientOf patient={before} />
        <p>{merged.data ? t("Now they are known as:") : t("Now it is of:")}</p>
        <PatientOf patient={given} />
      </div>
      <Button onClick={onTaken}>{t("The text is about them")}</Button>
    </div>
  );
}
