import type { Report } from "@isocenter/contract";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { ReasonDialog } from "../kit/forms.tsx";
import { useRun } from "../kit/run.ts";
import { t } from "../words/words.ts";
import { keepReport } from "./queries.ts";

interface GiveUpDialogProps {
  report: Report;
  /** The version that one has before one. */
  version: number;
  onClose: () => void;
}

/** Gives up a report that is not signed: it is kept as cancelled, and the study waits for a reader again. */
export function GiveUpDialog({ report, version, onClose }: GiveUpDialogProps) {
  const { busy, problem, run } = useRun("reports");
  const giveUp = async (reason: string) => {
    const work = () =>
      answerOf(
        api.DELETE("/api/v1/reports/{id}", {
          params: { path: { id: report.id } },
          body: { expectedVersion: version, ...(reason ? { reason } : {}) },
        }),
      );
    if (!(await run(work, t("The draft is given up")))) return;
    onClose();
    await keepReport(report.studyId);
  };
  return (
    <ReasonDialog
      title={t("Give up the draft")}
      description={t(
        "What is written counts no more, and the study waits for a reader again. The draft is kept as cancelled.",
      )}
      submit={t("Give up the draft")}
      danger
      optional
      busy={busy}
      problem={problem}
      onSubmit={(reason) => void giveUp(reason)}
      onClose={onClose}
    />
  );
}
