import type { ImagingOrder, Study } from "@isocenter/contract";
import { useState } from "react";
import { dayOf } from "../kit/dates.ts";
import { Field } from "../kit/Field.tsx";
import { FormDialog } from "../kit/forms.tsx";
import { useRun } from "../kit/run.ts";
import { t } from "../words/words.ts";
import { giveTo } from "./queries.ts";
import type { Examination } from "./station.ts";

/** The wrong line of the machine's worklist was taken: the images become the other patient's, and answer that order. */
export function WrongPatient({
  study,
  order,
  others,
  onClose,
}: {
  study: Study;
  order: ImagingOrder;
  others: readonly Examination[];
  onClose: () => void;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const { busy, problem, run } = useRun("schedule");
  const candidates = others.filter(
    ({ order: other }) => other.modality === order.modality && other.patientId !== order.patientId,
  );
  const target = candidates.find(({ id }) => id === chosen)?.order;
  const give = async () => {
    if (!target) return;
    const done = t("The images are now of {patient}", { patient: target.patient.name });
    if (await run(() => giveTo(study, target, reason.trim()), done)) onClose();
  };
  return (
    <FormDialog
      title={t("Whose images are these?")}
      description={t(
        "They are filed under {patient} now. The files stay as they came; everywhere they are sent as the patient’s whom you choose.",
        {
          patient: `${study.patient.name}, ${study.patient.identifier}`,
        },
      )}
      wide
      submit={t("Move the images")}
      danger
      busy={busy}
      problem={problem}
      disabled={!target || reason.trim() === ""}
      onSubmit={() => void give()}
      onClose={onClose}
    >
      {candidates.length === 0 ? (
        <p className="note plain">
          {t(
            "Nobody else has an examination of this kind on this day. For another patient, ask an administrator to correct the study.",
          )}
        </p>
      ) : (
        <fieldset className="station-candidates">
          <legend className="mb-1 text-12 font-medium text-text-2">{t("They are of")}</legend>
          {candidates.map(({ id, order: one }) => (
            <label key={id} className="choice">
              <input type="radio" name="candidate" checked={chosen === id} onChange={() => setChosen(id)} />
              <span>
                <span className="block font-medium">{one.patient.name}</span>
                <span className="block text-12 text-text-2">
                  {one.patient.birthDate && dayOf(one.patient.birthDate)} ·{" "}
                  <span className="mono">{one.patient.identifier}</span> · {one.procedureName}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <Field
        label={t("How you know")}
        value={reason}
        maxLength={1000}
        onChange={({ target: field }) => setReason(field.value)}
        hint={t("It is kept with the correction.")}
      />
    </FormDialog>
  );
}
