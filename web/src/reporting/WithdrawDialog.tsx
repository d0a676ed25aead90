import type { Report } from "@isocenter/contract";
import { useState } from "react";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { Labelled } from "../kit/Field.tsx";
import { toast } from "../kit/toast.ts";
import { t } from "../words/words.ts";
import { keepReport } from "./queries.ts";
import { SignDialog } from "./SignDialog.tsx";

/** Says by a signature that a signed report should never have been: of another patient, of another study. */
export function WithdrawDialog({ report, onClose }: { report: Report; onClose: () => void }) {
  const [reason, setReason] = useState("");
  return (
    <SignDialog
      title={t("Entered in error|report")}
      reportId={report.id}
      patient={report.patient}
      action={t("Withdraw the report")}
      danger
      ready={reason.trim() !== ""}
      onClose={onClose}
      run={(password) =>
        answerOf(
          api.POST("/api/v1/reports/{id}/entered-in-error", {
            params: { path: { id: report.id } },
            body: { reason: reason.trim(), password, expectedVersion: report.version },
          }),
        )
      }
      done={async () => {
        toast({
          title: t("The report is withdrawn"),
          detail: t("The study waits for a reader again."),
          tone: "ok",
        });
        await keepReport(report.studyId);
      }}
    >
      <p className="note crit" role="note">
        {t(
          "For a report that should never have been, as of another patient. It is kept and shown as entered in error; the study has to be read again. What only has to change is amended instead.",
        )}
      </p>
      <Labelled label={t("Why it should not have been")}>
        <textarea
          className="report-text"
          rows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Labelled>
    </SignDialog>
  );
}
