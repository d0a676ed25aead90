import type { PatientSummary } from "@isocenter/contract";
import { dayOf } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { t } from "../words/words.ts";

/** Whom it is about where the page does not say so, or a window covers where it does. */
export function PatientOf({ patient }: { patient: PatientSummary }) {
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 text-12 text-text-2">
      <strong className="text-14 text-text">{patient.name || t("No name")}</strong>
      <span>
        {joined(patient.sex, patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }))} ·{" "}
        <span className="mono">{patient.identifier}</span>
      </span>
    </p>
  );
}
