import type { Hl7System } from "@isocenter/contract";
import { answerOf } from "../../../api/api.ts";
import { api } from "../../../api/client.ts";
import { t } from "../../../words/words.ts";
import { NewRecord } from "../../parts/NewRecord.tsx";
import { type SystemStart, useSystemForm } from "./system-form.tsx";

/** Adds a system, where it has sent something already with what that says of it. */
export function NewSystem({
  start,
  onMade,
  onClose,
}: {
  start?: SystemStart;
  onMade: (system: Hl7System) => void;
  onClose: () => void;
}) {
  const { body, ready, fields } = useSystemForm(undefined, start);
  return (
    <NewRecord
      title={t("Add system")}
      description={t("A hospital information system, or an interface engine before it")}
      submit={t("Add system")}
      subject="hl7"
      ready={ready}
      make={() => answerOf(api.POST("/api/v1/hl7/systems", { body: body() }))}
      onMade={onMade}
      onClose={onClose}
    >
      {fields}
    </NewRecord>
  );
}
