import type { Modality } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../../api/api.ts";
import { api } from "../../api/client.ts";
import { Button } from "../../kit/Button.tsx";
import { FormDialog } from "../../kit/forms.tsx";
import { useRun } from "../../kit/run.ts";
import { t } from "../../words/words.ts";
import { DetailsForm } from "../parts/DetailsForm.tsx";
import { Edited } from "../parts/Edited.tsx";
import { Side } from "../parts/Page.tsx";
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
  const [removing, setRemoving] = useState(false);
  const { busy, problem, run } = useRun("modalities");
  const path = { params: { path: { id: modality.id } } };
  const remove = async () => {
    const done = await run(() => answerOf(api.DELETE("/api/v1/modalities/{id}", path)), t("Removed"));
    if (done) onClose();
  };
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
        <Button variant="danger" onClick={() => setRemoving(true)}>
          {t("Remove")}
        </Button>
      </section>
      {removing && (
        <FormDialog
          title={t("Remove {title}?", { title: modality.aeTitle })}
          description={t("It is refused from then on, and knocks. What it sent stays.")}
          submit={t("Remove")}
          danger
          busy={busy}
          problem={problem}
          onSubmit={() => void remove()}
          onClose={() => setRemoving(false)}
        >
          {null}
        </FormDialog>
      )}
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
