import type { Modality } from "@isocenter/contract";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { t } from "../../words/words.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { Side } from "../parts/Page.tsx";
import { RemoveButton } from "../parts/RemoveButton.tsx";
import { type Echo, EchoResult } from "./echo.tsx";
import { useModalityForm } from "./modality-form.tsx";

/** One application: whether it answers, how it is reached and what it may. */
export function ModalitySide({
  modality,
  echo,
  onEcho,
  onClose,
}: {
  modality: Modality;
  echo: Echo | undefined;
  onEcho: () => void;
  onClose: () => void;
}) {
  const path = { params: { path: { id: modality.id } } };
  return (
    <Side title={modality.aeTitle} about={modality.description} onClose={onClose}>
      <section className="flex items-center gap-3" aria-label={t("Echo")}>
        <Button busy={echo?.running ?? false} onClick={onEcho}>
          {t("Echo")}
        </Button>
        <EchoResult echo={echo} />
      </section>
      <Edited key={modality.id} value={modality}>
        {(kept, saved) => <EditModality modality={kept} onSaved={saved} />}
      </Edited>
      <section>
        <RemoveButton
          title={modality.aeTitle}
          after={t("It is refused from then on, and knocks. What it sent stays.")}
          subject="modalities"
          remove={() => answerOf(api.DELETE("/api/v1/modalities/{id}", path))}
          onRemoved={onClose}
        />
      </section>
    </Side>
  );
}

function EditModality({ modality, onSaved }: { modality: Modality; onSaved: () => void }) {
  const { body, ready, fields } = useModalityForm(modality);
  const save = () =>
    answerOf(
      api.PATCH("/api/v1/modalities/{id}", {
        params: { path: { id: modality.id } },
        body: { ...body(), expectedVersion: modality.version },
      }),
    );
  return (
    <DetailsForm subject="modalities" ready={ready} save={save} onSaved={onSaved}>
      {fields}
    </DetailsForm>
  );
}
