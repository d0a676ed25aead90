import type { ImagingOrder, Study } from "@isocenter/contract";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { Dialog } from "../kit/Dialog.tsx";
import { Field } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
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
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const candidates = others.filter(
    ({ order: other }) => other.modality === order.modality && other.patientId !== order.patientId,
  );
  const target = candidates.find(({ id }) => id === chosen)?.order;
  const give = async () => {
    if (!target) return;
    setBusy(true);
    setError(null);
    try {
      await giveTo(study, target, reason.trim());
      toast({ title: t("The images are now of {patient}", { patient: target.patient.name }), tone: "ok" });
      onClose();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t("Whose images are these?")}
      description={t(
        "They are filed under {patient} now. The files stay as they came; everywhere they are sent as the patient’s whom you choose.",
        {
          patient: `${study.patient.name}, ${study.patient.identifier}`,
        },
      )}
      wide
    >
      <form
        className="station-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (target && reason.trim() && !busy) void give();
        }}
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
                    {one.patient.birthDate} · <span className="mono">{one.patient.identifier}</span> ·{" "}
                    {one.procedureName}
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
        {error && (
          <p className="note urg" role="alert">
            {error}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button size="l" onClick={onClose}>
            {t("Back")}
          </Button>
          <Button
            size="l"
            variant="danger"
            type="submit"
            busy={busy}
            disabled={!target || reason.trim() === ""}
          >
            {t("Move the images")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
