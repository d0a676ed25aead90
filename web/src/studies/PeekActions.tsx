import type { Study } from "@isocenter/contract";
import { Suspense, useState } from "react";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { lazily } from "../api/loaded.ts";
import { Button } from "../kit/Button.tsx";
import { ReasonDialog } from "../kit/forms.tsx";
import { useRun } from "../kit/run.ts";
import { t } from "../words/words.ts";

const CorrectDialog = lazily(() => import("./correct/CorrectDialog.tsx"));
const ExportDialog = lazily(() => import("./chosen/ExportDialog.tsx"));
const SendDialog = lazily(() => import("./chosen/SendDialog.tsx"));

/** What may be done with one study beside looking at it. */
export default function PeekActions({ study, onGone }: { study: Study; onGone: () => void }) {
  const [dialog, setDialog] = useState<"correct" | "export" | "send" | "delete" | null>(null);
  const { busy, problem, run } = useRun("studies");
  const mayExport = useMe()?.permissions.includes("images.export") ?? false;
  const { actions } = study;
  const close = () => setDialog(null);
  const remove = async (reason: string) => {
    const work = () =>
      answerOf(api.DELETE("/api/v1/studies/{id}", { params: { path: { id: study.id } }, body: { reason } }));
    if (await run(work, t("The study is deleted"))) onGone();
  };
  const filled = study.numberOfInstances > 0;
  return (
    <div className="flex flex-wrap gap-2">
      {actions.includes("correct") && filled && (
        <Button onClick={() => setDialog("correct")}>{t("Correct")}</Button>
      )}
      {!actions.includes("correct") && actions.includes("view") && filled && (
        <Button onClick={() => setDialog("correct")}>{t("History")}</Button>
      )}
      {mayExport && filled && (
        <>
          <Button onClick={() => setDialog("export")}>{t("Export")}</Button>
          <Button onClick={() => setDialog("send")}>{t("Send")}</Button>
        </>
      )}
      {actions.includes("delete") && (
        <Button variant="danger" onClick={() => setDialog("delete")}>
          {t("Delete")}
        </Button>
      )}
      <Suspense fallback={null}>
        {dialog === "correct" && <CorrectDialog study={study} onClose={close} />}
        {dialog === "export" && <ExportDialog studies={[study]} onClose={close} />}
        {dialog === "send" && <SendDialog studies={[study]} onClose={close} />}
      </Suspense>
      {dialog === "delete" && (
        <ReasonDialog
          title={t("Delete the study")}
          description={t(
            "All its images leave every list and viewer. An administrator can bring them back until they are purged.",
          )}
          submit={t("Delete")}
          danger
          busy={busy}
          problem={problem}
          onSubmit={(reason) => void remove(reason)}
          onClose={close}
        />
      )}
    </div>
  );
}
