import type { Modality } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { t } from "../../words/words.ts";
import { useModalityForm } from "./modality-form.tsx";

/** Enters an application that has not knocked. */
export function NewModality({
  onMade,
  onClose,
}: {
  onMade: (modality: Modality) => void;
  onClose: () => void;
}) {
  const { body, ready, fields } = useModalityForm();
  const { busy, problem, run } = useRun("modalities");
  const submit = async () => {
    const made = await run(() => answerOf(api.POST("/api/v1/modalities", { body: body() })), t("Saved"));
    if (!made) return;
    onClose();
    onMade(made.answer);
  };
  return (
    <FormDialog
      title={t("Add modality")}
      description={t("A scanner, a workstation or another archive")}
      submit={t("Add modality")}
      busy={busy}
      problem={problem}
      disabled={!ready}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      {fields}
    </FormDialog>
  );
}
