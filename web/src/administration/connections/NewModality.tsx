import type { Modality } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { t } from "../../words/words.ts";
import { NewRecord } from "../parts/NewRecord.tsx";
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
  return (
    <NewRecord
      title={t("Add modality")}
      description={t("A scanner, a workstation or another archive")}
      submit={t("Add modality")}
      subject="modalities"
      ready={ready}
      make={() => answerOf(api.POST("/api/v1/modalities", { body: body() }))}
      onMade={onMade}
      onClose={onClose}
    >
      {fields}
    </NewRecord>
  );
}
